"""Tables of DESCRIBE_FILTERS, COMPARE_FILTERS and ATTRIBUTE_SEQUENCES."""

from attentome.io.tables import TableSchema

FILTERS = TableSchema(
    "filters/networks/<network>/filters/filters.tsv",
    "DESCRIBE_FILTERS",
    {
        "extraction": "text",
        "filter": "int",
        "sites": "int",
        "width": "int nt",
        "bits": "float bit",
        "maximum": "float",
        "sequences": "float",
        "any_motif": "text",
        "any_name": "text",
        "any_E": "float",
        "any_q": "float",
        "any_cover": "float",
        "any_orientation": "text",
        "any_offset": "int? nt",
        "factor": "text",
        "motif": "text",
        "E": "float",
        "q": "float",
        "cover": "float",
        "orientation": "text",
        "offset": "int? nt",
    },
)
FRACTIONS = TableSchema(
    "filters/networks/<network>/filters/fractions.tsv",
    "DESCRIBE_FILTERS",
    {
        "extraction": "text",
        "database": "text",
        "criterion": "text",
        "max_E": "float",
        "min_cover": "float",
        "filters": "int",
        "share": "float",
        "factors": "int",
        "factors_found": "int",
        "found": "text",
    },
)
NETWORKS = TableSchema(
    "filters/networks.tsv",
    "COMPARE_FILTERS",
    {
        "id": "text",
        "task": "text",
        "network": "text",
        "activation": "text",
        "control": "text",
        "trial": "int",
        "seed": "int",
        "epochs": "int",
        "diverged": "int",
        "auroc": "float",
        "aupr": "float",
    },
)
SUMMARY = TableSchema(
    "filters/summary.tsv",
    "COMPARE_FILTERS",
    {
        "task": "text",
        "network": "text",
        "activation": "text",
        "control": "text",
        "extraction": "text",
        "database": "text",
        "criterion": "text",
        "trials": "int",
        "diverged": "int",
        "auroc": "float",
        "aupr": "float",
        "share": "float",
        "share_low": "float",
        "share_high": "float",
        "factors": "int",
        "factors_found": "float",
        "factors_found_any_trial": "int",
    },
)
ATTRIBUTION = TableSchema(
    "filters/networks/<network>/maps/attribution.tsv",
    "ATTRIBUTE_SEQUENCES",
    {
        "method": "text",
        "sequences": "int",
        "maps": "int",
        "planted": "float",
        "auroc": "float",
        "auroc_low": "float",
        "auroc_high": "float",
        "aupr": "float",
        "aupr_low": "float",
        "aupr_high": "float",
        "incomplete": "float",
    },
)
ATTRIBUTIONS = TableSchema(
    "filters/attribution.tsv",
    "COMPARE_FILTERS",
    {
        **{name: NETWORKS.columns[name] for name in ("id", "task", "network", "activation", "control", "trial")},
        **ATTRIBUTION.columns,
    },
)
