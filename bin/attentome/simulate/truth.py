"""Compare the claims of graded heads on a simulated genome with what was planted there.

**Claims.** A row for each head: ``layer``, ``head``, ``grade`` (A, B, C, D or ``unsupported``), ``element`` (the name
that the report gives the head, empty without one), ``element_q`` (its q), ``from_d`` and ``to_d`` (smallest and largest
distance, nt, both included, of the stretch where its PWM matches the element; without a name, of its PWM's informative
stretch), ``shift_nt`` (nt from the element's place to a better match, 0 at its place). The last four may be missing
(``nan``). Heads graded A to D make a claim; those that are ``unsupported`` make none.

**Place.** The place of a planted part is where most of its copies lie. A head's *position error* at a part is the
number of nt by which its stretch must be moved until it lies within the part or the part within it (0 = exact), and
not less than the size of its ``shift_nt``. A part and a claim agree if the error is at most ``tolerance`` nt.

**Name.** A claim has a part's name if its element is that name, or begins with it and a blank (``CRP class II``).

**Recalled** is a planted part with effect (one that promoters have) if a graded head has its name and agrees with its
place. If there are several such heads, the one with the best grade counts, then the smallest error, q, layer and head.

**False** is a claim with a name that recalls no part with effect. A part that only decoys have has no effect, and a
name without a stretch recalls nothing. A graded head without a name is false if its stretch does not begin and end
within ``tolerance`` nt of a part with effect. **Silent** is a graded head with neither name nor stretch.
All other claims are **true**. The share of false claims is false / (true + false).
"""

import numpy as np
import pandas as pd

from attentome.genome.ruler import distance_of_base
from attentome.io.files import open_text
from attentome.simulate.parts import PARTS

CLAIM_GRADES = ("A", "B", "C", "D")
CLAIM_UNSUPPORTED = "unsupported"
"""Those of :mod:`attentome.evidence.grades`, which lies above this package; a test compares them."""
CLAIM_COLUMNS = ["layer", "head", "grade", "element", "element_q", "from_d", "to_d", "shift_nt"]
PLACE_TOLERANCE = 2
"""nt."""
RECALL_COLUMNS = [
    "part",
    "element",
    "share",
    "expected_from_d",
    "expected_to_d",
    "recalled",
    "layer",
    "head",
    "grade",
    "element_q",
    "from_d",
    "to_d",
    "error_nt",
]


def read_claims(path):
    """Read ``claims.tsv``.

    Parameters
    ----------
    path : str or Path
        TSV with at least the columns :data:`CLAIM_COLUMNS`, ``nan`` or empty where there is no number.

    Returns
    -------
    DataFrame
        All its columns; ``layer`` and ``head`` int64, the last four of the columns float.

    Raises
    ------
    ValueError
        If a column is missing, a number is invalid, a grade is unknown, or a stretch is incomplete or reversed; the
        message names file and line.
    """
    with open_text(path) as handle:
        header, *lines = handle.read().splitlines() or [""]
    names = header.split("\t")
    missing = [column for column in CLAIM_COLUMNS if column not in names]
    if missing:
        raise ValueError(
            f"{path}: line 1: column(s) {', '.join(missing)} missing; "
            f"write a tab-separated header '{' '.join(CLAIM_COLUMNS)}'"
        )
    rows = []
    for number, line in enumerate(lines, 2):
        cells = line.split("\t")
        if len(cells) != len(names):
            raise ValueError(
                f"{path}: line {number}: {len(cells)} cells, the header has {len(names)}; "
                "write one tab between two cells"
            )
        rows.append(_claim(dict(zip(names, cells)), f"{path}: line {number}"))
    claims = pd.DataFrame(rows, columns=names)
    return claims.astype(
        {"layer": np.int64, "head": np.int64, **dict.fromkeys(["element_q", "from_d", "to_d", "shift_nt"], float)}
    )


def _claim(cells, where):
    try:
        cells["layer"], cells["head"] = int(cells["layer"]), int(cells["head"])
        for name in ("element_q", "from_d", "to_d", "shift_nt"):
            cells[name] = float(cells[name] or "nan")
    except ValueError as fault:
        raise ValueError(f"{where}: {fault}; give whole numbers for layer and head, then numbers or nan") from None
    if cells["grade"] not in (*CLAIM_GRADES, CLAIM_UNSUPPORTED):
        raise ValueError(
            f"{where}: grade '{cells['grade']}' is unknown; give {', '.join(CLAIM_GRADES)} or {CLAIM_UNSUPPORTED}"
        )
    # Not reversed: also false where one of the two is missing.
    if not cells["from_d"] <= cells["to_d"] and not (np.isnan(cells["from_d"]) and np.isnan(cells["to_d"])):
        raise ValueError(
            f"{where}: from_d {cells['from_d']:g} and to_d {cells['to_d']:g} are not a stretch; "
            "give the smaller distance first, or neither"
        )
    cells["element"] = "" if cells["element"] == "nan" else cells["element"]
    return cells


def parts_of_minimal(truth):
    """Make the parts table of a genome of :func:`attentome.simulate.minimal.simulate_genome`.

    Parameters
    ----------
    truth : DataFrame
        With the columns ``minus10_start``, ``minus10_end``, ``minus10`` and the same of ``minus35``.

    Returns
    -------
    DataFrame
        Columns of ``designs.PART_COLUMNS``.
    """
    site = ["contig", "tss", "strand", "kind"]
    tables = []
    for part in ("minus35", "minus10"):
        columns = {f"{part}_start": "start", f"{part}_end": "end", part: "sequence"}
        there = truth.loc[truth[part].notna(), [*site, *columns]].rename(columns=columns)
        tables.append(there.assign(part=part).astype({"tss": int, "start": int, "end": int}))
    table = pd.concat(tables).sort_values("tss", kind="stable", ignore_index=True)
    return table[[*site, "part", "start", "end", "sequence"]]


def expected_parts(parts, label_shift):
    """The planted parts and the distances at which a head should find them.

    Parameters
    ----------
    parts : DataFrame
        Columns ``tss``, ``strand``, ``kind``, ``part``, ``start``, ``end``, as in ``parts.tsv``; none of them may
        reach beyond its TSS or cross the origin.
    label_shift : int
        nt from the TSS to d = 0.

    Returns
    -------
    DataFrame
        A row for each part, from the farthest to the nearest: ``part``, ``element`` (its name, empty where it has
        none), ``effect`` (1 if promoters have it, 0 if only decoys), ``n`` (copies: in promoters, or else in
        decoys), ``share`` (of the promoters that have any part; nan without effect), ``first_base`` (where most
        copies begin), ``from_d``, ``to_d`` (smallest and largest distance, both included).
    """
    first = np.where(parts["strand"] == "+", parts["start"] - parts["tss"], parts["tss"] - parts["end"] + 1)
    parts = parts.assign(first=first, promoter=parts["kind"] == "promoter", width=parts["end"] - parts["start"])
    promoters = parts.loc[parts["promoter"], ["tss", "strand"]].drop_duplicates()
    rows = []
    for part, copies in parts.groupby("part", sort=False):
        effect = bool(copies["promoter"].any())
        copies = copies[copies["promoter"] == effect]
        base, width = int(copies["first"].mode().iloc[0]), int(copies["width"].iloc[0])
        rows.append(
            {
                "part": part,
                "element": PARTS[part].element if part in PARTS else "",
                "effect": int(effect),
                "n": len(copies),
                "share": len(copies) / len(promoters) if effect else np.nan,
                "first_base": base,
                "from_d": distance_of_base(base + width - 1, label_shift),
                "to_d": distance_of_base(base, label_shift),
            }
        )
    return pd.DataFrame(rows).sort_values(["to_d", "part"], ascending=[False, True], ignore_index=True)


def position_error(from_d, to_d, part_from_d, part_to_d):
    """nt by which one stretch must be moved until one of the two lies within the other; d, both ends included."""
    return max(
        0,
        min(abs(from_d - part_from_d), abs(to_d - part_to_d)) if (from_d - part_from_d) * (to_d - part_to_d) > 0 else 0,
    )


def judge_claims(claims, expected, tolerance=PLACE_TOLERANCE):
    """Judge whether each head's claim is true.

    Parameters
    ----------
    claims : DataFrame
        :data:`CLAIM_COLUMNS`, and any others.
    expected : DataFrame
        Of :func:`expected_parts`.
    tolerance : int
        nt.

    Returns
    -------
    DataFrame
        The claims with ``verdict`` (``true``, ``false``, ``silent``; ``not graded``), ``part`` (the nearest part with
        effect that has the claim's name; empty if there is none or the claim has no name or stretch) and
        ``error_nt`` (position error there, else nan).
    """
    effective = expected[expected["effect"] == 1]
    return claims.assign(
        **pd.DataFrame(
            [_judge(claim, effective, tolerance) for claim in claims.itertuples()],
            columns=["verdict", "part", "error_nt"],
            index=claims.index,
        )
    )


def _judge(claim, effective, tolerance):
    if claim.grade not in CLAIM_GRADES:
        return "not graded", "", np.nan
    named = isinstance(claim.element, str) and claim.element != ""
    if np.isnan(claim.from_d):
        return ("false" if named else "silent"), "", np.nan
    if not named:
        inside = [
            ((effective["from_d"] - tolerance <= end) & (end <= effective["to_d"] + tolerance)).any()
            for end in (claim.from_d, claim.to_d)
        ]
        return ("true" if all(inside) else "false"), "", np.nan
    moved = 0 if np.isnan(claim.shift_nt) else abs(claim.shift_nt)
    errors = [
        (float(max(moved, position_error(claim.from_d, claim.to_d, part.from_d, part.to_d))), part.part)
        for part in effective.itertuples()
        if bears_name(claim.element, part.element)
    ]
    if not errors:
        return "false", "", np.nan
    error, part = min(errors)
    return ("true" if error <= tolerance else "false"), part, error


def bears_name(element, name):
    """Whether a claim's element is that name or begins with it and a blank."""
    return element == name or element.startswith(f"{name} ")


def recall_table(claims, expected, tolerance=PLACE_TOLERANCE):
    """Find which planted parts with effect a run recalls, and by which head.

    Parameters
    ----------
    claims, expected, tolerance
        As of :func:`judge_claims`.

    Returns
    -------
    DataFrame
        :data:`RECALL_COLUMNS`, a row for each part with effect in the order of ``expected``; ``recalled`` is 1 or 0,
        and the columns after it are those of the head that recalls the part (missing without one).
    """
    judged = judge_claims(claims, expected, tolerance)
    naming = judged[(judged["verdict"] == "true") & (judged["part"] != "")]
    naming = naming.sort_values(["grade", "error_nt", "element_q", "layer", "head"]).drop_duplicates("part")
    wanted = expected[expected["effect"] == 1].rename(columns={"from_d": "expected_from_d", "to_d": "expected_to_d"})
    table = wanted.merge(naming[["part", *RECALL_COLUMNS[6:]]], on="part", how="left")
    table["recalled"] = table["grade"].notna().astype(int)
    return table.astype({"layer": "Int64", "head": "Int64"})[RECALL_COLUMNS]


def summarise_runs(claims, expected, tolerance=PLACE_TOLERANCE):
    """Summarise all runs of a self-test.

    Parameters
    ----------
    claims : DataFrame
        :data:`CLAIM_COLUMNS`, with ``run`` (str, one network each) and ``control`` (empty for a network that was
        trained on the labels, else its kind: ``random``, ``rotated``).
    expected, tolerance
        As of :func:`judge_claims`; one table for all runs, which share a design and a label shift.

    Returns
    -------
    summary : dict
        ``runs``, ``parts`` (with effect), ``recall`` (parts recalled, as a share of parts x runs), ``error_median_nt``,
        ``error_largest_nt`` (of the parts recalled), ``graded``, ``true``, ``false``, ``silent`` (heads of these
        runs), ``false_share``; ``control_runs``, ``control_heads``, ``control_graded`` (heads graded A to D) and
        ``control_graded_share``. nan where the denominator is 0.
    by_part : DataFrame
        ``part``, ``element``, ``runs``, ``recalled``, ``recall``, ``best_grade``, ``error_median_nt``,
        ``error_largest_nt``, in the order of ``expected``.
    """
    trained = claims[claims["control"] == ""]
    controls = claims[claims["control"] != ""]
    recalls = pd.concat(
        [recall_table(rows, expected, tolerance) for _, rows in trained.groupby("run")]
        or [recall_table(trained, expected, tolerance).iloc[:0]],
        ignore_index=True,
    )
    verdicts = judge_claims(trained, expected, tolerance)["verdict"]
    n = {verdict: int((verdicts == verdict).sum()) for verdict in ("true", "false", "silent")}
    control_graded = int(controls["grade"].isin(CLAIM_GRADES).sum())
    summary = {
        "runs": trained["run"].nunique(),
        "parts": int((expected["effect"] == 1).sum()),
        "recall": float(recalls["recalled"].mean()),
        "error_median_nt": float(recalls["error_nt"].median()),
        "error_largest_nt": float(recalls["error_nt"].max()),
        "graded": sum(n.values()),
        **n,
        "false_share": _share(n["false"], n["true"] + n["false"]),
        "control_runs": controls["run"].nunique(),
        "control_heads": len(controls),
        "control_graded": control_graded,
        "control_graded_share": _share(control_graded, len(controls)),
    }
    groups = recalls.groupby(["part", "element"], sort=False)
    by_part = groups.agg(
        runs=("recalled", "size"),
        recalled=("recalled", "sum"),
        recall=("recalled", "mean"),
        best_grade=("grade", lambda grades: min(grades.dropna(), default="")),
        error_median_nt=("error_nt", "median"),
        error_largest_nt=("error_nt", "max"),
    )
    return summary, by_part.reset_index()


def _share(part, whole):
    return part / whole if whole else float("nan")
