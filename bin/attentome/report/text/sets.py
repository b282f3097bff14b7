"""A TSS set in words: its sources, and how its positions were changed."""

from pathlib import PurePosixPath
from urllib.parse import urlsplit

from attentome.genome.ruler import signed
from attentome.genome.strands import STRANDS, sign_of

SHOWN = 3
"""Names that are listed before the rest is counted."""
MIN_SHARE = 0.005
"""Share of a strand's rows above which an offset is reported."""


def source_text(sources):
    """Where a set's files came from.

    Parameters
    ----------
    sources : list of dict
        Entries of ``sources.json`` of one set.

    Returns
    -------
    list of str
        ``a.bed``; ``b.gtf from example.org, 2026-11-21``.
    """
    words = []
    for entry in sources:
        if not entry.get("url"):
            words.append(PurePosixPath(entry["source"]).name)
        elif entry["source"].lower().startswith("accession:"):
            words.append(f"{entry['source']}, {entry['fetched'][:10]}")
        else:
            place = urlsplit(entry["url"])
            words.append(f"{PurePosixPath(place.path).name} from {place.hostname}, {entry['fetched'][:10]}")
    return words


def format_text(audit):
    """The formats of a set's files, each once."""
    return ", ".join(dict.fromkeys(audit["formats"]))


def contig_text(audit):
    """Contig names as printed, with the name in the genome if it differs: ``U00096.3 = NC_000913.3``."""
    names = [
        own if printed.strip() == own else f"{printed.strip()} = {own}"
        for printed, own in (audit.get("contig_names") or {}).items()
    ]
    return _listed(names) or "not printed"


def lift_text(audit):
    """The assembly of a set, and the result of its lift-over."""
    lift = audit.get("lift")
    if not lift:
        return "the run's genome"
    lost = sum(lift["lost"].values())
    return (
        f"{_listed(lift['from'])} to {_listed(lift['to'])}: {lift['moved']:,} moved, "
        f"{lift['unchanged']:,} unchanged, {f'{lost:,}' if lost else 'none'} lost"
    )


def fix_text(audit):
    """The offset that positions were moved by, in genome coordinates: ``+1 nt on the + strand (1,989 rows in all)``."""
    fix = audit.get("coordinate_fix") or {}
    moved = [f"{signed(fix[name])} nt on the {_sign(name)} strand" for name in STRANDS if fix.get(name)]
    return f"{', '.join(moved)} ({fix['moved']:,} rows in all)" if moved else "none"


def sequence_text(table, name):
    """Offsets at which the printed sequences of a set are found.

    Parameters
    ----------
    table : DataFrame
        ``audit.tsv``: ``set``, ``check``, ``strand``, ``offset``, ``share``, ``n``.
    name : str
        The set.

    Returns
    -------
    list of str
        One per strand that has printed sequences: ``+: 99.9 % at +1 (of 1,990)``.
    """
    words = []
    for strand, rows in _strands(table, name, "sequence"):
        found = rows[rows["share"] >= MIN_SHARE].sort_values(["share", "offset"], ascending=[False, True])
        places = [f"{percent(row.share)} at {signed(int(row.offset))}" for row in found.itertuples()]
        words.append(f"{strand}: {', '.join(places) or 'none within 3 nt'} (of {int(rows['n'].max()):,})")
    return words


def agreement_text(table, name):
    """The offset at which a set agrees best with the others, a text per strand: ``+: 0 (62 %)``."""
    words = []
    for strand, rows in _strands(table, name, "agreement"):
        best = rows.loc[rows["share"].idxmax()]
        words.append(f"{strand}: {signed(int(best['offset']))} ({percent(best['share'])})")
    return words


def purine_text(table, name):
    """Share of A and G at the TSS, a text per strand: ``+: 78 %``."""
    return [
        f"{strand}: {percent(row.share)}"
        for strand, rows in _strands(table, name, "purine")
        for row in rows[rows["offset"] == 0].itertuples()
    ]


def _strands(table, name, check):
    if not len(table):
        return
    own = table[(table["set"] == name) & (table["check"] == check)].dropna(subset=["share"])
    for strand in own["strand"].unique():
        rows = own[own["strand"] == strand]
        if rows["n"].max() > 0:
            yield _sign(strand), rows


def _sign(strand):
    """A strand as printed: + or the minus sign."""
    return (sign_of(strand) if strand in STRANDS else strand).replace("-", "−")


def percent(share):
    """A share as a percentage, never rounded up to 100 nor down to 0."""
    value = 100 * share
    if 0 < value < 0.1:
        return "< 0.1\u00a0%"
    digits = 0 if share in (0, 1) or 10 <= value < 99 else 1
    return f"{min(value, 99.9) if share < 1 else 100:.{digits}f}\u00a0%"


def _listed(names):
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
