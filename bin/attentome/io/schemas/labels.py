"""Tables of LABEL."""

from attentome.io.tables import TableSchema

SPLIT = TableSchema(
    "labels/split.tsv",
    "LABEL",
    {"arc": "text", "contig": "text", "start": "int nt", "end": "int nt", "positions": "int", "sites": "int"},
)
