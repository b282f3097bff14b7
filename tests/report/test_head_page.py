"""Pages of tested heads: words by grade, captions, the places of dots, letters and axes, what is not there."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from tested_fixture import write_tested

from attentome.figures.place_axis import INNER
from attentome.figures.place_axis import LEFT as TRACK_LEFT
from attentome.figures.style import PX, text_width, use_style
from attentome.figures.svg import nice_end, nice_ticks
from attentome.report.head_page.page import head_page
from attentome.report.head_page.profiles import whole_window, zoom_figure
from attentome.report.head_page.sentences import pairs_html, rule_lines, spelled
from attentome.report.head_page.strips import LEFT, RIGHT, WIDTH, deletion_svg, spread, strips_svg
from attentome.report.head_page.tracks import view_of
from attentome.report.html.frame import STYLE, badge
from attentome.results.head_tests import read_tested
from attentome.results.run import read_head

GRADES = ["A", "B", "D", "unsupported"]
NAMES = re.compile(r"\b(detects|likely reads|may read|sees|knows|recogni[sz]es|significant(ly)?)\b")
LEARNED = {"state": "learned_graded"}
MISSING = (
    "knockout.tsv",
    "knockout_pairs.tsv",
    "knockout.json",
    "ism_profile.tsv",
    "ism_heads.tsv",
    "deletion.tsv",
    "deletion_heads.tsv",
    "element_matches.tsv",
    "curated/parts.safetensors",
    "curated/logos.tsv",
    "curated/windows.tsv",
    "seed_profiles.tsv",
)


@pytest.fixture(scope="module")
def heads(described):
    """Four described heads of one layer."""
    use_style()
    return [read_head(folder) for folder in described[1]]


def run_of(heads, folder, grades=GRADES, missing=(), **options):
    write_tested(folder, list(grades), **options)
    for name in missing:
        (folder / name).unlink()
    return SimpleNamespace(
        heads=heads, tested=read_tested(folder), name="demo", params={}, elements=heads[0].numbers["elements"]
    )


def page_of(run, head, outcome=LEARNED):
    return head_page(run.heads[head - 1], run, outcome, [(run.heads[0], 0.5)])


def words_of(page):
    return " ".join(re.sub(r"<[^>]*>", " ", re.sub(r"<style.*?</style>", "", page, flags=re.DOTALL)).split())


def drawings(text):
    return [ElementTree.fromstring(part) for part in re.findall(r"<svg.*?</svg>", text, re.DOTALL)]


def texts(drawing):
    return [element for element in drawing.iter() if element.tag.endswith("text")]


def test_words_follow_the_grade(heads, tmp_path):
    run = run_of(heads, tmp_path)
    best, likely, fourth, without = (words_of(page_of(run, head)) for head in range(1, 5))
    assert "detects −10" in best and "likely reads −35" in likely
    assert "grade D: no name" in fourth and "unsupported: no claim is made about this head" in without
    for page in (fourth, without):
        assert not NAMES.search(page), NAMES.search(page).group()
        assert "spells" not in page and "TATAAT" not in page.split("Which 50 windows")[0]
    assert NAMES.findall(best) == [("detects", "")]
    assert (
        "Looks 27 nt upstream, at base −7 when the output sits on a TSS. Its effect logo spells TATAAT. Without it "
        "the PR AUC falls by 0.12, from 0.7. Mixed head: 50 % of the variance of its logit is content."
    ) in best
    assert "the PR AUC does not fall (+0.002, from 0.7)" in fourth
    assert (
        "no sharper than in networks that learned nothing (1.1× uniform; q 0.4 against random weights, 0.4 against "
        "rotated labels)"
    ) in without


@pytest.mark.parametrize(
    ("first_failed", "words"),
    [
        ("L", "it tells no more by its effect logo than they do (q 0.4"),
        ("K", "removing it costs nothing that can be measured"),
    ],
)
def test_an_unsupported_head_is_told_by_its_first_failed_test(heads, tmp_path, first_failed, words):
    run = run_of(heads, tmp_path)
    table = run.tested.heads
    for test in "SLKRI":
        table.loc[3, test] = "passed" if "SLKRI".index(test) < "SLKRI".index(first_failed) else "failed"
    assert words in words_of(page_of(run, 4))


@pytest.mark.parametrize("case", ["full", "capped", "one seed", "no controls", "tables missing", "untested"])
def test_captions_are_complete_whatever_is_missing(heads, tmp_path, case):
    options = {"capped": {"networks": 15}, "one seed": {"seeds": 1}, "no controls": {"networks": 0}}.get(case, {})
    grades = ["not graded"] * 4 if case == "no controls" else GRADES
    run = run_of(heads, tmp_path, grades, MISSING if case == "tables missing" else (), **options)
    if case == "tables missing":
        columns = [name for name in run.tested.heads if name.startswith(("dprauc", "deletion", "ism_", "content"))]
        run.tested.heads[columns] = np.nan
        run.tested.heads["type"] = ""
        run.tested.heads[["K", "I"]] = "not run"
    if case == "untested":
        run = SimpleNamespace(**{**vars(run), "tested": None})
    for page in (page_of(run, head) for head in (1, 4)):
        words = words_of(page)
        assert not re.search(r"[{}]|\bnan\b|\bNone\b|not recorded", words), case
        assert "https:" not in page and "/tmp/" not in page and len(page.encode()) < 600_000
        for drawing in drawings(page):
            assert drawing.tag.endswith("svg")
        expected = {
            "capped": "C is the best grade in this run: 15 networks on rotated labels are too few",
            "one seed": "R needs 3 seeds, this run has 1 (--replicates)",
            "no controls": "not graded: too few control networks",
            "tables missing": "--mutated_sites N fills this panel",
            "untested": "not graded: controls are not part of this run",
        }.get(case, "--motifs FILE fills this")
        assert expected in words, (case, expected)


def test_captions_say_n_null_rule_and_unit(heads, tmp_path):
    words = words_of(page_of(run_of(heads, tmp_path), 1))
    for part in (
        "the 500 highest outputs",
        "80 heads of 20 networks with random weights and 80 heads of 20 networks with rotated labels",
        "32,768 test positions",
        "16,384 positions of the held-out half",
        "q ≤ 0.05 against",
        "20 labelled positions",
        "20 blocks of 2,000 nt",
        "× uniform",
        "change of the output (logits)",
    ):
        assert part in words, part
    assert "By the same rule 0 of 80 heads of untrained networks and 0 of 80 heads" in words
    assert "R needs" not in words and "best grade" not in words


def test_rule_is_printed_with_its_thresholds_and_checksum(heads, tmp_path):
    run = run_of(heads, tmp_path)
    lines = rule_lines(run.tested.grades)
    assert lines[0].startswith("A = S L K R I · B = S L R and one of K, I · C = S L and one of K, R, I · D = S and")
    assert "r at least 0.8 and q at most 0.05 in at least 80 % of the other seeds, with at least 3 seeds" in lines[4]
    assert not re.search("max_|min_", " ".join(lines))
    assert f"SHA-256 {'ab' * 8}…" in words_of(page_of(run, 1))


def test_boxes_show_what_passed_failed_and_was_not_run(heads, tmp_path):
    run = run_of(heads, tmp_path)
    run.tested.heads.loc[1, "I"] = "not run"
    page = page_of(run, 2)
    boxes = re.findall(r'<div class="(pass|fail)"><b>(.)</b>', page)
    assert boxes == [("pass", "S"), ("pass", "L"), ("pass", "K"), ("pass", "R"), ("fail", "?")]
    assert "Not run: I (--controls true, --mutated_sites)." in words_of(page)


def test_badges_get_deeper_with_the_grade():
    fills = [re.search(rf"\.badge\.grade{letter}{{background:#(\w+)", STYLE).group(1) for letter in "ABCD"]
    light = [sum(w * int(fill[i : i + 2], 16) for w, i in ((0.299, 0), (0.587, 2), (0.114, 4))) for fill in fills]
    assert light == sorted(light) and min(np.diff(light)) > 25
    assert (
        ">–<" in badge("unsupported")
        and ">?<" in badge("not graded")
        and "grade" not in re.search('class="(.*?)"', badge("unsupported")).group(1)
    )


def test_alarm_hides_grades_and_claims(heads, tmp_path):
    page = page_of(run_of(heads, tmp_path), 1, {"state": "control_alarm"})
    words = words_of(page)
    assert "grades are not to be used" in words and not NAMES.search(words)
    assert 'class="badge"' in page and ">!<" in page and 'class="tests"' not in page


def test_dots_of_the_strips_lie_at_their_values(heads, tmp_path):
    run = run_of(heads, tmp_path)
    row = run.tested.of(1, 1)
    drawing = drawings(strips_svg(run.tested, row, run.tested.grades["rule"]))[0]
    x = [float(element.get("cx")) for element in drawing.iter() if element.tag.endswith("circle")]
    # Sharpness: log scale from 0.8 to the 128 keys of the window; 60 is this head's.
    assert x[0] == pytest.approx(LEFT + np.log(60 / 0.8) / np.log(128 / 0.8) * (RIGHT - 14 - LEFT), abs=0.1)
    # Bits: linear from 0 to the highest of all, which is this head's own 1.4.
    assert x[1] == pytest.approx(RIGHT - 14, abs=0.1)
    # Loss of PR AUC: intervals of the heads reach from -0.17 to 0.052, with 8 % more on either side.
    span = 0.222 * 1.16
    assert x[2] == pytest.approx(LEFT + (0.17 - 0.12 + 0.08 * 0.222) / span * (RIGHT - 14 - LEFT), abs=0.1)


def test_control_heads_are_drawn_where_they_are(heads, tmp_path):
    run = run_of(heads, tmp_path)
    run.tested.controls["peak_x_uniform_heldout"] = np.where(run.tested.controls["control"] == "random", 2.0, 4.0)
    drawing = strips_svg(run.tested, run.tested.of(1, 4), run.tested.grades["rule"])
    strokes = [
        re.findall(r"M([\d.]+) [\d.]+l(\d) -8", one) for one in re.findall(r'<path d="(M[\d.]+ [\d.]+l.*?)"', drawing)
    ]
    for (place, slant), value, wanted in zip((strokes[0][0], strokes[1][0]), (2, 4), ("0", "3"), strict=True):
        assert float(place) == pytest.approx(LEFT + np.log(value / 0.8) / np.log(160) * (RIGHT - 14 - LEFT), abs=0.3)
        assert slant == wanted
    assert len(strokes[0]) == len(strokes[1]) == 1


def test_words_of_the_strips_stay_inside(heads, tmp_path):
    run = run_of(heads, tmp_path)
    run.tested.heads.loc[0, ["s_q_random", "s_q_rotated"]] = 0.00062
    for head in range(1, 5):
        drawing = drawings(strips_svg(run.tested, run.tested.of(1, head), run.tested.grades["rule"]))[0]
        for element in texts(drawing):
            anchor, x = element.get("text-anchor"), float(element.get("x"))
            width = text_width(element.text, weight=element.get("font-weight") or "normal")
            left = x - width * {"start": 0, "middle": 0.5, "end": 1}[anchor]
            assert left >= 0 and left + width <= WIDTH, element.text


def test_letters_are_as_high_as_their_bits_and_fade_outside(heads, tmp_path):
    run = run_of(heads, tmp_path)
    page = page_of(run, 1)
    panel = page[page.index("What does it tell the network?") : page.index("What does the same recipe")]
    panel, words = panel.split("as a mixture of two words")
    found = r'href="#g(\w)" transform="translate\(([\d.]+) [\d.]+\) scale\([\d.]+ ([\d.]+)\)" fill="#\w+"( op)?'
    uses = re.findall(found, panel)
    # Words stand on 2 bits, which are 48 px, each as often as there are letters.
    tall = [letter for letter, _, size, _ in re.findall(found, words) if float(size) == pytest.approx(0.204, abs=1e-3)]
    assert "".join(tall) == "TATAATTATAAT" and "word 1: 70 % of the weight" in words
    view = view_of(heads[0], 27, run.tested.logos[run.tested.logos["head"] == 1])
    tall = {letter: float(size) * 100 for letter, _, size, _ in uses if float(size) * 100 > 20}
    # 3,400 of 4,000 windows, 1 bit, which is the full height of 108 px.
    assert tall == pytest.approx(dict.fromkeys("TA", 0.85 * 108), abs=0.1)
    first = min(float(x) for letter, x, size, _ in uses if float(size) > 0.2)
    assert first + 0.48 * view.px == pytest.approx(view.x(32), abs=0.1)
    assert not any(fade for *_, fade in uses)
    run.tested.logos["used"] = 0
    assert re.search('href="#gT"[^>]*opacity="0.28"', page_of(run, 1))


def test_logos_of_heads_and_of_controls_share_one_scale(heads, tmp_path):
    run = run_of(heads, tmp_path)
    run.tested.logos["bits"] *= 0.3
    control = run.tested.control_logos
    control.loc[(control["control"] == "rotated") & (control["d"] == 30), ["G", "bits"]] = [1e6, 0.4]
    run.tested.logos.loc[run.tested.logos["d"] == 60, ["C", "bits"]] = [1e9, 0.9]
    page = page_of(run, 1)
    start, middle, end = map(page.index, ("What does it tell the", "What does the same", "Does the output"))
    for panel, letter, tall in ((page[start:middle], "T", 0.85 * 0.3), (page[middle:end], "G", 0.4)):
        heights = [float(size) * 100 for size in re.findall(rf'href="#g{letter}"[^>]*scale\([\d.]+ ([\d.]+)\)', panel)]
        assert max(heights) == pytest.approx(108 * tall / 0.5, abs=0.1)
        ticks = {
            text.text: float(text.get("y")) for text in texts(drawings(panel)[0]) if text.get("text-anchor") == "end"
        }
        assert ticks["0"] - ticks["0.25"] == ticks["0.25"] - ticks["0.5"] == 54
        assert "0 to 0.5 bit, the same for all heads and controls of this run" in words_of(panel)
    # A column that is not used and higher than the scale is cut to it, and the caption says so.
    cut = re.findall(r'href="#gC" transform="translate\([\d.]+ ([\d.]+)\) scale\([\d.]+ ([\d.]+)\)', page[start:middle])
    assert max(cut, key=lambda one: float(one[1])) == ("6.0", "1.0800")
    assert "higher columns are cut" in words_of(page[start:middle])
    assert "higher columns are cut" not in words_of(page_of(run_of(heads, tmp_path / "low"), 1))


def test_words_on_the_best_control_column_stay_inside(heads, tmp_path):
    run = run_of(heads, tmp_path)
    for best in (0.01, 0.5, 0.97, 1.0):
        run.tested.control_logos.loc[run.tested.control_logos["used"] == 1, "bits"] = best
        panel = page_of(run, 1).split("What does it tell the")[1].split("What does the same")[0]
        (words,) = (text for text in texts(drawings(panel)[0]) if text.text.startswith("best column"))
        assert 6 + 10 <= float(words.get("y")) <= 114, best


def test_tracks_stand_in_register_with_the_zoomed_profile(heads, tmp_path):
    run = run_of(heads, tmp_path)
    logo = run.tested.logos[run.tested.logos["head"] == 1]
    view = view_of(heads[0], 27, logo)
    profile = zoom_figure(view, run.tested.bands, run.tested.seed_profiles.iloc[:0])
    places = {name: float(x) * 960 / 720 for x, name in re.findall(r'x="([\d.]+)"[^>]*>([+−]\d+)<', profile)}
    track = page_of(run, 1).split("Does the output rise")[1].split("</svg>")[0]
    own = {name: float(x) for x, name in re.findall(r'x="([\d.]+)"[^>]*>([+−]\d+)<', track)}
    shared = set(places) & set(own) - {"−10", "−35"}
    assert len(shared) >= 5
    for name in shared:
        assert own[name] == pytest.approx(places[name], abs=0.2), name


def test_partners_in_other_seeds_are_drawn_at_their_heights(heads, tmp_path):
    run = run_of(heads, tmp_path)
    view = view_of(heads[0], 27, run.tested.logos[run.tested.logos["head"] == 1])
    own = run.tested.seed_profiles.query("head == 1")
    assert own["network"].unique().tolist() == ["replicate_2", "replicate_3"]
    with_seeds, without = (zoom_figure(view, run.tested.bands, rows) for rows in (own, own.iloc[:0]))
    found = re.findall(r'<path d="M ([^"]*)"[^>]*style="fill: none; stroke: #0b4f8a; stroke-opacity', with_seeds)
    assert len(found) == 2 and "stroke-opacity" not in without
    heights = [{float(pair.split()[1]) for pair in re.split("[ML]", line)} for line in found]
    assert all(len(levels) == 1 for levels in heights)
    # 2.5 and 3.5 x uniform over the axis, which lies 240 px below the top.
    low, high = (240 * PX - levels.pop() for levels in heights)
    assert low / high == pytest.approx(2.5 / 3.5, rel=1e-3)
    assert "Thin: the same head in 2 other seeds (test R)" in words_of(page_of(run, 1))
    assert "Thin: the same" not in words_of(page_of(run, 3))


def test_band_of_control_heads_is_drawn_at_its_height(heads, tmp_path):
    run = run_of(heads, tmp_path)
    view = view_of(heads[0], 27, run.tested.logos[run.tested.logos["head"] == 1])
    drawing = whole_window(view, run.tested.bands)
    band = re.search(r'<path d="(M[^"]*Z)" fill="#D5DAE0"', drawing).group(1)
    points = [tuple(map(float, point.split())) for point in re.split("[ML]", band.rstrip("Z"))[1:]]
    assert len(points) == 2 * 128 and points[0][0] == pytest.approx(TRACK_LEFT + 127.5 / 128 * INNER, abs=0.1)
    tall = {round(8 + 78 * (1 - np.log2(value / 0.5) / np.log2(220)), 1) for value in (0.9, 1.1)}
    assert {y for _, y in points} == tall
    assert 'fill="url(#hatch)"' in drawing


def test_logo_spells_its_telling_columns():
    logo = pd.DataFrame({"d": range(9, -1, -1), "A": 1.0, "C": 1.0, "G": 1.0, "T": 1.0, "bits": 0.0, "used": 1})
    for row, letter in ((1, "T"), (2, "G"), (4, "A"), (9, "C")):
        logo.loc[row, letter], logo.loc[row, "bits"] = 9.0, 0.2
    assert spelled(logo) == "TGnA-N4-C"
    logo.loc[9, "used"] = 0
    assert spelled(logo) == "TGnA"


def test_names_of_a_head_without_grade_c_stand_in_plain_type(heads, tmp_path):
    run = run_of(heads, tmp_path)
    page = page_of(run, 1)
    assert "<b>−10</b>" in page and "<b>27–32</b>" in page
    matches = run.tested.elements.iloc[[0]].assign(head=3, element="-35")
    run.tested = replace(run.tested, elements=pd.concat([run.tested.elements, matches]))
    page = page_of(run, 3)
    assert "<td>−35</td>" in page and "<b>−35</b>" not in page


def test_motifs_and_factors_are_listed_by_q(heads, tmp_path):
    run = run_of(heads, tmp_path)
    motifs = pd.DataFrame(
        {
            "layer": 1,
            "head": 1,
            "database": "mine",
            "motif": [f"m{i}" for i in range(7)],
            "name": "",
            "p": 0.1,
            "q": [0.9, 0.01, 0.5, 0.4, 0.3, 0.2, 0.8],
            "place_from_d": 20,
            "place_to_d": 30,
            "shuffled_hits_expected": 0.4,
        }
    )
    factors = pd.DataFrame(
        {
            "layer": 1,
            "head": 1,
            "factor": ["Fis", "CRP"],
            "n_sites": 9,
            "observed": [3, 8],
            "expected": [2.5, 1.25],
            "fold": 1,
            "p": 0.1,
            "q": [0.7, 0.002],
        }
    )
    run.tested = replace(run.tested, motifs=motifs, enrichment=factors)
    words = words_of(page_of(run, 1))
    listed = re.findall(r"\b(m\d) mine 20–30 ([\d.]+)", words)
    assert listed == [("m1", "0.01"), ("m5", "0.2"), ("m4", "0.3"), ("m3", "0.4"), ("m2", "0.5")]
    assert "0.4 in mine" in words and words.index("CRP 8 1.2 0.002") < words.index("Fis 3 2.5 0.7")


def test_pairs_name_the_other_head(heads, tmp_path):
    run = run_of(heads, tmp_path)
    first, second, third = (pairs_html(run.tested, run.tested.of(1, head)) for head in (1, 2, 3))
    assert '<a href="L1_H2.html">L1·H2</a>' in first and '<a href="L1_H1.html">L1·H1</a>' in second
    assert "−0.100 (−0.150 to −0.050)" in words_of(first) and "none with this head" in third


def test_deletion_curves_end_at_their_outputs(heads, tmp_path):
    run = run_of(heads, tmp_path)
    drawing = deletion_svg(run.tested.deletion, 1, 1)
    ends = [float(one.split("L")[-1].split()[1]) for one in re.findall(r'<path d="(M[^"]*)"', drawing)[1:]]
    # Outputs after 32 bases: 0.4 at random, -2.8 in the other orders; the axis runs from -4 to 2 over 142 px.
    assert ends == pytest.approx([8 + (2 - 0.4) / 6 * 142, 8 + 4.8 / 6 * 142, 8 + 4.8 / 6 * 142], abs=0.1)


def test_round_ends_and_ticks():
    assert [nice_end(value) for value in (0.0, 0.3, 1, 2.1, 70)] == [1, 0.5, 1, 5, 100]
    for low, high in ((0, 1.9), (-0.47, 0.12), (3.1, 47.0)):
        ticks = nice_ticks(low, high)
        assert low <= ticks[0] and ticks[-1] <= high and 2 <= len(ticks) <= 5
        assert np.allclose(np.diff(ticks), ticks[1] - ticks[0])


def test_words_at_line_ends_do_not_touch():
    assert spread([10, 12, 60, 11], 14) == [10, 38, 60, 24]
