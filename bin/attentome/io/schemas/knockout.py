"""Tables of KNOCK_OUT_HEADS. The unit of a value is that of its ``metric``."""

from attentome.io.tables import TableSchema

KNOCKOUT = TableSchema(
    "tests/knockout.tsv",
    "KNOCK_OUT_HEADS",
    {
        "layer": "int",
        "head": "int",
        "kind": "text",
        "metric": "text",
        "value": "float",
        "delta": "float",
        "lo": "float",
        "hi": "float",
        "blocks": "int",
    },
)
KNOCKOUT_PAIRS = TableSchema(
    "tests/knockout_pairs.tsv",
    "KNOCK_OUT_HEADS",
    {
        "layer": "int",
        "head": "int",
        "layer2": "int",
        "head2": "int",
        "delta": "float",
        "sum_of_single": "float",
        "interaction": "float",
        "delta_lo": "float",
        "delta_hi": "float",
        "interaction_lo": "float",
        "interaction_hi": "float",
        "blocks": "int",
    },
)
