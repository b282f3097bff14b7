"""What insertions say about the rule that a network learned: a row per network, from the tables of all networks.

In task 1 a class is one factor. A network that learned it raises the logit of a factor more than any other when the
factor's motif is inserted (``factors_own`` of ``factors``; both strands have to raise it, by the lower end of their
intervals).

In task 3 the class is a set of motifs: all motifs of a positive sequence are of the positive factors. The rule is that
more motifs of positive factors, whichever they are, raise the logit, and that one decoy lowers it. From the sets of
:func:`attentome.attribution.motif_insertion.set_effects` follow

``together``
    Effect of the largest set of different positive factors.
``own_share``
    Part of it that their motifs, and not their composition alone, explain: 1 - effect of the same motifs with shuffled
    columns / ``together``.
``single_share``
    Part of it that the best single motif explains: its effect at the centre, mean of both strands, / ``together``.
``copies_share``
    Part of it that as many copies of one factor explain, mean over the factors.
``rising``
    Number of motifs, one after the other, that raise the logit (lower end of the interval above 0).
``decoy``
    Change by one decoy beside the largest set.

and from these ``rule``, by :func:`rule_of`.
"""

import numpy as np
import pandas as pd

from attentome.io.schemas.filters import RULES

NETWORK = list(RULES.columns)[: list(RULES.columns).index("trial") + 1]
PLANTED = "planted"
"""Kind of the motifs of planted factors."""

MIN_EFFECT = 1.0
"""Smallest effect of the largest set, in logits: the odds rise to 2.7 times. Control networks stay below it."""
MOST_SINGLE = 0.5
"""Share of the best single motif from which on a network reads one motif."""
MIN_OWN = 0.5
"""Share that the motifs have to explain, and not their composition."""
NOTHING, SINGLE, MOTIFS, RULE = "nothing", "single motif", "motifs without decoys", "set of motifs"


def rules_table(importance, sets):
    """A row per network with planted motifs.

    Parameters
    ----------
    importance, sets : DataFrame
        Of :data:`attentome.io.schemas.filters.IMPORTANCE` and ``SETS``.

    Returns
    -------
    DataFrame
        Columns of :data:`attentome.io.schemas.filters.RULES`; what a task does not have is nan or empty. Shares of
        ``together`` are nan unless its interval is above 0.
    """
    planted = importance[importance["kind"] == PLANTED]
    rows = []
    for _, effects in planted.groupby("id", sort=False):
        network = effects.iloc[0][NETWORK].to_dict()
        means = effects.pivot_table("effect", "name", "output", sort=False)
        own = sets[sets["id"] == network["id"]]
        facts = _of_classes(effects, means) | (_of_sets(means, own) if len(own) else {"best": "", "rule": ""})
        rows.append(network | {"factors": len(means)} | facts)
    table = pd.DataFrame(rows, columns=list(RULES.columns))
    return table.astype({name: "Int64" for name in RULES.columns if RULES.kind(name) == "int?"})


def _of_classes(effects, means):
    """Facts of a network whose classes are factors; nothing where they are not."""
    named = [name for name in means.index if name in means.columns]
    if not named:
        return {}
    own = np.array([means.loc[name, name] for name in named])
    others = np.array([means.loc[name].drop(name).mean() for name in named])
    certain = effects.groupby(["name", "output"])["effect_low"].min()
    found = [means.loc[name].idxmax() == name and certain[name, name] > 0 for name in named]
    return {"factors_own": sum(found), "own_effect": own.mean(), "other_effects": others.mean()}


def _of_sets(means, sets):
    """Facts of a network whose class is a set of motifs, and the rule that they show."""
    cells = sets.set_index(["kind", "motifs"])
    most = sets["motifs"].max()
    largest, decoy = cells.loc[("distinct", most)], cells.loc[("with_decoy", most)]
    whole = largest["effect"] if largest["effect_low"] > 0 else np.nan
    singles = means.iloc[:, 0]
    facts = {
        "largest_set": most,
        "together": largest["effect"],
        "together_low": largest["effect_low"],
        "together_high": largest["effect_high"],
        "own_share": 1 - cells.loc[("shuffled", most), "effect"] / whole,
        "best": singles.idxmax() if singles.notna().all() else "",
        "single_share": singles.max() / whole,
        "copies_share": cells.loc[("copies", most), "effect"] / whole,
        "rising": int((cells.loc["distinct", "step_low"] > 0).sum()),
        "decoy": decoy["step"],
        "decoy_low": decoy["step_low"],
        "decoy_high": decoy["step_high"],
    }
    return facts | {"rule": rule_of(facts)}


def rule_of(facts):
    """The rule that a network learned, as far as insertions show it.

    Parameters
    ----------
    facts : dict
        ``together``, ``together_low``, ``own_share``, ``single_share``, ``decoy_high``.

    Returns
    -------
    str
        :data:`NOTHING` unless the largest set has an effect of :data:`MIN_EFFECT` or more, its interval is above 0,
        and its motifs explain more than :data:`MIN_OWN` of it; else :data:`SINGLE` if the best motif explains
        :data:`MOST_SINGLE` or more; else :data:`RULE` if a decoy lowers the logit (upper end of the interval below 0),
        and :data:`MOTIFS` if not.
    """
    if not (facts["together"] >= MIN_EFFECT and facts["together_low"] > 0 and facts["own_share"] > MIN_OWN):
        return NOTHING
    if facts["single_share"] >= MOST_SINGLE:
        return SINGLE
    return RULE if facts["decoy_high"] < 0 else MOTIFS
