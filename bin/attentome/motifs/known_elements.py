"""Match a head's matrix with the known elements of promoters, at the places where these lie.

A consensus is aligned with the columns of the matrix. Each letter scores log2 of the frequency of the bases it stands
for over their frequency in the genome; N scores nothing. p is the share of random k-mers, with letters of the same
kinds at the same places of the consensus, whose best place scores as high. There are two: ``p`` is for k-mers of the
genome's bases, ``p_composition`` for k-mers of the bases that the matrix itself has at the place. A matrix that is
merely rich in A and T may have a low p for TATAAT, but not a low p_composition.
"""

import csv
import re
from dataclasses import dataclass
from itertools import combinations
from math import prod

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from attentome.genome.ruler import distance_of_base
from attentome.io.files import open_text
from attentome.io.schemas.names import ELEMENT_MATCHES
from attentome.motifs.logo import LETTERS

IUPAC = {
    "A": "A",
    "C": "C",
    "G": "G",
    "T": "T",
    "R": "AG",
    "Y": "CT",
    "S": "CG",
    "W": "AT",
    "K": "GT",
    "M": "AC",
    "B": "CGT",
    "D": "AGT",
    "H": "ACT",
    "V": "ACG",
    "N": "ACGT",
}
MIN_BITS_PER_COLUMN = 0.02
"""Of a part of a consensus, per column; 5,000 windows of equal weight without signal hold 0.0004."""
SEARCH = 30
"""Largest distance from its place (nt, either side) at which an element is searched for."""
MIN_LETTERS = 5
"""A consensus with fewer letters other than N is too short: its p is reported, but it has no q and is never named."""
EXACT_KMERS = 1 << 18
"""Up to this many random k-mers are all counted; if there are more, a sample is drawn."""
SAMPLED_KMERS = 100_000
MAX_Q = 0.05
ELEMENT_COLUMNS = list(ELEMENT_MATCHES.columns)


@dataclass(frozen=True)
class KnownElement:
    """A consensus sequence and where it lies.

    Attributes
    ----------
    name : str
    consensus : str
        IUPAC letters, 5' to 3'.
    first, last : int or None
        Bases relative to the TSS of its first and last letter; None: anywhere downstream of the TSS.
    tolerance : int or None
        nt by which it may be off on either side.
    motifs : tuple of str
        Ids or names of motifs in databases that represent it.
    source : str
    """

    name: str
    consensus: str
    first: int | None
    last: int | None
    tolerance: int | None
    motifs: tuple = ()
    source: str = ""

    @property
    def letters(self):
        """Places in the consensus and IUPAC letters, N left out."""
        return [(place, letter) for place, letter in enumerate(self.consensus) if letter != "N"]

    @property
    def parts(self):
        """Runs of letters between Ns, a single letter with the run before it: lists of indices into :attr:`letters`."""
        parts, index = [], 0
        for run in re.findall("[^N]+", self.consensus):
            if not parts or len(run) > 1:
                parts.append([])
            parts[-1] += range(index, index + len(run))
            index += len(run)
        return parts

    def distances(self, label_shift):
        """Smallest and largest distance (nt, both included) of its place, or (None, None) where it has none."""
        if self.first is None:
            return None, None
        return distance_of_base(self.last, label_shift), distance_of_base(self.first, label_shift)


def read_known_elements(path):
    """Read a table of known elements.

    Parameters
    ----------
    path : str or Path
        TSV with the columns ``name``, ``consensus`` (IUPAC), ``from``, ``to`` (bases relative to the TSS, both
        included, no base 0), ``tolerance_nt`` and, optionally, ``motifs`` (ids or names in databases, separated by
        commas) and ``source``. from, to and tolerance_nt are all empty for a sequence without a fixed place.

    Returns
    -------
    list of KnownElement

    Raises
    ------
    ValueError
        One line: file, row, what is wrong, what to do.
    """
    elements = []
    with open_text(path) as handle:
        reader = csv.DictReader(handle, delimiter="\t")
        needed = ("name", "consensus", "from", "to", "tolerance_nt")
        missing = [column for column in needed if column not in (reader.fieldnames or [])]
        if missing:
            raise ValueError(
                f"{path}: header: column(s) {', '.join(missing)} missing; "
                f"write a tab-separated header '{' '.join(needed)} motifs source'"
            )
        for number, row in enumerate(reader, 2):
            elements.append(_known_element(row, f"{path}: row {number}"))
    return elements


def _known_element(row, where):
    name, consensus = row["name"], (row["consensus"] or "").upper()
    if not set(consensus) - {"N"} or set(consensus) - set(IUPAC):
        raise ValueError(f"{where}: consensus '{consensus}' is not a word of IUPAC letters; use {''.join(IUPAC)}")
    motifs = tuple(word.strip() for word in (row.get("motifs") or "").split(",") if word.strip())
    place = [row[column] or "" for column in ("from", "to", "tolerance_nt")]
    if not any(place):
        return KnownElement(name, consensus, None, None, None, motifs, row.get("source") or "")
    try:
        first, last, tolerance = map(int, place)
    except ValueError:
        raise ValueError(
            f"{where}: from, to and tolerance_nt are '{', '.join(place)}'; "
            "give three whole numbers, or none where the element has no fixed place"
        ) from None
    if first == 0 or last == 0 or tolerance < 0:
        raise ValueError(f"{where}: base 0 or a negative tolerance; the base before the TSS is -1, the TSS is 1")
    span = distance_of_base(first, 0) - distance_of_base(last, 0) + 1
    if span != len(consensus):
        raise ValueError(
            f"{where}: {first} to {last} is {span} nt long, {consensus} is {len(consensus)}; "
            "give the bases of its first and last letter"
        )
    return KnownElement(name, consensus, first, last, tolerance, motifs, row.get("source") or "")


def match_elements(matrices, elements, background, label_shift, seed):
    """Match every head with every element.

    A place counts where all letters lie on columns of the matrix and every part of the consensus (letters between Ns)
    has :data:`MIN_BITS_PER_COLUMN` per column or more on average. ``score``, ``p`` and
    ``p_composition`` are of the best place within the tolerance, or anywhere downstream of the TSS; NaN where no such
    place counts. Random k-mers have the same places to choose from.

    Parameters
    ----------
    matrices : list of HeadMatrix
        p is valid only if these windows did not also choose the head's peak.
    elements : list of KnownElement
    background : ndarray, shape (4,)
        Frequencies of A, C, G, T in the genome.
    label_shift : int
        nt from the TSS to d = 0.
    seed : int
        Of the sample of k-mers where there are more than :data:`EXACT_KMERS`; the same for every head.

    Returns
    -------
    DataFrame
        :data:`ELEMENT_COLUMNS`, a row per matrix and element; ``component`` is the matrix's. ``q`` by Benjamini and
        Hochberg over the rows that have a p and an element of :data:`MIN_LETTERS` letters or more; NaN in others.
        ``shift_nt``: how far upstream (positive) or downstream of the element's place the best place within
        :data:`SEARCH` nt lies, of equals the nearest; ``place_from_d`` and ``place_to_d`` that place (nt, both
        included). ``named`` is 1 where q and p_composition are :data:`MAX_Q` or less, the best place lies within the
        tolerance, and every part of the consensus scores above 0 there.
    """
    rows = [_match(matrix, element, background, label_shift, seed) for matrix in matrices for element in elements]
    table = pd.DataFrame(rows, columns=[*ELEMENT_COLUMNS, "long_enough", "here"])
    tested = table["long_enough"].astype(bool) & table["p"].notna()
    if tested.any():
        table.loc[tested, "q"] = false_discovery_control(table.loc[tested, "p"].to_numpy(float))
    low = (table["q"] <= MAX_Q) & (table["p_composition"] <= MAX_Q)
    table["named"] = (low & table["here"].astype(bool)).astype(int)
    whole = ["shift_nt", "place_from_d", "place_to_d", "expected_from_d", "expected_to_d"]
    return table[ELEMENT_COLUMNS].astype({name: "Int64" for name in whole})


def _match(matrix, element, background, label_shift, seed):
    where = matrix.layer, matrix.head, matrix.component, element.name
    from_d, to_d = element.distances(label_shift)
    width, columns = len(element.consensus), len(matrix.counts)
    if to_d is None:
        starts, within = np.arange(label_shift, width - 2, -1), np.inf
        away = np.zeros(len(starts), int)
    else:
        within, reach = element.tolerance, max(SEARCH, element.tolerance)
        away = np.array(sorted(range(-reach, reach + 1), key=abs))
        starts = to_d + away
    places = np.array([place for place, _ in element.letters])
    at = matrix.to_d - (starts[:, None] - places)
    inside = (at >= 0).all(axis=1) & (at < columns).all(axis=1)
    at, away, starts = at[inside], away[inside], starts[inside]
    informative = np.array(
        [min(matrix.bits[place[part]].mean() for part in element.parts) >= MIN_BITS_PER_COLUMN for place in at], bool
    )
    at, away, starts = at[informative], away[informative], starts[informative]
    long_enough = len(places) >= MIN_LETTERS
    if len(at) == 0:
        return (*where, np.nan, np.nan, np.nan, np.nan, None, None, None, from_d, to_d, 0, long_enough, False)
    values, shares = letter_scores(matrix, element, background, background)
    wanted = [_classes(letter).index(IUPAC[letter]) for _, letter in element.letters]
    own = np.stack([values[letter][at[:, letter], wanted[letter]] for letter in range(len(places))], axis=1)
    scores = own.sum(axis=1)
    near = np.abs(away) <= within
    score = p = p_composition = np.nan
    if near.any():
        score = scores[near].max()
        own_bases = matrix.frequencies(background)[at[near][scores[near].argmax()]].mean(axis=0)
        choices = [values[letter][at[near, letter]] for letter in range(len(places))]
        p = share_of_kmers(choices, shares, score, seed)
        p_composition = share_of_kmers(choices, letter_scores(matrix, element, background, own_bases)[1], score, seed)
    best = int(np.argmax(np.round(scores, 9)))
    here = bool(near[best]) and all(own[best, part].sum() > 0 for part in element.parts)
    shift, place_to = None if to_d is None else int(away[best]), int(starts[best])
    return (
        *where,
        score,
        p,
        p_composition,
        np.nan,
        shift,
        place_to - width + 1,
        place_to,
        from_d,
        to_d,
        0,
        long_enough,
        here,
    )


def _classes(letter):
    """All sets of as many bases as an IUPAC letter represents."""
    return ["".join(bases) for bases in combinations(LETTERS, len(IUPAC[letter]))]


def letter_scores(matrix, element, background, kmer_bases):
    """Score of each letter of a consensus, and of each letter that may replace it, on each column.

    Parameters
    ----------
    matrix : HeadMatrix
    element : KnownElement
    background, kmer_bases : ndarray, shape (4,)
        Frequencies of A, C, G, T in the genome and in random k-mers.

    Returns
    -------
    values : list of ndarray, each shape (columns, kinds)
        Per letter of :attr:`KnownElement.letters`: log2 of the frequency over the background's of each set of as many
        bases as the letter stands for.
    shares : list of ndarray, each shape (kinds,)
        Frequency of each set in random k-mers, in proportion to its bases in ``kmer_bases``.
    """
    frequencies, background = matrix.frequencies(background), np.asarray(background, float)
    values, shares = [], []
    for _, letter in element.letters:
        member = np.array([[base in kind for base in LETTERS] for kind in _classes(letter)], float)
        values.append(np.log2(frequencies @ member.T / (member @ background)))
        weight = member @ kmer_bases
        shares.append(weight / weight.sum())
    return values, shares


def share_of_kmers(values, shares, score, seed):
    """Share of random k-mers whose best place scores ``score`` or more.

    Parameters
    ----------
    values : list of ndarray, each shape (places, kinds)
        Per letter of the k-mer, score of each kind at each place.
    shares : list of ndarray, each shape (kinds,)
    score : float
    seed : int

    Returns
    -------
    float
        Counted over all k-mers if they are :data:`EXACT_KMERS` or fewer, otherwise (1 + k-mers as high) / (1 + k-mers)
        of :data:`SAMPLED_KMERS` draws.
    """
    least = score - 1e-9
    if prod(len(share) for share in shares) > EXACT_KMERS:
        rng = np.random.default_rng(seed)
        total = np.zeros((len(values[0]), SAMPLED_KMERS))
        for value, share in zip(values, shares, strict=True):
            total += value[:, rng.choice(len(share), SAMPLED_KMERS, p=share)]
        return float((1 + (total.max(axis=0) >= least).sum()) / (1 + SAMPLED_KMERS))
    total, weight = np.zeros((len(values[0]), 1)), np.ones(1)
    for value, share in zip(values, shares, strict=True):
        total = (total[:, :, None] + value[:, None, :]).reshape(len(total), -1)
        weight = np.outer(weight, share).ravel()
    return min(1.0, float(weight[total.max(axis=0) >= least].sum()))


def expected_place(names, elements, label_shift, near_d):
    """Expected place of the element that a motif represents.

    Parameters
    ----------
    names : sequence of str
        Id and name of the motif; case does not count.
    elements : list of KnownElement
    label_shift : int
    near_d : float
        If there are several places, the one whose middle is nearest to this distance is taken.

    Returns
    -------
    (int, int) or (None, None)
        Smallest and largest distance, both included.
    """
    names = {name.lower() for name in names}
    places = [
        element.distances(label_shift)
        for element in elements
        if element.first is not None and names & {motif.lower() for motif in element.motifs}
    ]
    return min(places, key=lambda place: abs(sum(place) / 2 - near_d), default=(None, None))
