"""Tables of NAME_HEADS."""

from attentome.io.tables import TableSchema

ELEMENT_MATCHES = TableSchema(
    "tests/element_matches.tsv",
    "NAME_HEADS",
    {
        "layer": "int",
        "head": "int",
        "component": "int",
        "element": "text",
        "score": "float bit",
        "p": "float",
        "p_composition": "float",
        "q": "float",
        "shift_nt": "int? nt",
        "place_from_d": "int? nt",
        "place_to_d": "int? nt",
        "expected_from_d": "int? nt",
        "expected_to_d": "int? nt",
        "named": "int",
    },
)
MOTIF_MATCHES = TableSchema(
    "tests/motif_matches.tsv",
    "NAME_HEADS",
    {
        "layer": "int",
        "head": "int",
        "database": "text",
        "motif": "text",
        "name": "text",
        "p": "float",
        "q": "float",
        "offset": "int nt",
        "orientation": "text",
        "overlap": "int nt",
        "place_from_d": "int nt",
        "place_to_d": "int nt",
        "expected_from_d": "int? nt",
        "expected_to_d": "int? nt",
        "shuffled_hits_expected": "float",
    },
)
SITE_ENRICHMENT = TableSchema(
    "tests/site_enrichment.tsv",
    "NAME_HEADS",
    {
        "layer": "int",
        "head": "int",
        "factor": "text",
        "n_sites": "int",
        "observed": "int",
        "expected": "float",
        "fold": "float",
        "p": "float",
        "q": "float",
    },
)
