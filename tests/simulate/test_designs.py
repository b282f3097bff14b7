"""Genomes of the self-test, read back without the code that planted them, and the scorer that knows their parts."""

import hashlib
import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from source_files import window

from attentome.evaluation.metrics import pr_auc
from attentome.io.files import read_tsv
from attentome.motifs.elements import read_elements
from attentome.simulate.designs import DESIGNS, draw_motif, simulate_design
from attentome.simulate.minimal import noisy_set, place_genes, simulate_genome, write_simulation
from attentome.simulate.oracle import oracle_outputs
from attentome.simulate.parts import PARTS, letter_probabilities

COMPLEMENT = str.maketrans("ACGT", "TGCA")
CONSENSUS = {
    "up": (-59, -38, "NNAAAWWTWTTTTNNNAAANNN"),
    "crp_61": (-69, -54, "TGTGANNNNNNTCACA"),
    "crp_41": (-49, -34, "TGTGANNNNNNTCACA"),
    "minus35": (-35, -30, "TTGACA"),
    "ext_minus10": (-15, -14, "TG"),
    "minus10": (-12, -7, "TATAAT"),
}
"""First and last base and letters of each part, by hand."""
CLASSES = {
    "core": {"minus35", "minus10"},
    "extended": {"ext_minus10", "minus10"},
    "up": {"up", "minus10"},
    "crp_61": {"crp_61", "minus10"},
    "crp_41": {"crp_41", "minus10"},
}
DECOYS = {
    "decoy_minus10": {"minus10"},
    "decoy_minus35": {"minus35"},
    "decoy_up": {"up"},
    "decoy_crp_61": {"crp_61"},
    "decoy_crp_41": {"crp_41"},
    "decoy_extended": {"ext_minus10", "scrambled_minus10"},
    "decoy_motif": {"motif"},
}
BYTES = {
    "genes.gff": "8fc239bae1077af79a46e8484087c46871b197bda9201d078d0c69e9cf562c4f",
    "genome.fna": "a89c11ea298ba2710ccddd0385d7828408ffad7faa86e8b4dc7e45215f4b3961",
    "set_a.bed": "47738fe21cb83d2f86d15029680c5fe2125caa8f7bb5a301c59b824c54d0fe2a",
    "set_b.gff3": "a15bc98867e4f2fd017288b94283566e3917ca744cd2eda5564135867adeca3d",
    "set_c.tsv": "fb0b6234f66b01e0bb7eeffc055e42348f1f2fbcb413f7ef1798d91aeb04f179",
    "truth.tsv": "17f99caf8cc26726ac95ad6933965341b89019f4d99d9825cf7fec1c76e8df5f",
}
"""SHA-256 of a minimal genome's files as they were written before there were designs."""


@pytest.fixture(scope="module", params=list(DESIGNS))
def planted(request):
    """Name of the design, sequence, truth and parts of a genome of a third of the usual size."""
    return request.param, *simulate_design(DESIGNS[request.param], 160_000, 480, seed=4)


def offsets(part, spacer=17):
    """First and last offset from the TSS."""
    if part == "motif":
        return -27, -20
    first, last, _ = CONSENSUS["minus10" if part == "scrambled_minus10" else part]
    shift = spacer - 17 if part == "minus35" else 0
    return first - shift, last - shift


def test_a_minimal_genome_has_the_bytes_it_always_had(tmp_path):
    sequence, truth = simulate_genome(30_000, 50, 10, seed=5)
    sets = [noisy_set(truth, 30_000, seed=[5, number]) for number in (1, 2, 3)]
    write_simulation(tmp_path, sequence, truth, sets, place_genes(truth, 30_000, [5, 4]))
    for name, digest in BYTES.items():
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest, name


def test_parts_lie_where_the_truth_says_on_both_strands(planted):
    _, sequence, truth, parts = planted
    # Of a decoy with a -35 hexamer the spacer is not reported: any of the three is accepted.
    spacers = {(row.tss, row.strand): row.spacer for row in truth.itertuples()}
    assert set(parts["strand"]) == {"+", "-"} and set(parts["part"]) == {*CONSENSUS, "motif", "scrambled_minus10"}
    for row in parts.itertuples():
        found = sequence[row.start : row.end]
        assert (found if row.strand == "+" else found[::-1].translate(COMPLEMENT)) == row.sequence
        upstream = window(sequence, row.tss, row.strand, 75, 0)
        spacer = spacers[row.tss, row.strand]
        options = [16, 17, 18] if spacer is pd.NA and row.part == "minus35" else [17 if spacer is pd.NA else spacer]
        places = [offsets(row.part, option) for option in options]
        assert row.sequence in [upstream[75 + first : 76 + last] for first, last in places]


def test_letters_are_the_consensus_as_often_as_asked(planted):
    name, _, _, parts = planted
    kept = DESIGNS[name].conservation
    for part, (_, _, consensus) in CONSENSUS.items():
        for strand in "+-":
            rows = parts.loc[(parts["part"] == part) & (parts["strand"] == strand), "sequence"]
            letters = np.array([list(text) for text in rows])
            assert letters.shape == (len(rows), len(consensus))
            columns = np.array(list(consensus))
            fixed = np.isin(columns, list("ACGT"))
            check_share(letters[:, fixed] == columns[fixed], kept + (1 - kept) / 4)
            if "W" in consensus:
                check_share(letters[:, columns == "W"] == "A", kept / 2 + (1 - kept) / 4)
                check_share(letters[:, columns == "W"] == "T", kept / 2 + (1 - kept) / 4)
            if "N" in consensus:
                for letter in "ACGT":
                    check_share(letters[:, columns == "N"] == letter, 0.25)


def check_share(hits, expected):
    assert abs(hits.mean() - expected) < 4.5 * math.sqrt(expected * (1 - expected) / hits.size)


def test_a_part_changes_nothing_but_its_letters():
    """Of two genomes that differ in the conservation alone all other bases are the same, those under N too."""
    low, high = (replace(DESIGNS["easy"], conservation=share) for share in (0.0, 1.0))
    one, truth, parts = simulate_design(low, 60_000, 100, seed=2)
    other, *_ = simulate_design(high, 60_000, 100, seed=2)
    differs = np.array(list(one)) != np.array(list(other))
    may = np.zeros(60_000, bool)
    for row in parts.itertuples():
        consensus = CONSENSUS[row.part][2] if row.part in CONSENSUS else "A" * (row.end - row.start)
        free = np.array(list(consensus)) != "N"
        may[row.start : row.end] = free if row.strand == "+" else free[::-1]
    assert differs[may].mean() == pytest.approx(0.75, abs=0.05) and not differs[~may].any()


def test_each_site_has_the_parts_of_its_class(planted):
    _, _, truth, parts = planted
    by_site = parts.groupby(["tss", "strand"])["part"].agg(set)
    with_motif = 0
    for row in truth.itertuples(name=None):
        _, _, tss, strand, kind, name, spacer = row
        found, wanted = by_site[tss, strand], CLASSES[name] if kind == "promoter" else DECOYS[kind]
        assert (spacer is not pd.NA) == (name == "core")
        if kind not in ("promoter", "decoy_minus10", "decoy_motif"):
            with_motif += "motif" in found
            found = found - {"motif"}
        assert found == wanted
    others = truth["kind"].str.startswith("decoy") & ~truth["kind"].isin(["decoy_minus10", "decoy_motif"])
    assert len(by_site) == len(truth) and abs(with_motif / others.sum() - 0.5) < 0.15


def test_numbers_are_as_asked(planted):
    name, sequence, truth, _ = planted
    assert len(sequence) == 160_000
    kinds = truth["kind"].value_counts()
    each = {"easy": 38, "hard": 77}[name]
    assert kinds.to_dict() == {
        "promoter": 480,
        "decoy_minus10": 480,
        **{kind: each for kind in DECOYS if kind != "decoy_minus10"},
    }
    assert truth["class"].value_counts().to_dict() == {
        "core": 144,
        "extended": 96,
        "up": 96,
        "crp_61": 72,
        "crp_41": 72,
    }
    core = truth.loc[truth["class"] == "core", "spacer"]
    for spacer in (16, 18):
        check_share((core == spacer).to_numpy(bool), {"easy": 0.05, "hard": 0.15}[name])


def test_nothing_overlaps_and_no_decoy_is_near_a_tss(planted):
    _, sequence, truth, parts = planted
    spans = [
        (tss - 75, tss + 20) if strand == "+" else (tss - 19, tss + 76)
        for tss, strand in zip(truth["tss"], truth["strand"])
    ]
    assert all(before[1] <= after[0] for before, after in zip(spans, spans[1:]))
    assert spans[0][0] >= 0 and spans[-1][1] <= len(sequence)
    promoters = [span for span, kind in zip(spans, truth["kind"]) if kind == "promoter"]
    starts, ends = np.array(promoters).T
    for row in parts[parts["kind"] != "promoter"].itertuples():
        assert not ((row.start < ends) & (starts < row.end)).any()
    assert not set(parts.loc[parts["kind"] == "promoter", "part"]) & {"motif", "scrambled_minus10"}


def test_decoy_letters_are_not_those_of_parts():
    exact = replace(DESIGNS["easy"], conservation=1.0, decoys=0.5)
    _, _, parts = simulate_design(exact, 60_000, 100, seed=7)
    scrambled = parts.loc[parts["part"] == "scrambled_minus10", "sequence"]
    for word in scrambled:
        assert sorted(word) == sorted("TATAAT") and sum(map(str.__ne__, word, "TATAAT")) >= 4
    assert scrambled.nunique() > 5
    (motif,) = set(parts.loc[parts["part"] == "motif", "sequence"])
    motifs = {draw_motif(np.random.default_rng(seed)) for seed in range(30)}
    assert len(motifs) == 30
    for text in (motif, *motifs):
        for block in ("TTGACA", "TGTCAA", "TATAAT", "ATTATA", "TGTGA", "TCACA", "TTTT", "AAAA"):
            assert len(text) == 8 and not any(text[i : i + 4] in block for i in range(5))


def test_places_are_those_of_the_elements_table(root):
    table = {element.name: (element.first, element.last) for element in read_elements(root / "assets/elements.tsv")}
    for part in PARTS.values():
        if part.element != "CRP":
            assert table[part.element] == (part.first, part.last)


def formula(sequence, tss, strand, design, promoters):
    """Log-odds of a TSS at one place, letter by letter."""
    read = window(sequence, tss, strand, 75, 0)

    def odds(part):
        first, _, consensus = CONSENSUS[part]
        options = {0: 1.0}
        if part == "minus35":
            options = {-1: design.spacer_16, 0: 1 - design.spacer_16 - design.spacer_18, 1: design.spacer_18}
        total = 0.0
        for shift, share in options.items():
            for letter, wanted in zip(read[75 + first - shift :], consensus):
                allowed = {"W": "AT", "N": "ACGT"}.get(wanted, wanted)
                chance = (1 - design.conservation) / 4
                chance += design.conservation / len(allowed) if letter in allowed else 0
                share *= chance / 0.25
            total += share
        return total

    rate = promoters / (2 * len(sequence))
    shares = {"core": 0.30, "extended": 0.20, "up": 0.20, "crp_61": 0.15, "crp_41": 0.15}
    site = sum(rate * shares[name] * math.prod(odds(part) for part in parts) for name, parts in CLASSES.items())
    other = 1.0
    for kind, parts in DECOYS.items():
        share = design.lone_minus10 if kind == "decoy_minus10" else design.decoys
        other += share * rate * math.prod(odds(part) for part in parts if part in CONSENSUS)
    return math.log(site / other)


def test_the_oracle_follows_its_formula():
    design = DESIGNS["hard"]
    sequence, truth, _ = simulate_design(design, 20_000, 50, seed=3)
    outputs = oracle_outputs(sequence, design, 50)
    places = [(row.tss, row.strand) for row in truth.iloc[::5].itertuples()]
    places += [(tss, strand) for tss in range(100, 19_000, 1_234) for strand in "+-"]
    for tss, strand in places:
        found = outputs["plus" if strand == "+" else "minus"][tss]
        assert found == pytest.approx(formula(sequence, tss, strand, design, 50), rel=1e-9)
    # Circular: the first positions read the last ones.
    turned = oracle_outputs(sequence[-40:] + sequence[:-40], design, 50)
    for strand in ("plus", "minus"):
        np.testing.assert_allclose(np.roll(outputs[strand], 40), turned[strand], rtol=1e-9)


def test_letter_probabilities_sum_to_one():
    table = letter_probabilities("TGWN", 0.8)
    assert table.sum(1) == pytest.approx(np.ones(4)) and table[3] == pytest.approx(np.full(4, 0.25))
    assert table[2].tolist() == pytest.approx([0.45, 0.45, 0.05, 0.05])


def area(sequence, truth, design, unknown=()):
    outputs = oracle_outputs(sequence, design, (truth["kind"] == "promoter").sum(), unknown)
    labels = {strand: np.zeros(len(sequence)) for strand in outputs}
    for row in truth[truth["kind"] == "promoter"].itertuples():
        labels["plus" if row.strand == "+" else "minus"][row.tss] = 1
    return pr_auc(*(np.concatenate([table[strand] for strand in outputs]) for table in (labels, outputs)))


def test_the_parts_tell_the_promoters_and_each_is_needed(planted):
    name, sequence, truth, _ = planted
    design = DESIGNS[name]
    whole = area(sequence, truth, design)
    low, high, loss = {"easy": (0.94, 0.99, 0.04), "hard": (0.70, 0.85, 0.02)}[name]
    assert low < whole < high
    for part in PARTS:
        assert area(sequence, truth, design, [part]) < whole - loss, part
    assert area(sequence, truth, design, ["minus10"]) < 0.35
    assert area(sequence, truth, design, [part for part in PARTS if part != "minus10"]) < 0.45


def simulate(root, folder, *options):
    return subprocess.run(
        [
            sys.executable,
            root / "bin/simulate_genome.py",
            "--out",
            folder,
            "--record",
            folder.with_suffix(".json"),
            *options,
        ],
        capture_output=True,
        text=True,
    )


def test_command_writes_a_design(root, tmp_path):
    for name in ("a", "b"):
        run = simulate(
            root, tmp_path / name, "--design", "hard", "--seed", "3", "--length", "50000", "--promoters", "100"
        )
        assert run.returncode == 0, run.stderr
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert files == sorted([*BYTES, "parts.tsv", "tss_sets.csv"])
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in files)
    sequence, truth, parts = simulate_design(DESIGNS["hard"], 50_000, 100, seed=3)
    assert "".join((tmp_path / "a/genome.fna").read_text().split("\n")[1:]) == sequence
    written = read_tsv(tmp_path / "a/parts.tsv")
    assert written.columns.tolist() == ["contig", "tss", "strand", "kind", "part", "start", "end", "sequence"]
    assert written["sequence"].tolist() == parts["sequence"].tolist()
    written = read_tsv(tmp_path / "a/truth.tsv")
    assert written.columns.tolist() == ["contig", "tss", "strand", "kind", "class", "spacer"]
    assert written["tss"].tolist() == truth["tss"].tolist()


def test_too_small_a_genome_ends_in_one_line(root, tmp_path):
    run = simulate(root, tmp_path / "a", "--design", "easy", "--length", "20000", "--promoters", "100")
    assert run.returncode == 2 and run.stderr.count("\n") == 1 and "do not fit" in run.stderr
