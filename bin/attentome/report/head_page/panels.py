"""Values and figures of panels a to h of a tested head's page, for the template head_tested.html."""

import re

import numpy as np

from attentome.evidence.claims import CLAIMS, NO_NAME
from attentome.evidence.control_tally import tally_text
from attentome.figures.profile import CONTROL_TITLES
from attentome.genome.ruler import base_of_distance
from attentome.heads.distances import anchor_text
from attentome.motifs.logo import LETTERS, TELLING_BITS, consensus
from attentome.report.head_page.figures import draw_panels, lowest_letter, view_of
from attentome.report.head_page.names import best_rows, element_rows, own_rows, pair_rows
from attentome.report.head_page.strips import draw_strips
from attentome.report.html.templates import HIDDEN, figure_svg
from attentome.report.outcome.sentences import best_is_c
from attentome.report.text.heads import shared_bases


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
        "panels": draw_panels(head, tested, row, view, logo),
        "strips": [
            strip | {"svg": figure_svg(strip["figure"], strip["title"], source) if strip["figure"] else ""}
            for strip in strips
        ],
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
