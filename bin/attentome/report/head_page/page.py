"""The page of one head: what was measured about it, its figures, its windows."""

import numpy as np

from attentome.evidence.control_tally import tally_text
from attentome.figures.style import BASE_COLOUR, escape
from attentome.genome.ruler import signed
from attentome.motifs.logo import CONSENSUS_BITS, LETTERS
from attentome.report.head_page import panels as dossier_panels
from attentome.report.head_page.sentences import UNTESTED
from attentome.report.html.frame import badge, facts, inline, page, table, warning
from attentome.report.text.heads import head_sentence
from attentome.report.text.numbers import number

STYLE = (
    """
body{max-width:1040px}
svg{height:auto}
.head{display:flex;gap:18px;align-items:center;margin-top:16px}
.head .badge{width:64px;height:64px;line-height:60px;font-size:30px;border-radius:9px}
.head h1{margin:0}
.seq{font:11px/14px "Liberation Mono","DejaVu Sans Mono",monospace;white-space:nowrap;color:#7D8790;
 letter-spacing:0}
.seq b{font-weight:bold}
"""
    + "".join(f".seq .{letter}{{color:{colour}}}" for letter, colour in BASE_COLOUR.items())
    + """
.windows{overflow-x:auto}.windows table{font-size:11px;line-height:14px}.windows td{padding:0 8px 0 0;
 white-space:nowrap}
.windows th{padding:2px 8px 2px 0}
@media print{@page{size:A4 portrait;margin:10mm}}
"""
)


def coloured(sequence, best, strong):
    """A sequence as HTML: bases that agree with a column of the logo are bold and coloured.

    Parameters
    ----------
    sequence : str
        5' to 3', one letter per column of the logo.
    best : str
        Most frequent base per column.
    strong : sequence of bool
        Columns with enough information.
    """
    return "".join(
        f'<b class="{base}">{base}</b>' if use and base == top else base
        for base, top, use in zip(sequence, best, strong)
    )


def head_page(head, run, outcome, similar):
    """``heads/L1_H2.html`` as text.

    Parameters
    ----------
    head : HeadResult
    run : RunResults
    outcome : dict
    similar : list of (HeadResult, float)
        The most similar heads and the correlation of their profiles.
    """
    numbers, name = head.numbers, head.name
    windows, logo, spearman = numbers["windows"], numbers["logo"], numbers["spearman"]
    groups = numbers["groups"]
    rows = [
        [
            escape(label),
            f"{groups[key]['n']:,}",
            f"{number(groups[key]['x_uniform'], 3)}×",
            str(groups[key]["d"]),
            signed(groups[key]["base"]),
            number(groups[key]["highest_score"], 2),
        ]
        for key, label in (("top", "highest outputs"), ("all", "all positions"), ("bottom", "lowest outputs"))
    ]
    best = numbers["logo"]["best_column"]
    others = ", ".join(f'<a href="{other.name}.html">{other.title}</a> (r {number(r, 2)})' for other, r in similar)
    tested = run.tested is not None
    top = dossier_panels.dossier(head, run, outcome) if tested else _untested(head, run)
    body = f"""
{warning(outcome)}{top}
<h2>Numbers of the whole genome</h2>
{
        table(
            ["group", "positions", "peak, × uniform", "at d", "base", "highest single score"],
            rows,
            {"positions", "peak, × uniform", "at d", "base", "highest single score"},
        )
    }
{
        facts(
            [
                (
                    "windows chosen at",
                    f"d = {numbers['peak_d_all']}, scores {number(windows['score_highest'], 2)} to "
                    f"{number(windows['score_lowest'], 2)}",
                ),
                (
                    "bases that enter the key by convolution",
                    f"d {numbers['key_reach']['from_d']} to {numbers['key_reach']['to_d']}".replace("-", "−"),
                ),
                (
                    f"logo of its {windows['n']} best windows",
                    f"{number(logo['total_bits'], 2)} bit at d {logo['from_d']} to {logo['to_d']}; best "
                    f"column d {best['d']} "
                    f"(base {signed(best['base'])}): {best['letter']}, {number(best['bits'], 2)} bit",
                ),
                (
                    "Spearman ρ of score and output",
                    f"strongest {number(spearman['rho'], 2)} at d = {spearman['d']}, "
                    f"{number(spearman['rho_at_peak_d_all'], 2)} at the peak; {spearman['n']:,} "
                    "positions",
                ),
            ]
        )
    }
<h2>i &nbsp;Which {windows["n"]} windows? <small>highest scores at d = {
        numbers["peak_d_all"]
    }, sequence 5′ to 3′ on the query's
strand, d {numbers["zoom"]["to_d"]} to {numbers["zoom"]["from_d"]}, whole genome</small></h2>
<p>{windows["distinct"]} distinct of {windows["n"]} (the others share 80 % of their bases or more with a better one);
{windows["plus"]} on +, {windows["minus"]} on −. {windows["at_known_sites"]} lie within {
        windows["tolerance_nt"]
    } nt of a
curated TSS + {numbers["label_shift"]}; chance puts {number(windows["expected_at_known_sites"], 2)} there. Coloured: the
base agrees with a column of these windows' own logo above {CONSENSUS_BITS} bit.{_heldout(head, run)}</p>
<div class="windows">{_window_table(head)}</div>
<footer>Data of this page, in the folder <a href="{name}/">{name}/</a>: <a href="{name}/profile.tsv">profile.tsv</a>
(panels a, b) · <a href="{name}/pwm.tsv">pwm.tsv</a>, <a href="{name}/pwm.meme">pwm.meme</a>
({"logo of the windows of i" if tested else "c"}) ·
<a href="{name}/spearman.tsv">spearman.tsv</a> (e) · <a href="{name}/windows.bed">windows.bed</a> ·
<a href="{name}/head.json">head.json</a>. Figures: {_figure_links(name)}.<br>
{
        "Of the tests: tests/heads.tsv, controls.tsv, bands.tsv, control_logos.tsv, seeds.tsv, seed_profiles.tsv, "
        "knockout.tsv, ism_profile.tsv, deletion.tsv, element_matches.tsv, measured/curated.<br>"
        if tested
        else ""
    }
Most similar heads, by correlation r of the profiles: {others or "none"}.{_layer_note(head.layer)}</footer>"""
    return page(f"{head.title} · {run.name}", body, run.name, root="../", style=STYLE + dossier_panels.STYLE)


def _untested(head, run):
    """Head and panels of the page of a head that was not tested."""
    return f"""<div class="head">{badge("not graded")}<div><h1>Layer {head.layer} · Head {head.head}</h1>
<p class="lead">{UNTESTED}</p></div></div>
<p>{escape(head_sentence(head, run.elements))} {escape(tally_text(None))}</p>
{inline(head.figures["profile"])}
{inline(head.figures["logo"])}
{inline(head.figures["spearman"])}
<p class="note">Panels d (the same recipe where nothing was learned), f (mutagenesis of the model), g (this head
against control heads) and h (names) are filled by --controls true; with -resume only what is missing is run.</p>"""


def _heldout(head, run):
    """Where the best windows of the held-out half are, which no choice was made on."""
    if run.tested is None or run.tested.windows.empty:
        return ""
    windows = run.tested.windows
    own = windows[(windows["layer"] == head.layer) & (windows["head"] == head.head)]
    plus = int((own["strand"] == "+").sum())
    return (
        f" The {len(own)} best windows of the held-out half of the test arc ({plus} on +, {len(own) - plus} on −) are "
        "in tests/measured/curated/windows.tsv."
    )


def _figure_links(name):
    return ", ".join(
        f'{figure} (<a href="{name}/{figure}.svg">SVG</a>, <a href="{name}/{figure}.png">PNG</a>)'
        for figure in ("profile", "logo", "spearman")
    )


def _layer_note(layer):
    return (
        "<br>Layers 2 and above attend to hidden states: d is the place of the state, not proof that only "
        "that base "
        "is used."
        if layer >= 2
        else ""
    )


def _window_table(head):
    counts = head.pwm[list(LETTERS)].to_numpy()
    best = "".join(LETTERS[i] for i in counts.argmax(axis=1))
    strong = head.pwm["bits"].to_numpy() >= CONSENSUS_BITS
    rows = []
    for window in head.windows.itertuples():
        off = window.nearest_tss_nt
        near = "" if np.isnan(off) or abs(off) > 50 else f"{off:+.0f}".replace("-", "−")
        rows.append(
            [
                str(window.rank),
                f"{escape(window.contig)}:{window.anchor + 1:,}",
                window.strand.replace("-", "−"),
                number(window.attention, 2),
                number(window.output, 3),
                near.replace("+0", "0").replace("−0", "0"),
                "" if window.distinct else "yes",
                f'<span class="seq">{coloured(window.sequence, best, strong)}</span>',
            ]
        )
    return table(
        ["rank", "d = 0 at (1-based)", "strand", "score", "output", "nt from TSS + shift", "repeat", "sequence"],
        rows,
        {"rank", "d = 0 at (1-based)", "score", "output", "nt from TSS + shift"},
    )
