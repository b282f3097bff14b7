"""The peers of :mod:`attentome.evaluation.peers` in the report: rows of numbers, and sentences."""

from attentome.evaluation.peers import NETWORK, PEERS
from attentome.report.text.numbers import interval_text, number

METRICS = {"pr_auc": "PR AUC", "pr_auc_tolerant": "within ± 5 nt", "roc_auc": "ROC AUC"}
_TASKS = {
    NETWORK: ("TRAIN", "curated"),
    "residual_cnn": ("TRAIN", "residual_cnn"),
    "pwm_scanner": ("SCAN_PROMOTERS", ""),
}


def peer_rows(run):
    """One row a model, the network first; empty where no peers were run.

    Returns
    -------
    list of dict
        ``name``, ``title`` (in words), ``n_weights``, ``seconds`` (of its training or fit, None where not recorded),
        ``roc_auc``, ``pr_auc``, ``pr_auc_tolerant`` and, of the peers, ``network_lead`` with the same three; intervals
        are left out where those of the run's own metrics are.
    """
    bare = run.metrics["pr_auc"].get("lo") is None
    rows = []
    for name, entry in run.peers.get("models", {}).items():
        lead = entry.get("network_lead")
        rows.append(
            {
                "name": name,
                "title": PEERS.get(name, "network (attention)"),
                "n_weights": entry.get("n_weights"),
                "seconds": _seconds(run.records, name),
                **{metric: _entry(entry[metric], bare) for metric in METRICS},
                "network_lead": lead and {metric: _entry(lead[metric], bare) for metric in METRICS},
            }
        )
    return rows


def _entry(entry, bare):
    return {**entry, "lo": None, "hi": None} if bare else entry


def _seconds(records, name):
    process, tag = _TASKS.get(name, ("", ""))
    return next(
        (record["seconds"] for record in records if record["process"] == process and record.get("tag", "") == tag), None
    )


def peer_sentences(run):
    """The peers and whether the network is ahead of them, as text; empty if none was run."""
    rows = [row for row in peer_rows(run) if row["network_lead"]]
    if not rows:
        return ""
    reached = " and ".join(f"a {row['title']} reaches PR AUC {interval_text(row['pr_auc'])}" for row in rows)
    return (
        f"Without attention, on the same labels and arc, {reached}. The network is "
        + " and ".join(_lead(row) for row in rows)
        + "."
    )


def _lead(row):
    lead = row["network_lead"]["pr_auc"]
    value, low, high = lead["value"], lead.get("lo"), lead.get("hi")
    if low is not None and low <= 0 <= high:
        return f"not distinguishable from the {row['title']} (difference {interval_text(lead)})"
    side, sign = ("ahead of", 1) if value > 0 else ("behind", -1)
    ends = sorted((sign * low, sign * high)) if low is not None else (None, None)
    return f"{side} the {row['title']} by {interval_text({'value': sign * value, 'lo': ends[0], 'hi': ends[1]})}"


def auxiliary_text(training):
    """Auxiliary outputs of a training in words: ``own sites of a, b and c (weight 0.3 each), only in training``."""
    weight = training.get("settings", {}).get("auxiliary_weight", 0)
    sets = training.get("auxiliary_sets", [])
    if not weight or not sets:
        return "none"
    names = " and ".join(filter(None, [", ".join(sets[:-1]), sets[-1]]))
    return f"own sites of {names} (weight {number(weight)} each), only in training"
