"""Numbers and figures of one head, against direct formulas, hand counts and planted motifs."""

import json
import math
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from project import ROOT
from report_fixture import write_inputs
from report_run import ELEMENTS, describe_heads

from attentome.figures.head import head_figures
from attentome.figures.style import use_style
from attentome.genome.contigs import Contig, encode, load_genome
from attentome.genome.ruler import base_of_distance, distance_of_base
from attentome.heads.describe import describe_head, head_numbers
from attentome.heads.distances import anchor_text, key_reach, zoom_range
from attentome.heads.tables import meme_text, window_table
from attentome.heads.windows import distinct_windows, nearest_sites, share_at_sites, window_tokens
from attentome.io.files import read_arrays, read_bed, read_json, read_tsv
from attentome.motifs.elements import read_elements
from attentome.motifs.logo import base_counts, consensus, genome_background, information


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("head_inputs")
    write_inputs(folder, layers=1, heads=4)
    return folder


def load(folder, layer, head):
    genome = load_genome(folder / "genome.fna", folder / "genome.json")
    sites = read_bed(folder / "sites.bed", extra=("support", "sets"))
    return describe_head(
        layer,
        head,
        read_arrays(folder / "profile.safetensors"),
        read_json(folder / "profile.json"),
        read_tsv(folder / "windows.tsv"),
        genome,
        sites,
    ), genome


def frame(rows):
    return pd.DataFrame(rows, columns=["contig", "strand", "anchor"])


def test_information_is_relative_entropy_less_the_small_sample_correction():
    counts = np.array([[50, 0, 0, 0], [20, 10, 10, 10], [13, 12, 13, 12], [0, 0, 0, 0], [3, 0, 0, 1]])
    background = np.array([0.3, 0.2, 0.2, 0.3])
    for row, bits in zip(counts.tolist(), information(counts, background), strict=True):
        n = sum(row)
        if n == 0:
            assert bits == 0
            continue
        expected = sum(k / n * math.log2(k / n / q) for k, q in zip(row, background, strict=True) if k) - 3 / (
            2 * math.log(2) * n
        )
        assert bits == pytest.approx(max(expected, 0.0), abs=1e-12)
    assert information(counts, background)[2] == 0.0, "an even column must not fall below 0"


def test_background_is_the_same_for_both_strands():
    genome = {"c": Contig("c", encode("AAAACGNN"))}
    # Both strands together: A and T 4 each, C and G 2 each.
    assert genome_background(genome) == pytest.approx([4 / 12, 2 / 12, 2 / 12, 4 / 12])


def test_windows_wrap_on_a_circle_and_are_padded_on_a_line():
    circle = {"c": Contig("c", encode("ACGTTGCA"), circular=True)}
    line = {"c": Contig("c", encode("ACGTTGCA"))}
    windows = frame([("c", "+", 1), ("c", "-", 6)])
    letters = np.array(list("ATCGN-"))
    # d 3..0 of the query at position 1 (C): positions -2, -1, 0, 1; on the circle 6 and 7 come first.
    assert "".join(letters[window_tokens(circle, windows, 0, 3)[0]]) == "CAAC"
    assert "".join(letters[window_tokens(line, windows, 0, 3)[0]]) == "--AC"
    # On the minus strand the query at position 6 reads G, and its upstream lies at 7, 0 and 1.
    assert "".join(letters[window_tokens(circle, windows, 0, 3)[1]]) == "GTTG"
    assert "".join(letters[window_tokens(line, windows, 0, 3)[1]]) == "--TG"


def test_a_planted_motif_gives_the_same_logo_on_either_strand():
    rng = np.random.default_rng(5)
    tokens = rng.integers(0, 4, 4000).astype(np.uint8)
    queries = np.arange(200, 3800, 90)
    for query in queries:
        tokens[query - 32 : query - 26] = encode("TATAAT")
    plus = {"c": Contig("c", tokens)}
    minus = {"c": Contig("c", plus["c"].stream("minus").copy())}
    on_plus = frame([("c", "+", q) for q in queries])
    on_minus = frame([("c", "-", 3999 - q) for q in queries])
    first = base_counts(window_tokens(plus, on_plus, 0, 99))
    second = base_counts(window_tokens(minus, on_minus, 0, 99))
    assert (first == second).all()
    background = genome_background(plus)
    text, start, _ = consensus(first, information(first, background))
    assert text == "TATAAT"
    assert 99 - start == 32, "the first base of the motif lies at d 32"


def test_unknown_bases_are_not_counted():
    counts = base_counts(np.array([encode("AN"), encode("AC")]))
    assert counts.tolist() == [[2, 0, 0, 0], [0, 1, 0, 0]]


def test_consensus_spans_the_informative_columns():
    counts = np.array([[9, 1, 0, 0], [0, 10, 0, 0], [3, 3, 2, 2], [0, 0, 0, 10], [3, 3, 2, 2]])
    assert consensus(counts, np.array([0.1, 1.5, 0.0, 1.2, 0.0])) == ("CnT", 1, 4)
    assert consensus(counts, np.zeros(5)) == ("", 0, 0)


def test_distinct_windows_count_copies_once():
    rows = np.array([encode("ACGTACGTAC"), encode("ACGTACGTAG"), encode("TTTTTTTTTT"), encode("ACGTACGTAC")])
    assert distinct_windows(rows).tolist() == [True, False, True, False]
    assert distinct_windows(np.array([encode("NNNN"), encode("NNNN")])).all(), "N never agrees with N"


def test_known_sites_by_hand():
    sites = pd.DataFrame({"contig": "c", "start": [100, 500], "end": [101, 501], "strand": ["+", "-"]})
    genome = {"c": Contig("c", np.zeros(1000, np.uint8), circular=True)}
    windows = frame([("c", "+", 120), ("c", "+", 126), ("c", "-", 480), ("c", "-", 475), ("c", "+", 480)])
    nearest, offset = nearest_sites(windows, sites, genome, 20)
    assert nearest.tolist() == [100, 100, 500, 500, 100]
    assert offset.tolist() == [0, 6, 0, 5, 360]
    # Two sites cover 11 positions each of the 2 x 1000.
    assert share_at_sites(sites, genome, 20) == pytest.approx(22 / 2000)


def test_known_sites_over_the_origin_and_without_sites_on_the_strand():
    sites = pd.DataFrame({"contig": "c", "start": [995], "end": [996], "strand": ["+"]})
    circle = {"c": Contig("c", np.zeros(1000, np.uint8), circular=True)}
    nearest, offset = nearest_sites(frame([("c", "+", 14), ("c", "-", 14)]), sites, circle, 20)
    assert (nearest[0], offset[0]) == (995, -1)
    assert nearest[1] == -1 and np.isnan(offset[1])
    line = {"c": Contig("c", np.zeros(1000, np.uint8))}
    assert share_at_sites(sites, line, 20) == 0, "TSS + 20 lies beyond the end of a linear contig"


@pytest.mark.parametrize(
    ("shift", "box10", "box35"), [(0, (7, 12), (30, 35)), (10, (17, 22), (40, 45)), (20, (27, 32), (50, 55))]
)
def test_elements_shift_with_the_label(shift, box10, box35):
    places = {element.name: element.distances(shift) for element in read_elements(ELEMENTS)}
    assert places["-10"] == box10
    assert places["-35"] == box35
    assert places["ext. -10"] == (shift + 14, shift + 15)
    assert places["UP"] == (shift + 38, shift + 59)
    assert places["disc."] == (shift + 1, shift + 6)


@pytest.mark.parametrize("shift", [0, 10, 20])
def test_bases_and_distances_are_each_others_inverse(shift):
    assert [base_of_distance(d, shift) for d in range(shift, shift + 3)] == [1, -1, -2]
    for d in range(200):
        assert distance_of_base(base_of_distance(d, shift), shift) == d
    with pytest.raises(ValueError, match="no base 0"):
        distance_of_base(0, shift)


def test_faults_of_an_elements_table_name_the_row(tmp_path):
    table = tmp_path / "elements.tsv"
    table.write_text("name\tfrom\tto\n-10\t-7\t-12\n")
    with pytest.raises(ValueError, match=r"row 2: need from <= to"):
        read_elements(table)
    table.write_text("name\tstart\n")
    with pytest.raises(ValueError, match="from, to missing"):
        read_elements(table)


def test_zoom_and_reach():
    assert zoom_range(27, 128) == (0, 99)
    assert zoom_range(110, 512) == (60, 159)
    assert zoom_range(511, 512) == (412, 511)
    assert zoom_range(5, 40) == (0, 39)
    assert key_reach(27, (12, 0)) == (27, 39)
    assert key_reach(27, (6, 6)) == (21, 33)
    assert anchor_text(0) == "the query" and "64 nt downstream" in anchor_text(64)


def test_head_numbers_of_a_planted_head(inputs):
    head, _ = load(inputs, 1, 1)
    numbers = head_numbers(head, read_elements(ELEMENTS))
    assert numbers["peak_d_all"] == 27 and numbers["peak_base_all"] == -7
    assert numbers["logo"]["consensus"] == "TATAAT"
    assert (numbers["logo"]["consensus_to_d"], numbers["logo"]["consensus_from_d"]) == (32, 27)
    assert numbers["windows"]["at_known_sites"] >= 45, "45 of the 50 windows were put at TSS + 20"
    assert numbers["windows"]["plus"] + numbers["windows"]["minus"] == 50
    top = read_arrays(inputs / "profile.safetensors")["mean_top"][0, 0]
    assert numbers["groups"]["top"]["x_uniform"] == pytest.approx(float(top.max()) * 128)
    assert numbers["elements"][3] == {
        **numbers["elements"][3],
        "name": "-10",
        "from_d": 27,
        "to_d": 32,
        "from_base": -12,
        "to_base": -7,
    }


def test_a_head_that_does_not_exist_is_named(inputs):
    with pytest.raises(ValueError, match="layer 3, head 1"):
        load(inputs, 3, 1)


def test_intervals_of_windows_hold_their_sequence(inputs):
    head, genome = load(inputs, 1, 1)
    table = window_table(head, genome)
    for row in table.itertuples():
        if row.end - row.start < 100:
            continue
        tokens = genome["sim"].tokens[row.start : row.end]
        expected = encode(row.sequence)
        if row.strand == "-":
            expected = Contig("x", expected).stream("minus")
        assert (tokens == expected).all()
    assert table["score"].between(0, 1000).all()


def test_meme_file_holds_the_motif_with_the_background(inputs):
    head, _ = load(inputs, 1, 1)
    lines = meme_text(head).splitlines()
    assert lines[0] == "MEME version 4"
    background = dict(zip(*[iter(lines[lines.index("Background letter frequencies") + 1].split())] * 2, strict=True))
    assert sum(map(float, background.values())) == pytest.approx(1, abs=1e-4)
    start = next(i for i, line in enumerate(lines) if line.startswith("letter-probability matrix"))
    width = int(lines[start].split("w= ")[1].split()[0])
    matrix = np.array([[float(x) for x in line.split()] for line in lines[start + 1 :] if line.strip()])
    assert matrix.shape == (width, 4)
    assert matrix.sum(axis=1) == pytest.approx(np.ones(width), abs=1e-5)
    best = "".join("ACGT"[i] for i in matrix.argmax(axis=1))
    assert "TATAAT" in best


@pytest.mark.parametrize("family", ["Liberation Sans", "DejaVu Sans"])
@pytest.mark.parametrize("number", [1, 3, 4])
def test_no_text_leaves_its_figure(inputs, family, number):
    import matplotlib.text

    head, _ = load(inputs, 1, number)
    use_style(family)
    try:
        for figure, *_ in head_figures(head, read_elements(ELEMENTS)).values():
            figure.canvas.draw()
            width, height = figure.bbox.width, figure.bbox.height
            for text in figure.findobj(matplotlib.text.Text):
                if not text.get_text().strip() or not text.get_visible():
                    continue
                box = text.get_window_extent()
                assert box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1, text
    finally:
        use_style()


@pytest.mark.parametrize("shift", [0, 10, 20])
def test_boxes_of_the_figure_agree_with_the_table(inputs, shift):
    head, _ = load(inputs, 1, 1)
    head.label_shift = shift
    figure, *_ = head_figures(head, read_elements(ELEMENTS))["profile"]
    zoom = figure.axes[-1]
    words = {text.get_text(): text.get_position()[0] for text in zoom.texts}
    assert words["\N{MINUS SIGN}10"] == pytest.approx(-(shift + 7 + shift + 12) / 2)
    assert words["\N{MINUS SIGN}35"] == pytest.approx(-(shift + 30 + shift + 35) / 2)
    ticks = dict(zip([t.get_text() for t in zoom.get_xticklabels()], zoom.get_xticks(), strict=True))
    assert ticks["+1"] == -shift
    assert ticks["\N{MINUS SIGN}10"] == -(shift + 10)


def test_command_writes_every_file_and_the_same_bytes_beside_other_heads(inputs, tmp_path):
    for side, heads in (("a", [2]), ("b", [1, 2])):
        done = describe_heads(inputs, tmp_path / side, *heads)
        assert done.returncode == 0, done.stderr
    files = sorted(path.name for path in (tmp_path / "a" / "L1_H2").iterdir())
    assert files == sorted(
        ["head.json", "profile.tsv", "spearman.tsv", "windows.bed", "pwm.tsv", "pwm.meme"]
        + [f"{name}.{kind}" for name in ("profile", "logo", "spearman") for kind in ("png", "svg")]
    )
    for name in files:
        first, second = (tmp_path / side / "L1_H2" / name for side in "ab")
        assert first.read_bytes() == second.read_bytes(), name
    for side, tag in (("a", "L1_H2"), ("b", "L1_H1 to L1_H2")):
        record = json.loads((tmp_path / side / "record.json").read_text())
        assert (record["process"], record["tag"]) == ("DESCRIBE_HEAD", tag)


def test_tables_have_the_documented_columns(inputs, tmp_path):
    out = tmp_path / "L1_H1"
    assert describe_heads(inputs, tmp_path, 1).returncode == 0
    profile = read_tsv(out / "profile.tsv")
    assert list(profile) == ["layer", "head", "group", "d", "base", "mean", "max", "n"]
    assert len(profile) == 3 * 128 and 0 not in profile["base"].to_numpy()
    spearman = read_tsv(out / "spearman.tsv")
    assert list(spearman) == ["layer", "head", "d", "rho", "rho_times_mean", "n"]
    everywhere = profile[profile["group"] == "all"]["mean"].to_numpy()
    assert spearman["rho_times_mean"].to_numpy() == pytest.approx(spearman["rho"] * everywhere, rel=1e-4)
    pwm = read_tsv(out / "pwm.tsv")
    assert list(pwm) == ["d", "base", "A", "C", "G", "T", "bits", "used"]
    assert (pwm[list("ACGT")].sum(axis=1) == 50).all()
    header = (out / "windows.bed").read_text().splitlines()[0]
    assert header == "#" + "\t".join(
        [
            "contig",
            "start",
            "end",
            "name",
            "score",
            "strand",
            "layer",
            "head",
            "rank",
            "anchor",
            "d",
            "attention",
            "output",
            "distinct",
            "nearest_tss",
            "nearest_tss_nt",
            "sequence",
        ]
    )
    for name in ("profile", "logo", "spearman"):
        text = (out / f"{name}.svg").read_text()
        assert "<desc>" in text and ".tsv" in text
        assert "<dc:date>" not in text and "matplotlib.org" not in text


def test_a_wrong_head_ends_with_one_line(inputs, tmp_path):
    for head, said in ((9, "head 9"), ("x", "L1_Hx")):
        done = describe_heads(inputs, tmp_path, head)
        assert done.returncode == 2
        assert said in done.stderr and "Traceback" not in done.stderr


def test_describing_heads_needs_no_torch():
    code = "import sys, attentome.figures.head, attentome.report.write; sys.exit('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(ROOT / "bin"), "PATH": ""}, check=False)
    assert done.returncode == 0
