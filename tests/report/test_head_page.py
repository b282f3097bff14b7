"""Pages of tested heads: words by grade, captions, the places of dots, letters and axes, what is not there."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from html import unescape
from types import SimpleNamespace

import matplotlib.text
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import PathPatch
from report_run import TEMPLATES
from tested_fixture import write_tested

from attentome.figures.logo import FADED
from attentome.figures.place_axis import INNER, LEFT, WIDTH, to_pixels
from attentome.figures.profile import control_bands, draw_whole_window, draw_zoom
from attentome.figures.scales import nice_end, nice_ticks
from attentome.figures.style import GROUP_COLOUR, new_figure, use_style
from attentome.report.head_page.curves import deletion_figure, spread
from attentome.report.head_page.figures import control_logo_figure, effect_logo_figure, mixture_figure, view_of
from attentome.report.head_page.names import pair_rows
from attentome.report.head_page.page import head_page
from attentome.report.head_page.panels import passes, spelled
from attentome.report.head_page.strips import draw_strips
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
    return head_page(run.heads[head - 1], run, outcome, [(run.heads[0], 0.5)], TEMPLATES)


def words_of(page):
    return " ".join(re.sub(r"<[^>]*>", " ", re.sub(r"<style.*?</style>", "", page, flags=re.DOTALL)).split())


def drawings(text):
    return [ElementTree.fromstring(part) for part in re.findall(r"<svg.*?</svg>", text, re.DOTALL)]


def view_and_logo(run, head=1):
    """The view of a head and its effect logo."""
    logo = run.tested.logos[run.tested.logos["head"] == head]
    return view_of(run.heads[head - 1], 27, logo), logo


def letters(figure):
    """Letter, place, floor and height (data), colour and opacity of each letter that a figure draws."""
    found = []
    for patch in figure.findobj(PathPatch):
        box = patch.get_path().get_extents()
        found.append((patch.get_label(), box.x0, box.y0, box.height, to_hex(patch.get_facecolor()), patch.get_alpha()))
    return found


def strip(run, head, letter):
    """One strip of a head: what it says, and its points, ticks and thresholds."""
    strips = draw_strips(run.tested, run.tested.of(1, head), run.tested.grades["rule"])
    one = next(one for one in strips if one["letter"] == letter)
    lines = one["figure"].axes[0].lines if one["figure"] else []
    return one | {
        kind: [line for line in lines if line.get_label() == kind] for kind in ("point", "ticks", "threshold")
    }


def test_words_follow_the_grade(heads, tmp_path):
    run = run_of(heads, tmp_path)
    best, likely, fourth, without = (words_of(page_of(run, head)) for head in range(1, 5))
    assert "detects −10" in best and "likely reads −35" in likely
    assert "grade D: no name" in fourth and "unsupported: no claim is made about this head" in without
    for page in (fourth, without):
        assert not NAMES.search(page), NAMES.search(page).group()
        assert "spells" not in page and "TATAAT" not in page.split("Which 50 windows have")[0]
    assert NAMES.findall(best) == [("detects", "")]
    assert (
        "Looks 27 nt upstream, at base −7 when the output sits on a TSS. Its effect logo spells TATAAT. Without it "
        "the PR AUC falls by 0.12, from 0.7. Mixed head: 50 % of the variance of its logit is content."
    ) in best
    assert "the PR AUC does not fall (+0.002, from 0.7)" in fourth
    assert (
        "no sharper than in control networks (1.1× uniform; q 0.4 against random weights, 0.4 against rotated labels)"
    ) in without


@pytest.mark.parametrize(
    ("first_failed", "words"),
    [
        ("L", "its effect logo holds no more information than theirs (q 0.4"),
        ("K", "the PR AUC does not measurably fall without it"),
    ],
)
def test_an_unsupported_head_names_its_first_failed_test(heads, tmp_path, first_failed, words):
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
            "one seed": "one seed cannot show that a head is reproducible (3 needed). More networks: --rotated",
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
    assert "reproducible (" not in words and "best grade" not in words


def test_rule_is_printed_with_its_thresholds_and_checksum(heads, tmp_path):
    run = run_of(heads, tmp_path)
    words = unescape(words_of(page_of(run, 1))).split(f"SHA-256 {'ab' * 8}…")[1].split("By the same rule")[0]
    assert "A = S L K R I · B = S L R and one of K, I · C = S L and one of K, R, I · D = S and one of" in words
    assert "r at least 0.8 and q at most 0.05 in at least 80 % of the other seeds, with at least 3 seeds" in words
    assert not re.search("max_|min_", words)
    tests = run.tested.grades["rule"]["tests"]
    for letter, test in tests.items():
        assert f"{letter} {test['name']}: {test['statistic']}. Passes when {passes(test)}." in words


def test_boxes_show_what_passed_failed_and_was_not_run(heads, tmp_path):
    run = run_of(heads, tmp_path)
    run.tested.heads.loc[1, "I"] = "not run"
    page = page_of(run, 2)
    boxes = re.findall(r'<div class="([\w-]+)"><b class="\1"[^>]*>(.)</b>', page)
    assert boxes == [("passed", "S"), ("passed", "L"), ("passed", "K"), ("passed", "R"), ("not-run", "?")]
    assert "Not run: I (--controls true, --mutated_sites)." in words_of(page)


def test_badges_get_deeper_with_the_grade():
    style = TEMPLATES.plain("base.css")
    fills = [re.search(rf"\.badge\.grade{letter}{{background:#(\w+)", style).group(1) for letter in "ABCD"]
    light = [sum(w * int(fill[i : i + 2], 16) for w, i in ((0.299, 0), (0.587, 2), (0.114, 4))) for fill in fills]
    assert light == sorted(light) and min(np.diff(light)) > 25
    unsupported = TEMPLATES.macro("badge", "unsupported")
    assert ">–<" in unsupported and ">?<" in TEMPLATES.macro("badge", "not graded")
    assert "grade" not in re.search('class="(.*?)"', unsupported).group(1)


def test_alarm_hides_grades_and_claims(heads, tmp_path):
    page = page_of(run_of(heads, tmp_path), 1, {"state": "control_alarm"})
    words = words_of(page)
    assert "grades are not to be used" in words and not NAMES.search(words)
    assert 'class="badge"' in page and ">!<" in page and 'class="tests"' not in page


def test_points_of_the_strips_lie_at_their_values(heads, tmp_path):
    run = run_of(heads, tmp_path)
    sharp, logo, needed = (strip(run, 1, letter) for letter in "SLK")
    # Sharpness: log scale from 0.8 to the 128 keys of the window; 60 is this head's.
    axes = sharp["figure"].axes[0]
    assert axes.get_xscale() == "log" and axes.get_xlim() == pytest.approx((0.8, 128))
    assert sharp["point"][0].get_xdata() == [60]
    # Effect information: log scale up to the highest of all, which is this head's own.
    axes = logo["figure"].axes[0]
    assert axes.get_xscale() == "log" and axes.get_xlim()[1] == logo["point"][0].get_xdata()[0] == 0.14
    # Loss of PR AUC: intervals of the heads reach from -0.17 to 0.052, with 8 % more on either side.
    axes = needed["figure"].axes[0]
    assert axes.get_xscale() == "linear"
    assert axes.get_xlim() == pytest.approx((-0.17 - 0.08 * 0.222, 0.052 + 0.08 * 0.222))
    assert [line.get_xdata()[0] for line in needed["point"]] == pytest.approx([-0.12] * 3)
    assert [line.get_ydata()[0] for line in needed["point"]] == [0, 1, 2]
    assert needed["threshold"][0].get_xdata()[0] == 0
    intervals = [line for line in axes.lines if len(line.get_xdata()) == 2 and line not in needed["threshold"]]
    assert all(line.get_xdata() == pytest.approx([-0.17, -0.07]) for line in intervals[:3])


def test_points_outside_a_scale_are_drawn_at_its_end(heads, tmp_path):
    run = run_of(heads, tmp_path)
    run.tested.heads.loc[3, "effect_information"] = -0.3
    logo = strip(run, 4, "L")
    assert logo["point"][0].get_xdata()[0] == pytest.approx(0.14e-5) == logo["figure"].axes[0].get_xlim()[0]


def test_control_heads_are_drawn_where_they_are(heads, tmp_path):
    run = run_of(heads, tmp_path)
    run.tested.controls["peak_x_uniform_heldout"] = np.where(run.tested.controls["control"] == "random", 2.0, 4.0)
    random, rotated = strip(run, 4, "S")["ticks"]
    assert random.get_xdata() == [2.0] and rotated.get_xdata() == [4.0], "equal values are drawn once"
    assert random.get_ydata() == [1] and rotated.get_ydata() == [2]
    assert random.get_marker() == "|" and rotated.get_marker() != "|"


def test_words_of_the_strips_stay_inside(heads, tmp_path):
    run = run_of(heads, tmp_path)
    for head in range(1, 5):
        for one in draw_strips(run.tested, run.tested.of(1, head), run.tested.grades["rule"]):
            one["figure"].canvas.draw()
            for text in one["figure"].findobj(matplotlib.text.Text):
                if text.get_text() and text.get_visible():
                    box = text.get_window_extent()
                    assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= one["figure"].bbox.width, text


def test_letters_are_as_high_as_their_bits_and_fade_outside(heads, tmp_path):
    run = run_of(heads, tmp_path)
    view, logo = view_and_logo(run)
    found = letters(effect_logo_figure(view, logo, 1.0))
    # 3,400 of 4,000 windows, 1 bit, which is the full height.
    tall = [(letter, x, high) for letter, x, _, high, _, _ in found if high > 0.2]
    assert "".join(letter for letter, *_ in tall) == "TATAAT"
    assert [high for *_, high in tall] == pytest.approx([0.85] * 6)
    assert [x + 0.48 for _, x, _ in tall] == pytest.approx([-32, -31, -30, -29, -28, -27])
    assert {alpha for *_, alpha in found} == {1.0}
    assert {alpha for *_, alpha in letters(effect_logo_figure(view, logo.assign(used=0), 1.0))} == {FADED}
    mixture = mixture_figure(view, run.tested.components[run.tested.components["head"] == 1])
    tall = [letter for letter, _, _, high, _, _ in letters(mixture) if high == pytest.approx(0.85)]
    assert "".join(tall) == "TATAATTATAAT"
    assert all(axes.get_ylim() == (0, 2) and axes.get_xlim() == (-99.5, 0.5) for axes in mixture.axes)
    assert "component 1: 70 % of the weight" in words_of(page_of(run, 1))


def test_logos_of_heads_and_of_controls_share_one_scale(heads, tmp_path):
    run = run_of(heads, tmp_path)
    run.tested.logos["bits"] *= 0.3
    control = run.tested.control_logos
    control.loc[(control["control"] == "rotated") & (control["d"] == 30), ["G", "bits"]] = [1e6, 0.4]
    run.tested.logos.loc[run.tested.logos["d"] == 60, ["C", "bits"]] = [1e9, 0.9]
    assert run.tested.logo_bits == 0.5
    view, logo = view_and_logo(run)
    own, controls = effect_logo_figure(view, logo, 0.5), control_logo_figure(view, control, 0.5)
    for figure, letter, tall in ((own, "T", 0.85 * 0.3), (controls, "G", 0.4)):
        assert max(high for name, *_, high, _, _ in letters(figure) if name == letter) == pytest.approx(tall)
        assert [tick.get_text() for tick in figure.axes[0].get_yticklabels()] == ["0", "0.25", "0.5"]
        assert {axes.get_ylim() for axes in figure.axes} == {(0, 0.5)}
    scales = {axes.bbox.width / np.ptp(axes.get_xlim()) for figure in (own, controls) for axes in figure.axes}
    assert max(scales) == pytest.approx(min(scales)), "letters are equally wide"
    assert {colour for *_, colour, _ in letters(controls)} == {"#7d8790"}
    page = page_of(run, 1)
    start, middle, end = map(page.index, ("Which sequence has an effect", "What does the same", "Does the output rise"))
    for panel in (page[start:middle], page[middle:end]):
        assert "0 to 0.5 bit, the same for all heads and controls of this run" in words_of(panel)
    # A column that is not used and higher than the scale is cut to it, and the caption says so.
    assert max(high for name, *_, high, _, _ in letters(own) if name == "C") == pytest.approx(0.5, abs=1e-5)
    assert "higher columns are cut" in words_of(page[start:middle])
    assert "higher columns are cut" not in words_of(page_of(run_of(heads, tmp_path / "low"), 1))


def test_words_on_the_best_control_column_stay_inside(heads, tmp_path):
    view, logo = view_and_logo(run_of(heads, tmp_path))
    for best in (0.01, 0.5, 0.97, 1.0):
        figure = effect_logo_figure(view, logo, 1.0, best)
        figure.canvas.draw()
        axes = figure.axes[0]
        (words,) = (text for text in axes.texts if text.get_text().startswith("best column"))
        box = words.get_window_extent()
        assert axes.bbox.y0 <= box.y0 and box.y1 <= axes.bbox.y1, best
        assert any(line.get_ydata()[0] == best for line in axes.lines)


def test_tracks_stand_in_register_with_the_zoomed_profile(heads, tmp_path):
    run = run_of(heads, tmp_path)
    page = page_of(run, 1)
    places = []
    for title in (
        "Mean score near the TSS",
        "Effect logo of the held-out half",
        "Spearman correlation",
        "Mean absolute",
    ):
        drawing = page[page.index(f"<title>{title}") :].split("</svg>")[0]
        bases = drawing[drawing.index("matplotlib.axis_1") if "matplotlib.axis_1" in drawing else 0 :]
        places.append({name: float(x) for x, name in re.findall(r'x="([\d.]+)" y="[\d.]+"[^>]*>([+−]\d+)<', bases)})
    shared = set.intersection(*map(set, places)) - {"−10", "−35"}
    assert len(shared) >= 5
    for own in places[1:]:
        for name in shared:
            assert own[name] == pytest.approx(places[0][name], abs=0.2), name


def test_partners_in_other_seeds_are_drawn_at_their_heights(heads, tmp_path):
    run = run_of(heads, tmp_path)
    view, _ = view_and_logo(run)
    own = run.tested.seed_profiles.query("head == 1")
    assert own["network"].unique().tolist() == ["replicate_2", "replicate_3"]
    seeds = [rows["x_uniform"].to_numpy()[view.distances] for _, rows in own.groupby("network")]
    for lines in (seeds, []):
        axes = draw_zoom(new_figure(WIDTH, 286), view, 44, {}, lines)
        thin = [line for line in axes.lines if line.get_alpha() == 0.6]
        assert [set(line.get_ydata()) for line in thin] == [{2.5}, {3.5}][: len(lines)]
        assert all(line.get_color() == GROUP_COLOUR["top"] for line in thin)
    assert "Thin blue: the same head in 2 other seeds (test R)" in words_of(page_of(run, 1))
    assert page_of(run, 1).count("stroke-opacity: 0.6") == 2
    assert "Thin blue: the same" not in words_of(page_of(run, 3))


def test_band_of_control_heads_is_drawn_at_its_height(heads, tmp_path):
    run = run_of(heads, tmp_path)
    view, _ = view_and_logo(run)
    axes = draw_whole_window(new_figure(WIDTH, 148), view, 8, control_bands(run.tested.bands))
    random, rotated = axes.collections
    points = random.get_paths()[0].vertices
    assert set(points[:, 1]) == {0.9, 1.1} and set(rotated.get_paths()[0].vertices[:, 1]) == {0.9, 1.4}
    assert (points[:, 0].min(), points[:, 0].max()) == (-127, 0) and axes.get_xlim() == (-127.5, 0.5)
    assert axes.bbox.x0 == LEFT and axes.bbox.width == INNER and axes.get_ylim() == (0.5, 110)
    assert to_hex(random.get_facecolor()[0]) == "#d5dae0" and rotated.get_hatch() and axes.get_yscale() == "log"


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


def test_markup_in_names_does_nothing(heads, tmp_path):
    run = run_of(heads, tmp_path)
    evil = "<script>alert(1)</script>"
    run.name, run.tested.heads.loc[0, "claim"] = evil, f"detects {evil}"
    run.tested.elements["element"] = evil
    place = {"place_from_d": 20, "place_to_d": 30, "shuffled_hits_expected": 0.4, "p": 0.1, "q": 0.1}
    motif = {"layer": 1, "head": 1, "database": evil, "motif": evil, "name": evil, **place}
    factor = {"layer": 1, "head": 1, "factor": evil, "observed": 3, "expected": 2.5, "q": 0.1}
    run.tested = replace(run.tested, motifs=pd.DataFrame([motif]), enrichment=pd.DataFrame([factor]))
    page = page_of(run, 1)
    assert "<script" not in page and page.count("&lt;script&gt;alert(1)") >= 6


def test_pairs_name_the_other_head(heads, tmp_path):
    run = run_of(heads, tmp_path)
    first, second, third = (pair_rows(run.tested, run.tested.of(1, head)) for head in (1, 2, 3))
    assert first[0]["title"] == "L1·H2" and second[0]["title"] == "L1·H1" and third == []
    page = page_of(run, 1)
    assert '<a href="L1_H2.html">L1·H2</a>' in page and "−0.100 (−0.150 to −0.050)" in words_of(page)
    assert "none with this head" in words_of(page_of(run, 3))


def test_deletion_curves_end_at_their_outputs(heads, tmp_path):
    run = run_of(heads, tmp_path)
    axes = deletion_figure(run.tested.deletion, 1, 1).axes[0]
    # Outputs after 32 bases: 0.4 at random, -2.8 in the other orders.
    assert [line.get_ydata()[-1] for line in axes.lines] == pytest.approx([0.4, -2.8, -2.8])
    assert axes.get_ylim() == (-4, 2)
    levels = [text.xyann[1] for text in axes.texts]
    assert levels[0] == pytest.approx(float(to_pixels(axes, 0, 0.4)[1]) * 0.75)


def test_round_ends_and_ticks():
    assert [nice_end(value) for value in (0.0, 0.3, 1, 2.1, 70)] == [1, 0.5, 1, 5, 100]
    for low, high in ((0, 1.9), (-0.47, 0.12), (3.1, 47.0)):
        ticks = nice_ticks(low, high)
        assert low <= ticks[0] and ticks[-1] <= high and 2 <= len(ticks) <= 5
        assert np.allclose(np.diff(ticks), ticks[1] - ticks[0])


def test_words_at_line_ends_do_not_touch():
    assert spread([10, 12, 60, 11], 14) == [10, 38, 60, 24]
