"""Tables of MUTATE_SITES."""

from attentome.io.tables import TableSchema

ISM_TABLE = TableSchema(
    "tests/ism.tsv.gz",
    "MUTATE_SITES",
    {
        "contig": "text",
        "query": "int nt",
        "strand": "text",
        "d": "int nt",
        "base": "int nt",
        "ref": "text",
        "alt": "text",
        "delta": "float logit",
    },
)
ISM_PROFILE = TableSchema(
    "tests/ism_profile.tsv",
    "MUTATE_SITES",
    {
        "d": "int nt",
        "base": "int nt",
        "mean_abs": "float logit",
        "lo": "float logit",
        "hi": "float logit",
        "n": "int",
    },
)
ISM_HEADS = TableSchema(
    "tests/ism_heads.tsv",
    "MUTATE_SITES",
    {
        "layer": "int",
        "head": "int",
        "rho": "float",
        "lag": "int? nt",
        "p": "float",
        "q": "float",
        "rho_sites": "float",
        "shifts": "int",
        "p_min": "float",
    },
)
DELETION = TableSchema(
    "tests/deletion.tsv",
    "MUTATE_SITES",
    {"order": "text", "k": "int", "mean_output": "float logit", "lo": "float logit", "hi": "float logit"},
)
DELETION_HEADS = TableSchema(
    "tests/deletion_heads.tsv",
    "MUTATE_SITES",
    {"layer": "int", "head": "int", "area": "float logit", "lo": "float logit", "hi": "float logit"},
)
