"""Rows of panel h of a head's page: elements, motifs and known sites that fit its logo; and its pairs."""

from attentome.evidence.claims import CLAIMS
from attentome.heads.names import head_name, head_title
from attentome.report.head_page.sentences import minus
from attentome.report.text.numbers import number

ALPHA, SHOWN = 0.05, 5
"""Names with a higher q stand in plain type; rows of a table at most."""


def own_rows(table, row):
    """The rows of one head, ``row`` being its row of ``heads.tsv``; an empty table stays empty."""
    return table[(table["layer"] == row["layer"]) & (table["head"] == row["head"])] if len(table) else table


def element_rows(tested, row):
    """Best match of the head's effect logo, whole and by component, with each element; the best rows first.

    Returns
    -------
    list of (bool, list of str)
        Whether the rule names the head by it; element, part of the logo, place d, expected d, shift, q.
    """
    own = own_rows(tested.elements, row)
    if not len(own):
        return []
    own = own[own["p"].notna()].sort_values(["named", "q", "p"], ascending=[False, True, True], kind="stable")
    rows = []
    for one in own.drop_duplicates("element").head(SHOWN).to_dict("records"):
        shift = one["shift_nt"]
        cells = [
            minus(one["element"]),
            f"component {one['component']}" if one["component"] else "all",
            _place(one["place_from_d"], one["place_to_d"]),
            _place(one["expected_from_d"], one["expected_to_d"]),
            "–" if shift != shift else minus(f"{shift:+.0f}").replace("+0", "0"),
            _q(one["q"]),
        ]
        rows.append((row["grade"] in CLAIMS and one["named"] == 1 and one["q"] <= ALPHA, cells))
    return rows


def motif_rows(tested, row):
    """Closest motifs of the databases: rows of motif, database, place d, q; and hits expected by chance by database."""
    own = own_rows(tested.motifs, row)
    if not len(own):
        return [], {}
    rows = [
        [one["name"] or one["motif"], one["database"], _place(one["place_from_d"], one["place_to_d"]), _q(one["q"])]
        for one in own.sort_values("q").head(SHOWN).to_dict("records")
    ]
    return rows, own.groupby("database")["shuffled_hits_expected"].max().to_dict()


def factor_rows(tested, row):
    """Transcription factors on whose sites the windows lie: rows of factor, windows observed, expected, q."""
    own = own_rows(tested.enrichment, row)
    if not len(own):
        return []
    return [
        [one["factor"], f"{one['observed']:.0f}", number(one["expected"], 2), _q(one["q"])]
        for one in own.sort_values("q").head(SHOWN).to_dict("records")
    ]


def pair_rows(tested, row):
    """What knocking the head out together with another one does, the strongest interaction first.

    Returns
    -------
    list of dict
        ``name`` and ``title`` of the other head; ``delta``, ``sum_of_single``, ``interaction``, ``interaction_lo``,
        ``interaction_hi`` as text.
    """
    pairs = tested.pairs
    if not len(pairs):
        return []
    first = (pairs["layer"] == row["layer"]) & (pairs["head"] == row["head"])
    second = (pairs["layer2"] == row["layer"]) & (pairs["head2"] == row["head"])
    own = pairs[first | second]
    own = own.loc[own["interaction"].abs().sort_values(ascending=False, kind="stable").index].head(SHOWN)
    numbers = ("delta", "sum_of_single", "interaction", "interaction_lo", "interaction_hi")
    rows = []
    for one in own.to_dict("records"):
        other = (one["layer2"], one["head2"]) if _is_first(one, row) else (one["layer"], one["head"])
        rows.append(
            {"name": head_name(*other), "title": head_title(*other)}
            | {name: minus(f"{one[name]:.3f}") for name in numbers}
        )
    return rows


def _is_first(pair, row):
    return (pair["layer"], pair["head"]) == (row["layer"], row["head"])


def _place(first, last):
    return "no place" if first != first or first is None else f"{first:.0f}–{last:.0f}"


def _q(q):
    return "–" if q != q else number(q, 2)
