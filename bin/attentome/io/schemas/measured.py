"""Tables of MEASURE_HEADS."""

from attentome.io.tables import TableSchema

_LETTERS = dict.fromkeys("ACGT", "float windows")

LOGOS = TableSchema(
    "tests/measured/<network>/logos.tsv",
    "MEASURE_HEADS",
    {"layer": "int", "head": "int", "d": "int nt", **_LETTERS, "bits": "float bit", "used": "int"},
)
COMPONENTS = TableSchema(
    "tests/measured/<network>/components.tsv",
    "MEASURE_HEADS",
    {
        "layer": "int",
        "head": "int",
        "component": "int",
        "share": "float",
        "d": "int nt",
        **_LETTERS,
        "bits": "float bit",
    },
)
MEASURED_WINDOWS = TableSchema(
    "tests/measured/<network>/windows.tsv",
    "MEASURE_HEADS",
    {
        "layer": "int",
        "head": "int",
        "contig": "text",
        "start": "int nt",
        "end": "int nt",
        "strand": "text",
        "rank": "int",
        "query": "int nt",
        "score": "float",
        "output": "float logit",
    },
)
