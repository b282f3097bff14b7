"""Values and figures of panels a to h of a tested head's page, for the template head_tested.html."""

import re

import numpy as np

from attentome.evidence.claims import CLAIMS, NO_NAME
from attentome.evidence.control_tally import tally_text
from attentome.figures.profile import CONTROL_TITLES
from attentome.figures.style import page_svg
from attentome.figures.tracks import draw_correlation, draw_mutagenesis
from attentome.genome.ruler import base_of_distance
from attentome.heads.distances import anchor_text
from attentome.heads.names import head_name
from attentome.motifs.logo import LETTERS, TELLING_BITS, consensus
from attentome.report.head_page.curves import deletion_figure, split_figure
from attentome.report.head_page.figures import (
    control_logo_figure,
    effect_logo_figure,
    lowest_letter,
    mixture_figure,
    track_figure,
    view_of,
    window_figure,
    zoom_figure,
)
from attentome.report.head_page.names import best_rows, element_rows, own_rows, pair_rows
from attentome.report.head_page.strips import draw_strips
from attentome.report.html.templates import HIDDEN, inline
from attentome.report.outcome.sentences import best_is_c
from attentome.report.text.heads import shared_bases

PANELS = ("window", "zoom", "logo", "mixture", "controls", "correlation", "mutagenesis", "deletion", "split")


def tested_values(head, run, outcome):
    """What the template prints of a tested head.

    Parameters
    ----------
    head : HeadResult
    run : RunResults
        Its ``tested`` is there.
    outcome : dict

    Returns
    -------
    dict
    """
    tested = run.tested
    row, rule = tested.of(head.layer, head.head), tested.grades["rule"]
    logo = own_rows(tested.logos, row)
    view = view_of(head, row["peak_d_heldout"], logo)
    motifs = own_rows(tested.motifs, row)
    strips = draw_strips(tested, row, rule)
    source = "tests/heads.tsv, controls.tsv, knockout.tsv, seeds.tsv, deletion_heads.tsv"
    return {
        "row": row,
        "view": view,
        "rule": rule,
        "passes": passes,
        "grade": HIDDEN if outcome["state"] == "control_alarm" else row["grade"],
        "claims": CLAIMS,
        "no_name": NO_NAME,
        "control_titles": CONTROL_TITLES,
        "origin": anchor_text(view.ahead),
        "base": base_of_distance(view.reach_d, view.label_shift),
        "spelled": spelled(logo),
        "best_is_c": best_is_c(run),
        "lowest_letter": lowest_letter(tested.logo_bits),
        "correlation_n": int(head.spearman["n"].max()),
        "seeds_n": own_rows(tested.seed_profiles, row)["network"].nunique() if len(tested.seed_profiles) else 0,
        "logo": _logo_facts(tested, row, logo),
        "panels": _panels(head, tested, row, view, logo),
        "strips": [strip | {"svg": _svg(strip["figure"], strip["title"], source)} for strip in strips],
        "elements": element_rows(tested, row),
        "motifs": best_rows(tested.motifs, row),
        "shuffled": motifs.groupby("database")["shuffled_hits_expected"].max() if len(motifs) else {},
        "factors": best_rows(tested.enrichment, row),
        "pairs": pair_rows(tested, row),
        "tally": tally_text(tested),
    }


def spelled(logo):
    """Consensus of an effect logo, N where columns hold little; empty where no column holds enough."""
    if logo.empty:
        return ""
    bits = np.where(logo["used"] == 1, logo["bits"], 0.0)
    text, _, _ = consensus(logo[list(LETTERS)].to_numpy(float), bits, TELLING_BITS)
    return shared_bases({"consensus": text})


def passes(test):
    """When a test of the rule passes, with its thresholds put in."""

    def threshold(match):
        value = test[match.group()]
        return f"{100 * value:.0f} %" if match.group() == "min_share" else f"{value:g}"

    return re.sub(r"\b(max|min)_\w+", threshold, test["passes"])


def _logo_facts(tested, row, logo):
    """What the caption of panel c says of the effect logo; None where there is none."""
    if logo.empty:
        return None
    used, windows = logo.loc[logo["used"] == 1, "d"], own_rows(tested.windows, row)
    return {
        "from_d": used.min(),
        "to_d": used.max(),
        "positions": tested.grades["n_positions"] // 2,
        "equal_windows": float(logo[list(LETTERS)].sum(axis=1).max()),
        "cut": bool(logo["bits"].max() > tested.logo_bits),
        "best_windows": int(windows["rank"].max()) if len(windows) else 0,
    }


def _test_arc(tested, view):
    """Mean score and value norm over the highest outputs of the test arc, x uniform, and their number; or None."""
    if not tested.parts:
        return None
    at = view.layer - 1, view.head - 1
    arrives = tested.parts["norm_mean"][at]
    share = arrives / max(np.nansum(arrives), 1e-30)
    return tested.parts["score_mean"][at] * view.window, share * view.window, int(tested.parts["n"].max())


def _panels(head, tested, row, view, logo):
    """Panel to its figure as Markup; None where its values are not part of the run."""
    at, measured = (view.layer - 1, view.head - 1), "tests/measured/curated"
    controls, components = tested.control_logos, own_rows(tested.components, row)
    zoom = zoom_figure(view, tested.bands, own_rows(tested.seed_profiles, row), _test_arc(tested, view))
    rho = head.spearman.sort_values("d")["rho"].to_numpy(float)
    drawn = {
        "window": (
            window_figure(view, tested.bands),
            "Mean score over the whole window",
            "profile.tsv: mean x window over d; bands.tsv",
        ),
        "zoom": (
            zoom,
            "Mean score near the TSS",
            "profile.tsv: mean x window over d; bands.tsv; seed_profiles.tsv; parts.safetensors: norm_mean, score_mean",
        ),
        "correlation": (
            track_figure(draw_correlation, view, rho),
            "Spearman correlation of score and output",
            "spearman.tsv: rho over d",
        ),
    }
    if len(logo):
        best = controls.loc[controls["used"] == 1, "bits"].max() if len(controls) else None
        figure = effect_logo_figure(view, logo, tested.logo_bits, best)
        source = f"{measured}/logos.tsv: shares of A, C, G, T x bits over d; used = 0 is faded"
        drawn["logo"] = figure, "Effect logo of the held-out half", source
    if len(logo) and len(components):
        figure = mixture_figure(view, components)
        drawn["mixture"] = figure, "Components of the effect logo", f"{measured}/components.tsv"
    if len(logo) and len(controls):
        figure = control_logo_figure(view, controls, tested.logo_bits)
        drawn["controls"] = figure, "Effect logos of control heads", "tests/control_logos.tsv"
    if len(tested.ism_profile):
        figure = track_figure(draw_mutagenesis, view, tested.ism_profile)
        source = "tests/ism_profile.tsv: mean_abs, lo, hi over d"
        drawn["mutagenesis"] = figure, "Mean absolute effect of substitutions", source
    if len(tested.deletion) and (tested.deletion["order"] == head_name(view.layer, view.head)).any():
        figure = deletion_figure(tested.deletion, view.layer, view.head)
        drawn["deletion"] = figure, "Deletion curves", "tests/deletion.tsv: mean_output over k"
    if tested.parts:
        figure = split_figure(tested.parts["var_content"][at], tested.parts["var_position"][at], view)
        drawn["split"] = figure, "Split of the logit", f"{measured}/parts.safetensors: var_content, var_position over d"
    return dict.fromkeys(PANELS) | {name: _svg(*one) for name, one in drawn.items()}


def _svg(figure, title, source):
    """A figure as Markup, with its title and the table that redoes it; empty without a figure."""
    return inline(page_svg(figure, title, source)) if figure else ""
