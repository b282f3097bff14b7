"""The atlas of graded heads: order, what a cell says and does not say, control bands, tally, any shape."""

import re
from dataclasses import replace

import matplotlib.text
import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import PathPatch
from project import ROOT
from report_fixture import write_inputs
from report_run import TEMPLATES, Page, describe_heads, options
from tested_fixture import write_tested

from attentome.evidence.control_tally import tally_text
from attentome.figures.style import BADGES, BASE_COLOUR, FAINT, HIGH, LOW, new_figure, use_style
from attentome.io.files import read_json
from attentome.report.atlas.cells import atlas_cells, claim_text, failed_text, rule_text
from attentome.report.atlas.drawing import CellSize, SqueezedAxis, draw_cell_logo, height, logo_columns
from attentome.report.atlas.figure import atlas_figure
from attentome.report.atlas.legend import legend
from attentome.report.atlas.page import LARGE_CELL, atlas_page
from attentome.results.head_tests import read_tested
from attentome.results.run import read_run

GRADES = ["unsupported", "C", "A", "D", "B", "unsupported", "A", "B"]
OUTCOME = {"state": "learned_graded", "sentence": "The network learned to find TSS."}
ALARM = {"state": "control_alarm", "sentence": "Do not use the grades. A control network learned."}
PATH = re.compile(r'<path d="([^"]*)"[^>]*style="([^"]*)"')
LETTER_FILLS = {colour.lower() for colour in (*BASE_COLOUR.values(), FAINT)}
LOGO = LARGE_CELL.logo


@pytest.fixture(scope="module")
def described(tmp_path_factory):
    """A run of two heads: the first looks at the -10 box, the second at the -35 box."""
    folder = tmp_path_factory.mktemp("atlas")
    write_inputs(folder, layers=1, heads=2)
    done = describe_heads(folder, folder / "heads", 1, 2)
    assert done.returncode == 0, done.stderr
    use_style()
    return read_run(options(folder, [folder / "heads" / f"L1_H{head}" for head in (1, 2)]))


def graded(described, folder, grades=GRADES, heads_a_layer=4, **made_up):
    """The run with as many heads as there are grades, each a copy of one of the two described, with its own peak."""
    heads = []
    for i in range(len(grades)):
        head, layer = described.heads[i % 2], i // heads_a_layer + 1
        top = {**head.numbers["groups"]["top"], "x_uniform": 60.0 - i}
        numbers = {
            **head.numbers,
            "layer": layer,
            "head": i % heads_a_layer + 1,
            "groups": {**head.numbers["groups"], "top": top},
        }
        heads.append(replace(head, name=f"L{layer}_H{numbers['head']}", numbers=numbers))
    write_tested(folder, list(grades), heads_a_layer=heads_a_layer, **made_up)
    return replace(described, heads=heads, tested=read_tested(folder))


def cells_of(text):
    """Name to HTML of each cell, in the order of the page."""
    return {name: html for html, name in re.findall(r'(<a class="cell[^>]*? id="(\w+)".*?</a>)', text, re.DOTALL)}


def page_of(run, outcome=OUTCOME):
    return atlas_page(run, outcome, TEMPLATES)


def paths(html):
    """Style and points (px) of each path of a drawing in a page, in the order in which they were drawn."""
    for data, style in PATH.findall(html):
        numbers = np.array([float(value) for value in re.findall(r"[-\d.]+", data)]) * 96 / 72
        yield style, numbers.reshape(-1, 2)


def letters(html):
    """Colour and height (px) of each letter of the logos in a page."""
    found = []
    for style, points in paths(html):
        fill = re.search(r"fill: (#\w{6})", style)
        if fill and fill.group(1) in LETTER_FILLS:
            found.append((fill.group(1), np.ptp(points[:, 1])))
    return found


def words_of(text):
    return re.sub(r"\s+", " ", " ".join(Page(text).words))


def written(figure):
    """What a figure says, in the order in which it was written."""
    return [text.get_text() for text in figure.findobj(matplotlib.text.Text) if text.get_text().strip()]


def test_heads_stand_by_grade_and_within_a_grade_by_height(described, tmp_path):
    run = graded(described, tmp_path)
    text = page_of(run, OUTCOME)
    # Heights fall with the number of the head, so that heads of a grade keep the order layer x head.
    assert list(cells_of(text)) == ["L1_H3", "L2_H3", "L2_H1", "L2_H4", "L1_H2", "L1_H4", "L1_H1", "L2_H2"]
    run.heads[6].numbers["groups"]["top"]["x_uniform"] = 99.0
    assert list(cells_of(page_of(run, OUTCOME)))[:2] == ["L2_H3", "L1_H3"]
    sections = re.findall(r'<section class="([\w-]+)"><h3>(.)<small>([^<]+)</small>', text)
    assert [(name, letter) for name, letter, _ in sections] == [
        ("A", "A"),
        ("B", "B"),
        ("C", "C"),
        ("D", "D"),
        ("unsupported", "–"),
    ]
    assert re.findall(r'data-by="(\w+)" aria-pressed="(\w+)"', text) == [
        ("grade", "true"),
        ("place", "false"),
        ("distance", "false"),
        ("need", "false"),
    ]
    titles = [word for word in written(atlas_figure(run, OUTCOME)) if re.fullmatch(r"L\d·H\d", word)]
    assert titles == [cell.head.title for cell in atlas_cells(run, OUTCOME)]


def test_a_cell_says_what_its_grade_allows(described, tmp_path):
    cells = {name: words_of(html) for name, html in cells_of(page_of(graded(described, tmp_path), OUTCOME)).items()}
    assert "A L1·H3 detects −10" in cells["L1_H3"].replace("  ", " ")
    assert "likely reads −35" in cells["L2_H1"]
    for name in ("L1_H2", "L1_H4"):
        assert "no name" in cells[name] and not re.search("detects|reads", cells[name])


def test_unsupported_heads_have_neither_logo_nor_name(described, tmp_path):
    run = graded(described, tmp_path)
    # Whatever the table says: a name that slipped into it is not shown.
    run.tested.heads.loc[run.tested.heads["grade"] == "unsupported", ["claim", "element"]] = ["detects -10", "-10"]
    cells = cells_of(page_of(run, OUTCOME))
    for name in ("L1_H1", "L2_H2"):
        assert 'class="cell small"' in cells[name] and "flat (1.1×)" in cells[name]
        said = re.sub("<svg.*?</svg>", "", cells[name], flags=re.DOTALL)
        assert not letters(cells[name]) and "detects" not in cells[name] and "−10" not in said
    assert letters(cells["L1_H3"])
    only = graded(described, tmp_path / "none", ["unsupported"] * 2, 2)
    outlines = atlas_figure(only, OUTCOME).findobj(PathPatch)
    assert outlines == [], "control logos of 0.01 bit a column are too low to be drawn, and heads have none"
    assert len(atlas_figure(graded(described, tmp_path / "a", ["A"], 1), OUTCOME).findobj(PathPatch)) > 5


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"S": "failed", "peak_x_uniform_heldout": 1.2, "s_q_random": 0.3, "s_q_rotated": 0.9}, "flat (1.2×)"),
        (
            {"S": "failed", "peak_x_uniform_heldout": 4.0, "s_q_random": 0.06, "s_q_rotated": 0.01},
            "like untrained (4.0×)",
        ),
        (
            {"S": "failed", "peak_x_uniform_heldout": 4.0, "s_q_random": 0.05, "s_q_rotated": 0.06},
            "like rotated labels (4.0×)",
        ),
        ({"S": "passed", "peak_x_uniform_heldout": 17.0}, "only S (17×)"),
    ],
)
def test_why_a_head_has_no_grade(row, words):
    rule = read_json(ROOT / "assets/grade_rule.json")
    assert failed_text({test: "failed" for test in "SLKRI"} | row, rule) == words


def test_what_a_grade_asks_for_is_read_from_the_rule():
    rule = read_json(ROOT / "assets/grade_rule.json")
    assert [rule_text(entry) for entry in rule["grades"]] == [
        "passes all five tests",
        "S, L, R and one of K, I",
        "S, L and one of K, R, I",
        "S and one of L, K, R, I",
    ]
    assert claim_text("likely reads ext. -10") == "likely reads ext. −10"
    assert claim_text("") == claim_text(np.nan) == ""
    assert claim_text("may read CRP-like") == "may read CRP-like"


def test_squares_of_the_tests_and_the_loss_without_the_head(described, tmp_path):
    cells = cells_of(page_of(graded(described, tmp_path), OUTCOME))
    assert re.findall(r'<i class="(\w+)" title="[^"]+">(.)</i>', cells["L2_H1"]) == [
        ("passed", "S"),
        ("passed", "L"),
        ("passed", "K"),
        ("passed", "R"),
        ("failed", "I"),
    ]
    assert "<strong>−0.120</strong>" in cells["L2_H1"] and 'data-need="-0.120000"' in cells["L2_H1"]
    assert "+0.002" in cells["L1_H2"] and "<strong>" not in cells["L1_H2"]


def test_a_logo_that_failed_is_grey(described, tmp_path):
    cells = cells_of(page_of(graded(described, tmp_path), OUTCOME))
    for name, colours in (("L1_H4", {"#7D8790"}), ("L1_H3", {"#00845F", "#C8461A", "#0B63B0", "#E39B00"})):
        assert {colour for colour, _ in letters(cells[name])} == {colour.lower() for colour in colours}, name


@pytest.mark.parametrize(("share", "full", "words"), [(1.0, 1.0, "0 to 1 bit"), (0.3, 0.5, "0 to 0.5 bit")])
def test_all_effect_logos_stand_on_one_scale(described, tmp_path, share, full, words):
    run = graded(described, tmp_path)
    # Made up: the highest letter of each head holds 85 % of its column of 1 bit, and of a control head all of 0.2 bit.
    run.tested.logos["bits"] *= share
    table = run.tested.control_logos
    table.loc[table["d"] == 30, ["G", "bits"]] = [1e6, 0.2]
    text = page_of(run, OUTCOME)
    cells = [html for html in cells_of(text).values() if letters(html)]
    controls = text.split("What control heads look like")[1].split("Order:")[0]
    assert len(cells) == 6 and "too low" not in controls
    for html, bits in [*((html, 0.85 * share) for html in cells), (controls, 0.2)]:
        assert max(high for _, high in letters(html)) == pytest.approx(bits / full * LOGO, abs=0.03)
    for html in cells:
        ticks = [points[:, 1] for _, points in paths(html) if len(points) == 2 and np.ptp(points[:, 0]) < 4]
        for y in (LARGE_CELL.logo_top, LARGE_CELL.logo_top + LOGO / 2):
            assert any(tick == pytest.approx([y, y], abs=0.03) for tick in ticks), "ticks: full, half"
    named = f"{words}, the same for all heads and controls of this run"
    assert words_of(text).count(named) == 1
    assert named in " ".join(written(atlas_figure(run, OUTCOME)))
    assert "2 bits" not in words_of(text)


def test_the_control_band_lies_in_every_cell_at_its_height(described, tmp_path):
    cells = cells_of(page_of(graded(described, tmp_path), OUTCOME))
    assert len(cells) == 8
    for html in cells.values():
        tall = 52 if 'class="cell small"' in html else 86
        # Made up: 95 % of untrained heads lie in 0.9 to 1.1, of rotated labels in 0.9 to 1.4, at every distance.
        at = {value: 16 + tall * (1 - np.log2(value / 0.5) / np.log2(110 / 0.5)) for value in (0.9, 1.1, 1.4)}
        bands = [points[:, 1] for style, points in paths(html) if "fill: #d5dae0" in style]
        assert len(bands) == 2, "near and far"
        for band in bands:
            assert (band.min(), band.max()) == pytest.approx((at[1.1], at[0.9]), abs=0.03)
        dashed = [points[:, 1] for style, points in paths(html) if "stroke-dasharray" in style]
        assert sorted(line.mean() for line in dashed) == pytest.approx([at[1.4]] * 2 + [at[0.9]] * 2, abs=0.03)


def test_control_heads_stand_beside_the_map(described, tmp_path):
    run = graded(described, tmp_path)
    words = words_of(page_of(run, OUTCOME))
    assert "What control heads look like" in words
    assert "160 heads of 20 untrained networks" in words and "160 heads of 20 networks with rotated labels" in words
    assert words.count("0.17 bit in its best ten columns, too low to be drawn") == 2
    assert "What control heads look like" in written(atlas_figure(run, OUTCOME))
    bare = graded(described, tmp_path / "bare", ["not graded"] * 2, 2, networks=0)
    text = page_of(bare, OUTCOME)
    assert "control heads look like" not in words_of(text) and "#d5dae0" not in text


def test_the_tally_of_control_heads_stands_once(described, tmp_path):
    run = graded(described, tmp_path, graded_controls=2)
    tally = tally_text(run.tested)
    assert "at most 2 of 160 heads" in tally
    text = words_of(page_of(run, OUTCOME))
    assert f"8 heads: 2 A, 2 B, 1 C, 1 D, 2 unsupported. {tally}" in text
    outcome = {**OUTCOME, "sentence": f"The network learned to find TSS. {tally}"}
    assert words_of(page_of(run, outcome)).count(tally) == 1
    lines = " ".join(written(atlas_figure(run, OUTCOME)))
    assert tally in lines and "2 A, 2 B, 1 C, 1 D, 2 unsupported" in lines


def test_page_and_figure_explain_the_cells_with_the_same_words(described, tmp_path):
    for run in (described, graded(described, tmp_path)):
        state = {**OUTCOME, "state": "untested" if run is described else "learned_graded"}
        lines, page = legend(run, atlas_cells(run, state)), words_of(page_of(run, state))
        drawn = " ".join(written(atlas_figure(run, state)))
        assert len(lines) == (5 if run is described else 8)
        for line in lines:
            assert page.count(line) == 1 and f"{line[0].upper()}{line[1:]}." in drawn, line


def test_an_alarm_of_the_controls_hides_the_grades(described, tmp_path):
    run = graded(described, tmp_path)
    text = page_of(run, ALARM)
    cells = cells_of(text)
    assert list(cells) == [head.name for head in run.heads]
    assert 'class="alarm">Do not use the grades' in text and "<section" not in text
    for html in cells.values():
        assert ">!</span>" in html and "grades are not to be used" in html and "<i " not in html
        assert not re.search("detects|reads|grade[A-D]|<strong>", html) and 'data-grade="hidden"' in html
    assert not re.search(r'class="grade[A-D]', text)
    said = written(atlas_figure(run, ALARM))
    assert said.count("!") == 8 and not set("ABCD") & set(said) and "Grades are not to be used." in said


@pytest.mark.parametrize("state", ["not_learned", "too_few_sites"])
def test_without_learning_no_head_has_a_grade(described, tmp_path, state):
    text = page_of(graded(described, tmp_path), {**OUTCOME, "state": state})
    assert text.count('title="not graded">?</span>') == 9 and not re.search("detects|likely reads|<section", text)


def test_too_few_controls_leave_heads_not_graded(described, tmp_path):
    run = graded(described, tmp_path, ["not graded"] * 3, 3, networks=0)
    cells = cells_of(page_of(run, OUTCOME))
    assert re.findall(r'<i class="(\w+)" title="[^"]+">(.)</i>', cells["L1_H1"])[:2] == [("open", "?"), ("open", "?")]
    assert all(">?</span>" in html and 'class="cell"' in html for html in cells.values())


def test_heads_that_no_table_holds_are_not_tested(described, tmp_path):
    run = graded(described, tmp_path)
    run.tested.heads = run.tested.heads[run.tested.heads["layer"] == 1]
    run.tested.logos = run.tested.logos[:0]
    run.tested.heads["dprauc_zero"] = np.nan
    cells = cells_of(page_of(run, OUTCOME))
    assert len(cells) == 8 and "not tested" in cells["L2_H1"] and not letters("".join(cells.values()))
    assert 'data-need="Infinity"' in cells["L1_H3"] and "nan" not in cells["L1_H3"]
    atlas_figure(run, OUTCOME)


def test_without_tests_the_atlas_is_the_one_of_an_untested_run(described):
    outcome = {"state": "untested", "sentence": "Its heads are not graded."}
    text = page_of(described, outcome)
    assert list(cells_of(text)) == ["L1_H1", "L1_H2"] and "<section" not in text and "<i " not in text
    assert re.findall(r'data-by="(\w+)"', text) == ["place", "distance", "height"]
    assert "TATAAT" in words_of(cells_of(text)["L1_H1"]) and "stroke-dasharray" not in text
    assert "controls are not part of this run" in words_of(text)
    used = described.heads[0].pwm[described.heads[0].pwm["used"] == 1]
    shares = used[list("ACGT")].div(used[list("ACGT")].sum(axis=1), axis=0)
    tall = shares.max(axis=1).mul(used["bits"].clip(upper=2)).max() / 2 * LOGO
    cell = cells_of(text)["L1_H1"]
    assert max(high for _, high in letters(cell)) == pytest.approx(tall, abs=0.03)
    assert "height is 2 bits in all cells" in words_of(text)
    assert not any(
        len(points) == 2 and np.ptp(points[:, 0]) == 0 and np.ptp(points[:, 1]) > 20 for _, points in paths(cell)
    )


def test_markup_in_names_does_nothing(described, tmp_path):
    run = replace(graded(described, tmp_path), name="<script>alert(1)</script>")
    run.tested.heads["claim"] = run.tested.heads["claim"].where(run.tested.heads["claim"] == "", "detects <script>x()")
    text = page_of(run, OUTCOME)
    assert text.count("<script") == 1, "the page's own"
    assert "&lt;script&gt;alert(1)" in text and "detects &lt;script&gt;x()" in text


@pytest.mark.parametrize(("layers", "heads"), [(1, 1), (6, 6)])
def test_any_shape(described, tmp_path, layers, heads):
    grades = [("A", "B", "C", "D", "unsupported", "unsupported")[i % 6] for i in range(layers * heads)]
    run = graded(described, tmp_path, grades, heads)
    text = page_of(run, OUTCOME)
    page = Page(text)
    assert len(cells_of(text)) == layers * heads and len(text) < 1_000_000
    assert all(link[1:] in page.ids for link in [*page.links, *page.sources] if link.startswith("#"))
    words = words_of(text)
    assert "{" not in words and "None" not in words and "nan" not in words.lower().split()
    assert not re.search(r"https?:|/tmp/|\b(sees|knows|recogni[sz]es|significant)\b", text)
    titles = [word for word in written(atlas_figure(run, OUTCOME)) if re.fullmatch(r"L\d·H\d", word)]
    assert len(titles) == layers * heads


@pytest.mark.parametrize("family", ["Liberation Sans", "DejaVu Sans"])
def test_no_words_leave_the_figure_or_run_into_the_next_cell(described, tmp_path, family):
    run = graded(described, tmp_path, GRADES, 6)
    run.tested.heads.loc[1, "claim"] = "may read a binding site of a factor with a long name"
    use_style(family)
    try:
        figure = atlas_figure(run, OUTCOME)
        assert figure.bbox.width == 1170
        boxes = {text: text.get_window_extent() for text in figure.axes[0].texts if text.get_text().strip()}
        for text, box in boxes.items():
            assert box.x0 >= 0 and box.x1 <= 1170 and box.y0 >= 0 and box.y1 <= figure.bbox.height, text
        (title,) = (box for text, box in boxes.items() if text.get_text() == "L1·H2")
        (claim,) = (box for text, box in boxes.items() if text.get_text().startswith("may read"))
        assert title.x1 < claim.x0 and claim.x1 <= title.x0 - 30 + 208 + 3
    finally:
        use_style()


def test_badges_differ_in_grey_and_can_be_read():
    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    depth = [luminance(BADGES[grade][0]) for grade in "ABCD"]
    assert depth == sorted(depth) and all((b + 0.05) / (a + 0.05) > 1.4 for a, b in zip(depth, depth[1:], strict=False))
    for grade, (fill, ink, _) in BADGES.items():
        low, high = sorted((luminance(fill), luminance(ink)))
        assert (high + 0.05) / (low + 0.05) > 4, grade


def test_the_same_run_gives_the_same_page(described, tmp_path):
    run = graded(described, tmp_path)
    assert page_of(run, OUTCOME) == page_of(replace(run, heads=run.heads[::-1]), OUTCOME)


def test_axis_of_a_cell_squeezes_the_far_part_and_keeps_the_order():
    for window in (60, 100, 128, 512):
        axis = SqueezedAxis(window, 176)
        places = [axis.x(d) for d in range(window)]
        assert all(left <= right for right, left in zip(places[:-1], places[1:], strict=True))
        assert axis.limits[0] <= places[-1] and places[0] == 0 < axis.limits[1]
        values = np.ones(window)
        values[window - 1] = 30
        parts = axis.parts(values)
        assert len(parts[0][0]) == min(window, 100)
        assert max(part.max() for _, part in parts) == 30, "a far peak must not get lost"
    assert height(LOW / 4) == 0 and height(HIGH * 4) == 1
    assert height(2) - height(1) == pytest.approx(height(16) - height(8))


def test_letters_of_a_cell_stay_inside_and_are_as_high_as_their_bits():
    pwm = pd.DataFrame({"d": range(39, -1, -1), "A": 50, "C": 0, "G": 0, "T": 0, "bits": 0.0, "used": 1})
    pwm.loc[10:15, "bits"] = 1.5
    columns = logo_columns(pwm)
    assert len(columns) == 24 and columns["bits"].sum() == 9
    figure = new_figure(176, 40)
    axes, drawn = draw_cell_logo(figure, 0, 0, CellSize(176, 0, 40), pwm)
    assert drawn == 6
    for patch in axes.findobj(PathPatch):
        box = patch.get_window_extent()
        assert patch.get_label() == "A" and box.height == pytest.approx(1.5 / 2 * 40)
        assert 0 <= box.x0 and box.x1 <= 176 and box.y0 == pytest.approx(0) and box.y1 <= 40
