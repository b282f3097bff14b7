"""Everything that REPORT reads, gathered in one place: what the steps before it found."""

from dataclasses import dataclass, field
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


@dataclass
class RunResults:
    """The whole run. Whatever was not given is None, an empty dict, list or frame: it prints as "not
    recorded"."""

    name: str
    heads: list
    metrics: dict
    curves: pd.DataFrame
    history: pd.DataFrame
    training: dict
    model: dict
    labels: dict
    split: pd.DataFrame
    genome_json: dict
    curation: dict
    sets: pd.DataFrame
    overlap: pd.DataFrame
    overlap_png: Path | None
    audits: list
    audit_table: pd.DataFrame
    audit_png: Path | None
    distances_png: Path | None
    sources: list
    published: dict
    grid_png: Path | None
    profile: dict
    records: list
    params: dict
    peers: dict = field(default_factory=dict)
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
    genome = {}
    if _given(options.genome) and _given(options.genome_json):
        genome = load_genome(options.genome, options.genome_json)
    return RunResults(
        name=options.run_name,
        heads=heads,
        metrics=read_json(options.metrics),
        curves=_table(options.curves, CURVES),
        history=_table(options.history, HISTORY),
        training=_json(options.training),
        model=_json(options.model_json),
        labels=_json(options.labels_json),
        split=_table(options.split, SPLIT),
        genome_json=_json(options.genome_json),
        curation=_json(options.curation),
        sets=_table(options.sets, SETS),
        overlap=_table(options.overlap, OVERLAP),
        overlap_png=_file(options.overlap_png),
        audits=[read_json(path) for path in options.audits],
        audit_table=_table(options.audit_table, AUDIT),
        audit_png=_file(options.audit_png),
        distances_png=_file(options.distances_png),
        sources=_json(options.sources) or [],
        published=_json(options.published_counts),
        grid_png=_file(options.grid_png),
        profile=_json(options.profile_json),
        records=sorted(
            (record for record in map(_json, options.records) if record.get("process")),
            key=lambda record: (record["process"], record.get("tag", "")),
        ),
        params=_json(options.params),
        peers=_json(options.peers),
        sites=read_bed(options.sites, extra=("support", "sets")) if _given(options.sites) else None,
        genome=genome,
        tested=read_tested(options.tested) if options.tested else None,
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


def _given(path):
    return bool(path) and Path(path).is_file()


def _file(path):
    return Path(path) if _given(path) else None


def _json(path):
    return read_json(path) if _given(path) and Path(path).stat().st_size else {}


def _table(path, schema):
    return schema.read(path) if _given(path) and Path(path).stat().st_size else pd.DataFrame()
