"""Count the control heads that the grading rule lets through; the count is shown wherever grades are shown."""

CONTROL_TEXT = {"random": "untrained networks", "rotated": "networks trained on rotated labels"}
"""Kinds of control networks, as in ``controls`` of ``grades.json``, in words."""
NO_CONTROLS = "No control network is part of this run, so the number of control heads with a grade is unknown."


def control_tally(tested):
    """Heads of the control networks, and those of them that have a grade.

    Parameters
    ----------
    tested : HeadTests or None

    Returns
    -------
    dict
        ``networks``, ``heads``, ``graded`` (counts over all kinds), ``share`` (graded over heads, None without heads),
        ``best_grade`` (None where none is graded) and ``kinds``: kind to ``networks``, ``heads``, ``graded`` and
        ``at_most`` (whether a graded head was not knocked out or mutated, which counts as passed).
    """
    kinds = tested.grades.get("controls", {}) if tested else {}
    total = {name: sum(kind[name] for kind in kinds.values()) for name in ("networks", "heads", "graded")}
    return {
        **total,
        "share": total["graded"] / total["heads"] if total["heads"] else None,
        "best_grade": min((kind["best_grade"] for kind in kinds.values() if kind.get("best_grade")), default=None),
        "kinds": {
            name: {
                **{key: kind[key] for key in ("networks", "heads", "graded")},
                "at_most": bool(kind["graded"]) and _at_most(tested.controls, name),
            }
            for name, kind in kinds.items()
        },
    }


def _at_most(controls, kind):
    if not {"K", "I"} <= set(controls.columns):
        return True
    graded = controls[(controls["control"] == kind) & controls["grade"].isin(list("ABCD"))]
    return bool((graded[["K", "I"]] == "not run").any(axis=None))


def tally_text(tested):
    """The tally in one sentence.

    It says "at most" if a graded control head was not knocked out or mutated: such a test counts as passed.

    Parameters
    ----------
    tested : HeadTests or None

    Returns
    -------
    str
        ``By the same rule 0 of 160 heads of untrained networks and at most 2 of 160 heads of networks trained on moved
        labels have a grade (best: D).``
    """
    tally = control_tally(tested)
    if not tally["heads"]:
        return NO_CONTROLS
    parts = [_of_kind(tally["kinds"][kind], text) for kind, text in CONTROL_TEXT.items() if kind in tally["kinds"]]
    best = f" (best: {tally['best_grade']})" if tally["best_grade"] else ""
    return f"By the same rule {' and '.join(parts)} have a grade{best}."


def _of_kind(kind, text):
    if not kind["heads"]:
        return f"0 of 0 heads of {text} (none was run)"
    return f"{'at most ' if kind['at_most'] else ''}{kind['graded']} of {kind['heads']:,} heads of {text}"
