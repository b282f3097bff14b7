"""Rows of panel h of a head's page: elements, motifs and known sites that fit its logo; and its pairs."""

from attentome.heads.names import head_name, head_title

SHOWN = 5
"""Rows of a table at most."""


def own_rows(table, row):
    """The rows of one head, whose ``layer`` and ``head`` are in ``row``; an empty table stays empty."""
    return table[(table["layer"] == row["layer"]) & (table["head"] == row["head"])] if len(table) else table


def element_rows(tested, row):
    """Best match of the head's effect logo, whole and by component, with each element; the best rows first.

    Parameters
    ----------
    tested : HeadTests
    row : dict
        The head's row of ``heads.tsv``.

    Returns
    -------
    list of dict
        Rows of ``element_matches.tsv``.
    """
    own = own_rows(tested.elements, row)
    if not len(own):
        return []
    own = own[own["p"].notna()].sort_values(["named", "q", "p"], ascending=[False, True, True], kind="stable")
    return own.drop_duplicates("element").head(SHOWN).to_dict("records")


def best_rows(table, row):
    """The head's rows of a table of motifs or of factors with the lowest q, as dicts."""
    own = own_rows(table, row)
    return own.sort_values("q").head(SHOWN).to_dict("records") if len(own) else []


def pair_rows(tested, row):
    """What knocking the head out together with another one does, the strongest interaction first.

    Parameters
    ----------
    tested : HeadTests
    row : dict
        The head's row of ``heads.tsv``.

    Returns
    -------
    list of dict
        Rows of ``knockout_pairs.tsv``, with ``name`` and ``title`` of the other head.
    """
    pairs = tested.pairs
    if not len(pairs):
        return []
    first = (pairs["layer"] == row["layer"]) & (pairs["head"] == row["head"])
    second = (pairs["layer2"] == row["layer"]) & (pairs["head2"] == row["head"])
    own = pairs[first | second].sort_values("interaction", key=lambda found: -found.abs(), kind="stable").head(SHOWN)
    rows = []
    for one in own.to_dict("records"):
        ends = [(one["layer"], one["head"]), (one["layer2"], one["head2"])]
        other = next(end for end in ends if end != (row["layer"], row["head"]))
        rows.append(one | {"name": head_name(*other), "title": head_title(*other)})
    return rows
