"""Tables of AUDIT and CURATE."""

from attentome.io.tables import TableSchema

AUDIT = TableSchema(
    "sites/audit.tsv",
    "AUDIT",
    {"set": "text", "check": "text", "strand": "text", "offset": "int nt", "share": "float", "n": "int"},
)
SETS = TableSchema(
    "sites/sets.tsv",
    "CURATE",
    {
        "set": "text",
        "rows": "int",
        "sites": "int",
        "used": "int",
        "confirmed": "int",
        "share_confirmed": "float",
        "weight": "float",
        "priority": "float",
    },
)
OVERLAP = TableSchema(
    "sites/overlap.tsv",
    "CURATE",
    {"sets": "text", "n_sets": "int", "n": "int", "n_at_least": "int", "kept": "int"},
)
DISTANCES = TableSchema("sites/distances.tsv", "CURATE", {"distance_nt": "int nt", "n": "int"})
