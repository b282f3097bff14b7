"""Names of the two strands: ``+`` and ``-`` in tables, ``plus`` and ``minus`` in streams and file names.

A stream is one strand of one contig, read 5' to 3'. Arrays by genomic position are kept under its key, in memory as in
files: ``<contig>.plus`` or ``<contig>.minus``.
"""

STRANDS = ("plus", "minus")
_SIGNS = {"plus": "+", "minus": "-"}
_STRANDS = {sign: strand for strand, sign in _SIGNS.items()}


def sign_of(strand):
    """``+`` for ``plus``, ``-`` for ``minus``; KeyError for anything else."""
    return _SIGNS[strand]


def strand_of(sign):
    """``plus`` for ``+``, ``minus`` for ``-``; KeyError for anything else."""
    return _STRANDS[sign]


def stream_key(contig, strand):
    """Key of a stream's array: ``<contig>.plus`` or ``<contig>.minus``."""
    return f"{contig}.{strand}"
