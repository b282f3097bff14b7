"""The genome: contigs, circular coordinates, both strands.

A *stream* is one strand of one contig in reading direction (5' to 3'). Stream position ``s`` of a contig of length
``n`` is genomic position ``s`` on the plus strand and ``n - 1 - s`` on the minus strand. Everything is 0-based.
"""

from dataclasses import dataclass, field

import numpy as np

from attentome.io.files import open_text, read_json

BASES = "ATCG"
"""Order of the codes 0, 1, 2, 3, as in the published model (Clauwaert et al. 2021, code)."""
UNKNOWN = 4
"""Code of N and the other ambiguity letters."""
OUTSIDE = 5
"""Code of a position beyond the end of a linear contig."""

_ENCODE = np.full(256, UNKNOWN, np.uint8)
for _code, _letter in enumerate(BASES):
    _ENCODE[ord(_letter)] = _ENCODE[ord(_letter.lower())] = _code
_COMPLEMENT = np.array([1, 0, 3, 2, UNKNOWN, OUTSIDE], np.uint8)
_LETTERS = np.frombuffer(b"ATCGN-", np.uint8)


@dataclass
class Contig:
    """One sequence of the genome.

    Attributes
    ----------
    name : str
    tokens : ndarray of uint8, shape (length,)
        Codes of the plus strand (:data:`BASES`, :data:`UNKNOWN`).
    circular : bool
    """

    name: str
    tokens: np.ndarray
    circular: bool = False
    _reverse: np.ndarray = field(default=None, repr=False, compare=False)

    def __len__(self):
        return len(self.tokens)

    def stream(self, strand):
        """Codes of one strand in reading direction, shape (length,), uint8. ``strand`` is ``plus`` or ``minus``."""
        if strand == "plus":
            return self.tokens
        if self._reverse is None:
            self._reverse = reverse_complement(self.tokens)
        return self._reverse

    def window(self, strand, start, stop):
        """Codes of stream positions [start, stop), which may extend beyond either end.

        Parameters
        ----------
        strand : {"plus", "minus"}
        start, stop : int
            Stream coordinates, 0-based half-open. On a circular contig they wrap; on a linear one the positions
            beyond an end are :data:`OUTSIDE`.

        Returns
        -------
        ndarray of uint8, shape (stop - start,)
        """
        return take(self.stream(strand), start, stop, self.circular, OUTSIDE)


def take(array, start, stop, circular, fill):
    """``array[start:stop]`` where the interval may extend beyond the ends: wrapped if circular, else filled."""
    if 0 <= start and stop <= len(array):
        return array[start:stop]
    index = np.arange(start, stop)
    if circular:
        return array[index % len(array)]
    inside = (index >= 0) & (index < len(array))
    out = np.full(stop - start, fill, array.dtype)
    out[inside] = array[index[inside]]
    return out


def encode(sequence):
    """Letters to codes: str of length n to uint8 of shape (n,); case is ignored, unknown letters give UNKNOWN."""
    return _ENCODE[np.frombuffer(sequence.encode("latin-1", "replace"), np.uint8)]


def decode(tokens):
    """Codes to letters (``A T C G``, ``N`` for unknown, ``-`` for outside)."""
    return _LETTERS[np.asarray(tokens)].tobytes().decode()


def reverse_complement(tokens):
    """Codes of the other strand, in its reading direction; of an array of windows, along the last axis."""
    return _COMPLEMENT[np.asarray(tokens)[..., ::-1]]


def flip(array, strand):
    """Bring an array along genomic positions into stream order, or back: reversed for ``minus``, a view."""
    return array if strand == "plus" else array[::-1]


def to_stream(position, length, strand):
    """Genomic position(s) to stream position(s), or back (the map is its own inverse). 0-based."""
    return position if strand == "plus" else length - 1 - position


def interval_to_stream(start, end, length, strand):
    """Genomic interval [start, end) as a stream interval [start, end), or back. 0-based half-open."""
    return (start, end) if strand == "plus" else (length - end, length - start)


def read_fasta(path):
    """Yield ``(name, description, sequence)`` for each record of a FASTA file, gzipped or not.

    Raises
    ------
    ValueError
        If there is sequence before the first header.
    """
    name, description, parts = None, "", []
    with open_text(path) as handle:
        for number, line in enumerate(handle, 1):
            line = line.strip()
            if line.startswith(">"):
                if name is not None:
                    yield name, description, "".join(parts)
                description = line[1:].strip()
                name, parts = (description.split() or [""])[0], []
            elif line:
                if name is None:
                    raise ValueError(f"{path}: line {number}: sequence before the first '>' header; is this FASTA?")
                parts.append(line)
    if name is not None:
        yield name, description, "".join(parts)


def load_genome(fasta, description):
    """Read the checked genome.

    Parameters
    ----------
    fasta : str or Path
        ``genome.fna`` as written by CHECK_INPUTS.
    description : str or Path
        ``genome.json`` in the same folder, which says which contigs are circular.

    Returns
    -------
    dict of str to Contig
        In the order of the FASTA file.
    """
    circular = {entry["name"]: entry["circular"] for entry in read_json(description)["contigs"]}
    return {name: Contig(name, encode(sequence), circular[name]) for name, _, sequence in read_fasta(fasta)}
