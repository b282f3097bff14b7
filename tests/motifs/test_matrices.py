"""Orders of the bases, the other strand, information, and MEME files that are read back."""

import numpy as np
import pytest

from attentome.genome.contigs import decode, encode
from attentome.genome.contigs import reverse_complement as other_strand
from attentome.motifs.logo import letters
from attentome.motifs.matrices import CODES, by_code, column_bits, reverse_complement
from attentome.motifs.readers import Motif, read_motifs
from attentome.motifs.writers import motif_text, write_motifs


def one_hot(text):
    """Columns x A, C, G, T of a sequence, letter by letter."""
    return np.array([[float(letter == base) for base in "ACGT"] for letter in text])


def test_orders_of_bases_are_each_others_inverse():
    text = "ACGTTGCAAAC"
    codes = encode(text)
    coded = np.array([[float(code == base) for base in range(4)] for code in codes])
    assert (by_code(one_hot(text)) == coded).all() and (letters(coded) == one_hot(text)).all()
    assert decode(CODES) == "ACGT"


def test_the_other_strand_of_a_matrix_is_that_of_its_sequence():
    text = "AACGTTTGC"
    assert (reverse_complement(one_hot(text)) == one_hot(decode(other_strand(encode(text))))).all()


def test_information_of_columns():
    columns = np.array([[1, 0, 0, 0], [0.5, 0, 0.5, 0], [0.25] * 4, [0.7, 0.1, 0.1, 0.1]])
    entropy = -(0.7 * np.log2(0.7) + 0.3 * np.log2(0.1))
    assert column_bits(columns) == pytest.approx([2, 1, 0, 2 - entropy], abs=1e-12)
    assert column_bits(np.stack([columns, columns])).shape == (2, 4)


def test_a_written_file_is_read_back(tmp_path):
    rng = np.random.default_rng(1)
    motifs = [
        Motif("m1", "one", 12, rng.dirichlet(np.ones(4), 7)),
        Motif("m2", "m2", None, rng.dirichlet(np.ones(4), 20)),
        Motif("m3", "m3", 0, np.full((3, 4), 0.25)),
    ]
    write_motifs(tmp_path / "a.meme", motifs)
    again = read_motifs(tmp_path / "a.meme")
    assert [(motif.id, motif.name, motif.sites) for motif in again] == [
        ("m1", "one", 12),
        ("m2", "m2", None),
        ("m3", "m3", 0),
    ]
    for motif, other in zip(motifs, again, strict=True):
        assert other.frequencies == pytest.approx(motif.frequencies, abs=2e-6)


@pytest.mark.parametrize("label", ["", "two words", " m", "a\nMOTIF b"])
def test_a_name_that_would_be_read_as_another_is_refused(label):
    with pytest.raises(ValueError, match="one word"):
        motif_text([Motif(label, "m", None, np.full((3, 4), 0.25))])
