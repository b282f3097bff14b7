"""Everything that REPORT reads, gathered in one place: what the steps before it found."""

from dataclasses import dataclass, field, fields
from pathlib import Path

import numpy as np
import pandas as pd

from attentome.genome.contigs import load_genome
from attentome.heads.names import head_title
from attentome.io.files import read_bed, read_json
from attentome.io.schemas.evaluation import CURVES
from attentome.io.schemas.heads import HEAD_PROFILE, HEAD_PWM, HEAD_SPEARMAN, HEAD_WINDOWS
from attentome.io.schemas.labels import SPLIT
from attentome.io.schemas.sites import AUDIT, OVERLAP, SETS
from attentome.io.schemas.training import HISTORY
from attentome.results.head_tests import HeadTests, read_tested

FIGURES = ("profile", "logo", "spearman")


@dataclass
class HeadResult:
    """What DESCRIBE_HEAD wrote about one head.

    Attributes
    ----------
    name : str
        ``L1_H2``.
    numbers : dict
        ``head.json``.
    profile, spearman, pwm, windows : DataFrame
        The head's tables, columns as in ``docs/output.md``.
    figures : dict of str to str
        SVG text of ``profile``, ``logo``, ``spearman``.
    """

    name: str
    numbers: dict
    profile: pd.DataFrame
    spearman: pd.DataFrame
    pwm: pd.DataFrame
    windows: pd.DataFrame
    figures: dict

    @property
    def layer(self):
        return self.numbers["layer"]

    @property
    def head(self):
        return self.numbers["head"]

    @property
    def title(self):
        return head_title(self.layer, self.head)

    def x_uniform(self, group):
        """Mean score of a group in multiples of uniform attention, shape (window,), index = d."""
        rows = self.profile[self.profile["group"] == group].sort_values("d")
        return rows["mean"].to_numpy(float) * self.numbers["window"]

    @property
    def peak_top(self):
        """Height (x uniform) and d of the highest point over the highest outputs, as the atlas prints it."""
        group = self.numbers["groups"]["top"]
        return group["x_uniform"], group["d"]


def _given(path):
    return bool(path) and Path(path).is_file()


def _json(path):
    return read_json(path) if _given(path) and Path(path).stat().st_size else {}


def _table(schema):
    return lambda path: schema.read(path) if _given(path) and Path(path).stat().st_size else pd.DataFrame()


def _picture(path):
    return Path(path) if _given(path) else None


def _option(read, name=None):
    """A field that ``read`` makes of an option of ``write_report.py``: that of the field's name, or ``name``."""
    return field(metadata={"read": read, "option": name})


@dataclass
class RunResults:
    """The whole run. Whatever was not given is None, an empty dict, list or frame: it prints as "not recorded"."""

    name: str
    heads: list
    metrics: dict = _option(read_json)
    curves: pd.DataFrame = _option(_table(CURVES))
    history: pd.DataFrame = _option(_table(HISTORY))
    training: dict = _option(_json)
    model: dict = _option(_json, "model_json")
    labels: dict = _option(_json, "labels_json")
    split: pd.DataFrame = _option(_table(SPLIT))
    genome_json: dict = _option(_json)
    curation: dict = _option(_json)
    sets: pd.DataFrame = _option(_table(SETS))
    overlap: pd.DataFrame = _option(_table(OVERLAP))
    overlap_png: Path | None = _option(_picture)
    audits: list
    audit_table: pd.DataFrame = _option(_table(AUDIT))
    audit_png: Path | None = _option(_picture)
    distances_png: Path | None = _option(_picture)
    sources: list = _option(lambda path: _json(path) or [])
    published: dict = _option(_json, "published_counts")
    grid_png: Path | None = _option(_picture)
    profile: dict = _option(_json, "profile_json")
    records: list
    params: dict = _option(_json)
    peers: dict = _option(_json)
    sites: pd.DataFrame | None = None
    genome: dict = field(default_factory=dict)
    tested: HeadTests | None = None

    @property
    def elements(self):
        """Elements as dicts with ``name``, ``from_d``, ``to_d``, ``from_base``, ``to_base``, ``source``."""
        return self.heads[0].numbers.get("elements", []) if self.heads else []

    def arc_sites(self, arc):
        """Sites of an arc, as labelled."""
        entry = self.labels.get("arcs", {}).get(arc, {})
        if "labels" in entry:
            return int(entry["labels"])
        return int(self.split.loc[self.split["arc"] == arc, "sites"].sum()) if len(self.split) else 0


def read_head(folder):
    """Read one head's folder into a :class:`HeadResult`."""
    folder = Path(folder)
    windows = HEAD_WINDOWS.read(folder / "windows.bed").rename(columns={"#contig": "contig"})
    return HeadResult(
        name=folder.name,
        numbers=read_json(folder / "head.json"),
        profile=HEAD_PROFILE.read(folder / "profile.tsv"),
        spearman=HEAD_SPEARMAN.read(folder / "spearman.tsv"),
        pwm=HEAD_PWM.read(folder / "pwm.tsv"),
        windows=windows,
        figures={name: (folder / f"{name}.svg").read_text(encoding="utf-8") for name in FIGURES},
    )


def read_run(options):
    """Read all inputs of ``write_report.py``.

    Parameters
    ----------
    options : argparse.Namespace
        The arguments of ``bin/write_report.py``. A file that does not exist counts as not given (a run with
        ``--model`` has no history, for example).

    Returns
    -------
    RunResults

    Raises
    ------
    ValueError
        If metrics, profile or heads are missing.
    """
    if not options.heads:
        raise ValueError("no heads given; name the folders of DESCRIBE_HEAD after --heads")
    heads = sorted((read_head(folder) for folder in options.heads), key=lambda head: (head.layer, head.head))
    found = {
        one.name: one.metadata["read"](getattr(options, one.metadata["option"] or one.name))
        for one in fields(RunResults)
        if one.metadata
    }
    genome_given = _given(options.genome) and _given(options.genome_json)
    return RunResults(
        name=options.run_name,
        heads=heads,
        audits=[read_json(path) for path in options.audits],
        records=sorted(
            (record for record in map(_json, options.records) if record.get("process")),
            key=lambda record: (record["process"], record.get("tag", "")),
        ),
        sites=read_bed(options.sites, extra=("support", "sets")) if _given(options.sites) else None,
        genome=load_genome(options.genome, options.genome_json) if genome_given else {},
        tested=read_tested(options.tested) if options.tested else None,
        **found,
    )


def similar_heads(heads, count=3):
    """The most similar heads of each head, by Pearson correlation of their profiles over the highest outputs.

    Parameters
    ----------
    heads : list of HeadResult
    count : int

    Returns
    -------
    dict of str to list of (HeadResult, float)
        From the most similar down.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        table = np.nan_to_num(np.corrcoef([head.x_uniform("top") for head in heads])).reshape(len(heads), len(heads))
    found = {}
    for i, head in enumerate(heads):
        order = [j for j in np.argsort(-table[i], kind="stable") if j != i][:count]
        found[head.name] = [(heads[j], float(table[i, j])) for j in order]
    return found
