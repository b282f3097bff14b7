"""The panels of a tested head's page: each a question, a figure, and a caption with n, null, rule and unit."""

import numpy as np
import pandas as pd

from attentome.evidence.control_tally import tally_text
from attentome.figures.style import escape
from attentome.heads.names import head_name
from attentome.report.head_page.profiles import whole_window, zoom_figure
from attentome.report.head_page.sentences import (
    capped_words,
    control_words,
    lead,
    names_html,
    not_run_words,
    pairs_html,
    percent,
    rule_lines,
    sentence,
)
from attentome.report.head_page.strips import boxes_html, deletion_svg, split_svg, strips_svg
from attentome.report.head_page.tracks import (
    KIND_WORDS,
    LEAST,
    control_logo_track,
    definitions,
    logo_track,
    mutagenesis_track,
    spearman_track,
    view_of,
    words_track,
)
from attentome.report.html.frame import badge, inline
from attentome.report.text.numbers import number

STYLE = """
.tests{display:flex;gap:8px;margin-left:auto;font-size:12px;text-align:center;color:var(--soft);line-height:1.3}
.tests div{width:74px}.tests b{display:block;height:28px;line-height:26px;border-radius:6px;margin-bottom:3px}
.tests .pass b{background:var(--ink);color:#fff;border:1.5px solid var(--ink)}
.tests .fail b{border:1.5px dashed var(--faint)}.tests i{font-style:normal;font-weight:bold;color:var(--ink)}
.panel{break-inside:avoid;margin-top:16px}
.panel h2{border:0;margin:0;padding:0;font-size:14px}.panel h2 b{display:inline-block;width:22px}
.panel p.note{margin:1px 0 3px 22px;max-width:none}
.two{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:12px}
.strips{display:grid;grid-template-columns:minmax(0,640fr) minmax(0,318fr);gap:12px}
.strips table{font-size:12px;margin:4px 0 8px 22px}.strips td,.strips th{padding:2px 8px 2px 0}
.rule{margin-top:18px;border-top:1px solid var(--rule);padding-top:8px;break-inside:avoid}
.rule p{font-size:12px;margin:2px 0;max-width:none}
@media screen and (max-width:760px){.two,.strips{grid-template-columns:minmax(0,1fr)}.head{flex-wrap:wrap}
 .tests{margin-left:0;gap:4px}.tests div{width:60px;font-size:11px}.panel{overflow-x:auto}.panel svg{min-width:640px}}
@media print{body{font-size:12px}.panel p.note,.rule p{font-size:10px}.panel{margin-top:9px}}
"""


def dossier(head, run, outcome):
    """Head, panels a to h and rule of a tested head's page, as HTML.

    Parameters
    ----------
    head : HeadResult
    run : RunResults
        Its ``tested`` is there.
    outcome : dict

    Returns
    -------
    str
    """
    tested = run.tested
    row = tested.of(head.layer, head.head)
    logo = _of(tested.logos, row)
    view = view_of(head, row["peak_d_heldout"], logo)
    hidden = outcome["state"] == "control_alarm"
    grade = "hidden" if hidden else row["grade"]
    rule = tested.grades["rule"]
    boxes = "" if hidden else boxes_html(row, rule)
    words = sentence(row, view, logo, tested.knockout_base, tested.grades["controls"])
    notes = " ".join(filter(None, [capped_words(tested.grades), not_run_words(row)]))
    return "\n".join(
        [
            definitions(),
            f'<div class="head">{badge(grade)}<div><h1>Layer {head.layer} · Head {head.head}</h1>\n'
            f'<p class="lead">{escape(lead(row, hidden))}</p></div>{boxes}</div>',
            "" if hidden else f"<p>{escape(words)}</p>",
            f'<p class="note">{escape(notes)}</p>' if notes else "",
            *_profiles(view, tested, row),
            *_logos(view, tested, row, logo),
            _spearman(head, view),
            *_mutants(view, tested),
            _below_mutants(view, tested, row),
            _strips(tested, row, rule, run.params),
            '<div class="rule"><p>The rule of the grades (SHA-256 '
            + tested.grades["rule_sha256"][:16]
            + "…):</p>"
            + "".join(f"<p>{escape(line)}</p>" for line in rule_lines(tested.grades))
            + f"<p>{escape(tally_text(tested))}</p></div>",
        ]
    )


def _panel(letter, question, caption, figure):
    return (
        f'<div class="panel"><h2><b>{letter}</b>{escape(question)}</h2><p class="note">{escape(caption)}</p>'
        f"{figure}</div>"
    )


def _of(frame, row):
    return frame[(frame["layer"] == row["layer"]) & (frame["head"] == row["head"])] if len(frame) else frame


def _profiles(view, tested, row):
    sizes, grades = view.sizes, tested.grades
    groups = (
        f"Mean score of the {sizes['top']:,} highest outputs (solid), all {sizes['all']:,} positions (dashed) "
        f"and the {sizes['bottom']:,} lowest (dotted)"
    )
    null = (
        f"Grey and hatched: middle 95 % of {control_words(tested)}, over the {2 * grades['n_top']:,} highest of "
        f"{grades['n_positions']:,} test positions each."
        if len(tested.bands)
        else "No control heads to draw."
    )
    bands = tested.bands if len(tested.bands) else pd.DataFrame(columns=["control", "d", "low", "high"])
    panels = [
        _panel(
            "a",
            "Does it look anywhere far away?",
            f"{groups}, × uniform (1× = 1/{view.window}); log scale ½× to 110× for every head. {null} Strip: "
            "highest single score of the highest outputs, white 0 to black 1.",
            whole_window(view, bands),
        )
    ]
    sites, words = None, "Value norms were not measured in this run (--controls true measures them)."
    if tested.parts:
        at, n = (view.layer - 1, view.head - 1), tested.parts["n"]
        arrives = tested.parts["norm_mean"][at]
        share = arrives / max(np.nansum(arrives), 1e-30)
        sites = tested.parts["score_mean"][at] * view.window, share * view.window, int(n.max())
        words = (
            f"Green: the {sites[2]:,} highest outputs of the test arc, their mean score, and the value norm, how "
            "much of it arrives: mean length of score × value × W_O, divided by its sum over d."
        )
    seeds = _of(tested.seed_profiles, row)
    n = seeds["network"].nunique() if len(seeds) else 0
    again = f" Thin: the same head in {n} other seed{'s' * (n > 1)} (test R), test arc." if n else ""
    far = f" The peak lies far: d {view.low} to {view.high}." if view.low > 0 else ""
    caption = (
        f"The same, × uniform, linear. {words}{again} DNA runs 5′ to 3′ on the strand of the query; bases are "
        f"true where d = 0 sits on TSS + {view.label_shift}, for all positions only d counts.{far}"
    )
    return [
        *panels,
        _panel(
            "b", "Where does it look, when the output is high?", caption, inline(zoom_figure(view, bands, seeds, sites))
        ),
    ]


def _logos(view, tested, row, logo):
    grades = tested.grades
    if logo.empty:
        return [
            _panel(
                "c", "What does it tell the network?", "No effect logo in this run: --controls true measures it.", ""
            )
        ]
    test = grades["rule"]["tests"]["L"]
    bits, half, equal = tested.logo_bits, grades["n_positions"] // 2, logo[list("ACGT")].sum(axis=1).max()
    used = logo[logo["used"] == 1]["d"]
    controls = tested.control_logos
    line = controls.loc[controls["used"] == 1, "bits"].max() if len(controls) else None
    caption = (
        f"Effect logo: all {half:,} positions of the held-out half of the test arc, each weighted by the "
        "square of how far the output falls where the head gives its mean; as good as "
        f"{equal:,.0f} equal windows. "
        f"Bits against the same positions without weights, corrected for size. Full colour: d {used.min()} to "
        f"{used.max()}, {number(row['bits_heldout'], 3)} bit in the ten columns in a row that hold most. "
        "Test L takes these bits × the mean of the weights × the square of the slope of the labels on the "
        f"output ({number(row['output_slope'], 2)}), {number(row['effect_information'], 2)} (q ≤ {test['max_q']:g} "
        f"against {control_words(tested)}). Scale: {tested.logo_scale}"
        f"{'; higher columns are cut' if logo['bits'].max() > bits else ''}."
    )
    n = int(_of(tested.windows, row)["rank"].max()) if len(_of(tested.windows, row)) else 0
    numbers = (
        f"In the same columns: attention logo (what makes it look there) "
        f"{number(row['bits_attention'], 3)} bit; its {n} best windows {number(row['bits_best_windows'], 3)} "
        f"bit, as many windows of the same GC content {number(row['bits_random_windows'], 2)} bit. AUROC "
        f"{number(row['logo_auroc'], 3)}: the attention logo of one half tells the highest 1 % of scores of the "
        "other half."
    )
    words = _of(tested.components, row)
    split = ""
    if len(words):
        about = (
            "The windows of largest effect as a mixture of two words at this place (EM): a head that reads one "
            "word shows it in both, or beside a remainder. 0 to 2 bits."
        )
        split = f'<p class="note">{escape(about)}</p>{words_track(view, words)}'
    panels = [
        _panel(
            "c",
            "What does it tell the network?",
            caption,
            f'{logo_track(view, logo, bits, line)}<p class="note">{escape(numbers)}</p>{split}',
        )
    ]
    if len(controls):
        kinds = " and ".join(KIND_WORDS[kind] for kind in KIND_WORDS if (controls["control"] == kind).any())
        caption = (
            f"The control head at the 95th percentile of the bits of its kind ({kinds}; "
            f"{control_words(tested)}), by the same recipe at its own peak (tick), letters as wide and as "
            f"high as in c ({tested.logo_scale}); faded: not used. Where nothing is seen, no letter reaches "
            f"{number(LEAST * bits, 2)} bit."
        )
        panels.append(
            _panel(
                "d",
                "What does the same recipe show where nothing was learned?",
                caption,
                control_logo_track(view, controls, bits),
            )
        )
    else:
        panels.append(
            _panel(
                "d",
                "What does the same recipe show where nothing was learned?",
                "No control networks in this run: --random_networks N and --rotated_networks N fill this panel.",
                "",
            )
        )
    return panels


def _spearman(head, view):
    rows = head.spearman.sort_values("d")
    rho = rows["rho"].to_numpy(float)
    return _panel(
        "e",
        "Does the output rise with the score?",
        f"Spearman ρ of score and output at each d over {int(rows['n'].max()):,} positions, not multiplied "
        "by the score; no null is drawn and no test rests on it.",
        spearman_track(view, rho),
    )


def _mutants(view, tested):
    profile = tested.ism_profile
    title = "Does the model need these bases?"
    if profile.empty:
        return [
            _panel(
                "f",
                title,
                "Mutagenesis is not part of this run: --controls true with --mutated_sites N fills this panel.",
                "",
            )
        ]
    caption = (
        f"Mean absolute change of the output (logits) over the 3 substitutions of the base at each d, "
        f"{int(profile['n'].max())} labelled positions of the test arc, with 95 % bootstrap intervals over "
        f"them; d {int(profile['d'].min())} to {int(profile['d'].max())} were mutated. It is the whole "
        "model's, the same in every dossier; no threshold."
    )
    return [_panel("f", title, caption, mutagenesis_track(view, profile))]


def _below_mutants(view, tested, row):
    parts = []
    curves, name = tested.deletion, head_name(view.layer, view.head)
    if len(curves) and (curves["order"] == name).any():
        n = int(tested.ism_profile["n"].max()) if len(tested.ism_profile) else 0
        area = (
            f"{number(row['deletion_area'], 3)} logits ({number(row['deletion_lo'], 2)} to "
            f"{number(row['deletion_hi'], 2)})"
        )
        caption = (
            f"Outputs at {n} labelled positions while bases are replaced in three orders. Area between random "
            f"and this head: {area}, 95 % bootstrap over the positions; test I wants it above 0."
        )
        parts.append(
            _panel(
                "", "Deletion in the order of the head's scores", caption, deletion_svg(curves, view.layer, view.head)
            )
        )
    else:
        parts.append(
            _panel(
                "",
                "Deletion in the order of the head's scores",
                "Not part of this run: --controls true with --mutated_sites N fills this panel.",
                "",
            )
        )
    if tested.parts:
        at, n = (view.layer - 1, view.head - 1), int(tested.parts["n"].max())
        least = tested.grades["rule"]["least_content_share"]
        caption = (
            f"Variance of the content and the position term over the {n:,} highest outputs of the test arc. "
            f"Share of content within a query, over its {view.window} keys: {percent(row['content_share'])} %; "
            f"below {percent(least)} % a head is called a position head."
        )
        parts.append(
            _panel(
                "",
                "Content or position?",
                caption,
                split_svg(tested.parts["var_content"][at], tested.parts["var_position"][at], view.low, view.high),
            )
        )
    else:
        parts.append(
            _panel("", "Content or position?", "The logit was not taken apart: --controls true fills this panel.", "")
        )
    return f'<div class="two">{"".join(parts)}</div>'


def _strips(tested, row, rule, params):
    sharp = rule["tests"]["S"]["max_q"]
    caption = (
        f"This head (blue) against {control_words(tested)} (grey and slanted ticks), for K and I beside the "
        f"other {len(tested.heads) - 1} heads of this network. S and L pass at q ≤ {sharp:g} against both "
        "kinds; several heads that stand out together reach a lower q than the least of one alone; "
        "3/20 as high: 3 of 20 networks hold a head as high. Dashed: threshold."
    )
    names = (
        "The effect logo of panel c (all) and its words against known elements, the best match of each; bold: "
        "named by the rule (q ≤ 0.05, at its place, grade C or better); at most 5 rows, plain type: no name. "
        "Distances in nt."
    )
    pairs = _panel("", "Can another head stand in?", _pairs_caption(tested), pairs_html(tested, row))
    return (
        f'<div class="strips">{_panel("g", "Could this be nothing?", caption, strips_svg(tested, row, rule))}'
        f"<div>{_panel('h', 'What is it called?', names, names_html(tested, row, params))}{pairs}</div></div>"
    )


def _pairs_caption(tested):
    base = tested.knockout_base
    blocks = f", 95 % over {base['n_blocks']} blocks of {base['block_nt']:,} nt" if base else ""
    return (
        f"Change of the PR AUC with both heads zeroed{blocks}; interaction below 0: losing both costs more than "
        f"the sum, as where one stands in for the other. {len(tested.pairs)} pairs in all; no rule rests on them."
    )
