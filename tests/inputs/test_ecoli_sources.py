"""The list of published E. coli sources and its sample sheet: whole, alike, and true of the files if those are here."""

import pandas as pd
import pytest
from project import ROOT
from servers import file, http_site

from attentome.inputs.sources import fetch

FOLDER = ROOT / "assets/ecoli_k12"
DATA = ROOT.parent / "shared/data/ecoli"
SOURCES = pd.read_csv(FOLDER / "sources.tsv", sep="\t", keep_default_na=False)


def test_every_source_says_whence_under_what_terms_and_whether_it_was_tried():
    assert SOURCES["file"].is_unique and SOURCES["sha256"].is_unique
    for column in ("what", "licence", "page", "format", "assembly"):
        assert (SOURCES[column] != "").all(), column
    assert SOURCES["sha256"].str.fullmatch("[0-9a-f]{64}").all()
    assert set(SOURCES["tried"]) <= {"yes", "no"}
    assert SOURCES["source"].str.fullmatch("|https?://.*|accession:.*").all()
    papers = SOURCES[~SOURCES["set"].isin(["genome", "annotation"])]
    assert papers["doi"].str.fullmatch(r"10\.\d{4,}/\S+").all()


def test_the_sample_sheet_names_files_and_checksums_of_the_list():
    listed = SOURCES.set_index("file")
    for row in pd.read_csv(FOLDER / "tss_sets.csv", keep_default_na=False).itertuples():
        files, sums = row.source.split("|"), row.sha256.split("|")
        assert [listed.loc[name, "sha256"] for name in files] == sums
        assert {listed.loc[name, "set"] for name in files} == {row.set}
        assert {listed.loc[name, "format"] for name in files} == {row.format}
        older = {listed.loc[name, "assembly"] for name in files} != {"NC_000913.3"}
        assert (row.assembly == "") != older


@pytest.mark.skipif(not DATA.is_dir(), reason="the published files are not here")
@pytest.mark.parametrize("row", list(SOURCES.itertuples()), ids=lambda row: row.file)
def test_the_published_file_passes_as_the_list_has_it(row, tmp_path):
    content = (DATA / row.file).read_bytes()
    kind = {"genome": "genome", "assembly": "genome", "annotation": "annotation"}.get(row.set, "set")
    with http_site() as site:
        site.pages["/file"] = [file(content, Content_Disposition=f'attachment; filename="{row.file}"')]
        found = fetch(site.url("/file"), tmp_path, kind, row.sha256, row.bytes)
    assert found["file"] == row.file and (tmp_path / row.file).read_bytes() == content
