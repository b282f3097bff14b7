"""Label every nucleotide of both strands.

A site at genomic position p is labelled ``label_shift`` nt downstream, at the query: at p + shift on the plus strand,
p - shift on the minus strand. On a circular contig the shift crosses the origin; on a linear contig a
site whose label would lie beyond the end is lost and counted. Positions are 0-based, intervals half-open.
"""

import numpy as np

from attentome.genome.strands import STRANDS, sign_of, stream_key


def label_genome(genome, sites, label_shift):
    """Label every nucleotide of both strands.

    Parameters
    ----------
    genome : dict of str to Contig
    sites : DataFrame
        Columns ``contig, start, strand``; ``start`` is the TSS, 0-based.
    label_shift : int
        Downstream distance of the label from the TSS, nt.

    Returns
    -------
    labels : dict of str to ndarray of uint8, shape (length,)
        ``<contig>.<strand>`` to 1 at the labelled positions, else 0; index = genomic position.
    lost : int
        Sites of linear contigs whose label would lie beyond the end.
    """
    labels = {}
    lost = 0
    for contig in genome.values():
        for strand in STRANDS:
            here = sites[(sites.contig == contig.name) & (sites.strand == sign_of(strand))]
            position = query_position(here.start.to_numpy(), strand, label_shift)
            if contig.circular:
                position = position % len(contig)
            inside = (position >= 0) & (position < len(contig))
            lost += int((~inside).sum())
            array = np.zeros(len(contig), np.uint8)
            array[position[inside]] = 1
            labels[stream_key(contig.name, strand)] = array
    return labels, lost


def auxiliary_labels(genome, sets, label_shift):
    """Labels of each set's own sites, which training may learn in addition to the curated ones.

    Parameters
    ----------
    genome : dict of str to Contig
    sets : dict of str to DataFrame
        Name to sites, as in :func:`label_genome`.
    label_shift : int
        nt.

    Returns
    -------
    dict of str to ndarray of uint8, shape (length,)
        ``<set>/<contig>.<strand>`` to labels by genomic position.
    """
    return {
        f"{name}/{stream}": array
        for name, sites in sets.items()
        for stream, array in label_genome(genome, sites, label_shift)[0].items()
    }


def split_sets(arrays):
    """Arrays of :func:`auxiliary_labels` set by set: dict of name to dict of ``<contig>.<strand>`` to labels."""
    sets = {}
    for key in sorted(arrays):
        name, _, stream = key.partition("/")
        sets.setdefault(name, {})[stream] = arrays[key]
    return sets


def rotate_labels(labels, share):
    """Move labels along each contig, both strands by the same distance, across its end to its beginning.

    Their number and spacing stay the same; their relation to the sequence is lost.

    Parameters
    ----------
    labels : dict of str to ndarray
        Anything by genomic position.
    share : float
        How far, as a share of each contig's length.

    Returns
    -------
    dict of str to ndarray
    """
    return {key: np.roll(array, round(share * len(array))) for key, array in labels.items()}


def query_position(tss, strand, label_shift):
    """Genomic position of the query of a TSS (0-based): downstream by ``label_shift`` nt. May lie off the contig."""
    return tss + label_shift if strand == "plus" else tss - label_shift
