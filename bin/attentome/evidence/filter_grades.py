"""Grade the first filters of networks: five tests by assets/filters/grade_rule.json, the same for control networks.

Whether a filter is found again is asked among the trials of the same task, network, activation and control, so that the
filters of control networks have the same chance as others. A test that is not applicable, or not known because there is
one trial only, has no outcome; it does not count as passed, but grade A does not need a place where none is known.
"""

import numpy as np
import pandas as pd

from attentome.evidence.grades import FAILED, GRADES, PASSED, UNSUPPORTED
from attentome.evidence.null import q_values
from attentome.filters.criteria import MIN_SITES
from attentome.filters.matches import cover
from attentome.io.schemas.filters import FILTER_GRADES, FILTER_REPLICATES, GRADE_COUNTS
from attentome.motifs.matrices import reverse_complement
from attentome.motifs.tomtom import tomtom_alignments

FILTER_TESTS = ("S", "M", "N", "R", "P")
TRIALS = ["task", "network", "activation", "control"]
"""What the trials of a network have in common."""


def match_trials(networks, motifs, rule):
    """Find each filter again in the other trials of its network.

    Parameters
    ----------
    networks : DataFrame
        Of :func:`attentome.filters.summary.network_table`.
    motifs : dict of str to list of Motif
        Id of a network to its filters, clipped.
    rule : dict
        ``tests.R`` of the rule.

    Returns
    -------
    DataFrame
        Columns of :data:`attentome.io.schemas.filters.FILTER_REPLICATES`: for each filter and other trial the filter
        that is most like it. q is by Benjamini and Hochberg over all filters of both networks. Filters without windows
        have no row.
    """
    rows = []
    for _, trials in networks.groupby(TRIALS, sort=False):
        for one in trials["id"]:
            for other in trials["id"]:
                if one != other:
                    rows += _match(one, other, motifs[one], motifs[other], rule)
    return pd.DataFrame(rows, columns=list(FILTER_REPLICATES.columns))


def _match(one, other, own, others, rule):
    own, others = ([motif for motif in some if (motif.sites or 0) >= MIN_SITES] for some in (own, others))
    if not own or not others:
        return
    p, offset, _, reverse = tomtom_alignments([a.frequencies for a in own], [b.frequencies for b in others])
    p = np.clip(p, 0.0, 1.0)
    q = q_values(p)
    for at, motif in enumerate(own):
        to = int(p[at].argmin())
        found = others[to].frequencies
        found = reverse_complement(found) if reverse[at, to] else found
        there = cover(motif.frequencies, found, int(offset[at, to]))
        back = cover(found, motif.frequencies, -int(offset[at, to]))
        passes = q[at, to] <= rule["max_q"] and min(there, back) >= rule["min_cover"]
        yield one, _number(motif), other, _number(others[to]), p[at, to], q[at, to], there, back, int(passes)


def _number(motif):
    return int(motif.id.removeprefix("filter"))


def grade_filters(networks, filters, evidence, replicates, rule):
    """Grade all filters of a run.

    Parameters
    ----------
    networks : DataFrame
        Of :func:`attentome.filters.summary.network_table`.
    filters, evidence : dict of str to DataFrame
        Id of a network to its ``filters.tsv`` and ``evidence.tsv``.
    replicates : DataFrame
        Of :func:`match_trials`.
    rule : dict

    Returns
    -------
    DataFrame
        Columns of :data:`attentome.io.schemas.filters.FILTER_GRADES`. An outcome is ``passed``, ``failed`` or empty.
    """
    found = replicates.groupby(["id", "filter"])["found"].sum()
    tables = []
    for trials in (part for _, part in networks.groupby(TRIALS, sort=False)):
        for one in trials.itertuples():
            equal = filters[one.id][filters[one.id]["extraction"] == "equal"]
            table = equal.drop(columns=[name for name in ("motif", "E", "q", "cover") if name in equal])
            best = {f"any_{name}": name for name in ("motif", "name", "E", "q", "cover")}
            table = table.rename(columns=best).merge(evidence[one.id], on="filter", validate="one_to_one")
            table = table.assign(**{name: getattr(one, name) for name in ("id", *TRIALS, "trial")})
            keys = pd.MultiIndex.from_product([[one.id], table["filter"]])
            table["trials_found"] = found.reindex(keys, fill_value=0).to_numpy(int)
            table["other_trials"] = len(trials) - 1
            outcomes = _outcomes(table, rule["tests"])
            table = table.assign(**outcomes)
            table["grade"] = [filter_grade(row, rule) for row in table[list(FILTER_TESTS)].to_dict("records")]
            tables.append(table[list(FILTER_GRADES.columns)])
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(FILTER_GRADES.columns))


def filter_grade(outcomes, rule):
    """Grade of one filter: A, B, C, D or ``unsupported``.

    Parameters
    ----------
    outcomes : dict of str to str
        ``S M N R P`` to passed, failed or empty.
    rule : dict
    """
    for entry in rule["grades"]:
        needed = entry["all"] + [test for test in entry.get("where_known", []) if outcomes[test]]
        if all(outcomes[test] == PASSED for test in needed) and (
            "any" not in entry or any(outcomes[test] == PASSED for test in entry["any"])
        ):
            return entry["grade"]
    return UNSUPPORTED


def count_grades(grades, rule):
    """Number of filters of each grade, over the trials of a network.

    Parameters
    ----------
    grades : DataFrame
        Of :func:`grade_filters`.
    rule : dict

    Returns
    -------
    DataFrame
        Columns of :data:`attentome.io.schemas.filters.GRADE_COUNTS`; ``graded`` are the grades that the rule counts.
    """
    rows = [
        (
            *key,
            part["id"].nunique(),
            len(part),
            *((part["grade"] == grade).sum() for grade in (*GRADES, UNSUPPORTED)),
            part["grade"].isin(rule["counted"]).sum(),
        )
        for key, part in grades.groupby(TRIALS, sort=False)
    ]
    return pd.DataFrame(rows, columns=list(GRADE_COUNTS.columns))


def _outcomes(table, tests):
    """Outcome of each test for the filters of one network."""
    sharp, match, again, place = tests["S"], tests["M"], tests["R"], tests["P"]
    others = table["other_trials"]
    best_shuffled = table["shuffled_E"].min()
    passed = {
        "S": (table["sharp_q"] <= sharp["max_q"]) & (table["fires"] >= sharp["min_ratio"] * table["fires_shuffled"]),
        "M": (table["q"] <= match["max_q"]) & (table["cover"] >= match["min_cover"]) & ~(table["E"] >= best_shuffled),
        "N": table["needed_q"] <= tests["N"]["max_q"],
        "R": table["trials_found"] >= again["min_share"] * others,
        "P": (table["placed_q"] <= place["max_q"]) & (table["placed"] >= place["min_ratio"] * table["placed_expected"]),
    }
    known = {"R": others > 0, "P": table["placed_q"].notna()}
    return {test: np.where(known.get(test, True), np.where(passed[test], PASSED, FAILED), "") for test in FILTER_TESTS}
