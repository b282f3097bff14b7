"""The table of the network and its peers."""

from attentome.figures.style import escape
from attentome.report.html.frame import table
from attentome.report.text.numbers import interval_text, number
from attentome.report.text.peers import METRICS, peer_rows


def peer_table(run):
    """The models as an HTML table with a caption; empty text where no peers were run."""
    rows = peer_rows(run)
    if not rows:
        return ""
    columns = ["model", "weights", "trained in", *METRICS.values(), "network's lead, PR AUC"]
    cells = [
        [
            escape(row["title"]),
            "not recorded" if row["n_weights"] is None else f"{row['n_weights']:,}",
            "not recorded" if row["seconds"] is None else _minutes(row["seconds"]),
            *(interval_text(row[metric]) for metric in METRICS),
            interval_text(row["network_lead"]["pr_auc"]) if row["network_lead"] else "",
        ]
        for row in rows
    ]
    return table(columns, cells) + (
        '<p class="note">The same labels, arcs and measures for all; the lead by a bootstrap over genome blocks in '
        "which each draw counts for all models. PWM scanner: matrices of −35, extended −10 and start with gaps of free "
        "length between them, fitted by EM to the training arc. CNN: trained as the network is. Data: "
        "evaluation/peers.tsv.</p>"
    )


def _minutes(seconds):
    return f"{number(seconds, 2)} s" if seconds < 100 else f"{seconds / 60:.0f} min"
