"""Grade every head: five tests by a published rule, the same for the heads of control networks.

A test that was not run does not count as passed, and is distinguished from one that failed. Without control networks
no head is graded.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from attentome.evidence.head_evidence import logo_table
from attentome.evidence.null import empirical_p, null_band, q_values, smallest_q
from attentome.evidence.replicates import changes_of_logos, logo_similarity, match_heads, profile_similarity
from attentome.io.schemas.graded import BANDS, CONTROL_LOGOS, CONTROLS, SEED_PROFILES, SEEDS

TESTS = ("S", "L", "K", "R", "I")
GRADES = ("A", "B", "C", "D")
UNSUPPORTED, NOT_GRADED = "unsupported", "not graded"
PASSED, FAILED, NOT_RUN = "passed", "failed", "not run"
CONTROL_KINDS = ("random", "rotated")
"""Kinds of control networks, as in ``control`` of a network's name."""


@dataclass
class Controls:
    """Control networks that a network's heads are compared with.

    Attributes
    ----------
    networks : dict of str to list of Evidence
        Kind to its networks.
    """

    networks: dict

    def values(self, kind, name):
        """A statistic of all heads of a kind of control: shape (networks, heads)."""
        networks = self.networks[kind]
        return np.stack([getattr(one, name).ravel() for one in networks]) if networks else np.zeros((0, 0))

    def testable(self, kind, n_heads, max_q):
        """Whether there are enough networks of a kind for a single head to reach ``max_q``."""
        return smallest_q(n_heads, len(self.networks[kind])) <= max_q


def head_numbers_of(evidence):
    """Layer and head of each row, counted from 1, in the order in which arrays are flattened."""
    layers, heads = evidence.peak_d_heldout.shape
    return np.repeat(np.arange(1, layers + 1), heads), np.tile(np.arange(1, heads + 1), layers)


def compare_with_controls(evidence, controls, statistic):
    """p- and q-values of one statistic of all heads against each kind of control.

    Parameters
    ----------
    evidence : Evidence
    controls : Controls
    statistic : str
        Attribute of :class:`attentome.evidence.head_evidence.Evidence`.

    Returns
    -------
    dict of str to ndarray, shape (heads,)
        ``p_<kind>``, ``q_<kind>`` and ``above_<kind>``: how many networks have any head as high.
    """
    values, found = getattr(evidence, statistic).ravel(), {}
    for kind in CONTROL_KINDS:
        null = controls.values(kind, statistic)
        p = empirical_p(values, null) if len(null) else np.full(values.shape, np.nan)
        found |= {
            f"p_{kind}": p,
            f"q_{kind}": q_values(p) if len(null) else p,
            f"above_{kind}": (null.max(1)[:, None] >= values).sum(0) if len(null) else np.full(values.shape, -1),
        }
    return found


def match_across_seeds(evidence, others, controls, rule):
    """Find each head's partner in other networks of its kind.

    Parameters
    ----------
    evidence : Evidence
    others : dict of str to Evidence
        Name to network.
    controls : Controls
        Their heads' logos are the null for the similarity of two logos.
    rule : dict
        ``tests.R`` of the rule.

    Returns
    -------
    DataFrame
        layer, head, network, match_layer, match_head, profile_r, lag, logo_r, logo_p, logo_q, matched (0 or 1); one row
        for each head and network.
    """
    layer, head = head_numbers_of(evidence)
    own = evidence.mean_top.mean(0).reshape(len(layer), -1)
    changes = changes_of_logos(evidence)
    of_controls = [changes_of_logos(one) for one in sum(controls.networks.values(), [])]
    null = logo_similarity(changes, np.concatenate(of_controls)) if others and of_controls else np.zeros((len(own), 0))
    rows = []
    for name, other in others.items():
        profile_r, lags = profile_similarity(own, other.mean_top.mean(0).reshape(len(layer), -1))
        logo_r = logo_similarity(changes, changes_of_logos(other))
        partner = match_heads(profile_r, logo_r)
        at = np.arange(len(partner)), partner
        p = np.array([empirical_p(logo_r[i, j], null[i]) for i, j in enumerate(partner)], float)
        rows.append(
            pd.DataFrame(
                {
                    "layer": layer,
                    "head": head,
                    "network": name,
                    "match_layer": layer[partner],
                    "match_head": head[partner],
                    "profile_r": profile_r[at],
                    "lag": lags[at],
                    "logo_r": logo_r[at],
                    "logo_p": p,
                    "logo_q": q_values(p),
                }
            )
        )
    if not rows:
        return pd.DataFrame(columns=list(SEEDS.columns))
    table = pd.concat(rows, ignore_index=True)
    table["matched"] = ((table["profile_r"] >= rule["min_r"]) & (table["logo_q"] <= rule["max_q"])).astype(int)
    return table.sort_values(["layer", "head", "network"], kind="stable", ignore_index=True)


def partner_profiles(seeds, others):
    """Profiles of each head's partners in other seeds that count for R.

    Parameters
    ----------
    seeds : DataFrame
        :func:`match_across_seeds`.
    others : dict of str to Evidence
        Name to network.

    Returns
    -------
    DataFrame
        layer, head, network, d, x_uniform (mean score over the highest outputs of both halves).
    """
    rows = [pd.DataFrame(columns=list(SEED_PROFILES.columns))]
    for one in seeds[seeds["matched"] == 1].itertuples():
        profile = others[one.network].x_uniform[one.match_layer - 1, one.match_head - 1]
        rows.append(
            pd.DataFrame(
                {
                    "layer": one.layer,
                    "head": one.head,
                    "network": one.network,
                    "d": np.arange(len(profile)),
                    "x_uniform": profile,
                }
            )
        )
    return pd.concat(rows[1:] or rows, ignore_index=True)


def grade_heads(evidence, controls, others, knockout, mutants, rule, is_control=False):
    """Grade the heads of one network.

    Parameters
    ----------
    evidence : Evidence
    controls : Controls
        Other networks than this one.
    others : dict of str to Evidence
        Networks of the same kind from other seeds.
    knockout : DataFrame or None
        ``knockout.tsv``; None where it was not run.
    mutants : DataFrame or None
        ``ism_heads.tsv`` joined with ``deletion_heads.tsv``; None where it was not run.
    rule : dict
        ``grade_rule.json``.
    is_control : bool
        The network is itself one of the controls, so one fewer of its kind is left for comparison. Its heads are
        tested nevertheless.

    Returns
    -------
    heads : DataFrame
        One row per head: measurements, the outcome of each test, ``grade``, ``first_failed``.
    seeds : DataFrame
        :func:`match_across_seeds`.
    """
    tests = rule["tests"]
    layer, head = head_numbers_of(evidence)
    sharp, logo = (
        compare_with_controls(evidence, controls, name) for name in ("peak_x_uniform_heldout", "effect_information")
    )
    seeds = match_across_seeds(evidence, others, controls, tests["R"])
    by_head = seeds.groupby(["layer", "head"])["matched"].sum() if len(seeds) else {}
    table = pd.DataFrame(
        {
            "layer": layer,
            "head": head,
            "peak_d_heldout": evidence.peak_d_heldout.ravel(),
            "peak_x_uniform_heldout": evidence.peak_x_uniform_heldout.ravel(),
            "focus": evidence.focus.ravel(),
            **{f"s_{name}": values for name, values in sharp.items()},
            "effect_information": evidence.effect_information.ravel(),
            "bits_heldout": evidence.bits.ravel(),
            "effect_power": evidence.effect_power.ravel(),
            "output_slope": evidence.slope,
            "bits_attention": evidence.attention_bits.ravel(),
            "bits_best_windows": evidence.best_bits(evidence.best_counts).ravel(),
            "bits_random_windows": evidence.best_bits(evidence.random_counts).ravel(),
            "logo_auroc": evidence.auroc.ravel(),
            **{f"l_{name}": values for name, values in logo.items()},
            "seeds_found": [int(by_head[key]) if len(seeds) else 0 for key in zip(layer, head, strict=True)],
            "seeds_run": len(others) + 1,
        }
    )
    table = _with_knockout(table, knockout)
    if mutants is not None:
        columns = {
            "rho": "ism_rho",
            "lag": "ism_lag",
            "p": "ism_p",
            "q": "ism_q",
            "area": "deletion_area",
            "lo": "deletion_lo",
            "hi": "deletion_hi",
        }
        mutants = mutants[["layer", "head", *columns]].rename(columns=columns)
        table = table.merge(mutants, on=["layer", "head"], how="left")
    else:
        table[["ism_rho", "ism_lag", "ism_p", "ism_q", "deletion_area", "deletion_lo", "deletion_hi"]] = np.nan
    for letter, kind in (("S", "s"), ("L", "l")):
        table[letter] = _control_test(table, kind, controls, tests[letter]["max_q"], is_control)
    table["K"] = _outcome(
        (table[["dprauc_zero_hi", "dprauc_mean_hi", "dprauc_uniform_hi"]] < 0).all(axis=1),
        table["dprauc_zero_hi"].notna(),
    )
    enough = len(others) + 1 >= tests["R"]["min_seeds"]
    table["R"] = _outcome(table["seeds_found"] >= tests["R"]["min_share"] * max(len(others), 1), enough)
    table["I"] = _outcome(table["deletion_lo"] > 0, table["deletion_lo"].notna())
    capped = not is_control and not controls.testable("rotated", len(layer), tests["S"]["max_q"])
    table["grade"] = [grade(row, rule, capped) for row in table[list(TESTS)].to_dict("records")]
    table["first_failed"] = [
        next((test for test in TESTS if row[test] != PASSED), "") for row in table[list(TESTS)].to_dict("records")
    ]
    return table, seeds


def grade(outcomes, rule, capped=False):
    """Grade of one head.

    Parameters
    ----------
    outcomes : dict of str to str
        ``S L K R I`` to passed, failed or not run.
    rule : dict
    capped : bool
        There were too few rotated-label networks to test against: C is the best grade.

    Returns
    -------
    str
        A, B, C, D, ``unsupported``; ``not graded`` where S, which all grades need, was not run.
    """
    if outcomes["S"] == NOT_RUN:
        return NOT_GRADED
    for entry in rule["grades"]:
        if all(outcomes[test] == PASSED for test in entry["all"]) and (
            "any" not in entry or any(outcomes[test] == PASSED for test in entry["any"])
        ):
            return max(entry["grade"], "C") if capped else entry["grade"]
    return UNSUPPORTED


def _control_test(table, kind, controls, max_q, is_control):
    """Passed, failed or not run, against the kinds of controls with enough networks."""
    kinds = [
        control
        for control in CONTROL_KINDS
        if controls.networks[control] and (is_control or controls.testable(control, len(table), max_q))
    ]
    if "random" not in kinds:
        return NOT_RUN
    return _outcome((table[[f"{kind}_q_{control}" for control in kinds]] <= max_q).all(axis=1), True)


def _outcome(passed, run):
    return np.where(run, np.where(passed, PASSED, FAILED), NOT_RUN)


def _with_knockout(table, knockout):
    names = [f"dprauc_{kind}{part}" for kind in ("zero", "mean", "uniform") for part in ("", "_lo", "_hi")]
    if knockout is None:
        table[names] = np.nan
        return table
    for kind in ("zero", "mean", "uniform"):
        rows = knockout[(knockout["metric"] == "pr_auc") & (knockout["kind"] == kind)]
        rows = rows[["layer", "head", "delta", "lo", "hi"]].set_axis(
            ["layer", "head", *(name for name in names if f"_{kind}" in name)], axis=1
        )
        table = table.merge(rows, on=["layer", "head"], how="left")
    return table


def grade_controls(controls, rule, knockouts=None, mutants=None):
    """Grade the heads of all control networks, each compared with the others.

    Parameters
    ----------
    controls : Controls
    rule : dict
    knockouts, mutants : dict of str to list of DataFrame or None, optional
        Kind to the tables of :func:`grade_heads`, for each of its networks. If a table or a head in it is missing, the
        test counts as passed, so the grade is the best that the head could have. The heads that are graded without a
        test are those to be tested.

    Returns
    -------
    DataFrame
        control, network (counted from 1), and the columns of :func:`grade_heads`.
    """
    rows = []
    for kind in CONTROL_KINDS:
        for number, one in enumerate(controls.networks[kind]):
            rest = Controls(
                {
                    name: [other for other in networks if other is not one]
                    for name, networks in controls.networks.items()
                }
            )
            same = {str(index + 1): other for index, other in enumerate(controls.networks[kind]) if other is not one}
            tables = [found[kind][number] if found else None for found in (knockouts, mutants)]
            table, _ = grade_heads(one, rest, same, *tables, rule, is_control=True)
            at_best = table[list(TESTS)].copy()
            at_best[["K", "I"]] = at_best[["K", "I"]].replace(NOT_RUN, PASSED)
            table["grade"] = [grade(row, rule) for row in at_best.to_dict("records")]
            table.insert(0, "control", kind)
            table.insert(1, "network", number + 1)
            rows.append(table)
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=list(CONTROLS.columns))


def band_table(controls):
    """Profiles of control heads at each distance: the middle 95 %, and the highest.

    Returns
    -------
    DataFrame
        control, d, low, high, highest (x uniform; mean score over the highest outputs, both halves), n_networks,
        n_heads.
    """
    rows = []
    for kind, networks in controls.networks.items():
        if networks:
            profiles = np.concatenate([one.x_uniform.reshape(-1, one.window) for one in networks])
            low, high = null_band(profiles)
            rows.append(
                pd.DataFrame(
                    {
                        "control": kind,
                        "d": np.arange(len(low)),
                        "low": low,
                        "high": high,
                        "highest": profiles.max(0),
                        "n_networks": len(networks),
                        "n_heads": len(profiles),
                    }
                )
            )
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=list(BANDS.columns))


def control_logos(controls, share=0.95):
    """Example logos without learning: for each kind of control, the head at a quantile of all bits.

    Returns
    -------
    DataFrame
        control, network, layer, head (counted from 1), bits_heldout, then of each column of its effect logo d,
        from_peak (nt upstream of its peak), A, C, G, T (frequencies), bits (never below 0) and used (0 or 1).
    """
    rows = []
    for kind, networks in controls.networks.items():
        if not networks:
            continue
        bits = controls.values(kind, "bits")
        chosen = np.argsort(bits.ravel(), kind="stable")[min(bits.size - 1, int(share * bits.size))]
        number, at = np.unravel_index(chosen, bits.shape)
        one = networks[number]
        layer, head = np.unravel_index(at, one.peak_d_heldout.shape)
        table = logo_table(one)
        table = table[(table["layer"] == layer + 1) & (table["head"] == head + 1)]
        letters = table[list("ACGT")]
        table[list("ACGT")] = letters.div(letters.sum(axis=1).clip(lower=1e-9), axis=0)
        table.insert(0, "control", kind)
        table.insert(1, "network", number + 1)
        table.insert(4, "bits_heldout", bits.ravel()[chosen])
        table.insert(6, "from_peak", table["d"] - int(one.peak_d_heldout[layer, head]))
        rows.append(table)
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=list(CONTROL_LOGOS.columns))


def grade_summary(real, of_kind, heads, of_controls, rule):
    """Count the heads by grade, with the numbers that are shown wherever grades are shown.

    Parameters
    ----------
    real : Evidence
    of_kind : dict of str to dict of str to Evidence
        random, rotated and replicate to networks by name.
    heads, of_controls : DataFrame
        Graded heads of the real network, and of the controls.
    rule : dict

    Returns
    -------
    dict
        ``grades`` (counts), ``controls`` (by kind: networks, heads, graded, best grade, smallest_q, testable, PR AUC
        with interval and prevalence of each network), ``replicates`` (PR AUC of each), ``pr_auc`` and ``prevalence`` of
        the real network at the same positions, ``seeds``, ``capped``, ``n_positions``, ``n_top``.
    """
    max_q, n_heads = rule["tests"]["S"]["max_q"], len(heads)
    kinds = {}
    for kind in CONTROL_KINDS:
        rows, networks = of_controls[of_controls["control"] == kind], of_kind[kind]
        graded = rows[rows["grade"].isin(GRADES)]
        kinds[kind] = {
            "networks": len(networks),
            "heads": len(rows),
            "graded": len(graded),
            "best_grade": min(graded["grade"], default=None),
            "smallest_q": smallest_q(n_heads, len(networks)),
            "testable": bool(networks) and smallest_q(n_heads, len(networks)) <= max_q,
            "pr_auc": [
                {"value": one.pr_auc, "lo": one.pr_auc_lo, "hi": one.pr_auc_hi, "prevalence": one.prevalence}
                for one in networks.values()
            ],
        }
    return {
        "grades": {grade: int((heads["grade"] == grade).sum()) for grade in (*GRADES, UNSUPPORTED, NOT_GRADED)},
        "controls": kinds,
        "capped": not kinds["rotated"]["testable"],
        "seeds": 1 + len(of_kind["replicate"]),
        "pr_auc": real.pr_auc,
        "prevalence": real.prevalence,
        "replicates": {name: one.pr_auc for name, one in of_kind["replicate"].items()},
        "n_positions": real.n_positions,
        "n_top": real.n_top,
    }
