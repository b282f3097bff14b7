"""Curation: which sites of several TSS sets are believed, by one rule that is printed beside the numbers.

The rule: on each strand of each contig, sites of all sets form single-linkage clusters (neighbours at most
``max_distance`` nt apart, over the origin of a circular contig too). A cluster is supported by the sets that
have a site in it. Supported clusters become one site each, at the position where most sets have a site; among
equals the middle one, and of two middle ones that with the lower coordinate. Positions are 0-based.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

ALL_COMBINATIONS_UP_TO = 6
"""With more sets than this, only the combinations that occur are listed."""


@dataclass
class Curation:
    """What the rule makes of the sets.

    Attributes
    ----------
    sites : DataFrame
        ``contig, start, end, name, score, strand, support, sets``; one row per supported cluster, contigs in
        the given order, then by position and strand. ``score`` = 1000 x support / number of sets, rounded.
    clusters : DataFrame
        All clusters: ``contig, strand, position, support, sets, n_members``.
    members : DataFrame
        All sites that went in: ``set, contig, tss, strand, cluster`` (row of ``clusters``) and ``along`` (the
        position counted on over the origin where the cluster spans it).
    names : list of str
        The sets, in the given order.
    max_distance, min_support : int
    """

    sites: pd.DataFrame
    clusters: pd.DataFrame
    members: pd.DataFrame
    names: list
    max_distance: int
    min_support: int


def rule_sentence(n_sets, max_distance, min_support):
    """The rule in words, for figures and reports."""
    return (f"A site is kept where at least {min_support} of {n_sets} sets have a TSS within one cluster: TSSs of the "
            f"same contig and strand, each at most {max_distance} nt from the next. It is put at the position where "
            "most sets have a TSS (ties: the middle one; of two middle ones the lower coordinate).")


def cluster_positions(positions, max_distance, circular_length=None):
    """Single-linkage clusters of positions on one strand.

    Parameters
    ----------
    positions : ndarray of int, shape (n,)
        In ascending order, 0-based; may repeat.
    max_distance : int
        Largest gap in nt between neighbours of a cluster.
    circular_length : int, optional
        Length of the contig in nt if it is circular.

    Returns
    -------
    cluster : ndarray of int, shape (n,)
        Number of each position's cluster, from 0.
    along : ndarray of int, shape (n,)
        The positions; those of a cluster that spans the origin and lie before it have ``circular_length``
        taken off, so that each cluster is a run of ascending coordinates (negative before the origin).
    """
    positions = np.asarray(positions, np.int64)
    along = positions.copy()
    if len(positions) == 0:
        return np.zeros(0, np.int64), along
    cluster = np.concatenate([[0], np.cumsum(np.diff(positions) > max_distance)])
    last = cluster[-1]
    if circular_length and last > 0 and positions[0] + circular_length - positions[-1] <= max_distance:
        along[cluster == last] -= circular_length
        cluster[cluster == last] = 0
    return cluster, along


def representative(positions):
    """The position at which most sets have a site; ties: the middle one, of two middle ones the lower.

    Parameters
    ----------
    positions : ndarray of int, shape (n,)
        One entry per set and position.
    """
    values, counts = np.unique(positions, return_counts=True)
    best = values[counts == counts.max()]
    return int(best[(len(best) - 1) // 2])


def curate(sets, max_distance=5, min_support=2, contigs=None):
    """Apply the rule of this module.

    Parameters
    ----------
    sets : dict of str to DataFrame
        Name of the set to its sites: ``contig``, ``start`` (the TSS, 0-based), ``strand`` (+ or -).
    max_distance : int
        nt.
    min_support : int
        Number of sets.
    contigs : dict of str to (int, bool), optional
        Length in nt and whether circular, in the genome's order; without it no contig is circular and contigs
        come in the order of their names.

    Returns
    -------
    Curation

    Raises
    ------
    ValueError
        If a site lies on a contig that is not in ``contigs``.
    """
    names = list(sets)
    members = pd.concat([
        pd.DataFrame({"set": name, "contig": table["contig"].astype(str), "tss": table["start"].astype(np.int64),
                      "strand": table["strand"].astype(str)}).drop_duplicates()
        for name, table in sets.items()], ignore_index=True)
    if contigs is None:
        contigs = {name: (0, False) for name in sorted(members["contig"].unique())}
    unknown = set(members["contig"]) - set(contigs)
    if unknown:
        raise ValueError(f"sites on contigs that the genome does not have: {', '.join(sorted(unknown))}")
    members = members.sort_values(["contig", "strand", "tss"], kind="stable", ignore_index=True)
    members["cluster"], members["along"] = 0, members["tss"]
    clusters = []
    for contig, (length, circular) in contigs.items():
        for strand in "+-":
            rows = members.index[(members["contig"] == contig) & (members["strand"] == strand)]
            cluster, along = cluster_positions(members.loc[rows, "tss"], max_distance, length if circular else None)
            members.loc[rows, "cluster"] = cluster + len(clusters)
            members.loc[rows, "along"] = along
            for _, part in members.loc[rows].groupby("cluster"):
                found = [name for name in names if name in set(part["set"])]
                position = representative(part["along"].to_numpy())
                clusters.append((contig, strand, position % length if circular else position, len(found),
                                 ",".join(found), len(part)))
    columns = ["contig", "strand", "position", "support", "sets", "n_members"]
    clusters = pd.DataFrame(clusters, columns=columns)
    return Curation(_bed(clusters[clusters["support"] >= min_support], list(contigs), len(names)),
                    clusters, members, names, max_distance, min_support)


def _bed(clusters, contigs, n_sets):
    rank = clusters["contig"].map({contig: number for number, contig in enumerate(contigs)})
    clusters = clusters.assign(rank=rank).sort_values(["rank", "position", "strand"], ignore_index=True)
    return pd.DataFrame({
        "contig": clusters["contig"], "start": clusters["position"], "end": clusters["position"] + 1,
        "name": [f"site_{number}" for number in range(1, len(clusters) + 1)],
        "score": np.rint(1000 * clusters["support"] / n_sets).astype(int),
        "strand": clusters["strand"], "support": clusters["support"], "sets": clusters["sets"]})


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
        listed = [",".join(combination) for size in range(len(curation.names), 0, -1)
                  for combination in combinations(curation.names, size)]
    else:
        listed = list(exact)
    parts = {text: set(text.split(",")) for text in {*listed, *exact}}
    table = pd.DataFrame({
        "sets": listed,
        "n_sets": [len(parts[text]) for text in listed],
        "n": [exact.get(text, 0) for text in listed],
        "n_at_least": [sum(n for other, n in exact.items() if parts[text] <= parts[other]) for text in listed]})
    table["kept"] = (table["n_sets"] >= curation.min_support).astype(int)
    return table.sort_values(["n_sets", "n"], ascending=False, kind="stable", ignore_index=True)


def sets_table(curation, rows=None):
    """What each set brought.

    Parameters
    ----------
    curation : Curation
    rows : dict of str to int, optional
        Rows of each set's file, from its audit; without it, its sites.

    Returns
    -------
    DataFrame
        ``set``, ``rows``, ``sites`` (distinct positions), ``used`` (sites in kept clusters), ``confirmed``
        (sites whose cluster holds a site of another set), ``share_confirmed`` (of the sites).
    """
    support = curation.clusters["support"].to_numpy()[curation.members["cluster"]]
    table = []
    for name in curation.names:
        of_set = support[(curation.members["set"] == name).to_numpy()]
        confirmed = int((of_set > 1).sum())
        table.append({"set": name, "rows": (rows or {}).get(name, len(of_set)), "sites": len(of_set),
                      "used": int((of_set >= curation.min_support).sum()), "confirmed": confirmed,
                      "share_confirmed": confirmed / len(of_set) if len(of_set) else np.nan})
    return pd.DataFrame(table)


def distance_table(curation):
    """Distances between sites of different sets in the same cluster, each pair once.

    Returns
    -------
    DataFrame
        ``distance_nt`` (0, 1, ... without gaps, at least to ``max_distance``) and ``n`` (pairs).
    """
    distances = [0]  # one too many, taken off below, so that an empty table works
    for _, part in curation.members[curation.members.duplicated("cluster", keep=False)].groupby("cluster"):
        along, names = part["along"].to_numpy(), part["set"].to_numpy()
        first, second = np.triu_indices(len(part), 1)
        distances.extend(np.abs(along[first] - along[second])[names[first] != names[second]])
    counts = np.bincount(distances, minlength=curation.max_distance + 1)
    counts[0] -= 1
    return pd.DataFrame({"distance_nt": np.arange(len(counts)), "n": counts})


def curation_summary(curation, table):
    """The facts of ``curation.json``: rule, settings, counts and the sets table as a list."""
    return {"rule": rule_sentence(len(curation.names), curation.max_distance, curation.min_support),
            "max_distance": curation.max_distance, "min_support": curation.min_support,
            "n_sets": len(curation.names), "n_clusters": len(curation.clusters), "n_sites": len(curation.sites),
            "sets": table.to_dict("records")}
