"""Simulated tasks 1 and 3: every rule of the paper checked on what was planted, and on the sequences themselves."""

import numpy as np
import pytest
from project import ROOT

from attentome.genome.contigs import decode
from attentome.genome.labelled_sequences import LabelledSequences
from attentome.motifs.readers import Motif, read_motifs
from attentome.simulate.decoys import choose_decoys
from attentome.simulate.motif_tasks import (
    embedded_matrices,
    simulate_task1,
    simulate_task3,
)

MOTIFS = read_motifs(ROOT / "assets/filters/test_motifs.meme")
POSITIVES, OTHERS = MOTIFS[:12], MOTIFS[12:]
BY_ID = {motif.id: motif.frequencies for motif in MOTIFS}
TASK1 = simulate_task1(POSITIVES, sequences=6000, seed=5)
TASK3 = simulate_task3(MOTIFS[:5], OTHERS, sequences=4001, seed=5)


def turned(matrix):
    """Reverse complement, base by base."""
    return np.array([[row["TGCA".index(base)] for base in "ACGT"] for row in matrix[::-1]])


def read(task, row):
    """Frequencies of each letter (A, C, G, T) where a motif of the table lies, as a matrix of 0 and 1."""
    text = decode(task.sequences[row.sequence][row.start : row.end])
    return np.array([[float(letter == base) for base in "ACGT"] for letter in text])


@pytest.mark.parametrize("task, fewest", [(TASK1, 1), (TASK3, 3)])
def test_counts_widths_and_gaps_are_those_of_the_rule(task, fewest):
    table, n = task.planted, len(task.sequences)
    counts = table.groupby("sequence").size()
    assert len(counts) == n
    shares = counts.value_counts(normalize=True)
    for more, share in enumerate((0.5, 0.25, 0.17, 0.05, 0.03)):
        assert shares[fewest + more] == pytest.approx(share, abs=4 * np.sqrt(share / n))
    assert ((table["end"] - table["start"]).to_numpy() == [len(BY_ID[motif]) for motif in table["motif"]]).all()
    assert table["start"].min() >= 0 and table["end"].max() <= 200
    same = (table["sequence"].diff() == 0).to_numpy()
    assert (table["start"].to_numpy()[1:] - table["end"].to_numpy()[:-1])[same[1:]].min() >= 0
    assert (table["strand"] == "+").mean() == pytest.approx(0.5, abs=4 * np.sqrt(0.25 / len(table)))
    # Gaps are exchangeable: the first is as long as the last.
    ends = table.groupby("sequence").agg(first=("start", "min"), last=("end", "max"))
    last_gap = 200 - ends["last"]
    assert ends["first"].mean() == pytest.approx(last_gap.mean(), rel=0.1)


def test_labels_of_task_1_say_which_motifs_are_there():
    assert TASK1.classes == [motif.id for motif in POSITIVES] and TASK1.labels.shape == (6000, 12)
    held = TASK1.planted.groupby("sequence")["motif"].agg(set)
    for row in range(6000):
        assert {name for name, label in zip(TASK1.classes, TASK1.labels[row], strict=True) if label} == held[row]
    share = TASK1.planted["motif"].value_counts(normalize=True)
    assert share.min() > 0.07 and share.max() < 0.1


def test_a_class_of_task_3_is_a_set_of_motifs():
    held = TASK3.planted.groupby("sequence")["motif"].agg(set)
    own = {motif.id for motif in MOTIFS[:5]}
    assert TASK3.labels[:, 0].tolist() == [1] * 2000 + [0] * 2001
    assert all(held[row] <= own for row in range(2000))
    negative = TASK3.planted[TASK3.planted["sequence"] >= 2000]["motif"].value_counts(normalize=True)
    assert len(negative) == 19 and negative.min() > 0.03 and negative.max() < 0.08


@pytest.mark.parametrize("strand", ["+", "-"])
def test_sequences_are_drawn_from_the_motif(strand):
    for motif in POSITIVES[:4]:
        rows = TASK1.planted.query("motif == @motif.id and strand == @strand")
        found = np.mean([read(TASK1, row) for row in rows.itertuples()], axis=0)
        wanted = motif.frequencies if strand == "+" else turned(motif.frequencies)
        assert np.abs(found - wanted).max() < 4.5 * np.sqrt(0.25 / len(rows))


def test_gaps_are_uniform():
    gap = np.ones(TASK1.sequences.shape, bool)
    for row in TASK1.planted.itertuples():
        gap[row.sequence, row.start : row.end] = False
    assert (TASK1.information[gap] == 0).all()
    shares = np.bincount(TASK1.sequences[gap], minlength=4) / gap.sum()
    assert shares == pytest.approx([0.25] * 4, abs=0.003)


@pytest.mark.parametrize("task", [TASK1, TASK3])
def test_information_is_that_of_the_embedded_matrix(task):
    rows = [0, 7, len(task.sequences) - 1]
    matrices = embedded_matrices(task, MOTIFS, rows)
    for row, matrix in zip(rows, matrices, strict=True):
        wanted = np.full((200, 4), 0.25)
        for planted in task.planted[task.planted["sequence"] == row].itertuples():
            own = BY_ID[planted.motif]
            wanted[planted.start : planted.end] = own if planted.strand == "+" else turned(own)
        assert (matrix == wanted).all()
        bits = [2 + sum(share * np.log2(share) for share in column if share > 0) for column in wanted]
        assert task.information[row] == pytest.approx(bits, abs=1e-6)


def test_parts_are_shares_drawn_at_random():
    assert [len(TASK1.rows(part)) for part in ("train", "validation", "test")] == [4200, 600, 1200]
    assert TASK3.labels[TASK3.rows("test"), 0].mean() == pytest.approx(0.5, abs=0.08)
    other = simulate_task1(POSITIVES, sequences=10, split=(0.5, 0.2, 0.3))
    assert [len(other.rows(part)) for part in ("train", "validation", "test")] == [5, 2, 3]


def test_a_seed_gives_the_same_bytes():
    again = simulate_task1(POSITIVES, sequences=6000, seed=5)
    for name in ("sequences", "labels", "information", "part"):
        assert getattr(again, name).tobytes() == getattr(TASK1, name).tobytes()
    assert again.planted.equals(TASK1.planted)
    assert (simulate_task1(POSITIVES, sequences=6000, seed=6).sequences != TASK1.sequences).any()


def test_short_sequences_hold_what_fits():
    task = simulate_task1(POSITIVES, sequences=500, length=40)
    assert task.sequences.shape == (500, 40) and task.planted["end"].max() <= 40
    for length in (8, 20):
        with pytest.raises(ValueError, match=f"3 or more motifs do not fit into {length} nt"):
            simulate_task3(MOTIFS[:5], OTHERS, sequences=100, length=length)


def test_what_is_written_is_read_back(tmp_path):
    TASK3.save(tmp_path)
    again = LabelledSequences.load(tmp_path)
    assert again.classes == ["positive"] and again.planted.equals(TASK3.planted)
    assert (again.sequences == TASK3.sequences).all() and again.information.dtype == np.float32


def test_faults_of_the_input_are_said_in_one_line():
    with pytest.raises(ValueError, match="no motifs to plant"):
        simulate_task1([])
    with pytest.raises(ValueError, match="motif m01 is there twice"):
        simulate_task1([MOTIFS[0], MOTIFS[1], MOTIFS[0]])
    with pytest.raises(ValueError, match="sum to 1"):
        simulate_task1(POSITIVES, sequences=10, split=(0.5, 0.2, 0.2))
    with pytest.raises(ValueError, match="no decoys"):
        simulate_task3(POSITIVES, [])


def test_decoys_that_resemble_a_positive_motif_are_removed():
    like = [
        Motif("shifted", "shifted", None, np.concatenate([np.full((2, 4), 0.25), MOTIFS[1].frequencies[:-1]])),
        Motif("turned", "Turned", None, turned(MOTIFS[4].frequencies)),
    ]
    decoys = choose_decoys([*MOTIFS, *like], MOTIFS[:5], seed=3)
    assert sorted(decoys.removed["motif"]) == ["shifted", "turned"]
    assert dict(zip(decoys.removed["motif"], decoys.removed["like"], strict=True)) == {
        "shifted": "m02",
        "turned": "m05",
    }
    assert (decoys.removed["E"] == 28 * decoys.removed["p"]).all() and "E = p x 28 of 0.1 or less" in decoys.rule
    assert sorted(motif.id for motif in decoys.kept) == sorted(motif.id for motif in MOTIFS[5:])
    assert [motif.id for motif in decoys.kept] != [motif.id for motif in MOTIFS[5:]]
    # Fewer decoys are the first of the same draw; those after them are not judged.
    few = choose_decoys([*MOTIFS, *like], MOTIFS[:5], number=4, seed=3)
    assert [motif.id for motif in few.kept] == [motif.id for motif in decoys.kept][:4]
    with pytest.raises(ValueError, match="30 decoys are wanted, but only 21 of 23 motifs are left"):
        choose_decoys([*MOTIFS, *like], MOTIFS[:5], number=30)
