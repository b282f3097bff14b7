"""Values and figures of panels a to h of a tested head's page, for the template head.html."""

import numpy as np

from attentome.evidence.control_tally import tally_text
from attentome.figures.profile import CONTROL_TITLES
from attentome.heads.names import head_name
from attentome.report.head_page.curves import deletion_figure, split_figure
from attentome.report.head_page.figures import (
    control_logo_figure,
    correlation_panel,
    logo_figure,
    lowest_letter,
    mixture_figure,
    mutagenesis_panel,
    panel,
    view_of,
    window_panel,
    zoom_panel,
)
from attentome.report.head_page.names import element_rows, factor_rows, motif_rows, own_rows, pair_rows
from attentome.report.head_page.sentences import (
    capped_text,
    counted_controls,
    lead,
    not_run_text,
    rule_lines,
    sentence,
)
from attentome.report.head_page.strips import draw_strips


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
    row = tested.of(head.layer, head.head)
    logo = own_rows(tested.logos, row)
    view = view_of(head, row["peak_d_heldout"], logo)
    grades, hidden = tested.grades, outcome["state"] == "control_alarm"
    motifs, shuffled = motif_rows(tested, row)
    return {
        "row": row,
        "view": view,
        "rule": grades["rule"],
        "grade": "hidden" if hidden else row["grade"],
        "lead": lead(row, hidden),
        "sentence": "" if hidden else sentence(row, view, logo, tested.knockout_base, grades["controls"]),
        "notes": " ".join(filter(None, [capped_text(grades), not_run_text(row)])),
        "control_heads": counted_controls(tested),
        "control_kinds": " and ".join(_kinds_drawn(tested)),
        "lowest_letter": lowest_letter(tested.logo_bits),
        "correlation_n": int(head.spearman["n"].max()),
        "seeds_n": own_rows(tested.seed_profiles, row)["network"].nunique() if len(tested.seed_profiles) else 0,
        "logo": _logo_facts(tested, row, logo),
        "mutated": _mutated(tested.ism_profile),
        "panels": _panels(head, tested, row, view, logo),
        "strips": [
            strip
            | {
                "figure": strip["figure"]
                and panel(
                    strip["figure"],
                    strip["title"],
                    "tests/heads.tsv, controls.tsv, knockout.tsv, seeds.tsv, deletion_heads.tsv",
                )
            }
            for strip in draw_strips(tested, row, grades["rule"])
        ],
        "elements": element_rows(tested, row),
        "motifs": motifs,
        "shuffled": shuffled,
        "factors": factor_rows(tested, row),
        "pairs": pair_rows(tested, row),
        "rule_lines": rule_lines(grades),
        "tally": tally_text(tested),
    }


def _kinds_drawn(tested):
    drawn = set(tested.control_logos["control"]) if len(tested.control_logos) else ()
    return [words for kind, words in CONTROL_TITLES.items() if kind in drawn]


def _logo_facts(tested, row, logo):
    """What the caption of panel c says of the effect logo; None where there is none."""
    if logo.empty:
        return None
    used, windows = logo.loc[logo["used"] == 1, "d"], own_rows(tested.windows, row)
    return {
        "from_d": used.min(),
        "to_d": used.max(),
        "positions": tested.grades["n_positions"] // 2,
        "equal_windows": float(logo[list("ACGT")].sum(axis=1).max()),
        "cut": bool(logo["bits"].max() > tested.logo_bits),
        "best_windows": int(windows["rank"].max()) if len(windows) else 0,
    }


def _mutated(profile):
    if profile.empty:
        return None
    return {"n": int(profile["n"].max()), "from_d": int(profile["d"].min()), "to_d": int(profile["d"].max())}


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
    at, controls, components = (view.layer - 1, view.head - 1), tested.control_logos, own_rows(tested.components, row)
    rho = head.spearman.sort_values("d")["rho"].to_numpy(float)
    panels = dict.fromkeys(("logo", "mixture", "controls", "mutagenesis", "deletion", "split")) | {
        "window": window_panel(view, tested.bands),
        "zoom": zoom_panel(view, tested.bands, own_rows(tested.seed_profiles, row), _test_arc(tested, view)),
        "correlation": correlation_panel(view, rho),
    }
    if len(logo):
        best = controls.loc[controls["used"] == 1, "bits"].max() if len(controls) else None
        panels["logo"] = panel(
            logo_figure(view, logo, tested.logo_bits, best),
            "Effect logo of the held-out half",
            "tests/measured/curated/logos.tsv: shares of A, C, G, T x bits over d; used = 0 is faded",
        )
    if len(logo) and len(components):
        figure = mixture_figure(view, components)
        panels["mixture"] = panel(figure, "Components of the effect logo", "tests/measured/curated/components.tsv")
    if len(logo) and len(controls):
        figure = control_logo_figure(view, controls, tested.logo_bits)
        panels["controls"] = panel(figure, "Effect logos of control heads", "tests/control_logos.tsv")
    if len(tested.ism_profile):
        panels["mutagenesis"] = mutagenesis_panel(view, tested.ism_profile)
    if len(tested.deletion) and (tested.deletion["order"] == head_name(view.layer, view.head)).any():
        figure = deletion_figure(tested.deletion, view.layer, view.head)
        panels["deletion"] = panel(figure, "Deletion curves", "tests/deletion.tsv: mean_output over k")
    if tested.parts:
        figure = split_figure(tested.parts["var_content"][at], tested.parts["var_position"][at], view)
        source = "tests/measured/curated/parts.safetensors: var_content, var_position over d"
        panels["split"] = panel(figure, "Split of the logit", source)
    return panels
