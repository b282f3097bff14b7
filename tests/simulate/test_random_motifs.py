"""The motifs of the test profile: the file is what the function makes, and no motif looks like another."""

import numpy as np
import pytest
from project import ROOT

from attentome.motifs.readers import read_motifs
from attentome.motifs.tomtom import tomtom_alignments
from attentome.motifs.writers import motif_text
from attentome.simulate.random_motifs import likeness, random_motifs

FILE = ROOT / "assets/filters/test_motifs.meme"
MOTIFS = read_motifs(FILE)


def information(matrix):
    """Bits of a matrix, column by column and base by base."""
    return sum(2 + sum(share * np.log2(share) for share in column if share > 0) for column in matrix)


def turned(matrix):
    """Reverse complement, base by base."""
    return np.array([[row["TGCA".index(base)] for base in "ACGT"] for row in matrix[::-1]])


def test_the_file_is_what_the_function_makes():
    assert motif_text(random_motifs()) == FILE.read_text()
    assert motif_text(random_motifs(seed=1, positives=2, decoys=1)) != motif_text(random_motifs(positives=2, decoys=1))


def test_motifs_look_like_those_of_transcription_factors():
    assert [motif.id for motif in MOTIFS[:12]] == [f"m{number:02d}" for number in range(1, 13)]
    assert [motif.id for motif in MOTIFS[12:]] == [f"d{number:02d}" for number in range(1, 15)]
    for motif in MOTIFS:
        assert 8 <= len(motif.frequencies) <= 15 and motif.sites == 200
        assert 11 <= information(motif.frequencies) <= 18


def test_no_motif_resembles_another_or_its_own_other_strand():
    matrices = [motif.frequencies for motif in MOTIFS]
    p = tomtom_alignments(matrices, matrices)[0] * len(matrices)
    assert (np.diag(p) < 1e-9).all()
    assert p[~np.eye(len(matrices), dtype=bool)].min() > 0.1
    for at, matrix in enumerate(matrices):
        own, other = likeness(matrix, matrix), likeness(matrix, turned(matrix))
        assert own == pytest.approx(1) and other <= 0.5, MOTIFS[at].id
