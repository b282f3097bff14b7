"""A TSS set in words: its sources, how its positions were changed, and what its own rows say of its coordinates."""

from pathlib import PurePosixPath
from urllib.parse import urlsplit

from attentome.genome.ruler import signed
from attentome.genome.strands import STRANDS, strand_of
from attentome.report.text.numbers import percent

SHOWN = 3
"""Names that are listed before the rest is counted."""
MIN_SHARE = 0.005
"""Share of a strand's rows above which an offset is reported."""
SIGNS = {"plus": "+", "minus": "−"}
"""Strands as printed."""


def set_text(audit, sources):
    """A set in words.

    Parameters
    ----------
    audit : dict
        ``<set>.audit.json``.
    sources : list of dict
        Entries of ``sources.json`` of its files.

    Returns
    -------
    dict
        ``sources`` (list: ``a.bed``; ``b.gtf from example.org, 2026-11-21``), ``format``, ``contigs`` (names as
        printed, with the name in the genome if it differs: ``U00096.3 = NC_000913.3``), ``assembly`` (and the result
        of a lift-over) and ``moved`` (offset of the positions in genome coordinates: ``+1 nt on the + strand (1,989
        rows in all)``).
    """
    contigs = [
        own if printed.strip() == own else f"{printed.strip()} = {own}"
        for printed, own in (audit.get("contig_names") or {}).items()
    ]
    fix = audit.get("coordinate_fix") or {}
    moved = [f"{signed(fix[name])} nt on the {SIGNS[name]} strand" for name in STRANDS if fix.get(name)]
    return {
        "sources": [_source(entry) for entry in sources] or audit["files"],
        "format": ", ".join(dict.fromkeys(audit["formats"])),
        "contigs": _listed(contigs) or "not printed",
        "assembly": _assembly(audit.get("lift")),
        "moved": f"{', '.join(moved)} ({fix['moved']:,} rows in all)" if moved else "none",
    }


def _source(entry):
    if not entry.get("url"):
        return PurePosixPath(entry["source"]).name
    place = urlsplit(entry["url"])
    accession = entry["source"].lower().startswith("accession:")
    name = entry["source"] if accession else f"{PurePosixPath(place.path).name} from {place.hostname}"
    return f"{name}, {entry['fetched'][:10]}"


def _assembly(lift):
    if not lift:
        return "the run's genome"
    lost = sum(lift["lost"].values())
    return (
        f"{_listed(lift['from'])} to {_listed(lift['to'])}: {lift['moved']:,} moved, "
        f"{lift['unchanged']:,} unchanged, {f'{lost:,}' if lost else 'none'} lost"
    )


def _listed(names):
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def coordinate_checks(table, name):
    """What the rows of a set say of its coordinates, a line for each strand.

    Parameters
    ----------
    table : DataFrame
        ``audit.tsv``: ``set``, ``check``, ``strand``, ``offset`` (nt), ``share``, ``n``.
    name : str
        The set.

    Returns
    -------
    dict of str to list of str
        ``sequence`` (offsets at which printed sequences are found: ``+: 99.9 % at +1 (of 1,990)``), ``agreement``
        (offset at which the set agrees best with the others: ``+: 0 (62 %)``) and ``purine`` (share of A and G at the
        TSS: ``+: 78 %``).
    """
    lines = {"sequence": [], "agreement": [], "purine": []}
    if len(table):
        own = table[(table["set"] == name) & (table["n"] > 0)].dropna(subset=["share"])
        for (check, strand), rows in own.groupby(["check", "strand"], sort=False):
            lines[check].append(f"{SIGNS[strand_of(strand)]}: {_CHECKS[check](rows)}")
    return lines


def _sequence(rows):
    found = rows[rows["share"] >= MIN_SHARE].sort_values(["share", "offset"], ascending=[False, True])
    places = [f"{percent(row.share)} at {signed(int(row.offset))}" for row in found.itertuples()]
    return f"{', '.join(places) or 'none within 3 nt'} (of {int(rows['n'].max()):,})"


def _agreement(rows):
    best = rows.loc[rows["share"].idxmax()]
    return f"{signed(int(best['offset']))} ({percent(best['share'])})"


def _purine(rows):
    return percent(rows.set_index("offset")["share"][0])


_CHECKS = {"sequence": _sequence, "agreement": _agreement, "purine": _purine}
