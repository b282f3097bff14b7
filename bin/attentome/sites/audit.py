"""Audit the TSS sets before use: compare each with its printed sequences, the other sets and the genome."""

import pandas as pd

from attentome.genome.strands import STRANDS, sign_of, strand_of
from attentome.io.schemas.sites import AUDIT
from attentome.sites.agreement import best_offset, purine_table, sequence_table, set_agreement_table
from attentome.sites.assembly_check import WRONG_ASSEMBLY, check_assemblies
from attentome.sites.harmonise import MIN_STANDING
from attentome.sites.printed_sequence import MIN_ROWS, OFFSETS

AUDIT_COLUMNS = list(AUDIT.columns)
REMEDY = "give that assembly's FASTA in column assembly, or take them as they are with coordinate_fix report"
REMEDY_LIFTED = "its positions are not those of the FASTA in column assembly; leave that empty, or give the right one"
SIGN = {strand: sign_of(strand).replace("-", "\N{MINUS SIGN}") for strand in STRANDS}


def audit_sets(harmonised, sets, genome, assemblies=None, known=()):
    """Audit all sets together.

    Parameters
    ----------
    harmonised : dict of str to dict
        Name of the set to its ``<set>.harmonised.json``.
    sets : dict of str to DataFrame
        The same names to their sites: ``contig``, ``start`` (the TSS, 0-based), ``strand``, on the genome.
    genome : dict of str to Contig
    assemblies : dict of str to (dict of str to Contig), optional
        Other assemblies that a set may be on, by name of their file.
    known : sequence of KnownSequence, optional
        Of :func:`attentome.genome.names.read_known_sequences`.

    Returns
    -------
    audits : dict of str to dict
        ``<set>.audit.json``: what ``harmonised`` has and ``agreement`` (of each strand the share of sites that another
        set has at each offset; None without other sets), ``purine`` (likewise, A or G at the TSS), ``assembly`` (of
        :func:`attentome.sites.assembly_check.check_assemblies`), ``sentences``.
    table : DataFrame
        ``set, check`` (``sequence``, ``agreement``, ``purine``), ``strand`` (``+``, ``-``), ``offset`` (nt added
        to the positions, in genome coordinates), ``share``, ``n`` (rows with a printed sequence, else sites).
        ``sequence`` is of the positions as printed, the other checks are of the harmonised sites.
    """
    proven = {name: why for name in sets if (why := _proof(harmonised[name]))}
    verdicts = check_assemblies(sets, proven, genome, assemblies, known)
    audits, parts = {}, [pd.DataFrame(columns=AUDIT_COLUMNS)]
    for name, sites in sets.items():
        agreement = set_agreement_table(sites, [sets[other] for other in sets if other != name], genome)
        purine, sequence = purine_table(sites, genome), sequence_table(harmonised[name]["sequence"])
        parts += [table.assign(set=name) for table in (sequence, agreement, purine) if len(table)]
        audits[name] = {
            **harmonised[name],
            "agreement": _by_offset(agreement),
            "purine": _by_offset(purine),
            "assembly": verdicts[name],
        }
        audits[name]["sentences"] = audit_sentences(audits[name], agreement)
    return audits, pd.concat([part for part in parts if len(part)], ignore_index=True)[AUDIT_COLUMNS]


def wrong_assemblies(audits):
    """The sets that must not be used: name to what is wrong and what to do.

    Those whose ``coordinate_fix`` is ``report`` are used as they are.
    """
    return {
        name: (audit["assembly"]["sentence"], REMEDY_LIFTED if audit["lift"] else REMEDY)
        for name, audit in audits.items()
        if audit["assembly"]["verdict"] == WRONG_ASSEMBLY and audit["coordinate_fix"]["asked"] != "report"
    }


def _proof(harmonised):
    """Why a set is known to be on its assembly's coordinates, as a sentence; '' if no printed sequences prove it."""
    counts = harmonised["sequence"]
    if counts:
        n = sum(counts["n"].values())
        standing = sum(counts[word][str(offset)] for word in SIGN for offset in OFFSETS)
        if n >= MIN_ROWS and standing >= MIN_STANDING * n:
            where = "the assembly it comes from" if harmonised["lift"] else "this genome"
            return f"{standing:,} of {n:,} printed sequences stand in {where} within 3 nt of their positions."
    return ""


def _by_offset(table):
    if table.empty:
        return None
    return {
        strand_of(sign): {str(row.offset): row.share for row in rows.itertuples()} | {"n": int(rows["n"].max())}
        for sign, rows in table.groupby("strand")
    }


def audit_sentences(audit, agreement):
    """Sentences on what is remarkable about a set.

    Parameters
    ----------
    audit : dict
        ``<set>.audit.json`` so far.
    agreement : DataFrame
        Of :func:`attentome.sites.agreement.set_agreement_table`.

    Returns
    -------
    list of str
    """
    fix, said = audit["coordinate_fix"], []
    if audit["misplaced"]:
        said.append(f"{audit['misplaced']}.")
    for word in SIGN:
        said += _sequence_sentences(word, audit["sequence"], fix)
    if audit["lift"]:
        lift = audit["lift"]
        lost = sum(lift["lost"].values())
        said.append(
            f"Lifted from {', '.join(lift['from'])}: {lift['moved']:,} rows moved, {lift['unchanged']:,} kept "
            f"their position, {lost:,} were lost"
            + (f" ({', '.join(f'{reason}: {n:,}' for reason, n in lift['lost'].items())})." if lost else ".")
        )
    for word, sign in SIGN.items():
        best = best_offset(agreement, sign_of(word))
        if best:
            said.append(f"On the {sign} strand the set meets the others best at offset {best:+d}.")
    sentence = audit["assembly"]["sentence"]
    return [*said, f"{sentence[:1].upper()}{sentence[1:].rstrip('.')}."]


def _sequence_sentences(word, counts, fix):
    """Where a strand's printed sequences match if some do not match at the printed position, and what was done."""
    if not counts or not counts["n"][word]:
        return []
    n = counts["n"][word]
    places = [f"{rows:,} at offset {int(offset):+d}" for offset, rows in counts[word].items() if rows and offset != "0"]
    nowhere = n - sum(counts[word].values())
    if nowhere:
        places.append(f"{nowhere:,} nowhere within 3 nt")
    if not places:
        return []
    what = f"moved by {fix[word]:+d} nt" if fix[word] else "left where they are"
    at_place = f"{counts[word]['0']:,} stand at the printed position"
    return [
        f"Of {n:,} printed sequences on the {SIGN[word]} strand {at_place}, {', '.join(places)}; the positions "
        f"were {what}."
    ]
