"""Curation: which sites of several TSS sets are kept, by one rule that is printed with the numbers.

Sites of the same contig and strand that are one TSS make a cluster. Rule ``single_linkage``: neighbours of a cluster
lie at most ``max_distance`` nt apart; its site is the position where the sets with the highest sum of weights have one
(ties: the middle one, of two middle ones that with the lower coordinate). Rule ``greedy``: the sets come in order of
priority, then falling weight, then name; a site within ``max_distance`` of one of an earlier set joins the nearest,
else it is a site itself. Both cross the origin of a circular contig. A cluster's support is the sum of the weights
of the sets that have a site in it; it is kept from ``min_support`` on. Neither the order of the sets nor that of their
rows matters. Positions are 0-based.
"""

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from attentome.sites.clusters import cluster_positions, greedy_clusters, representative

RULES = ("single_linkage", "greedy")
ALL_COMBINATIONS_UP_TO = 6
"""With more sets than this, only the combinations that occur are listed."""


@dataclass
class Curation:
    """Result of a curation rule.

    Attributes
    ----------
    sites : DataFrame
        ``contig, start, end, name, score, strand, support, sets``; one row per supported cluster, contigs in
        the given order, then by position and strand. ``score`` = 1000 x support / sum of all weights, rounded.
    rejected : DataFrame
        The same columns for the other clusters, and ``reason``.
    clusters : DataFrame
        All clusters: ``contig, strand, position, support, n_sets, sets, n_members``.
    members : DataFrame
        All input sites: ``set, contig, tss, strand, cluster`` (row of ``clusters``) and ``along`` (the
        position counted on over the origin where the cluster spans it).
    names : list of str
        The sets, sorted.
    weights, priorities : dict of str to number
        Of each set; a priority may be None.
    rule : str
    max_distance : int
    min_support : int or float
    """

    sites: pd.DataFrame
    rejected: pd.DataFrame
    clusters: pd.DataFrame
    members: pd.DataFrame
    names: list
    weights: dict
    priorities: dict
    rule: str
    max_distance: int
    min_support: float

    def order(self):
        """The sets as rule ``greedy`` takes them."""
        return sorted(self.names, key=lambda name: (self.priorities[name] or math.inf, -self.weights[name], name))

    def keeps(self, support):
        """Whether this support suffices (sums of weights are compared to 9 decimals)."""
        return np.round(support, 9) >= self.min_support


def rule_sentence(curation):
    """The rule in words, for figures and reports."""
    names, weights = curation.names, curation.weights
    if set(weights.values()) == {1}:
        kept = f"at least {curation.min_support:g} of {len(names)} sets have a TSS"
        most = "most sets"
    else:
        kept = (
            f"the sets that have a TSS weigh at least {curation.min_support:g} together "
            f"({', '.join(f'{name} {weights[name]:g}' for name in names)})"
        )
        most = "the sets of highest weight"
    if curation.rule == "greedy":
        return (
            f"The sets are taken in the order {', '.join(curation.order())}. A TSS at most {curation.max_distance} "
            "nt from a site of an earlier set on the same contig and strand joins it (of several the nearest); "
            f"else it is a site. A site is kept where {kept}, at the position of the first of them."
        )
    return (
        f"A site is kept where {kept} within one cluster: TSSs of the "
        f"same contig and strand, each at most {curation.max_distance} nt from the next. It is put at the position "
        f"where {most} have a TSS (ties: the middle one; of two middle ones the lower coordinate)."
    )


def curate(sets, max_distance=5, min_support=2, contigs=None, rule="single_linkage", weights=None, priorities=None):
    """Curate TSS sets by one rule.

    Parameters
    ----------
    sets : dict of str to DataFrame
        Name of the set to its sites: ``contig``, ``start`` (the TSS, 0-based), ``strand`` (+ or -).
    max_distance : int
        nt.
    min_support : int or float
        Sum of the weights of the sets that a cluster needs.
    contigs : dict of str to (int, bool), optional
        Length in nt and whether circular, in the genome's order; without it no contig is circular and contigs
        come in the order of their names.
    rule : {"single_linkage", "greedy"}
    weights : dict of str to float, optional
        Of the sets, above 0; default 1.
    priorities : dict of str to int, optional
        Of the sets, 1 first; those without come last. For ``greedy`` only.

    Returns
    -------
    Curation

    Raises
    ------
    ValueError
        If a site lies on a contig that is not in ``contigs``, or there is no such rule.
    """
    if rule not in RULES:
        raise ValueError(f"unknown rule '{rule}'; give one of {', '.join(RULES)}")
    names = sorted(sets)
    weights = {name: _whole((weights or {}).get(name) or 1) for name in names}
    priorities = {name: (priorities or {}).get(name) for name in names}
    members = pd.concat(
        [
            pd.DataFrame(
                {
                    "set": name,
                    "contig": sets[name]["contig"].astype(str),
                    "tss": sets[name]["start"].astype(np.int64),
                    "strand": sets[name]["strand"].astype(str),
                }
            ).drop_duplicates()
            for name in names
        ],
        ignore_index=True,
    )
    if contigs is None:
        contigs = {name: (0, False) for name in sorted(members["contig"].unique())}
    unknown = set(members["contig"]) - set(contigs)
    if unknown:
        raise ValueError(f"sites on contigs that the genome does not have: {', '.join(sorted(unknown))}")
    members = members.sort_values(["contig", "strand", "tss", "set"], ignore_index=True)
    curation = Curation(None, None, None, members, names, weights, priorities, rule, max_distance, min_support)
    members["cluster"], members["along"] = 0, members["tss"]
    clusters = []
    for contig, (length, circular) in contigs.items():
        for strand in "+-":
            rows = np.flatnonzero((members["contig"] == contig) & (members["strand"] == strand))
            found = _cluster_strand(curation, rows, length if circular else None, len(clusters))
            clusters += [(contig, strand, *cluster) for cluster in found]
    curation.clusters = pd.DataFrame(
        clusters, columns=["contig", "strand", "position", "support", "n_sets", "sets", "n_members"]
    )
    kept = curation.keeps(curation.clusters["support"].to_numpy(float))
    curation.sites = _bed(curation.clusters[kept], list(contigs), sum(weights.values()), "site")
    rejected = _bed(curation.clusters[~kept], list(contigs), sum(weights.values()), "rejected")
    curation.rejected = rejected.assign(
        reason=[
            f"support {support:g} of {min_support:g}: {sets} only"
            for support, sets in zip(rejected["support"], rejected["sets"])
        ]
    )
    return curation


def _whole(number):
    return int(number) if float(number).is_integer() else float(number)


def _cluster_strand(curation, rows, circular_length, first):
    """Fill in ``cluster`` (from ``first`` on) and ``along`` for these members; return the clusters' other columns."""
    members, names = curation.members, curation.names
    tss, sets = members["tss"].to_numpy()[rows], members["set"].to_numpy(object)[rows]
    if curation.rule == "greedy":
        rank = {name: number for number, name in enumerate(curation.order())}
        cluster, along, anchor = greedy_clusters(
            tss, [rank[name] for name in sets], curation.max_distance, circular_length
        )
    else:
        cluster, along = cluster_positions(tss, curation.max_distance, circular_length)
        anchor = None
    members.loc[rows, "cluster"] = cluster + first
    members.loc[rows, "along"] = along
    order = np.argsort(cluster, kind="stable")
    found = []
    for part in np.split(order, np.flatnonzero(np.diff(cluster[order])) + 1) if len(rows) else ():
        here = set(sets[part])
        support = [name for name in names if name in here]
        if anchor is None:
            position = representative(along[part], np.array([curation.weights[name] for name in sets[part]], float))
        else:
            position = int(anchor[part[0]])
        found.append(
            (
                position % circular_length if circular_length else position,
                _whole(round(sum(curation.weights[name] for name in support), 9)),
                len(support),
                ",".join(support),
                len(part),
            )
        )
    return found


def _bed(clusters, contigs, full_support, name):
    rank = clusters["contig"].map({contig: number for number, contig in enumerate(contigs)})
    clusters = clusters.assign(rank=rank).sort_values(["rank", "position", "strand"], ignore_index=True)
    return pd.DataFrame(
        {
            "contig": clusters["contig"],
            "start": clusters["position"],
            "end": clusters["position"] + 1,
            "name": [f"{name}_{number}" for number in range(1, len(clusters) + 1)],
            "score": np.rint(1000 * clusters["support"].astype(float) / full_support).astype(int),
            "strand": clusters["strand"],
            "support": clusters["support"],
            "sets": clusters["sets"],
        }
    )


def overlap_table(curation):
    """Clusters per combination of sets, whatever their support.

    Returns
    -------
    DataFrame
        ``sets`` (comma separated), ``n_sets``, ``n`` (clusters with sites of exactly these sets),
        ``n_at_least`` (clusters with sites of these sets and maybe others), ``kept`` (1 if the rule keeps the
        combination), by falling ``n_sets`` and ``n``. Up to 6 sets all combinations are listed, else those
        that occur.
    """
    exact = curation.clusters["sets"].value_counts().to_dict()
    if len(curation.names) <= ALL_COMBINATIONS_UP_TO:
        listed = [
            ",".join(combination)
            for size in range(len(curation.names), 0, -1)
            for combination in combinations(curation.names, size)
        ]
    else:
        listed = list(exact)
    parts = {text: set(text.split(",")) for text in {*listed, *exact}}
    table = pd.DataFrame(
        {
            "sets": listed,
            "n_sets": [len(parts[text]) for text in listed],
            "n": [exact.get(text, 0) for text in listed],
            "n_at_least": [sum(n for other, n in exact.items() if parts[text] <= parts[other]) for text in listed],
        }
    )
    support = np.array([sum(curation.weights[name] for name in parts[text]) for text in listed], float)
    table["kept"] = curation.keeps(support).astype(int)
    return table.sort_values(["n_sets", "n"], ascending=False, kind="stable", ignore_index=True)


def sets_table(curation, rows=None):
    """Contribution of each set.

    Parameters
    ----------
    curation : Curation
    rows : dict of str to int, optional
        Rows of each set's file, from its audit; without it, its sites.

    Returns
    -------
    DataFrame
        ``set``, ``rows``, ``sites`` (distinct positions), ``used`` (sites in kept clusters), ``confirmed``
        (sites whose cluster holds a site of another set), ``share_confirmed`` (of the sites), ``weight``,
        ``priority`` (NaN without).
    """
    clusters = curation.clusters.loc[curation.members["cluster"]]
    table = []
    for name in curation.names:
        of_set = clusters[(curation.members["set"] == name).to_numpy()]
        n, confirmed = len(of_set), int((of_set["n_sets"] > 1).sum())
        table.append(
            {
                "set": name,
                "rows": (rows or {}).get(name, n),
                "sites": n,
                "used": int(curation.keeps(of_set["support"].to_numpy(float)).sum()),
                "confirmed": confirmed,
                "share_confirmed": confirmed / n if n else np.nan,
                "weight": curation.weights[name],
                "priority": curation.priorities[name] or np.nan,
            }
        )
    return pd.DataFrame(table)


def distance_table(curation):
    """Distances between sites of different sets in the same cluster, each pair once.

    Returns
    -------
    DataFrame
        ``distance_nt`` (0, 1, ... without gaps, at least to ``max_distance``) and ``n`` (pairs).
    """
    members = curation.members.sort_values(["cluster", "along", "set"])
    cluster, along, names = (members[column].to_numpy() for column in ("cluster", "along", "set"))
    counts = np.zeros(curation.max_distance + 1, np.int64)
    step, largest = 1, members["cluster"].value_counts().max() if len(members) else 0
    while step < largest:
        pair = (cluster[step:] == cluster[:-step]) & (names[step:] != names[:-step])
        found = np.bincount((along[step:] - along[:-step])[pair], minlength=len(counts))
        counts = np.pad(counts, (0, len(found) - len(counts))) + found
        step += 1
    return pd.DataFrame({"distance_nt": np.arange(len(counts)), "n": counts})


def curation_summary(curation, table):
    """The facts of ``curation.json``: rule, settings, counts and the sets table as a list."""
    return {
        "rule": rule_sentence(curation),
        "method": curation.rule,
        "order": curation.order(),
        "max_distance": curation.max_distance,
        "min_support": curation.min_support,
        "n_sets": len(curation.names),
        "n_clusters": len(curation.clusters),
        "n_sites": len(curation.sites),
        "n_rejected": len(curation.rejected),
        "sets": table.to_dict("records"),
    }
