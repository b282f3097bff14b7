"""What the tests of the heads found, as REPORT reads it: the tables of GRADE_HEADS and of the steps before it."""

from dataclasses import dataclass, field, fields
from pathlib import Path

import pandas as pd

from attentome.io.files import read_arrays, read_json
from attentome.io.schemas.graded import BANDS, CONTROL_LOGOS, CONTROLS, HEADS, SEED_PROFILES, SEEDS
from attentome.io.schemas.knockout import KNOCKOUT, KNOCKOUT_PAIRS
from attentome.io.schemas.measured import COMPONENTS, LOGOS, MEASURED_WINDOWS
from attentome.io.schemas.mutants import DELETION, DELETION_HEADS, ISM_HEADS, ISM_PROFILE
from attentome.io.schemas.names import ELEMENT_MATCHES, MOTIF_MATCHES, SITE_ENRICHMENT

REAL = "curated"
LOGO_BITS = (0.25, 0.5, 1.0, 1.5, 2.0)
"""Scales that effect logos are drawn on."""


def _table(schema):
    """A field that is read from the table of ``schema``."""
    return field(metadata={"schema": schema})


@dataclass
class HeadTests:
    """Tables as in ``docs/output.md``; layer and head count from 1. A table whose step did not run has no columns.

    Attributes
    ----------
    heads, controls : DataFrame
        One row a head of the network, and of the control networks: statistics, outcome of each test, grade, claim.
    seeds, seed_profiles : DataFrame
        Each head's partner in each replicate; where the partners that count look.
    bands, control_logos : DataFrame
        What control heads do at each distance; a control head's logo of each kind.
    logos, components, windows : DataFrame
        Effect logos, the components that they are split into, and best windows of the real network's heads on the
        second half of the sample.
    knockout, pairs, ism_profile, ism_heads, deletion, deletion_heads : DataFrame
        Heads removed one at a time and two together; bases mutated one at a time; bases replaced one after another.
    elements, motifs, enrichment : DataFrame
        Matches with known elements and databases; enrichment of known sites.
    grades, knockout_base, receptive_field : dict
        ``grades.json`` (the rule, its checksum, tallies), ``knockout.json``, ``receptive_field.json``.
    parts : dict of str to ndarray
        Split of the logit, value norms.
    """

    heads: pd.DataFrame = _table(HEADS)
    controls: pd.DataFrame = _table(CONTROLS)
    seeds: pd.DataFrame = _table(SEEDS)
    seed_profiles: pd.DataFrame = _table(SEED_PROFILES)
    bands: pd.DataFrame = _table(BANDS)
    control_logos: pd.DataFrame = _table(CONTROL_LOGOS)
    logos: pd.DataFrame = _table(LOGOS)
    components: pd.DataFrame = _table(COMPONENTS)
    windows: pd.DataFrame = _table(MEASURED_WINDOWS)
    knockout: pd.DataFrame = _table(KNOCKOUT)
    pairs: pd.DataFrame = _table(KNOCKOUT_PAIRS)
    ism_profile: pd.DataFrame = _table(ISM_PROFILE)
    ism_heads: pd.DataFrame = _table(ISM_HEADS)
    deletion: pd.DataFrame = _table(DELETION)
    deletion_heads: pd.DataFrame = _table(DELETION_HEADS)
    elements: pd.DataFrame = _table(ELEMENT_MATCHES)
    motifs: pd.DataFrame = _table(MOTIF_MATCHES)
    enrichment: pd.DataFrame = _table(SITE_ENRICHMENT)
    grades: dict
    knockout_base: dict
    receptive_field: dict
    parts: dict

    @property
    def logo_bits(self):
        """Full height of every effect logo of this run, bits: the smallest scale that holds the highest used column of
        all heads and control heads."""
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
        **{one.name: _read(folder, one.metadata["schema"]) for one in fields(HeadTests) if one.metadata},
        grades=read_json(folder / "grades.json"),
        knockout_base=_json(folder / "knockout.json"),
        receptive_field=_json(folder / "receptive_field.json"),
        parts=read_arrays(parts) if parts.is_file() else {},
    )


def _read(folder, schema):
    path = folder / schema.file.replace("<network>", REAL).removeprefix("tests/").removeprefix("measured/")
    return schema.read(path) if path.is_file() and path.stat().st_size > 1 else pd.DataFrame()


def _json(path):
    return read_json(path) if path.is_file() else {}
