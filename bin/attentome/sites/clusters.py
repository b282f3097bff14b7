"""Cluster the sites of several TSS sets: by single linkage, or greedily around the sites of the first sets.

All functions take the positions of one strand of one contig, 0-based, and return each cluster as a run of coordinates.
Coordinates continue across the origin of a circular contig (below 0 or beyond its length).
"""

import numpy as np


def cluster_positions(positions, max_distance, circular_length=None):
    """Single-linkage clusters of positions on one strand.

    Parameters
    ----------
    positions : ndarray of int, shape (n,)
        In ascending order, 0-based; may repeat.
    max_distance : int
        Largest gap in nt between neighbours of a cluster.
    circular_length : int, optional
        Length of the contig in nt if it is circular.

    Returns
    -------
    cluster : ndarray of int, shape (n,)
        Number of each position's cluster, from 0.
    along : ndarray of int, shape (n,)
        The positions; those of a cluster that spans the origin and lie before it have ``circular_length``
        taken off, so that each cluster is a run of ascending coordinates (negative before the origin).
    """
    positions = np.asarray(positions, np.int64)
    along = positions.copy()
    if len(positions) == 0:
        return np.zeros(0, np.int64), along
    cluster = np.concatenate([[0], np.cumsum(np.diff(positions) > max_distance)])
    last = cluster[-1]
    if circular_length and last > 0 and positions[0] + circular_length - positions[-1] <= max_distance:
        along[cluster == last] -= circular_length
        cluster[cluster == last] = 0
    return cluster, along


def greedy_clusters(positions, ranks, max_distance, circular_length=None):
    """Clusters around anchors, set by set.

    The first set's positions are anchors. Of each further set, a position within ``max_distance`` of an anchor joins
    the nearest one (if tied, that of the earlier set, then that with the lower coordinate); the others become
    anchors once the whole set is placed.

    Parameters
    ----------
    positions : ndarray of int, shape (n,)
        0-based; a set has each at most once.
    ranks : ndarray of int, shape (n,)
        The place of each position's set in the order, 0 first.
    max_distance : int
        nt.
    circular_length : int, optional
        Length of the contig in nt if it is circular.

    Returns
    -------
    cluster : ndarray of int, shape (n,)
        Number of each position's cluster, from 0, by ascending anchors.
    along : ndarray of int, shape (n,)
        The positions, continued from the anchor across the origin.
    anchor : ndarray of int, shape (n,)
        Position of each one's anchor.
    """
    positions, ranks = np.asarray(positions, np.int64), np.asarray(ranks)
    anchor = np.zeros(len(positions), np.int64)
    distance = np.zeros(len(positions), np.int64)
    anchors = anchor_ranks = np.zeros(0, np.int64)
    for rank in np.unique(ranks):
        rows = np.flatnonzero(ranks == rank)
        nearest, away = _nearest(positions[rows], anchors, anchor_ranks, circular_length)
        joins = np.abs(away) <= max_distance
        anchor[rows] = np.where(joins, nearest, positions[rows])
        distance[rows] = np.where(joins, away, 0)
        new = positions[rows][~joins]
        anchors = np.concatenate([anchors, new])
        anchor_ranks = np.concatenate([anchor_ranks, np.full(len(new), rank)])
        order = np.argsort(anchors)
        anchors, anchor_ranks = anchors[order], anchor_ranks[order]
    return np.searchsorted(anchors, anchor), anchor + distance, anchor


def _nearest(positions, anchors, ranks, circular_length):
    """The nearest anchor of each position and the signed distance from it, nt; a huge distance without anchors."""
    if not len(anchors):
        return positions, np.full(len(positions), np.iinfo(np.int64).max)
    where, owner = anchors, np.arange(len(anchors))
    if circular_length:
        where = np.concatenate([anchors[-1:] - circular_length, anchors, anchors[:1] + circular_length])
        owner = np.concatenate([owner[-1:], owner, owner[:1]])
    right = np.searchsorted(where, positions)
    left = np.clip(right - 1, 0, len(where) - 1)
    right = np.clip(right, 0, len(where) - 1)
    to_left, to_right = np.abs(positions - where[left]), np.abs(where[right] - positions)
    earlier = ranks[owner[right]] < ranks[owner[left]]
    best = np.where((to_right < to_left) | (to_right == to_left) & earlier, right, left)
    return anchors[owner[best]], positions - where[best]


def representative(positions, weights=None):
    """The position at which the sets with the highest sum of weights have a site; ties: the middle one, of two middle
    ones the lower.

    Parameters
    ----------
    positions : ndarray of int, shape (n,)
        One entry per set and position.
    weights : ndarray of float, shape (n,), optional
        Weight of each entry's set; default 1.
    """
    values, index = np.unique(positions, return_inverse=True)
    votes = np.bincount(index, weights).round(9)
    best = values[votes == votes.max()]
    return int(best[(len(best) - 1) // 2])
