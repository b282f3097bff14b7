"""Tables of TRAIN."""

from attentome.io.tables import TableSchema

HISTORY = TableSchema(
    "training/history.tsv",
    "TRAIN",
    {
        "step": "int",
        "positions": "int",
        "learning_rate": "float",
        "train_loss": "float nats",
        "validation_loss": "float nats",
        "validation_pr_auc": "float",
        "best": "int",
    },
)
SPEED = TableSchema(
    "training/speed.tsv",
    "TRAIN",
    {
        "step": "int",
        "seconds": "float s",
        "positions_per_second": "float 1/s",
        "memory_mb": "float MB",
        "gpu_memory_mb": "float MB",
    },
)
