"""Readers of published TSS sets: files written by each format's rule, and the real files where they are at hand."""

import gzip

import numpy as np
import openpyxl
import pandas as pd
import pytest
import source_files
from hypothesis import given, settings
from hypothesis import strategies as st
from project import ROOT, load_command
from source_files import COMPLEMENT, WRITERS

from attentome.genome.names import ContigNames, NameFault, accession_of, read_known_sequences, split_version
from attentome.io.faults import Fault
from attentome.io.files import read_bed
from attentome.sites.readers.detect import READERS, read_set, recognise
from attentome.sites.tss_set import merge_duplicates

REAL = ROOT.parent / "shared/data/ecoli"
KNOWN = read_known_sequences(ROOT / "assets/known_sequences.tsv")
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="the published files are not here")
NC, U2 = {"NC_000913.3": 4641652}, {"U00096.2": 4639675}
SEND = REAL / "send_seq_TSS_41564_2019_500_MOESM3_ESM.xlsx"
REGULONDB = REAL / "regulondb_PromoterSet_10.6.3.txt"
SMRT = [REAL / f"smrt_cappable_{medium}_RegulonDB_TU_longestRead" for medium in ("M9", "Rich")]
THOMASON = [REAL / f"thomason2015_HTRI00000{number}_U00096.2.txt.gz" for number in (227, 228, 458)]
GENOME = "".join(np.random.default_rng(4).choice(list("ACGT"), 3000))
SITES = [("c", 200, "+", 3.0), ("c", 200, "-", 1.5), ("c", 1234, "+", 10.0), ("c", 2900, "-", 0.0)]


def write(tmp_path, format, sites, **more):
    path = tmp_path / WRITERS[format]
    getattr(source_files, format)(path, sites, **more)
    return path


def read_back(path, format, contigs=None, **options):
    reading = read_set([path], format, contigs or {"c": 3000}, options)
    assert reading.faults == []
    return reading


def test_every_reader_has_a_writer():
    assert set(READERS) <= set(WRITERS)


@pytest.mark.parametrize("format", WRITERS)
def test_each_format_is_recognised_and_read_at_the_planted_positions(tmp_path, format):
    path = write(tmp_path, format, SITES)
    assert recognise(path) == ("table" if format == "xlsx" else format)
    reading = read_back(path, "auto")
    # SEnd-seq prints + positions from 0; the reader takes them as printed.
    shift = {"+": -1 if format == "send" else 0, "-": 0}
    found = reading.sites
    assert list(zip(found["contig"], found["tss"], found["strand"])) == [
        (contig, tss + shift[strand], strand) for contig, tss, strand, _ in SITES
    ]
    scored = format not in ("smrt", "send", "regulondb")
    assert list(found["score"]) == [score if scored else 0.0 for *_, score in SITES]
    codes = {"forward": 2, "reverse": 2} if format == "regulondb" else {"+": 2, "-": 2}
    assert reading.strand_codes == codes and (found["file"] == 0).all() and found["row"].is_monotonic_increasing
    named = format in ("bed", "gff3", "gtf", "cappable", "table", "xlsx")
    assert reading.contig_names == ({"gi|1|gb|c|": "c"} if format == "cappable" else {"c": "c"} if named else {})


@pytest.mark.parametrize("format, letter", [("send", 46), ("regulondb", 60)])
def test_printed_sequences_have_the_tss_where_the_reader_says(tmp_path, format, letter):
    reading = read_back(write(tmp_path, format, SITES, sequence=GENOME), "auto")
    assert reading.sequence_tss == letter
    for (_, tss, strand, _), sequence in zip(SITES, reading.sites["sequence"]):
        base = GENOME[tss] if strand == "+" else GENOME[tss].translate(COMPLEMENT)
        assert sequence.isupper() and sequence[letter] == base


def test_regulondb_is_filtered_by_evidence_and_sigma_and_tells_what_it_left_out(tmp_path):
    sites = [("c", 100 + 10 * number, "+", 0.0) for number in range(6)] + [("c", -1, "-", 0.0)]
    path = write(
        tmp_path,
        "regulondb",
        sites,
        levels=("Strong", "Weak", "Confirmed"),
        factors=("Sigma70", "Sigma70, Sigma38, Sigma70", "unknown", ""),
    )
    everything = read_back(path, "regulondb")
    assert list(everything.sites["sigma"]) == ["Sigma70", "Sigma38|Sigma70", "", "", "Sigma70", "Sigma38|Sigma70"]
    assert list(everything.sites["evidence"]) == ["Strong", "Weak", "Confirmed"] * 2
    assert everything.losses.to_dict("records") == [
        {"file": 0, "row": 9, "contig": "", "position": 0, "strand": "-", "reason": "no position"}
    ]
    strong = read_back(path, "regulondb", evidence=["strong", "Confirmed"])
    assert list(strong.sites["tss"]) == [100, 120, 130, 150]
    assert list(strong.losses["reason"]) == ["evidence not asked for"] * 2 + ["no position"]
    sigma38 = read_back(path, "regulondb", sigma=["Sigma38"])
    assert list(sigma38.sites["tss"]) == [110, 150]
    none = read_set([path], "regulondb", {"c": 3000}, {"sigma": ["Sigma19"]})
    assert [fault for _, fault in none.faults] == [
        Fault(
            None,
            "no site is left of 7 rows (7 sigma factor not asked for)",
            "select rows that it has, or leave it out",
        )
    ]


@pytest.mark.parametrize(
    "condition, kept", [("both", [200, 1199, 300, 1299]), ("log", [200, 300, 1299]), ("stationary", [1199, 300, 1299])]
)
def test_send_is_filtered_by_growth_phase(tmp_path, condition, kept):
    sites = [("c", 200, "-", 0.0), ("c", 1200, "+", 0.0), ("c", 300, "-", 0.0), ("c", 1300, "+", 0.0)]
    path = write(tmp_path, "send", sites, phases=("log", "stationary", "both", "both"))
    reading = read_back(path, "send", condition=condition)
    assert list(reading.sites["tss"]) == kept and len(reading.losses) == 4 - len(kept)


@pytest.mark.parametrize("format", ["smrt", "send", "regulondb", "thomason", "cappable"])
def test_rows_beyond_the_end_are_left_out_of_published_sets_and_listed(tmp_path, format):
    path = write(tmp_path, format, [*SITES, ("c", 3000, "-", 0.0)])
    reading = read_back(path, format)
    assert len(reading.sites) == 4
    assert [tuple(loss) for loss in reading.losses[["position", "strand", "reason"]].to_numpy()] == [
        (3001, "-", "beyond the contig's end")
    ]
    assert reading.losses["row"].item() > reading.sites["row"].max()


@pytest.mark.parametrize("format", ["smrt", "send", "regulondb", "thomason"])
def test_a_source_without_contig_names_needs_a_single_contig_or_an_alias(tmp_path, format):
    path, two = write(tmp_path, format, SITES), {"c": 3000, "d": 3000}
    faults = read_set([path], format, two).faults
    assert len(faults) == 1 and faults[0][1].row is None and "contig_alias '*=NAME'" in faults[0][1].remedy
    reading = read_set([path], format, two, aliases={"*": "d"})
    assert reading.faults == [] and set(reading.sites["contig"]) == {"d"}


def test_files_of_one_set_are_one_reading_and_differ_by_no_format(tmp_path):
    first, second = tmp_path / "M9", tmp_path / "Rich"
    source_files.smrt(first, SITES[:2])
    source_files.smrt(second, SITES[1:])
    reading = read_set([first, second], "auto", {"c": 3000})
    assert list(reading.sites["file"]) == [0, 0, 1, 1, 1] and reading.strand_codes == {"+": 2, "-": 3}
    merged, duplicates = merge_duplicates(reading.sites)
    assert duplicates == 1 and len(merged) == 4
    source_files.regulondb(second, SITES)
    assert read_set([first, second], "auto", {"c": 3000}).faults == [
        (
            1,
            Fault(
                None,
                "has format regulondb but the set's first file has format smrt",
                "give files of one format, or make them two sets",
            ),
        )
    ]


@pytest.mark.parametrize(
    "content, what",
    [
        (b"<!DOCTYPE html>\n<html>", "is a web page"),
        (b">c\nACGT\n", "is a FASTA file"),
        (b"%PDF-1.7\n", "is a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an old workbook (.xls)"),
        (b"", "holds no sites"),
        (b"PK\x03\x04\x00\x00", "is not a readable xlsx workbook"),
        (b"a,b\n1,2\n", "format that cannot be recognised"),
        ("c\t1\t2\tx\t0\t+\n".encode("utf-16"), "is text in UTF-16"),
    ],
)
def test_what_is_not_recognised_says_what_it_is(tmp_path, content, what):
    (tmp_path / "a").write_bytes(content)
    assert what in recognise(tmp_path / "a").what
    assert len(read_set([tmp_path / "a"], "auto", {"c": 10}).faults) == 1


def test_a_table_is_recognised_if_its_columns_are_named(tmp_path):
    (tmp_path / "a.csv").write_text("Start,Dir\n5,+\n")
    assert isinstance(recognise(tmp_path / "a.csv"), Fault)
    reading = read_back(tmp_path / "a.csv", "auto", position_column="Start", strand_column="Dir")
    assert list(reading.sites["tss"]) == [4] and reading.format == "table"


@pytest.mark.parametrize(
    "text",
    [
        "position\tstart\tend\tname\tscore\tstrand\n5\t1\t2\tx\t0\t+\n",
        "name\tnote\tstrand\tposition\ta\tb\tc\td\nx\ty\tforward\t5\t\t\t\t\n",
    ],
)
def test_a_header_counts_more_than_rows_that_look_like_another_format(tmp_path, text):
    (tmp_path / "a").write_text(text)
    assert recognise(tmp_path / "a") == "table" and list(read_back(tmp_path / "a", "auto").sites["tss"]) == [4]


# Workbooks


def workbook(path, rows, merge=None, sheets=("S1",)):
    book = openpyxl.Workbook()
    book.active.title = sheets[0]
    for name in sheets[1:]:
        book.create_sheet(name)
    for row in rows:
        book[sheets[-1]].append(row)
    if merge:
        book[sheets[-1]].merge_cells(merge)
    book.save(path)
    return path


def test_the_worksheet_that_has_the_header_is_found_or_named(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["position", "strand"], [5, "+"]], sheets=("Notes", "TSS"))
    assert list(read_back(path, "table").sites["tss"]) == [4]
    assert list(read_back(path, "table", worksheet="TSS").sites["tss"]) == [4]
    for name, what in (("Notes", "worksheet 'Notes' is empty"), ("TTS", "has no worksheet 'TTS'")):
        assert what in read_set([path], "table", {"c": 9}, {"worksheet": name}).faults[0][1].what


@pytest.mark.parametrize(
    "value, what",
    [
        (5.5, "position is '5.5'"),
        ("12a", "position is '12a'"),
        (-4, "position is '-4'"),
        (None, "position is ''"),
        ("1,234", "position is '1,234'"),
        (pd.Timestamp("2019-03-01"), "a date or time"),
        (True, "position is 'True'"),
        ("#REF!", "position is '#REF!'"),
    ],
)
def test_each_fault_of_a_cell_names_its_row(tmp_path, value, what):
    path = workbook(tmp_path / "a.xlsx", [["Title"], ["position", "strand"], [5.0, "+"], [value, "-"], [7, "-"]])
    reading = read_set([path], "table", {"c": 100})
    assert list(reading.sites["tss"]) == [4, 6] and list(reading.sites["row"]) == [3, 5]
    assert [fault.row for _, fault in reading.faults] == [4] and what in reading.faults[0][1].what


@pytest.mark.parametrize("merge, row", [("A3:A4", 3), ("B4:C4", 4), ("C3:C4", None), ("A1:C1", None)])
def test_merged_cells_are_a_fault_in_the_columns_that_are_read(tmp_path, merge, row):
    rows = [["Title"], ["position", "strand", "note"], [5, "+", "x"], [6, "+", "y"]]
    faults = read_set([workbook(tmp_path / "a.xlsx", rows, merge)], "table", {"c": 100}).faults
    fault = Fault(row, f"cells {merge} are merged", "unmerge them and fill in each cell")
    assert faults == ([(0, fault)] if row else [])


# Contig names


@pytest.mark.parametrize(
    "printed, own",
    [
        ("NC_000913.3", "NC_000913.3"),
        ("U00096.3", "NC_000913.3"),
        ("gi|556503834|ref|NC_000913.3|", "NC_000913.3"),
        ("gi|48994873|gb|U00096.3| ", "NC_000913.3"),
        ("ref|NC_000913.3", "NC_000913.3"),
        ("p ", "p"),
        ("chr", "NC_000913.3"),
        ("plasmid", "p"),
        (None, "p"),
    ],
)
def test_what_a_contig_name_stands_for(printed, own):
    names = ContigNames({"NC_000913.3": 4641652, "p": 100}, {"chr": "U00096.3", "plasmid": "p", "*": "p"}, KNOWN)
    assert names.own(printed) == own


@pytest.mark.parametrize(
    "printed, what, remedy",
    [
        ("U00096.2", "is on U00096.2, an older version of NC_000913.3 (U00096.3)", "give that assembly's FASTA"),
        ("gi|48994873|gb|U00096.2|", "is on U00096.2, an older version of NC_000913.3 (U00096.3)", "column assembly"),
        ("NC_000913.4", "is on NC_000913.4, a newer version of NC_000913.3", "give that assembly's FASTA"),
        ("NC_000913", "contig 'NC_000913' has no version", "contig_alias 'NC_000913=NC_000913.3'"),
        ("chr", "unknown contig 'chr'", "the genome has NC_000913.3, p"),
        (None, "has no contig names", "contig_alias '*=NAME'"),
    ],
)
def test_a_name_that_stands_for_no_contig(printed, what, remedy):
    with pytest.raises(NameFault) as fault:
        ContigNames({"NC_000913.3": 4641652, "p": 100}, known=KNOWN).own(printed)
    assert fault.value.args[0] == what or what in fault.value.args[0]
    assert remedy in fault.value.args[1]


@pytest.mark.parametrize(
    "printed, aliases, what",
    [
        ("chr", {"chr": "NC_1"}, "contig_alias says 'NC_1' for 'chr'"),
        (None, {"*": "NC_1"}, "contig_alias says 'NC_1' for '*'"),
    ],
)
def test_an_alias_of_a_contig_that_is_not_there(printed, aliases, what):
    with pytest.raises(NameFault) as fault:
        ContigNames({"NC_000913.3": 4641652}, aliases, KNOWN).own(printed)
    assert fault.value.args == (what, "name a contig that exists: the genome has NC_000913.3")


def test_a_genome_without_version_has_the_one_that_its_length_tells():
    names = ContigNames({"NC_000913": 4641652}, known=KNOWN)
    assert names.own("U00096.3") == "NC_000913" and names.own("gi|1|ref|NC_000913.3|") == "NC_000913"
    with pytest.raises(NameFault):
        names.own("NC_000913.2")
    with pytest.raises(NameFault):
        ContigNames({"NC_000913": 999}, known=KNOWN).own("NC_000913.3")


def test_the_genome_may_have_the_long_names():
    assert ContigNames({"gi|1|ref|NC_000913.3|": 5}, known=KNOWN).own("U00096.3") == "gi|1|ref|NC_000913.3|"


def test_without_the_table_a_name_stands_for_itself_alone():
    assert ContigNames({"NC_000913.3": 4641652}).own("gi|1|ref|NC_000913.3|") == "NC_000913.3"
    with pytest.raises(NameFault):
        ContigNames({"NC_000913.3": 4641652}).own("U00096.3")
    assert read_known_sequences(None) == ()


def test_known_sequences_are_accessions_with_versions_and_each_is_named_once():
    names = [name for row in KNOWN for name in (row.accession, row.same_as)]
    assert len(set(names)) == len(names) and all(split_version(name)[1] for name in names)
    assert all(accession_of(f"gi|1|gb|{name}|") == name for name in names)
    assert {(row.same_as, row.length) for row in KNOWN if row.accession.startswith("U00096")} == {
        ("NC_000913.3", 4641652),
        ("NC_000913.2", 4639675),
    }


# What HARMONISE writes reads back as it is


def harmonised(path, sites):
    """A set's BED file as HARMONISE writes it; returns its text."""
    load_command("harmonise_sites").write_sites(path, "x", sites)
    return path.read_text()


sites_of_a_set = st.lists(
    st.tuples(st.just("c"), st.integers(60, 2939), st.sampled_from("+-"), st.integers(0, 10**6).map(lambda n: n / 8)),
    min_size=1,
    max_size=30,
)


@settings(deadline=None, max_examples=20)
@given(sites=sites_of_a_set, format=st.sampled_from(sorted(WRITERS)))
def test_harmonising_the_bed_of_any_reader_changes_nothing(tmp_path_factory, sites, format):
    folder = tmp_path_factory.mktemp("harmonised")
    path = write(folder, format, sites)
    merged, _ = merge_duplicates(read_back(path, format if format != "xlsx" else "table").sites)
    first = harmonised(folder / "set.bed", merged)
    for again in ("bed", "auto"):
        merged, duplicates = merge_duplicates(read_back(folder / "set.bed", again).sites)
        assert harmonised(folder / "again.bed", merged) == first and duplicates == 0


@settings(deadline=None, max_examples=100)
@given(words=st.lists(st.text(max_size=12), min_size=1, max_size=5))
def test_any_evidence_of_a_table_survives_in_a_bed(tmp_path_factory, words):
    folder = tmp_path_factory.mktemp("evidence")
    book = openpyxl.Workbook()
    book.active.append(["position", "strand", "evidence", "sigma"])
    for number, word in enumerate(words, 1):
        printable = "".join(letter for letter in word if letter >= " " and letter.isprintable())
        book.active.append([number, "+", f"'{printable}", printable.lstrip("=")])
    book.save(folder / "a.xlsx")
    merged, _ = merge_duplicates(read_back(folder / "a.xlsx", "table").sites)
    harmonised(folder / "set.bed", merged)
    again, _ = merge_duplicates(read_back(folder / "set.bed", "bed").sites)
    pd.testing.assert_frame_equal(again, merged)
    table = read_bed(folder / "set.bed", ["evidence", "sigma"])
    assert list(table["evidence"].replace(".", "")) == list(merged["evidence"])
    assert list(table["sigma"].replace(".", "")) == list(merged["sigma"])


# The published files: the counts are those of their README and of the paper's sources


@needs_real
@pytest.mark.parametrize(
    "files, options, format, rows, distinct, lost",
    [
        ([REAL / "cappable_seq_U00096.2.gtf"], {}, "cappable", 16359, 16359, {}),
        (SMRT[:1], {}, "smrt", 2077, 2077, {}),
        (SMRT[1:], {}, "smrt", 1797, 1797, {}),
        (SMRT, {}, "smrt", 3874, 2569, {}),
        (
            [SEND],
            {"condition": "stationary"},
            "send",
            4034,
            4029,
            {"not detected in stationary phase": 1474, "beyond the contig's end": 4},
        ),
        (
            [SEND],
            {"condition": "log"},
            "send",
            4353,
            4349,
            {"not detected in log phase": 1155, "beyond the contig's end": 4},
        ),
        ([SEND], {}, "send", 5508, 5502, {"beyond the contig's end": 4}),
        (
            [REGULONDB],
            {"evidence": ["Strong", "Confirmed"]},
            "regulondb",
            6486,
            6485,
            {"evidence not asked for": 2116, "no position": 21},
        ),
        ([REGULONDB], {}, "regulondb", 8531, 8529, {"no position": 92}),
        (THOMASON, {}, "thomason", 38135, 14868, {}),
    ],
)
def test_published_files_give_their_published_counts(files, options, format, rows, distinct, lost):
    old = format in ("cappable", "thomason")
    reading = read_set(files, "auto", U2 if old else NC, options, known=KNOWN)
    assert reading.faults == [] and reading.format == format
    assert len(reading.sites) == rows and len(merge_duplicates(reading.sites)[0]) == distinct
    assert reading.losses["reason"].value_counts().to_dict() == lost


@needs_real
def test_a_set_of_the_older_assembly_is_not_read_as_the_newer_one():
    faults = read_set([REAL / "cappable_seq_U00096.2.gtf"], "auto", NC, known=KNOWN).faults
    assert len(faults) == 16359
    assert {fault[1:] for _, fault in faults} == {
        ("is on U00096.2, an older version of NC_000913.3 (U00096.3)", "give that assembly's FASTA in column assembly")
    }


@needs_real
@pytest.mark.parametrize(
    "path, expected",
    [
        # Rows at each offset, as counted once by hand with the formula of this test.
        (SEND, {("+", 1): 2752, ("+", 0): 1, ("-", 0): 2755}),
        (REGULONDB, {("+", 0): 4093, ("-", 0): 1973, ("-", 1): 2465}),
    ],
)
def test_printed_sequences_stand_where_the_readme_says(path, expected):
    with gzip.open(REAL / "GCF_000005845.2_ASM584v2_genomic.fna.gz", "rt") as handle:
        genome = "".join(line.strip() for line in handle if not line.startswith(">")).upper()
    around = genome[-100:] + genome + genome[:100]  # the genome is circular
    reading = read_set([path], "auto", NC, known=KNOWN)
    counts = {}
    for site in reading.sites.itertuples():
        before, behind = reading.sequence_tss, len(site.sequence) - reading.sequence_tss - 1
        for offset in (0, 1, -1):
            if source_files.window(around, site.tss + 100 + offset, site.strand, before, behind) == site.sequence:
                counts[site.strand, offset] = counts.get((site.strand, offset), 0) + 1
                break
    assert counts == expected


@needs_real
def test_the_units_of_smrt_start_where_regulondb_has_most_tss():
    known = set(zip(*(read_set([REGULONDB], "regulondb", NC, known=KNOWN).sites[name] for name in ("tss", "strand"))))
    sites = read_set(SMRT, "smrt", NC, known=KNOWN).sites
    for strand in "+-":
        shares = {
            offset: np.mean([(tss + offset, strand) in known for tss in sites["tss"][sites["strand"] == strand]])
            for offset in range(-3, 4)
        }
        assert max(shares, key=shares.get) == 0 and shares[0] > 2 * sorted(shares.values())[-2]
