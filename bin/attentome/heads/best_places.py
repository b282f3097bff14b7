"""Gather the places with the highest scores in each of very many columns while the scores stream by.

A column is a head at a distance. Only scores of a block that can still be among the best of their column are kept.
They are put aside and sorted in from time to time, and the score to reach rises.
"""

from threading import Lock

import numpy as np
import torch

QUANTUM = 1 << 20
PLACE_BITS = 42
LAST_PLACE = (1 << PLACE_BITS) - 1
MIN_WAITING = 1 << 16
BEST_CELLS = 1 << 18
MANY = 4
"""If more than one column in this many has a candidate, all columns are searched, this many positions at once:"""
ROWS = 32


class BestPlaces:
    """Keep the ``n`` best places of each column, whatever the order in which the scores come.

    Scores are compared in steps of 2^-20, far above the rounding of float32 and far below any relevant difference; of
    equal scores, the lower place wins. Memory is 8 bytes per column and place kept, and about half of that again for
    scores that wait to be sorted in. Threads may share one.

    Parameters
    ----------
    columns : tuple of int
        (layers, heads, window); the last index runs as in the bands of ``Network.scan``, keys upstream first.
    n : int
        How many places to keep.
    """

    def __init__(self, columns, n):
        self.columns, self.n = columns, n
        self._keys = np.full((int(np.prod(columns)), n), -1, np.int64)
        room = max(MIN_WAITING, self._keys.size // 16)
        self._waiting_columns, self._waiting_keys = np.empty(room, np.int32), np.empty(room, np.int64)
        self._count = 0
        self._lock = Lock()
        self._raise_bounds()

    def take(self, layer, places, band, highest):
        """Take in the scores of a block.

        Parameters
        ----------
        layer : int
            0-based.
        places : list of int, length b
            Place of the first position of each row of the batch; the others follow on.
        band : Tensor, shape (b, heads, m, window)
        highest : Tensor, shape (b, heads, window)
            Its maximum over the m positions.
        """
        score, above, place, _ = self._bounds
        for row, first in enumerate(places):
            # Where all places of the block come after the last of the best, an equal score is not enough.
            least = np.where(place[layer] < first, above[layer], score[layer])
            if band.is_cuda:
                index = (band[row] >= torch.from_numpy(least).to(band.device)[:, None]).nonzero(as_tuple=True)
                self._keep(layer, first, *[part.cpu().numpy() for part in (*index, band[row][index])])
            else:
                self._look(layer, first, band[row].numpy(), highest[row].numpy(), least)

    def keys(self):
        """The best of each column as sortable numbers: int64, shape (*columns, n), in no order, -1 where none is left.

        :func:`places_and_scores` reads them; keys of several runs over different places are merged by taking the
        largest ``n``.
        """
        with self._lock:
            self._sort_in()
        return self._keys.reshape(*self.columns, self.n)

    def _look(self, layer, first, scores, highest, least):
        """Keep the scores (heads, m, window) that reach ``least``; ``highest`` shows which columns have any."""
        head, column = np.nonzero(highest >= least)
        if len(head) > least.size // MANY:
            for start in range(0, scores.shape[1], ROWS):
                part = scores[:, start : start + ROWS]
                head, position, column = np.unravel_index(np.flatnonzero(part >= least[:, None]), part.shape)
                self._keep(layer, first + start, head, position, column, part[head, position, column])
        elif len(head):
            part = scores[head, :, column]
            hit, position = np.nonzero(part >= least[head, column][:, None])
            self._keep(layer, first, head[hit], position, column[hit], part[hit, position])

    def _keep(self, layer, first, head, position, column, scores):
        """Put aside the scores that are among the best so far."""
        keys = ((scores * QUANTUM).astype(np.int64) << PLACE_BITS) | (LAST_PLACE - first - position)
        columns = (layer * self.columns[1] + head) * self.columns[2] + column
        better = keys > self._bounds[-1][columns]
        self._put_aside(columns[better], keys[better])

    def _put_aside(self, columns, keys):
        with self._lock:
            while len(keys):
                room = slice(self._count, min(self._count + len(keys), len(self._waiting_keys)))
                n = room.stop - room.start
                self._waiting_columns[room], self._waiting_keys[room] = columns[:n], keys[:n]
                columns, keys, self._count = columns[n:], keys[n:], room.stop
                if self._count == len(self._waiting_keys):
                    self._sort_in()

    def _sort_in(self):
        if not self._count:
            return
        columns = self._waiting_columns[: self._count]
        keys = self._waiting_keys[np.argsort(columns)]
        self._count = 0
        counts = np.bincount(columns)
        starts = np.cumsum(counts) - counts
        found = np.flatnonzero(counts)
        starts, counts = starts[found], counts[found]
        # Columns with about equally many new keys together, in tables of bounded size.
        by_count = np.argsort(counts, kind="stable")[::-1]
        while len(by_count):
            width = counts[by_count[0]]
            here, by_count = np.split(by_count, [max(1, BEST_CELLS // (self.n + width))])
            table = np.full((len(here), self.n + width), -1, np.int64)
            table[:, : self.n] = self._keys[found[here]]
            row = np.repeat(np.arange(len(here)), counts[here])
            rank = np.arange(len(row)) - np.repeat(np.cumsum(counts[here]) - counts[here], counts[here])
            table[row, self.n + rank] = keys[starts[here][row] + rank]
            table.partition(width, axis=1)
            self._keys[found[here]] = table[:, width:]
        self._raise_bounds()

    def _raise_bounds(self):
        """The score to reach; replaced as a whole, so that other threads see the old or the new one.

        The last of the best: its score, the next higher one, its place, each (layers, heads, window); its key, flat.
        """
        key = self._keys.min(1)
        score = (np.maximum(key >> PLACE_BITS, 0) / QUANTUM).astype(np.float32).reshape(self.columns)
        place = np.where(key < 0, LAST_PLACE, LAST_PLACE - (key & LAST_PLACE)).reshape(self.columns)
        self._bounds = score, score + np.float32(1 / QUANTUM), place, key


def places_and_scores(keys):
    """Places (int64) and scores (float) of one column's keys, shape (n,), the highest score first."""
    keys = np.sort(keys[keys >= 0])[::-1]
    return LAST_PLACE - (keys & LAST_PLACE), (keys >> PLACE_BITS) / QUANTUM


def merge_keys(parts):
    """The largest keys of several runs over different places: arrays of shape (n,) to one of shape (n,)."""
    return np.sort(np.concatenate(parts))[-len(parts[0]) :]
