"""Claim wording a graded head supports: its element, with its own q and at its place, in the wording of its grade."""

import pandas as pd

CLAIMS = {"A": "detects {}", "B": "likely reads {}", "C": "may read {}"}
NO_NAME = "no name"


def name_heads(heads, elements, content_share, rule):
    """Add names and claims to graded heads.

    Parameters
    ----------
    heads : DataFrame
        Of :func:`attentome.evidence.grades.grade_heads`.
    elements : DataFrame or None
        ``element_matches.tsv``: of the elements that a head's logo holds at their place, the one with the lowest q
        counts (then the lowest p, then the order of the table).
    content_share : ndarray, shape (heads,), or None
        Share of content in the variance of each head's logit. A head below the rule's minimum is a position head: it
        looks at a place, whatever the sequence there. Its values show what it reads there.
    rule : dict

    Returns
    -------
    DataFrame
        With ``content_share``, ``type`` (sequence, mixed, position; empty where not measured), ``element``,
        ``element_q``, ``element_from_d``, ``element_to_d``, ``element_shift_nt`` and ``claim`` (empty for D and worse).
    """
    heads = heads.assign(content_share=float("nan") if content_share is None else content_share)
    heads["type"] = [head_type(share, rule) for share in heads["content_share"]]
    found = [_element(row, elements) for row in heads.to_dict("records")]
    for name in ("element", "element_q", "element_from_d", "element_to_d", "element_shift_nt"):
        heads[name] = [row[name] for row in found]
    heads["claim"] = [claim(row["grade"], row["element"]) for row in heads.to_dict("records")]
    return heads


def head_type(content_share, rule):
    """``position`` below the rule's minimum share of content, ``sequence`` above 1 - minimum, else ``mixed``."""
    least = rule["least_content_share"]
    if content_share != content_share:
        return ""
    return "position" if content_share < least else "sequence" if content_share > 1 - least else "mixed"


def claim(grade, element):
    """The wording that a grade allows: ``detects -10`` only for A; no name below C."""
    if grade not in CLAIMS:
        return ""
    return CLAIMS[grade].format(element) if element else NO_NAME


def _element(head, elements):
    none = {
        "element": "",
        "element_q": float("nan"),
        "element_from_d": None,
        "element_to_d": None,
        "element_shift_nt": None,
    }
    if elements is None or head["grade"] not in CLAIMS:
        return none
    own = (elements["layer"] == head["layer"]) & (elements["head"] == head["head"])
    rows = elements[own & (elements["named"] == 1)]
    if rows.empty:
        return none
    best = rows.sort_values(["q", "p"], kind="stable").iloc[0]
    shift = None if pd.isna(best["shift_nt"]) else int(best["shift_nt"])
    return {
        "element": best["element"],
        "element_q": float(best["q"]),
        "element_from_d": int(best["place_from_d"]),
        "element_to_d": int(best["place_to_d"]),
        "element_shift_nt": shift,
    }
