"""What the tests of the heads found, as REPORT reads it: the tables of GRADE_HEADS and of the steps before it."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from attentome.io.files import read_arrays, read_json
from attentome.io.schemas.graded import BANDS, CONTROL_LOGOS, CONTROLS, HEADS, SEED_PROFILES, SEEDS
from attentome.io.schemas.knockout import KNOCKOUT, KNOCKOUT_PAIRS
from attentome.io.schemas.measured import COMPONENTS, LOGOS, MEASURED_WINDOWS
from attentome.io.schemas.mutants import DELETION, DELETION_HEADS, ISM_HEADS, ISM_PROFILE
from attentome.io.schemas.names import ELEMENT_MATCHES, MOTIF_MATCHES, SITE_ENRICHMENT

REAL = "curated"
TABLES = {
    "heads": HEADS,
    "seeds": SEEDS,
    "seed_profiles": SEED_PROFILES,
    "controls": CONTROLS,
    "bands": BANDS,
    "control_logos": CONTROL_LOGOS,
    "knockout": KNOCKOUT,
    "pairs": KNOCKOUT_PAIRS,
    "ism_profile": ISM_PROFILE,
    "ism_heads": ISM_HEADS,
    "deletion": DELETION,
    "deletion_heads": DELETION_HEADS,
    "elements": ELEMENT_MATCHES,
    "motifs": MOTIF_MATCHES,
    "enrichment": SITE_ENRICHMENT,
    "logos": LOGOS,
    "components": COMPONENTS,
    "windows": MEASURED_WINDOWS,
}
"""Attributes of :class:`HeadTests` that are tables."""
LOGO_BITS = (0.25, 0.5, 1.0, 1.5, 2.0)
"""Scales that effect logos are drawn on."""


@dataclass
class HeadTests:
    """Tables as in ``docs/output.md``; layer and head count from 1.

    Attributes
    ----------
    heads : DataFrame
        One row a head: statistics, outcome of each test, grade, claim.
    seeds : DataFrame
        Each head's partner in each replicate.
    seed_profiles : DataFrame
        Where the partners that count look.
    controls : DataFrame
        Heads of the control networks, graded by the same rule.
    bands : DataFrame
        What control heads do at each distance.
    control_logos : DataFrame
        A control head's logo of each kind.
    grades : dict
        ``grades.json``: the rule, its checksum, tallies.
    logos, components, windows : DataFrame
        Effect logos, the components that they are split into, and best windows of the real network's heads on the
        second half of the sample.
    parts : dict of str to ndarray
        Split of the logit, value norms.
    knockout, pairs : DataFrame
    knockout_base, receptive_field : dict
    ism_profile, ism_heads, deletion, deletion_heads : DataFrame
    elements, motifs, enrichment : DataFrame
        Matches with known elements and databases; enrichment of known sites.
    """

    heads: pd.DataFrame
    seeds: pd.DataFrame
    seed_profiles: pd.DataFrame
    controls: pd.DataFrame
    bands: pd.DataFrame
    control_logos: pd.DataFrame
    grades: dict
    logos: pd.DataFrame
    components: pd.DataFrame
    windows: pd.DataFrame
    parts: dict
    knockout: pd.DataFrame
    pairs: pd.DataFrame
    knockout_base: dict
    ism_profile: pd.DataFrame
    ism_heads: pd.DataFrame
    deletion: pd.DataFrame
    deletion_heads: pd.DataFrame
    receptive_field: dict
    elements: pd.DataFrame
    motifs: pd.DataFrame
    enrichment: pd.DataFrame

    @property
    def logo_bits(self):
        """Full height of every effect logo of this run, bits: the least scale that holds the highest used column of all
        heads and control heads."""
        bits = [table.loc[table["used"] == 1, "bits"] for table in (self.logos, self.control_logos) if len(table)]
        highest = max((column.max() for column in bits if len(column)), default=0.0)
        return next((scale for scale in LOGO_BITS if scale >= highest), LOGO_BITS[-1])

    @property
    def logo_scale(self):
        """The scale of the effect logos as captions name it."""
        bits = self.logo_bits
        return f"0 to {bits:g} bit{'s' * (bits > 1)}, the same for all heads and controls of this run"

    def of(self, layer, head):
        """The row of one head, as a dict."""
        own = (self.heads["layer"] == layer) & (self.heads["head"] == head)
        return self.heads[own].iloc[0].to_dict()


def read_tested(folder):
    """Read the folder of all that was found about the heads.

    Parameters
    ----------
    folder : str or Path
        Holds the tables and, below ``curated/``, what was measured of the real network.

    Returns
    -------
    HeadTests or None
        None where heads were not tested: the folder is missing or holds no ``grades.json``.
    """
    folder = Path(folder)
    if not (folder / "grades.json").is_file():
        return None
    parts = folder / REAL / "parts.safetensors"
    return HeadTests(
        **{name: _table(folder, schema) for name, schema in TABLES.items()},
        grades=read_json(folder / "grades.json"),
        knockout_base=_json(folder / "knockout.json"),
        receptive_field=_json(folder / "receptive_field.json"),
        parts=read_arrays(parts) if parts.is_file() else {},
    )


def _table(folder, schema):
    """One table; a frame without columns where its step did not run."""
    path = folder / schema.file.replace("<network>", REAL).removeprefix("tests/").removeprefix("measured/")
    return schema.read(path) if path.is_file() and path.stat().st_size > 1 else pd.DataFrame()


def _json(path):
    return read_json(path) if path.is_file() else {}
