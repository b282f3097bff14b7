"""The report: states from tiny runs, words and links of the pages, tables, atlas, MultiQC."""

import gzip
import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from html import unescape
from pathlib import Path

import matplotlib.text
import numpy as np
import pandas as pd
import pytest
from project import ROOT
from report_fixture import write_inputs
from report_run import ELEMENTS, TEMPLATES, Page, describe_heads, options

from attentome.figures.style import minus, use_style
from attentome.genome.contigs import load_genome
from attentome.io.files import read_bed, read_tsv
from attentome.labels.signal import aligned_bases, label_information, readings
from attentome.motifs.elements import read_elements
from attentome.report.atlas.figure import atlas_figure
from attentome.report.multiqc.content import Sections
from attentome.report.multiqc.sections import sections
from attentome.report.outcome.verdict import judge, run_state, without_intervals
from attentome.report.run_card.facts import run_card
from attentome.report.run_card.figures import bars_figure, pr_auc_figure, ring_figure, split_svg
from attentome.report.tables import metrics_table
from attentome.report.text.items import items
from attentome.report.text.numbers import duration, interval_text, number, percent
from attentome.report.text.peers import auxiliary_text, peer_rows, peer_sentences
from attentome.report.text.published_counts import compare_published
from attentome.report.write import write_report
from attentome.results.run import read_run, similar_heads

CLAIMS = re.compile(r"\b(detects?|sees|knows|recogni[sz]es?|significant(ly)?|likely reads|may read|reads)\b", re.I)


@pytest.fixture(scope="module")
def report(described, tmp_path_factory):
    """A report without the MultiQC page, laid out as the results folder is."""
    folder, heads = described
    run = read_run(options(folder, heads))
    out = tmp_path_factory.mktemp("report") / "report"
    outcome = write_report(run, out, TEMPLATES, multiqc=False)
    return out, outcome, run


def run_of(tmp_path, described, state, **changes):
    write_inputs(tmp_path, layers=1, heads=4, state=state)
    return read_run(options(tmp_path, described[1], **changes))


def pages(out):
    return sorted(out.glob("*.html")) + sorted((out / "heads").glob("*.html"))


def test_all_files_of_the_report_exist(report):
    out, _, _ = report
    for name in (
        "outcome.json",
        "atlas.html",
        "atlas.png",
        "atlas.svg",
        "run_card.html",
        "run_card.json",
        "software_versions.yml",
        "README.txt",
        "heads/L1_H1.html",
        "heads/L1_H4.html",
        "tables/heads.tsv",
        "tables/profiles.tsv.gz",
        "tables/spearman.tsv.gz",
        "tables/windows.tsv",
        "tables/metrics.tsv",
        "tables/curves.tsv",
    ):
        assert (out / name).stat().st_size > 0, name
    assert not (out / "not_learned.html").exists()


def test_learned_without_controls_is_untested(report):
    _, outcome, run = report
    assert outcome["state"] == "untested"
    assert "learned to find TSS: PR AUC 0.31 (0.282 to 0.338)" in outcome["sentence"]
    assert "not graded" in outcome["sentence"]
    assert outcome["facts"]["graded_heads"] is None and outcome["facts"]["controls"] == 0
    assert outcome["facts"]["learned_above"] == pytest.approx(10 * run.metrics["prevalence"])


@pytest.mark.parametrize(("low", "state"), [(10.01, "untested"), (10.0, "not_learned"), (9.0, "not_learned")])
def test_learned_means_ten_times_the_prevalence(described, low, state):
    run = read_run(options(*described))
    run.metrics["pr_auc"]["lo"] = low * run.metrics["prevalence"]
    assert run_state(run) == state


@pytest.mark.parametrize(
    ("train", "test", "state"), [(100, 30, "untested"), (99, 30, "too_few_sites"), (100, 29, "too_few_sites")]
)
def test_too_few_sites(described, train, test, state):
    run = read_run(options(*described))
    run.labels["arcs"]["train"]["labels"] = train
    run.metrics["n_sites"] = test
    assert run_state(run) == state


def test_too_few_sites_gives_counts_and_no_interval(tmp_path, described):
    run = run_of(tmp_path, described, "few")
    run.metrics["pr_auc"].update(lo=0.1, hi=0.5)
    outcome = write_report(run, tmp_path / "report", TEMPLATES, multiqc=False)
    assert outcome["state"] == "too_few_sites"
    assert outcome["facts"]["pr_auc"]["lo"] is None
    # The curve's last point above an output of 0.5 (logit 0): 60 points from 9 to -9, recall 0 to 1.
    recall = np.linspace(0, 1, 60)[29]
    found = round(recall * 6)
    calls = round(found / (1 - recall) ** 1.4)
    assert f"{calls} calls at an output of at least 0.5 find {found} of the 6 sites" in outcome["sentence"]
    card = (tmp_path / "report" / "run_card.html").read_text()
    assert "No interval" in card and "(0.1 to" not in card


def test_not_learned_hides_the_heads(tmp_path, described):
    out = tmp_path / "report"
    outcome = write_report(run_of(tmp_path, described, "not_learned"), out, TEMPLATES, multiqc=False)
    assert outcome["state"] == "not_learned"
    assert (out / "not_learned.html").is_file()
    assert not (out / "atlas.html").exists() and not (out / "heads").exists()
    checks = {check["name"]: check for check in outcome["checks"]}
    assert checks["label_signal"]["mark"] == "fine" and checks["other_reading"]["mark"] == "fine"
    assert checks["loss"]["mark"] == "alarm"
    assert any("--show_unlearned" in line for line in outcome["advice"])
    Page((out / "not_learned.html").read_text())


def test_exchanged_strands_are_found_and_come_first(tmp_path, described):
    outcome = judge(run_of(tmp_path, described, "exchanged"), TEMPLATES)
    checks = {check["name"]: check for check in outcome["checks"]}
    assert checks["label_signal"]["mark"] == "alarm"
    assert checks["other_reading"]["mark"] == "alarm"
    assert checks["other_reading"]["reading"] == "with + and − exchanged"
    assert "+ and − seem to be exchanged" in outcome["advice"][0]


def test_show_unlearned_says_so_on_every_page(tmp_path, described):
    run = run_of(tmp_path, described, "not_learned")
    run.params["show_unlearned"] = True
    out = tmp_path / "report"
    write_report(run, out, TEMPLATES, multiqc=False)
    found = [path for path in pages(out) if path.name != "not_learned.html"]
    assert len(found) == 6
    for path in pages(out):
        assert "network did not learn" in path.read_text().lower(), path.name
    assert "did not learn" in (out / "atlas.svg").read_text()


def test_labels_without_a_signal_are_reported(tmp_path, described):
    run = run_of(tmp_path, described, "not_learned")
    run.sites["start"] = np.random.default_rng(3).integers(0, 40_000, len(run.sites))
    run.sites["end"] = run.sites["start"] + 1
    outcome = judge(run, TEMPLATES)
    checks = {check["name"]: check for check in outcome["checks"]}
    assert checks["label_signal"]["mark"] == "alarm" and checks["other_reading"]["mark"] == "fine"
    assert "share no sequence" in outcome["advice"][0]


def test_mixed_coordinates_are_found(described):
    folder, _ = described
    sites = read_bed(folder / "sites.bed", extra=("support", "sets"))
    genome = load_genome(folder / "genome.fna", folder / "genome.json")
    sites.loc[sites["strand"] == "-", "start"] += 2
    found = readings(sites, genome)
    best = max(found, key=lambda reading: reading["bits"])
    assert best["name"] == "with the sites of the − strand moved by −2 nt"
    assert found[0]["bits"] < best["bits"]


def test_information_of_the_labels_lies_at_the_planted_boxes(described):
    folder, _ = described
    sites = read_bed(folder / "sites.bed", extra=("support", "sets"))
    genome = load_genome(folder / "genome.fna", folder / "genome.json")
    bits = pd.Series(label_information(sites, genome), index=aligned_bases())
    assert bits[[-12, -11, -10, -9, -8, -7, -35, -34, -33, -32, -31, -30]].min() > 1
    assert bits.drop([*range(-12, -6), *range(-35, -29)]).max() < 0.1


def test_loss_that_still_falls_leads_to_more_steps(tmp_path, described):
    run = run_of(tmp_path, described, "not_learned")
    run.history["train_loss"] = np.linspace(0.1, 0.05, len(run.history))
    outcome = judge(run, TEMPLATES)
    assert any("--max_steps 4000" in line for line in outcome["advice"])


def test_a_run_without_training_is_reported(tmp_path, described):
    folder, heads = described
    run = read_run(options(folder, heads, history=folder / "absent.tsv", training=None))
    outcome = write_report(run, tmp_path / "report", TEMPLATES, multiqc=False)
    assert outcome["state"] == "untested"
    assert "not trained in this run" in (tmp_path / "report" / "run_card.html").read_text()


def test_no_page_claims_anything_about_a_head(report):
    out, _, _ = report
    for path in pages(out):
        words = " ".join(Page(path.read_text()).words)
        words = words.replace("sequencing reads", "")
        assert not CLAIMS.search(words), (path.name, CLAIMS.search(words).group())
        assert "not graded" in words or path.name == "run_card.html"
        assert "{" not in words and "nan" not in words.lower().split() and "None" not in words, path.name


def test_pages_need_no_network_and_no_absolute_path(report):
    out, _, _ = report
    for path in [*pages(out), out / "atlas.svg", out / "run_card.json", out / "outcome.json"]:
        text = path.read_text().replace("http://www.w3.org/", "")
        assert not re.search(r"https?:|//[a-z]+\.|file:", text), path.name
        assert str(out) not in text and "/tmp/" not in text, path.name


def test_links_lead_to_files(report, described):
    out, _, _ = report
    _, heads = described
    for path in pages(out):
        page = Page(path.read_text())
        for link in [*page.links, *page.sources]:
            if link.startswith("data:"):
                continue
            if link.startswith("#"):
                assert link[1:] in page.ids, (path.name, link)
                continue
            target = (path.parent / link).resolve()
            inside = target.relative_to(out.resolve())
            if inside.parts[0] == "multiqc":
                continue
            if inside.parts[0] == "heads" and not target.suffix == ".html":
                target = heads[0].parent / Path(*inside.parts[1:])
            assert target.exists(), (path.name, link)


def test_every_table_has_its_columns(report):
    out, _, _ = report
    expected = {
        "heads.tsv": [
            "model",
            "layer",
            "head",
            "grade",
            "peak_d_top",
            "peak_base_top",
            "peak_x_uniform_top",
            "peak_d_all",
            "peak_x_uniform_all",
            "peak_d_bottom",
            "peak_x_uniform_bottom",
            "reach_from_d",
            "reach_to_d",
            "consensus",
            "consensus_from_d",
            "consensus_to_d",
            "bits",
            "best_column_d",
            "best_column_letter",
            "best_column_bits",
            "spearman_d",
            "spearman_rho",
            "windows",
            "windows_distinct",
            "windows_plus",
            "windows_minus",
            "windows_at_sites",
            "windows_at_sites_expected",
            *("S", "L", "K", "R", "I", "first_failed", "claim", "element", "element_q", "type", "content_share"),
            *(
                "s_q_random",
                "s_q_rotated",
                "effect_information",
                "bits_heldout",
                "l_q_random",
                "l_q_rotated",
                "logo_auroc",
            ),
            *("dprauc_zero", "dprauc_zero_lo", "dprauc_zero_hi", "dprauc_mean", "dprauc_mean_lo", "dprauc_mean_hi"),
            *("dprauc_uniform", "dprauc_uniform_lo", "dprauc_uniform_hi", "seeds_found", "seeds_run", "ism_rho"),
            *("ism_q", "deletion_area", "deletion_lo", "deletion_hi", "n_networks_above"),
        ],
        "profiles.tsv.gz": ["model", "control", "layer", "head", "group", "d", "base", "mean", "max", "n"],
        "spearman.tsv.gz": ["model", "layer", "head", "d", "rho", "rho_times_mean", "n"],
        "windows.tsv": [
            "model",
            "layer",
            "head",
            "rank",
            "contig",
            "strand",
            "anchor",
            "d",
            "score",
            "output",
            "distinct",
            "nearest_tss",
            "nearest_tss_nt",
            "sequence",
        ],
        "metrics.tsv": [
            "model",
            "arc",
            "metric",
            "value",
            "lo",
            "hi",
            "tolerance_nt",
            "prevalence",
            "n_sites",
            "n_positions",
        ],
        "curves.tsv": ["model", "curve", "x", "y", "threshold"],
    }
    documented = (Path(__file__).resolve().parents[2] / "docs" / "output.md").read_text()
    for name, columns in expected.items():
        table = read_tsv(out / "tables" / name)
        assert list(table) == columns, name
        for column in columns:
            assert f"`{column}`" in documented, f"docs/output.md does not explain {column} of {name}"
    assert (read_tsv(out / "tables" / "heads.tsv")["grade"] == "?").all()


def test_tables_hold_what_the_heads_hold(report, described):
    out, _, run = report
    profiles = read_tsv(out / "tables" / "profiles.tsv.gz")
    heads = read_tsv(out / "tables" / "heads.tsv").set_index("head")
    assert len(profiles) == 4 * 3 * 128
    top = profiles[(profiles["head"] == 2) & (profiles["group"] == "top")].set_index("d")["mean"]
    assert heads.loc[2, "peak_d_top"] == top.idxmax() == 50
    assert heads.loc[2, "peak_x_uniform_top"] == pytest.approx(top.max() * 128, rel=1e-4)
    assert heads.loc[1, "consensus"] == "TATAAT"
    assert metrics_table(run).set_index(["arc", "metric"]).loc[("test", "pr_auc"), "lo"] == pytest.approx(0.2821)


def test_compressed_tables_carry_no_time(report):
    out, _, _ = report
    assert (out / "tables" / "profiles.tsv.gz").read_bytes()[4:8] == b"\0\0\0\0"
    with gzip.open(out / "tables" / "spearman.tsv.gz", "rt") as handle:
        assert handle.readline().startswith("model\tlayer")


def test_the_same_run_gives_the_same_bytes(report, described, tmp_path):
    out, _, _ = report
    write_report(read_run(options(*described)), tmp_path / "again", TEMPLATES, multiqc=False)
    for path in sorted((tmp_path / "again").rglob("*")):
        if path.is_file():
            assert path.read_bytes() == (out / path.relative_to(tmp_path / "again")).read_bytes(), path.name


def test_atlas_page_holds_every_head_and_orders_them_without_help(report):
    out, _, run = report
    text = (out / "atlas.html").read_text()
    cells = re.findall(
        r'class="cell" id="(L\d+_H\d+)" href="heads/\1.html" data-layer="(\d+)" data-head="(\d+)" '
        r'data-distance="(\d+)" data-height="([\d.]+)"',
        text,
    )
    assert [cell[0] for cell in cells] == ["L1_H1", "L1_H2", "L1_H3", "L1_H4"]
    assert [int(cell[3]) for cell in cells] == [head.peak_top[1] for head in run.heads]
    assert text.count(">?</span>") == 5, "four badges and the specimen's"
    assert len(text) < 1_000_000 / 36 * 4 + 20_000


@pytest.mark.parametrize("family", ["Liberation Sans", "DejaVu Sans"])
def test_no_text_leaves_the_atlas_figure(report, family):
    _, outcome, run = report
    use_style(family)
    try:
        for state in ("untested", "not_learned"):
            figure = atlas_figure(run, {**outcome, "state": state})
            figure.canvas.draw()
            for text in figure.findobj(matplotlib.text.Text):
                if text.get_text().strip() and text.get_visible() and text.axes and text.axes.axison:
                    pytest.fail("the atlas draws no axes of its own")
                if text.get_text().strip() and text.axes and text in text.axes.texts:
                    box = text.get_window_extent()
                    assert box.x0 >= 0 and box.x1 <= figure.bbox.width + 1, text
                    assert box.y0 >= 0 and box.y1 <= figure.bbox.height + 1, text
            assert figure.bbox.width == 1170
    finally:
        use_style()


def test_all_svg_files_are_well_formed_and_say_what_redoes_them(report, described):
    out, _, _ = report
    for path in [out / "atlas.svg", *(head / "profile.svg" for head in described[1])]:
        root = ElementTree.fromstring(path.read_text())
        description = root.find("{http://www.w3.org/2000/svg}desc").text
        assert ".tsv" in description


def test_similar_heads_are_those_with_the_most_similar_profile(report):
    _, _, run = report
    similar = similar_heads(run.heads)
    table = np.corrcoef([head.x_uniform("top") for head in run.heads])
    for i, head in enumerate(run.heads):
        names = [other.name for other, _ in similar[head.name]]
        assert head.name not in names and len(names) == 3
        assert similar[head.name][0][1] == pytest.approx(max(table[i][j] for j in range(4) if j != i))


def test_run_card_says_what_was_not_done(report):
    _, outcome, run = report
    card = run_card(run, outcome, TEMPLATES)
    text = " ".join(card["not_done"])
    for word in (
        "random-weight",
        "One seed (1)",
        "knock-out",
        "known motifs",
        "sequencing reads",
        "not calibrated",
    ):
        assert word in text
    rows = {row["process"]: row for row in card["time_and_memory"]}
    assert rows["HARMONISE"] == {
        "process": "HARMONISE",
        "tasks": 2,
        "seconds_total": 1.7,
        "seconds_longest": 0.9,
        "cpu_seconds": 3.4,
        "for_tests": False,
        "peak_memory_mb": 76,
    }
    assert list(rows)[0] == "SIMULATE" and list(rows)[-1] == "DESCRIBE_HEAD"
    assert card["network"]["view_of_one_head_nt"] == [-127, 0]


def test_view_of_a_head_is_given_in_bases_round_the_tss(report):
    out, _, _ = report
    # 128 keys and a shift of 20: d 127 is base -107, d 0 is base +21.
    assert "−107 to +21 relative to the TSS" in (out / "run_card.html").read_text()


def test_split_of_several_contigs_is_drawn_as_bars(described):
    run = read_run(options(*described))
    second = {"name": "plasmid<1>", "length": 5_000, "circular": False, "gc": 0.5}
    run.genome_json["contigs"].append(second)
    run.split.loc[len(run.split)] = ["train", "plasmid<1>", 0, 5_000, 10_000, 3]
    use_style()
    drawn = split_svg(run)
    ElementTree.fromstring(drawn)
    assert "plasmid&lt;1&gt;" in drawn and ">sim<" in drawn
    axes = bars_figure(run.genome_json["contigs"], run.split).axes[0]
    assert [(bar.get_x(), bar.get_width(), round(bar.get_y() + 0.275)) for bar in axes.patches] == [
        (0, 28_000, 0),
        (28_000, 4_000, 0),
        (32_000, 8_000, 0),
        (0, 5_000, 1),
    ]


def test_an_arc_over_the_origin_is_one_piece_of_the_ring(described):
    run = read_run(options(*described))
    run.split = pd.DataFrame(
        [
            ("train", "sim", 0, 10_000, 20_000, 50),
            ("test", "sim", 10_000, 18_000, 16_000, 40),
            ("validation", "sim", 18_000, 22_000, 8_000, 20),
            ("train", "sim", 22_000, 40_000, 36_000, 104),
        ],
        columns=["arc", "contig", "start", "end", "positions", "sites"],
    )
    use_style()
    drawn = split_svg(run)
    assert "train 70 %" in drawn and "154 sites" in drawn
    pieces = ring_figure(run.genome_json["contigs"][0], run.split).axes[0].patches
    # Clockwise from the test arc: a quarter of the circle lies before its start.
    assert [(round(piece.theta1) % 360, round(piece.theta2 - piece.theta1)) for piece in pieces] == [
        (288, 72),
        (252, 36),
        (0, 252),
    ]


def test_parameters_lose_their_folders(described):
    run = read_run(options(*described))
    run.params["input"] = "/home/somebody/secret/tss_sets.csv"
    assert run_card(run, judge(run, TEMPLATES), TEMPLATES)["parameters"]["input"] == "tss_sets.csv"


def test_numbers_are_printed_plainly():
    assert number(0.00275) == "0.00275" and number(0.000012345) == "0.0000123"
    assert minus("detects -10 at lac-UV5") == "detects −10 at lac-UV5"
    assert number(-3.5) == "−3.5" and number(None) == "not recorded" and number(52.0, 2) == "52"
    assert interval_text({"value": 0.31, "lo": 0.28, "hi": None}) == "0.31"
    assert duration(0.84) == "0.8 s" and duration(185) == "3 min 5 s" and duration(3720) == "1 h 2 min"


def test_items_of_a_text_template_are_one_line_each():
    assert items("\n- One,\n  and --more.\n\n- Two: 1 −\u00a0%\n") == ["One, and --more.", "Two: 1 −\u00a0%"]
    assert items("") == []


def test_element_columns_follow_the_label_shift(tmp_path):
    for shift in (0, 10):
        folder = tmp_path / str(shift)
        write_inputs(folder, layers=1, heads=1, label_shift=shift)
        head = folder / "heads" / "L1_H1"
        assert describe_heads(folder, folder / "heads", 1).returncode == 0
        run = read_run(options(folder, [head]))
        boxes = {element["name"]: (element["from_d"], element["to_d"]) for element in run.elements}
        assert boxes == {element.name: element.distances(shift) for element in read_elements(ELEMENTS)}
        assert head_peak(head)["peak_d_all"] == shift + 7 and head_peak(head)["logo"]["consensus"] == "TATAAT"


def head_peak(folder):
    return json.loads((folder / "head.json").read_text())


def test_a_missing_head_folder_is_one_line(tmp_path, described):
    folder, _ = described
    with pytest.raises(ValueError, match="no heads given"):
        read_run(options(folder, []))


def test_multiqc_report_holds_the_sections_in_order(report, described, tmp_path):
    run = read_run(options(*described))
    run.params["input"] = "/somewhere/private/tss_sets.csv"
    write_report(run, tmp_path, TEMPLATES, multiqc=True)
    text = (tmp_path / "multiqc" / "multiqc_report.html").read_text()
    places = [text.index(f'id="{name}"') for name in ("labels", "training", "test_arc", "heads", "run_card")]
    assert places == sorted(places)
    order = [text.index(f'id="mqc-section-wrapper-{name}"') for name in ("attentome_sets", "attentome_overlap")]
    assert order == sorted(order)
    assert "Its 4 heads are described but not graded" in text
    assert not re.search(r"<script[^>]+src=[\"']https?:", text)
    markup = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert not re.search(r"<(img|link|iframe)[^>]+(src|href)=[\"']https?:", markup)
    assert str(tmp_path) not in text and "/somewhere/private" not in text and "/tmp/" not in text
    assert 'href="../atlas.html"' in text and "../heads/L1_H2.html" in text
    assert [path.name for path in (tmp_path / "multiqc").iterdir()] == ["multiqc_report.html"]


def cells(table):
    """Rows of an HTML table as lists of words."""
    return [
        [unescape(re.sub("<br>", " | ", re.sub("<(?!br)[^>]+>", "", cell))) for cell in re.findall("<td.*?</td>", row)]
        for row in re.findall("<tr>.*?</tr>", table, flags=re.DOTALL)
        if "<td" in row
    ]


def test_audit_of_the_sets_is_in_the_report(report):
    _, outcome, run = report
    found = sections(run, run_card(run, outcome, TEMPLATES), None, TEMPLATES).found
    assert [name for name in found if found[name].get("parent_id") == "labels"] == [
        "attentome_sets",
        "attentome_audit",
        "attentome_overlap",
        "attentome_distances",
    ]
    rows = {row[0]: row[1:] for row in cells(found["attentome_audit"]["data"])}
    assert rows["set_a"] == [
        "bed",
        "sim",
        "the run's genome",
        "none",
        "none printed",
        "+: 0 (62\u00a0%) | −: 0 (62\u00a0%)",
        "+: 78\u00a0% | −: 78\u00a0%",
    ]
    assert rows["set_b"][1] == "chr|sim| = sim" and rows["set_b"][3] == "+1 nt on the + strand (110 rows in all)"
    assert rows["set_b"][4] == "+: 100\u00a0% at +1 (of 110) | −: 100\u00a0% at 0 (of 110)"
    assert rows["set_c"][2] == "sim.1 to sim: 200 moved, 4 unchanged, 1 lost"
    assert "All 110 printed sequences" in found["attentome_audit"]["data"]


def test_grid_stands_below_the_test_arc_where_there_is_one(report, described):
    _, outcome, run = report
    assert "attentome_grid" not in sections(run, run_card(run, outcome, TEMPLATES), None, TEMPLATES).found
    run = read_run(options(*described, grid_png=described[0] / "grid.png"))
    section = sections(run, run_card(run, outcome, TEMPLATES), None, TEMPLATES).found["attentome_grid"]
    assert section["parent_id"] == "test_arc" and section["data"].startswith('<img src="data:image/png;base64,')


def peers_of(network, others):
    """``peers.json`` with PR AUCs: of the network, and of each peer with the network's lead over it."""

    def entry(value, low, high):
        return dict.fromkeys(("roc_auc", "pr_auc", "pr_auc_tolerant"), {"value": value, "lo": low, "hi": high})

    models = {"network": {**entry(*network), "n_weights": 30_114}}
    for name, (value, lead) in others.items():
        models[name] = {**entry(*value), "n_weights": 69, "network_lead": entry(*lead)}
    return {"arc": "test", "models": models}


def test_peers_stand_beside_the_network(described, tmp_path):
    folder, heads = described
    others = {
        "residual_cnn": ((0.42, 0.38, 0.46), (-0.11, -0.14, -0.08)),
        "pwm_scanner": ((0.08, 0.07, 0.1), (0.23, 0.2, 0.26)),
    }
    run = replace(read_run(options(folder, heads)), peers=peers_of((0.31, 0.28, 0.34), others))
    words = (
        "a residual CNN reaches PR AUC 0.42 (0.38 to 0.46) and a PWM scanner reaches PR AUC 0.08 (0.07 to 0.1). "
        "The network is behind the residual CNN by 0.11 (0.08 to 0.14) and ahead of the PWM scanner by 0.23 "
        "(0.2 to 0.26)."
    )
    outcome = write_report(run, tmp_path, TEMPLATES, multiqc=False)
    assert [row["name"] for row in outcome["facts"]["peers"]] == ["network", *others]
    card = (tmp_path / "run_card.html").read_text()
    for page in (card, (tmp_path / "atlas.html").read_text()):
        assert words in page
    assert "−0.11 (−0.14 to −0.08)" in card
    rows = [line for line in pr_auc_figure(run).axes[0].lines if line.get_label() == "networks"]
    assert [list(row.get_xdata()) for row in rows] == [[0.31], [0.42], [0.08]]
    assert not any("--baselines" in line for line in run_card(run, outcome, TEMPLATES)["not_done"])
    metrics = sections(run, run_card(run, outcome, TEMPLATES), None, TEMPLATES).found["attentome_metrics"]
    assert metrics["data"]["residual CNN"]["lead"] == "−0.11 (−0.14 to −0.08)" and len(metrics["data"]) == 3
    # The same comparison whose interval holds 0, and one without an interval.
    equal = peers_of((0.31, 0.28, 0.34), {"residual_cnn": ((0.32, 0.3, 0.35), (-0.01, -0.03, 0.02))})
    assert peer_sentences(replace(run, peers=equal)).endswith(
        "not distinguishable from the residual CNN (difference −0.01 (−0.03 to 0.02))."
    )
    few = replace(run, peers=equal, metrics=without_intervals(run.metrics))
    assert peer_sentences(few).endswith("PR AUC 0.32. The network is behind the residual CNN by 0.01.")


def test_without_peers_the_report_says_so(report):
    out, _, run = report
    assert peer_sentences(run) == "" and TEMPLATES.macro("peers", peer_rows(run)).strip() == ""
    assert "No peer without attention was run (--baselines)" in (out / "run_card.html").read_text()
    assert "evaluation/peers.tsv" not in (out / "run_card.html").read_text()


def test_auxiliary_outputs_in_text():
    weighed = {"auxiliary_sets": ["a", "b", "c"], "settings": {"auxiliary_weight": 0.3}}
    assert auxiliary_text(weighed) == "own sites of a, b and c (weight 0.3 each), only in training"
    assert auxiliary_text({**weighed, "settings": {}}) == auxiliary_text({}) == "none"


def test_run_card_says_where_the_sets_came_from(tmp_path, described):
    run = read_run(options(*described))
    run.sources = [
        {"role": "set", "set": "set_a", "source": "/home/somebody/data/a.bed", "url": None, "fetched": None},
        {"role": "assembly", "set": "set_a", "source": "old.fna", "url": None, "fetched": None},
        {
            "role": "set",
            "set": "set_b",
            "source": "https://doi.org/x",
            "url": "https://example.org/get/b.gtf?id=1",
            "fetched": "2026-11-21T18:00:00+00:00",
        },
    ]
    write_report(run, tmp_path, TEMPLATES, multiqc=False)
    card = {entry["set"]: entry for entry in json.loads((tmp_path / "run_card.json").read_text())["labels"]["sets"]}
    assert card["set_a"]["sources"] == ["a.bed"]
    assert card["set_b"]["sources"] == ["b.gtf from example.org, 2026-11-21"]
    assert card["set_c"]["sources"] == ["set_c.bed"]
    words = " ".join(Page((tmp_path / "run_card.html").read_text()).words)
    assert "b.gtf from example.org, 2026-11-21" in words and "sim.1 to sim" in words and "somebody" not in words


ECOLI = {"cappable": 16359, "regulondb": 6485, "smrt": 2569, "send": 4029}


def ecoli_counts(formats, published=None):
    """The published counts beside made-up sets of these formats."""
    published = published or json.loads((ROOT / "assets/published_counts.json").read_text())
    audits = [{"set": f"my_{kind}", "formats": [kind, kind], "sites": ECOLI.get(kind, 7)} for kind in formats]
    names = [audit["set"] for audit in audits]
    overlap = pd.DataFrame(
        {"sets": [",".join(names[:n]) for n in range(1, len(names) + 1)], "n": [10**n for n in range(len(names))]}
    )
    return {row["what"]: row for row in compare_published(published, audits, overlap, [4641652])}


def test_published_counts_stand_beside_those_of_the_run():
    rows = ecoli_counts(ECOLI)
    assert {what: (row["published"], row["here"]) for what, row in rows.items()} == {
        "Cappable-seq": (16348, 16359),
        "SMRT-Cappable-seq": (2311, 2569),
        "SEnd-seq": (4026, 4029),
        "RegulonDB, strong evidence": (6487, 6485),
        "in 2 or more sets": (5104, 1110),
        "in 3 or more sets": (2224, 1100),
        "in all 4 sets": (1012, 1000),
    }
    assert all(len(row["why"]) > 40 for row in rows.values())


def test_published_counts_only_where_they_compare():
    assert ecoli_counts(["cappable", "bed", "table"]) == {}, "one of the paper's sets"
    assert ecoli_counts(["cappable", "smrt", "smrt"]) == {}, "which of two sets is the paper's is unknown"
    some = ecoli_counts(["cappable", "smrt", "bed"])
    assert some["SMRT-Cappable-seq"]["here"] == 2569
    assert {what for what, row in some.items() if row["here"] is None} == {
        "SEnd-seq",
        "RegulonDB, strong evidence",
        "in 2 or more sets",
        "in 3 or more sets",
        "in all 4 sets",
    }
    assert ecoli_counts([*ECOLI, "thomason"])["in all 4 sets"]["here"] is None
    published = json.loads((ROOT / "assets/published_counts.json").read_text())
    assert compare_published(published, [], pd.DataFrame(), [4641652]) == []
    assert ecoli_counts(ECOLI, {**published, "genome_nt": 4639675}) == {}


def test_published_counts_in_the_report(described):
    run = read_run(options(*described, published_counts=ROOT / "assets/published_counts.json"))
    run.genome_json["contigs"][0]["length"] = 4641652
    for audit, kind in zip(run.audits, ECOLI):
        audit["formats"] = [kind]
    section = sections(run, run_card(run, judge(run, TEMPLATES), TEMPLATES), None, TEMPLATES).found[
        "attentome_published"
    ]
    rows = cells(section["data"])
    assert len(rows) == 7 and rows[0][1:3] == ["16,348", "241"] and rows[0][3] == "−16,107"
    assert rows[-1][2] == "not comparable" and rows[-1][4] == "as above"
    assert "10.1093/bib/bbab060" in section["description"]


def test_pictures_are_shown_at_the_size_they_were_drawn(report):
    out, outcome, run = report
    found = Sections(run, run_card(run, outcome, TEMPLATES), TEMPLATES)
    assert "width:1170px" in found.picture(out / "atlas.png", "the atlas")


def test_shares_are_not_rounded_to_all_or_none():
    shares = {
        0: "0\u00a0%",
        1: "100\u00a0%",
        0.9995: "99.9\u00a0%",
        0.624: "62\u00a0%",
        0.0003: "< 0.1\u00a0%",
        0.0512: "5.1\u00a0%",
    }
    assert {share: percent(share) for share in shares} == shares
