"""Tables of GRADE_HEADS."""

from attentome.io.tables import TableSchema

_AGAINST_CONTROLS = {
    test: {
        f"{test}_p_random": "float",
        f"{test}_q_random": "float",
        f"{test}_above_random": "int",
        f"{test}_p_rotated": "float",
        f"{test}_q_rotated": "float",
        f"{test}_above_rotated": "int",
    }
    for test in ("s", "l")
}
_OF_A_HEAD = {
    "layer": "int",
    "head": "int",
    "peak_d_heldout": "int nt",
    "peak_x_uniform_heldout": "float",
    "focus": "float",
    **_AGAINST_CONTROLS["s"],
    "effect_information": "float bit x logit^2",
    "bits_heldout": "float bit",
    "effect_power": "float logit^2",
    "output_slope": "float",
    "bits_attention": "float bit",
    "bits_best_windows": "float bit",
    "bits_random_windows": "float bit",
    "logo_auroc": "float",
    **_AGAINST_CONTROLS["l"],
    "seeds_found": "int",
    "seeds_run": "int",
    **{f"dprauc_{kind}{end}": "float" for kind in ("zero", "mean", "uniform") for end in ("", "_lo", "_hi")},
    "ism_rho": "float",
    "ism_lag": "int? nt",
    "ism_p": "float",
    "ism_q": "float",
    "deletion_area": "float logit",
    "deletion_lo": "float logit",
    "deletion_hi": "float logit",
    **dict.fromkeys("SLKRI", "text"),
    "grade": "text",
    "first_failed": "text",
}
HEADS = TableSchema(
    "tests/heads.tsv",
    "GRADE_HEADS",
    {
        **_OF_A_HEAD,
        "content_share": "float",
        "type": "text",
        "element": "text",
        "element_q": "float",
        "element_from_d": "int? nt",
        "element_to_d": "int? nt",
        "element_shift_nt": "int? nt",
        "claim": "text",
    },
)
CONTROLS = TableSchema("tests/controls.tsv", "GRADE_HEADS", {"control": "text", "network": "int", **_OF_A_HEAD})
SEEDS = TableSchema(
    "tests/seeds.tsv",
    "GRADE_HEADS",
    {
        "layer": "int",
        "head": "int",
        "network": "text",
        "match_layer": "int",
        "match_head": "int",
        "profile_r": "float",
        "lag": "int nt",
        "logo_r": "float",
        "logo_p": "float",
        "logo_q": "float",
        "matched": "int",
    },
)
SEED_PROFILES = TableSchema(
    "tests/seed_profiles.tsv",
    "GRADE_HEADS",
    {"layer": "int", "head": "int", "network": "text", "d": "int nt", "x_uniform": "float"},
)
BANDS = TableSchema(
    "tests/bands.tsv",
    "GRADE_HEADS",
    {
        "control": "text",
        "d": "int nt",
        "low": "float",
        "high": "float",
        "highest": "float",
        "n_networks": "int",
        "n_heads": "int",
    },
)
CONTROL_LOGOS = TableSchema(
    "tests/control_logos.tsv",
    "GRADE_HEADS",
    {
        "control": "text",
        "network": "int",
        "layer": "int",
        "head": "int",
        "bits_heldout": "float bit",
        "d": "int nt",
        "from_peak": "int nt",
        **dict.fromkeys("ACGT", "float"),
        "bits": "float bit",
        "used": "int",
    },
)
