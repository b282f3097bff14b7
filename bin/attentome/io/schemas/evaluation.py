"""Tables of EVALUATE, COMPARE_PEERS and COMPARE_SETS."""

from attentome.io.tables import TableSchema

METRICS_TABLE = TableSchema(
    "evaluation/metrics.tsv",
    "EVALUATE",
    {
        "arc": "text",
        "metric": "text",
        "value": "float",
        "lo": "float",
        "hi": "float",
        "tolerance_nt": "int nt",
        "n_sites": "int",
        "n_positions": "int",
        "prevalence": "float",
    },
)
CURVES = TableSchema(
    "evaluation/curves.tsv",
    "EVALUATE",
    {"curve": "text", "x": "float", "y": "float", "threshold": "float logit"},
)
PEERS_TABLE = TableSchema(
    "evaluation/peers.tsv",
    "COMPARE_PEERS",
    {
        "model": "text",
        "n_weights": "int",
        "quantity": "text",
        "metric": "text",
        "value": "float",
        "lo": "float",
        "hi": "float",
    },
)
GRID = TableSchema(
    "networks/grid.tsv",
    "COMPARE_SETS",
    {
        "train_set": "text",
        "test_set": "text",
        "metric": "text",
        "value": "float",
        "lo": "float",
        "hi": "float",
        "n_sites": "int",
        "prevalence": "float",
    },
)
