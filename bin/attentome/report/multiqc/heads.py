"""The sections of the MultiQC report about heads: atlas, numbers, heat map."""

import numpy as np
import pandas as pd

from attentome.genome.ruler import signed
from attentome.heads.distances import anchor_text
from attentome.report.multiqc.content import number_column, parent, picture
from attentome.report.multiqc.tests import tested_sections
from attentome.report.text.heads import element_at, shared_bases
from attentome.report.text.numbers import interval_text, number

SHOWN_D = 128
"""Distances in the heat map."""
TESTS, KINDS = "SLKRI", ("random", "rotated")


def head_sections(run, card, atlas_png):
    """Contents of the sections about heads, by name.

    Parameters
    ----------
    run : RunResults
    card : dict
    atlas_png : Path
        Picture of the atlas.

    Returns
    -------
    dict of str to dict
        MultiQC custom content.
    """
    return {
        "attentome_atlas": _atlas(run, card, atlas_png),
        "attentome_heads": _heads(run, card),
        "attentome_heatmap": _heatmap(run),
        **tested_sections(run, card),
    }


def _atlas(run, card, png):
    return {
        "id": "attentome_atlas",
        **parent("heads"),
        "section_name": "Head atlas",
        "description": "Per head: mean score of the highest outputs on one log scale, and its logo. "
        f"{card['grades']['line']} With links and other orders: <a href='../atlas.html'>atlas.html</a>. Data: "
        "tables/profiles.tsv.gz, heads/L·_H·/pwm.tsv.",
        "plot_type": "html",
        "data": picture(png, f"profiles and logos of {len(run.heads)} heads"),
    }


def _heads(run, card):
    data, origin = {}, anchor_text(run.profile["ahead"])
    tests = {(row["layer"], row["head"]): row for row in run.tested.heads.to_dict("records")} if run.tested else {}
    shown = card["grades"]["shown"]
    for head in run.heads:
        numbers = head.numbers
        high, d = head.peak_top
        logo, windows = numbers["logo"], numbers["windows"]
        data[head.title] = {
            **(_graded(tests.get((head.layer, head.head)), shown) if tests else {"grade": "?"}),
            "d": d,
            "base": signed(numbers["groups"]["top"]["base"]),
            "box": (element_at(run.elements, d) or "none").replace("-", "−"),
            "height": high,
            "all": float(head.x_uniform("all")[d]),
            "consensus": shared_bases(logo) or "none",
            "bits": logo["total_bits"],
            "rho": numbers["spearman"]["rho_at_peak_d_all"],
            "sites": f"{windows['at_known_sites']} ({number(windows['expected_at_known_sites'], 2)})",
            "page": f'<a href="../heads/{head.name}.html">open</a>',
        }
    headers = {
        **_grade_headers(card, bool(tests)),
        "d": number_column("Peak d", f"Distance (nt upstream of {origin}) of the highest mean score", "{:,.0f}"),
        "base": {
            "title": "Base",
            "description": "Relative to the TSS, where d = 0 sits on TSS + label shift",
            "scale": False,
        },
        "box": {"title": "Inside", "description": "Box of the ruler that the peak lies in", "scale": False},
        "height": number_column("Peak, × uniform", "Mean score of the highest outputs at the peak", "{:,.1f}"),
        "all": number_column("All, × uniform", "Mean score of all positions at the same d", "{:,.1f}"),
        "consensus": {
            "title": "Windows share",
            "description": "Bases above 0.25 bit; n: any",
            "scale": False,
        },
        "bits": number_column("Bits", "Information of the logo round the peak", "{:,.1f}"),
        "rho": {
            "title": "ρ at the peak",
            "description": "Spearman correlation of score and output",
            "format": "{:,.2f}",
            "scale": False,
        },
        "sites": {
            "title": "At TSS (chance)",
            "description": "Of 50 windows, within 5 nt of a curated TSS + shift",
            "scale": False,
        },
        "page": {"title": "Page", "scale": False},
    }
    return {
        "id": "attentome_heads",
        **parent("heads"),
        "section_name": "Heads in numbers",
        "description": f"One row a head. {card['grades']['line']} Data: tables/heads.tsv.",
        "plot_type": "table",
        "pconfig": {
            "id": "attentome_heads_table",
            "title": "Heads: numbers",
            "col1_header": "Head",
            "sort_rows": False,
            "no_violin": True,
        },
        "headers": headers,
        "data": data,
    }


def _graded(row, shown):
    """What the tests say of a head; ``row`` is its row of ``tests/heads.tsv``, None where it has none."""
    if row is None:
        return {"grade": "?", "claim": "not computed"}
    grade = {"not graded": "?", "unsupported": "−"}.get(row["grade"], row["grade"]) if shown else "!"
    return {
        "grade": grade,
        "claim": str(row["claim"]).replace("-", "−") if shown and pd.notna(row["claim"]) else "",
        "tests": " ".join(test if row[test] == "passed" else "?" if row[test] == "not run" else "·" for test in TESTS),
        "share": 100 * row["content_share"] if pd.notna(row["content_share"]) else None,
        "loss": interval_text({"value": row["dprauc_zero"], "lo": row["dprauc_zero_lo"], "hi": row["dprauc_zero_hi"]})
        if pd.notna(row["dprauc_zero"])
        else "not run",
        "seeds": f"{int(row['seeds_found'])} of {int(row['seeds_run']) - 1}",
        "effect_bits": row["bits_heldout"],
        "q_sharp": number(_larger_q(row, "s")),
        "q_logo": number(_larger_q(row, "l")),
    }


def _larger_q(row, test):
    """The q that decides: the larger of those against the two kinds of control networks; None where there is none."""
    return max((row[f"{test}_q_{kind}"] for kind in KINDS if pd.notna(row[f"{test}_q_{kind}"])), default=None)


def _grade_headers(card, tested):
    headers = {"grade": {"title": "Grade", "description": card["grades"]["line"], "scale": False}}
    if not tested:
        return headers
    return headers | {
        "claim": {"title": "May be said", "scale": False},
        "tests": {
            "title": "Tests",
            "description": "Passed: S sharp, L logo, K needed, R reproducible, I mutants; ·: failed, ?: not run",
            "scale": False,
        },
        "share": number_column("Content, %", "Share of content in the variance of the logit", "{:,.0f}"),
        "loss": {
            "title": "Δ PR AUC (95 %)",
            "description": "Change of the PR AUC when the head is zeroed",
            "scale": False,
        },
        "seeds": {"title": "Other seeds", "description": "Other seeds in which the head comes again", "scale": False},
        "effect_bits": number_column("Effect logo, bits", "Bits of the held-out effect logo", "{:,.2f}"),
        "q_sharp": {
            "title": "q sharp",
            "description": "Of the peak's height; the larger of those against both kinds of control networks",
            "scale": False,
        },
        "q_logo": {"title": "q logo", "description": "Of what the effect logo tells, likewise", "scale": False},
    }


def _heatmap(run):
    far = min(SHOWN_D, run.profile["window"])
    rows = [np.log2(np.maximum(head.x_uniform("top")[:far][::-1], 0.25)).round(3).tolist() for head in run.heads]
    distances = [str(d) for d in range(far - 1, -1, -1)]
    table = pd.DataFrame(rows, index=[head.title for head in run.heads], columns=distances)
    return {
        "id": "attentome_heatmap",
        **parent("heads"),
        "section_name": "Where heads look",
        "description": f"Mean score of the highest outputs, log2 of multiples of uniform (0: nothing), d "
        f"{far - 1} to 0 nt upstream of {anchor_text(run.profile['ahead'])}; DNA runs 5′ to 3′. Colour −1 to 6 for "
        "all. Data: tables/profiles.tsv.gz.",
        "plot_type": "heatmap",
        "pconfig": {
            "id": "attentome_heatmap_plot",
            "title": "Heads: mean score by distance",
            "xlab": "distance d, nt",
            "ylab": "head",
            "zlab": "log2 × uniform",
            "min": -1,
            "max": 6,
            "cluster_rows": False,
            "cluster_cols": False,
            "square": False,
            "display_values": False,
            "colstops": [[0, "#ffffff"], [0.14, "#f4f8fa"], [0.5, "#93c3dc"], [1, "#083d5c"]],
        },
        "data": {index: row.to_dict() for index, row in table.iterrows()},
    }
