"""The genome cut into pieces that are computed independently of each other.

A *place* is a position's index in the concatenation of all streams: each contig in file order, its plus strand and then
its minus strand, both in reading direction. Pieces are contiguous in places and depend on the genome alone, so what is
computed piece by piece is the same however the pieces are distributed.
"""

from dataclasses import dataclass

import numpy as np

from attentome.genome.contigs import flip, interval_to_stream, to_stream
from attentome.genome.strands import STRANDS, stream_key

PIECE = 65536
"""Longest piece, nt. Each needs the network's whole context: shorter pieces take more time, longer ones more memory."""


@dataclass(frozen=True)
class Piece:
    """A stretch of one stream.

    Attributes
    ----------
    contig : str
    strand : {"plus", "minus"}
    start, stop : int
        Stream coordinates, 0-based half-open.
    place : int
        Place of ``start``.
    """

    contig: str
    strand: str
    start: int
    stop: int
    place: int

    def __len__(self):
        return self.stop - self.start


def cut_streams(streams, piece=PIECE):
    """Cut streams into pieces.

    Parameters
    ----------
    streams : iterable of (str, str, int, int)
        Contig, strand, start and stop (stream coordinates, 0-based half-open).
    piece : int
        Longest piece, nt.

    Returns
    -------
    list of Piece
        Places count from 0 through the streams as given.
    """
    pieces, place = [], 0
    for contig, strand, first, last in streams:
        for start in range(first, last, piece):
            pieces.append(Piece(contig, strand, start, min(start + piece, last), place))
            place += len(pieces[-1])
    return pieces


def genome_pieces(genome, piece=PIECE):
    """Pieces of both strands of the whole genome: dict of str to Contig to list of Piece."""
    return cut_streams(
        ((contig.name, strand, 0, len(contig)) for contig in genome.values() for strand in STRANDS), piece
    )


def arc_pieces(genome, intervals, piece=PIECE):
    """Pieces of both strands of intervals; places count through the intervals, plus before minus."""
    streams = [
        (part.contig, strand, *interval_to_stream(part.start, part.end, len(genome[part.contig]), strand))
        for part in intervals
        for strand in STRANDS
    ]
    return cut_streams(streams, piece)


def share_of(pieces, shard, shards):
    """The contiguous share of pieces that shard number ``shard`` (1 .. ``shards``) takes; may be empty.

    Raises
    ------
    ValueError
        If there is no such shard.
    """
    if not 1 <= shard <= shards:
        raise ValueError(f"shard {shard} of {shards}: the first is 1")
    return pieces[len(pieces) * (shard - 1) // shards : len(pieces) * shard // shards]


class OutputFile:
    """Write the outputs of consecutive pieces to a ``.npy`` file: float32, index = place - first place.

    Parameters
    ----------
    path : str or Path
    pieces : list of Piece
        Those that will be written.
    """

    def __init__(self, path, pieces):
        self._file = open(path, "wb")
        header = {"descr": "<f4", "fortran_order": False, "shape": (sum(map(len, pieces)),)}
        np.lib.format.write_array_header_1_0(self._file, header)

    def add(self, outputs):
        """Write the outputs of the next pieces."""
        self._file.write(np.ascontiguousarray(outputs, "<f4"))

    def close(self):
        """Close the file once all outputs are written."""
        self._file.close()


def positions_of(genome, places):
    """Contig, strand and position of places.

    Parameters
    ----------
    genome : dict of str to Contig
    places : array of int, shape (n,)

    Returns
    -------
    contig, strand : ndarray of str, shape (n,)
        ``strand`` is plus or minus.
    position : ndarray of int64, shape (n,)
        Genomic, 0-based.
    """
    streams = [(contig.name, strand, len(contig)) for contig in genome.values() for strand in STRANDS]
    lengths = np.array([length for _, _, length in streams])
    firsts = np.cumsum(lengths) - lengths
    places = np.asarray(places, np.int64)
    which = np.searchsorted(firsts, places, "right") - 1
    strand = np.array([strand for _, strand, _ in streams])[which]
    offset = places - firsts[which]
    position = np.where(strand == "plus", offset, to_stream(offset, lengths[which], "minus"))
    return np.array([name for name, _, _ in streams])[which], strand, position


def by_position(genome, values):
    """Values of all places as one array per stream, in genomic order.

    Parameters
    ----------
    genome : dict of str to Contig
    values : ndarray, shape (places,)

    Returns
    -------
    dict of str to ndarray, shape (length,)
        ``<contig>.<strand>`` to values; index = genomic position; views.
    """
    arrays, first = {}, 0
    for contig in genome.values():
        for strand in STRANDS:
            arrays[stream_key(contig.name, strand)] = flip(values[first : first + len(contig)], strand)
            first += len(contig)
    return arrays
