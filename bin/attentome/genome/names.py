"""Resolve the contig names that a source prints: aliases, accessions, other versions."""

import csv
import re
from typing import NamedTuple

from attentome.io.faults import known_names

_ACCESSION_FIELD = re.compile(r"(?:gi\|\d+\|)?(?:ref|gb|emb|dbj|tpg|tpe|tpd|lcl)\|([^|\s]+)\|?")
_VERSIONED = re.compile(r"([A-Za-z]{1,6}_?\d{5,})\.(\d+)")


class KnownSequence(NamedTuple):
    """A sequence with two accessions: a line of assets/known_sequences.tsv.

    Attributes
    ----------
    accession, same_as : str
        Of GenBank and of RefSeq, with their versions.
    length : int
        In nt.
    organism : str
    """

    accession: str
    same_as: str
    length: int
    organism: str


def read_known_sequences(path):
    """Read the table of known sequences.

    Parameters
    ----------
    path : str, Path or None
        TSV with the columns of :class:`KnownSequence`; None: no sequence is known.

    Returns
    -------
    tuple of KnownSequence
    """
    if path is None:
        return ()
    with open(path, encoding="utf-8", newline="") as lines:
        return tuple(
            KnownSequence(row["accession"], row["same_as"], int(row["length"]), row["organism"])
            for row in csv.DictReader(lines, delimiter="\t")
        )


class NameFault(Exception):
    """A contig name that cannot be resolved: ``NameFault(what, remedy)``."""


class ContigNames:
    """The contigs that a set may be on.

    Parameters
    ----------
    contigs : dict of str to int, or None
        Names and lengths in nt (0: not known) of the assembly that the set's positions are on. With None every
        name is taken as it is and nothing is checked.
    aliases : dict of str to str, optional
        Printed names to the assembly's own, as the user gave them; ``*`` is for sources without contig names.
    known : sequence of KnownSequence, optional
        Sequences that have two accessions; the one also stands for the other.
    """

    def __init__(self, contigs, aliases=None, known=()):
        self.contigs = contigs
        self.aliases = aliases or {}
        self._accessions = {}
        for name, length in (contigs or {}).items():
            for accession in same_sequence(name, length, known):
                self._accessions.setdefault(accession, name)

    def own(self, printed):
        """The assembly's own name of a contig.

        Parameters
        ----------
        printed : str or None
            The name as the source prints it; None where the source has no contig names.

        Returns
        -------
        str

        Raises
        ------
        NameFault
            If the name means no contig, or more than one.
        """
        if printed is None:
            return self._only()
        name = self.aliases.get(printed.strip(), printed)
        if self.contigs is None or name in self.contigs:
            return name
        accession = accession_of(name)
        if accession in self._accessions:
            return self._accessions[accession]
        if name is not printed:
            raise NameFault(
                f"contig_alias says '{name}' for '{printed.strip()}'",
                f"name a contig that exists: the genome has {known_names(self.contigs)}",
            )
        raise NameFault(*self._unknown(printed.strip(), accession))

    def _only(self):
        if "*" in self.aliases:
            return self.own("*")
        if self.contigs is None:
            return ""
        if len(self.contigs) == 1:
            return next(iter(self.contigs))
        raise NameFault(
            "has no contig names and the genome has several contigs",
            f"give contig_alias '*=NAME' in the sample sheet: the genome has {known_names(self.contigs)}",
        )

    def _unknown(self, printed, accession):
        remedy = f"the genome has {known_names(self.contigs)}; if it is one of these, say so in contig_alias"
        base, version = split_version(accession)
        for known, own in self._accessions.items():
            known_base, known_version = split_version(known)
            if base != known_base or known_version is None:
                continue
            if version is None:
                return (
                    f"contig '{printed}' has no version, so it may not be {own}",
                    f"if it is the same, give contig_alias '{printed}={own}'",
                )
            age = "an older" if version < known_version else "a newer"
            also = f" ({known})" if known != own else ""
            return (f"is on {accession}, {age} version of {own}{also}", "give that assembly's FASTA in column assembly")
        return f"unknown contig '{printed}'", remedy


def accession_of(name):
    """Accession within a name such as ``gi|48994873|gb|U00096.2|`` or ``ref|NC_000913.3|``, else the name."""
    match = _ACCESSION_FIELD.fullmatch(name.strip())
    return match[1] if match else name.strip()


def split_version(accession):
    """``U00096.3`` as ``("U00096", 3)``; the version is None where there is none."""
    match = _VERSIONED.fullmatch(accession)
    return (match[1], int(match[2])) if match else (accession, None)


def same_sequence(name, length, known):
    """All accessions of a contig, its own name first.

    Parameters
    ----------
    name : str
        The contig's name; where it is an accession without its version, the length decides which version it is.
    length : int
        In nt.
    known : sequence of KnownSequence

    Returns
    -------
    list of str
    """
    accession = accession_of(name)
    found = [accession]
    for sequence in known:
        pair = (sequence.accession, sequence.same_as)
        unversioned = accession in [split_version(each)[0] for each in pair] and length == sequence.length
        if accession in pair or unversioned:
            found += [each for each in pair if each not in found]
    return found
