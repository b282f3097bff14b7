"""Tables of DESCRIBE_HEAD."""

from attentome.io.tables import TableSchema

HEAD_PROFILE = TableSchema(
    "heads/<head>/profile.tsv",
    "DESCRIBE_HEAD",
    {
        "layer": "int",
        "head": "int",
        "group": "text",
        "d": "int nt",
        "base": "int nt",
        "mean": "float",
        "max": "float",
        "n": "int",
    },
)
HEAD_SPEARMAN = TableSchema(
    "heads/<head>/spearman.tsv",
    "DESCRIBE_HEAD",
    {"layer": "int", "head": "int", "d": "int nt", "rho": "float", "rho_times_mean": "float", "n": "int"},
)
HEAD_PWM = TableSchema(
    "heads/<head>/pwm.tsv",
    "DESCRIBE_HEAD",
    {
        "d": "int nt",
        "base": "int nt",
        "A": "int",
        "C": "int",
        "G": "int",
        "T": "int",
        "bits": "float bit",
        "used": "int",
    },
)
HEAD_WINDOWS = TableSchema(
    "heads/<head>/windows.bed",
    "DESCRIBE_HEAD",
    {
        "#contig": "text",
        "start": "int nt",
        "end": "int nt",
        "name": "text",
        "score": "int",
        "strand": "text",
        "layer": "int",
        "head": "int",
        "rank": "int",
        "anchor": "int nt",
        "d": "int nt",
        "attention": "float",
        "output": "float logit",
        "distinct": "int",
        "nearest_tss": "int nt",
        "nearest_tss_nt": "float nt",
        "sequence": "text",
    },
)
