"""Tables of PROFILE."""

from attentome.io.tables import TableSchema

PROFILE_WINDOWS = TableSchema(
    "attention/windows.tsv",
    "PROFILE",
    {
        "layer": "int",
        "head": "int",
        "d": "int nt",
        "rank": "int",
        "contig": "text",
        "strand": "text",
        "anchor": "int nt",
        "score": "float",
        "output": "float logit",
    },
)
