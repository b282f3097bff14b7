"""The simulated genome, read back from its files without the code that planted it."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from attentome.simulate.minimal import noisy_set, place_genes, simulate_genome

COMPLEMENT = str.maketrans("ACGT", "TGCA")
FILES = ["genes.gff", "genome.fna", "set_a.bed", "set_b.gff3", "set_c.tsv", "truth.tsv", "tss_sets.csv"]


def base(sequence, tss, strand, number):
    """The base ``number`` relative to the TSS (+1; no base 0), as read on the strand."""
    offset = number if number < 0 else number - 1
    letter = sequence[tss + offset] if strand == "+" else sequence[tss - offset].translate(COMPLEMENT)
    return letter


def bases(sequence, tss, strand, first, last):
    return "".join(base(sequence, tss, strand, number) for number in range(first, last + 1))


@pytest.fixture(scope="module")
def genome():
    return simulate_genome(seed=3)


def test_hexamers_stand_at_their_bases_on_both_strands(genome):
    sequence, truth = genome
    promoters = truth[truth["kind"] == "promoter"]
    assert set(promoters["strand"]) == {"+", "-"}
    for row in promoters.itertuples():
        shift = row.spacer - 17
        assert bases(sequence, row.tss, row.strand, -12, -7) == row.minus10
        assert bases(sequence, row.tss, row.strand, -35 - shift, -30 - shift) == row.minus35


def test_intervals_of_the_truth_hold_the_hexamers(genome):
    sequence, truth = genome
    for row in truth.itertuples():
        for name in ("minus10", "minus35"):
            start, end, letters = getattr(row, f"{name}_start"), getattr(row, f"{name}_end"), getattr(row, name)
            if start is pd.NA:
                assert row.kind == {"minus10": "decoy_minus35", "minus35": "decoy_minus10"}[name]
                continue
            found = sequence[start:end]
            assert (found if row.strand == "+" else found[::-1].translate(COMPLEMENT)) == letters
    with_spacer = truth[truth["kind"] == "promoter"]
    plus, minus = (with_spacer[with_spacer["strand"] == strand] for strand in "+-")
    assert (plus["minus10_start"] - plus["minus35_end"] == plus["spacer"]).all()
    assert (minus["minus35_start"] - minus["minus10_end"] == minus["spacer"]).all()


def test_counts_and_shares_are_as_asked(genome):
    sequence, truth = genome
    assert len(sequence) == 200_000
    assert truth["kind"].value_counts().to_dict() == {"promoter": 400, "decoy_minus10": 100, "decoy_minus35": 100}
    shares = truth["spacer"].value_counts(normalize=True)
    assert set(shares.index) == {16, 17, 18} and 0.6 < shares[17] < 0.8
    # A letter is the consensus with c + (1 - c) / 4.
    for name, consensus, conservation in (("minus10", "TATAAT", 0.90), ("minus35", "TTGACA", 0.85)):
        letters = np.array([list(text) for text in truth[name].dropna()])
        expected, n = conservation + (1 - conservation) / 4, letters.size
        assert abs((letters == list(consensus)).mean() - expected) < 4 * np.sqrt(expected * (1 - expected) / n)
    for letter in "ACGT":
        assert abs(sequence.count(letter) / len(sequence) - 0.25) < 0.01


def test_full_and_no_conservation():
    _, truth = simulate_genome(20_000, 40, 5, 1, 1, seed=1)
    assert set(truth["minus10"].dropna()) == {"TATAAT"} and set(truth["minus35"].dropna()) == {"TTGACA"}
    _, truth = simulate_genome(100_000, 400, 0, 0, 0, seed=1)
    assert abs(np.mean([list(text) for text in truth["minus10"]] == np.array(list("TATAAT"))) - 0.25) < 0.05


def test_elements_do_not_overlap(genome):
    _, truth = genome
    ends = [
        (tss - 45, tss + 20) if strand == "+" else (tss - 19, tss + 46)
        for tss, strand in zip(truth["tss"], truth["strand"])
    ]
    assert all(before[1] <= after[0] for before, after in zip(ends, ends[1:]))
    assert ends[0][0] >= 0 and ends[-1][1] <= 200_000


def test_too_many_elements_are_refused():
    with pytest.raises(ValueError, match="do not fit"):
        simulate_genome(2_000, 40, 0)
    with pytest.raises(ValueError, match="more than 1"):
        simulate_genome(20_000, 4, 0, spacer_16=0.6, spacer_18=0.6)


def test_noise_of_a_set(genome):
    _, truth = genome
    true = {(row.tss, row.strand) for row in truth.itertuples() if row.kind == "promoter"}
    clean = noisy_set(truth, 200_000, 0, 0, 0, 1)
    assert set(zip(clean["tss"], clean["strand"])) == true
    noisy = noisy_set(truth, 200_000, 0.2, 0, 0.3, 1)
    exact = [site in true for site in zip(noisy["tss"], noisy["strand"])]
    near = [
        any((tss + step, strand) in true for step in (-1, 0, 1)) for tss, strand in zip(noisy["tss"], noisy["strand"])
    ]
    assert 290 <= len(noisy) <= 350 and all(near) and 0.6 < np.mean(exact) < 0.8
    assert len(noisy_set(truth, 200_000, 1, 0.5, 0, 1)) == 200


def test_genes_lie_downstream_of_promoters_and_apart(genome):
    _, truth = genome
    genes = place_genes(truth, 200_000, 1)
    starts = {(row.tss, row.strand) for row in truth.itertuples() if row.kind == "promoter"}
    assert len(genes) > 50
    for gene in genes.itertuples():
        first = gene.start if gene.strand == "+" else gene.end - 1
        sign = -1 if gene.strand == "+" else 1
        assert any((first + sign * leader, gene.strand) in starts for leader in range(20, 61))
        assert (gene.end - gene.start) % 3 == 0
    assert (genes["start"].to_numpy()[1:] >= genes["end"].to_numpy()[:-1]).all()


def simulate(root, folder, *options):
    return subprocess.run(
        [
            sys.executable,
            root / "bin/simulate_genome.py",
            "--out",
            folder,
            "--length",
            "30000",
            "--promoters",
            "50",
            "--decoys",
            "10",
            "--record",
            folder.with_suffix(".json"),
            *options,
        ],
        capture_output=True,
        text=True,
    )


def test_same_seed_same_bytes_and_another_seed_others(root, tmp_path):
    for name, seed in (("a", "5"), ("b", "5"), ("c", "6")):
        run = simulate(root, tmp_path / name, "--seed", seed)
        assert run.returncode == 0, run.stderr
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == sorted(FILES)
    for name in FILES:
        first, second, other = ((tmp_path / folder / name).read_bytes() for folder in "abc")
        assert first == second
        assert first != other or name == "tss_sets.csv"


def test_faulty_settings_end_in_one_line(root, tmp_path):
    run = simulate(root, tmp_path / "a", "--promoters", "5000")
    assert run.returncode == 2 and run.stderr.count("\n") == 1 and "do not fit" in run.stderr
