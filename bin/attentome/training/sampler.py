"""Draw segments of the training arc in random order, for batches."""

import numpy as np

from attentome.genome.contigs import flip, interval_to_stream
from attentome.genome.strands import STRANDS, sign_of, stream_key


class SegmentSampler:
    """Draw training segments.

    Parameters
    ----------
    genome : dict of str to Contig
    channels : list of dict of str to ndarray
        One an output: ``<contig>.<strand>`` to labels by genomic position; the first is that of the sites.
    intervals : list of Interval
        The training arc.
    context : (int, int)
        Codes needed (upstream, downstream) of a segment.
    segment : int
    centred : float
    rng : numpy Generator

    Attributes
    ----------
    places : list of str
        Places of the segments drawn last: contig, strand, start and end along that strand (0-based, half-open).
    """

    def __init__(self, genome, channels, intervals, context, segment, centred, rng):
        self.upstream, self.downstream = context
        self.segment, self.centred, self.rng = segment, centred, rng
        self.streams, self.lengths = [], []
        sites = []
        for part in intervals:
            contig = genome[part.contig]
            for strand in STRANDS:
                start, stop = interval_to_stream(part.start, part.end, len(contig), strand)
                values = np.stack(
                    [flip(labels[stream_key(part.contig, strand)], strand)[start:stop] for labels in channels],
                    -1,
                    dtype=np.float16,
                    casting="same_kind",
                )
                sites += [(len(self.streams), int(position)) for position in np.flatnonzero(values[:, 0])]
                self.streams.append((contig, strand, start, values))
                self.lengths.append(len(values))
        self.sites, self.places = sites, []
        self.share = np.array(self.lengths, float) / sum(self.lengths)

    def draw(self, n):
        """Draw n segments.

        Returns
        -------
        codes : ndarray of uint8, shape (n, upstream + segment + downstream)
        labels : ndarray of float32, shape (n, segment, channels)
        scored : ndarray of float32, shape (n, segment)
            0 after the end of an interval that is shorter than a segment.
        """
        codes = np.empty((n, self.upstream + self.segment + self.downstream), np.uint8)
        labels = np.zeros((n, self.segment, self.streams[0][3].shape[1]), np.float32)
        scored = np.zeros((n, self.segment), np.float32)
        self.places = []
        for row in range(n):
            if self.sites and self.rng.random() < self.centred:
                index, position = self.sites[self.rng.integers(len(self.sites))]
                start = position - self.rng.integers(self.segment)
            else:
                index = self.rng.choice(len(self.share), p=self.share)
                start = self.rng.integers(max(self.lengths[index] - self.segment, 0) + 1)
            contig, strand, offset, values = self.streams[index]
            start = int(min(max(start, 0), max(len(values) - self.segment, 0)))
            here = values[start : start + self.segment]
            labels[row, : len(here)] = here
            scored[row, : len(here)] = 1
            codes[row] = contig.window(
                strand, offset + start - self.upstream, offset + start + self.segment + self.downstream
            )
            self.places.append(f"{contig.name} {sign_of(strand)} {offset + start} to {offset + start + len(here)}")
        return codes, labels, scored
