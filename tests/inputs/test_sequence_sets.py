"""A user's sequences as a task: FASTA, tables of classes, BED, sites, HDF5; negatives, parts, and malformed inputs."""

import gzip
import json
import subprocess
import sys
from collections import Counter

import h5py
import numpy as np
import pytest
from project import ROOT

from attentome.genome.contigs import decode
from attentome.genome.labelled_sequences import LabelledSequences
from attentome.inputs.sequence_sets import read_sequence_set
from attentome.inputs.sequence_sources import SequenceFaults, SequenceSources
from attentome.io.files import read_tsv

LENGTH = 40


def texts(n, seed, length=LENGTH):
    letters = np.random.default_rng(seed).choice(list("ACGT"), (n, length))
    return ["".join(row) for row in letters]


def fasta(sequences, prefix="s"):
    return "".join(f">{prefix}{number} more\n{text[:25]}\n{text[25:]}\n" for number, text in enumerate(sequences))


def turned(text):
    return text[::-1].translate(str.maketrans("ACGT", "TGCA"))


POSITIVES, NEGATIVES = texts(200, 1), texts(250, 2)
GENOME = texts(1, 3, 40_000)[0]
RNG = np.random.default_rng(4)
STARTS = np.sort(RNG.choice(np.arange(50, 39_900, 60), 240, replace=False))
BED = "".join(f"c\t{start}\t{start + 1}\tn{start}\t0\t{'+-'[number % 2]}\n" for number, start in enumerate(STARTS))
TABLE = "name\tfirst\tsecond\n" + "".join(f"s{number}\t{number % 2}\t{number // 2 % 2}\n" for number in range(200))


def write(folder, **files):
    paths = {}
    for name, content in files.items():
        paths[name] = str(folder / f"{name}.txt")
        (folder / f"{name}.txt").write_bytes(content if isinstance(content, bytes) else content.encode())
    return paths


def letters(found):
    return [decode(codes) for codes in found.task.sequences]


def test_fasta_of_positives_and_negatives(tmp_path):
    files = write(tmp_path, positives=fasta(POSITIVES).lower(), negatives=gzip.compress(fasta(NEGATIVES).encode()))
    found = read_sequence_set(SequenceSources(**files))
    task = found.task
    assert letters(found) == POSITIVES + NEGATIVES
    assert task.labels[:, 0].tolist() == [1] * 200 + [0] * 250 and task.classes == ["positive"]
    assert [len(task.rows(part)) for part in ("train", "validation", "test")] == [315, 45, 90]
    assert found.facts["sequences"] == {"train": 315, "validation": 45, "test": 90}
    assert found.facts["prevalence"] == {"positive": pytest.approx(200 / 450)}
    assert found.facts["negatives"] == ["given"] and found.facts["dropped"] == {}
    assert found.table["name"].tolist()[:2] == ["s0", "s1"] and found.table["origin"].iloc[-1] == "negatives"
    assert "contig" not in found.table.columns


def test_duplicates_of_either_strand_stay_in_one_part(tmp_path):
    base = texts(150, 6)
    copies = [turned(text) if number % 2 else text for number, text in enumerate(base)]
    mutated = [text[:20] + "ACGT"["CGTA".index(text[20])] + text[21:] for text in texts(150, 6)]
    files = write(tmp_path, positives=fasta(base + copies), negatives=fasta(texts(300, 7) + mutated))
    found = read_sequence_set(SequenceSources(**files, split="50/25/25", seed=3))
    part = found.task.part
    assert (part[:150] == part[150:300]).all() and (part[:150] == part[600:]).all()
    assert len(set(part[:150])) == 3
    assert found.facts["split"]["near_identical_groups"] == 150
    assert found.facts["split"]["sequences_in_them"] == 450
    assert found.facts["same_with_other_labels"] == 0


def test_a_sequence_with_two_labels_is_counted(tmp_path):
    files = write(tmp_path, positives=fasta(POSITIVES), negatives=fasta([*NEGATIVES, turned(POSITIVES[0])]))
    found = read_sequence_set(SequenceSources(**files, split="50/25/25"))
    assert found.facts["same_with_other_labels"] == 2


def test_a_table_of_classes(tmp_path):
    header, *rows = TABLE.splitlines()
    files = write(tmp_path, positives=fasta(POSITIVES), classes="\n".join([header, *rows[::-1]]))
    found = read_sequence_set(SequenceSources(**files, split="40/30/30"))
    assert found.task.classes == ["first", "second"] and found.facts["classes"] == {"first": [], "second": []}
    assert found.task.labels.tolist() == [[number % 2, number // 2 % 2] for number in range(200)]
    assert sum(found.facts["in_class"]["first"].values()) == 100


def test_classes_of_intervals_follow_their_names(tmp_path):
    rows = "c\t5\t6\tedge\t0\t+\n" + BED
    table = "name\tplus\n" + "".join(f"n{start}\t{int(number % 2 == 0)}\n" for number, start in enumerate(STARTS))
    files = write(tmp_path, positives=rows, genome=f">c\n{GENOME}\n", classes=table + "edge\t1\n")
    found = read_sequence_set(SequenceSources(**files, length=60, split="40/30/30"))
    assert found.facts["dropped"]["leaves its linear contig"] >= 1 and "edge" not in set(found.table["name"])
    assert (found.task.labels[:, 0] == (found.table["strand"] == "+")).all() and found.task.classes == ["plus"]


def test_shuffled_positives_are_negatives_in_the_same_part(tmp_path):
    found = read_sequence_set(SequenceSources(**write(tmp_path, positives=fasta(POSITIVES)), background="shuffle"))
    task, rows = found.task, letters(found)
    assert task.labels[:, 0].tolist() == [1] * 200 + [0] * 200 and (task.part[:200] == task.part[200:]).all()
    for before, after in zip(rows[:200], rows[200:], strict=True):
        assert Counter(zip(before, before[1:])) == Counter(zip(after, after[1:]))
    assert sum(before != after for before, after in zip(rows[:200], rows[200:])) == 200
    assert found.table["name"].iloc[200] == "s0_shuffled"


def test_sequences_with_n_are_dropped_and_counted(tmp_path):
    with_n = ["N" + text[1:] if number in (3, 77) else text for number, text in enumerate(POSITIVES)]
    files = write(tmp_path, positives=fasta(with_n), classes=TABLE)
    found = read_sequence_set(SequenceSources(**files, split="40/30/30"))
    assert found.facts["dropped"] == {"holds N": 2} and len(found.task.sequences) == 198
    assert found.task.labels[3].tolist() == [0, 0] and found.table["name"].iloc[3] == "s4"


@pytest.mark.parametrize("role, size", [("positives", 60), ("sites", 100)])
def test_windows_of_the_genome_and_a_matched_background(tmp_path, role, size):
    files = write(tmp_path, **{role: BED, "genome": f">c\n{GENOME}\n"})
    found = read_sequence_set(SequenceSources(**files, background="genome", length=size, split="50/25/25"))
    table, rows = found.table, letters(found)
    assert len(rows) == len(table) and (found.task.labels[:, 0] == (table["origin"] == "positives")).all()
    borders = {"train": [(0, 10_000), (30_000, 40_000)], "test": [(10_000, 20_000)], "validation": [(20_000, 30_000)]}
    for row, text in zip(table.itertuples(), rows, strict=True):
        piece = GENOME[row.start : row.end]
        assert text == (piece if row.strand == "+" else turned(piece)) and len(text) == size
        assert any(start <= row.start and row.end <= end for start, end in borders[row.part])
        if row.origin == "positives":
            tss, before = int(row.name[1:]), 80 if role == "sites" else size // 2
            assert text[before] == (GENOME[tss] if row.strand == "+" else turned(GENOME[tss]))
            assert row.start == (tss - before if row.strand == "+" else tss + before + 1 - size)
    # Nor does a background share a base with a positive window that was dropped.
    before, after = (80, 20) if role == "sites" else (size // 2, size - size // 2)
    for number, tss in enumerate(STARTS):
        first, last = (tss - before, tss + after) if number % 2 == 0 else (tss + 1 - after, tss + 1 + before)
        assert not ((table["origin"] == "genome") & (table["start"] < last) & (table["end"] > first)).any()
    counts = table.groupby(["part", "origin"]).size().unstack()
    assert (counts["genome"] >= 0.95 * counts["positives"]).all()
    dropped = found.facts["dropped"]
    assert set(dropped) <= {
        "crosses a border between arcs",
        "near-identical to one of another arc",
        "leaves its linear contig",
    }
    assert sum(dropped.values()) + (table["origin"] == "positives").sum() == 240
    assert found.facts["split"]["rule"].startswith("by contiguous arcs")


def test_a_repeat_in_two_arcs_is_kept_in_the_first_part(tmp_path):
    repeat = GENOME[1000:1060]
    genome = GENOME[:15_000] + turned(repeat) + GENOME[15_060:]
    rows = "".join(f"c\t{s}\t{s + 60}\tn{s}\t0\t+\n" for s in (*range(100, 39_000, 120), 1000, 15_000) if s != 14_980)
    files = write(tmp_path, positives=rows, genome=f">c\n{genome}\n")
    plain = SequenceSources(**files, background="shuffle", length=60, split="50/25/25")
    found = read_sequence_set(plain)
    names = found.table["name"].tolist()
    assert "n1000" in names and "n15000" not in names
    assert found.facts["dropped"]["near-identical to one of another arc"] == 1


def test_hdf5_keeps_its_parts(tmp_path):
    labels = np.arange(150)[:, None] % 2
    with h5py.File(tmp_path / "task.h5", "w") as file:
        for number, part in enumerate(("train", "valid", "test")):
            own = texts(150, 20 + number)
            own[0] = texts(1, 20)[0] if number == 2 else own[0]
            file[f"x_{part}"] = [[[letter == base for base in "ACGT"] for letter in text] for text in own]
            file[f"y_{part}"] = labels
    found = read_sequence_set(SequenceSources(hdf5=str(tmp_path / "task.h5")))
    assert found.facts["sequences"] == {"train": 150, "validation": 150, "test": 150}
    assert found.facts["split"] == {"rule": "as given in the file", "same_in_an_earlier_part": 1}
    assert found.table["name"].tolist()[150] == "validation_1" and letters(found)[0] == texts(1, 20)[0]


def test_the_script_writes_the_same_bytes_twice(tmp_path):
    files = write(tmp_path, positives=BED, genome=f">c\n{GENOME}\n")
    command = [sys.executable, ROOT / "bin/read_sequences.py", "--positives", files["positives"], "--genome"]
    command += [files["genome"], "--background", "genome", "--length", "60", "--split", "50/25/25"]
    for out, seed in (("one", "1"), ("two", "1"), ("other", "2")):
        done = subprocess.run(
            [*map(str, command), "--seed", seed, "--out", out], cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "record.json").read_text())["process"] == "READ_SEQUENCES"
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == ["sequences.tsv", "task.json", "task.safetensors"]
    same = [(tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in names]
    assert all(same) and (tmp_path / "one" / names[2]).read_bytes() != (tmp_path / "other" / names[2]).read_bytes()
    task, facts = LabelledSequences.load(tmp_path / "one"), json.loads((tmp_path / "one/task.json").read_text())
    assert facts["outputs"] == task.classes == ["positive"] and task.information is None and task.planted is None
    assert len(read_tsv(tmp_path / "one/sequences.tsv")) == len(task.sequences) == sum(facts["sequences"].values())


GOOD = {"positives": fasta(POSITIVES), "negatives": fasta(NEGATIVES)}
ON_GENOME = {"positives": BED, "genome": f">c\n{GENOME}\n", "background": "genome", "length": 60}


def row_of_table(row):
    return GOOD | {"classes": TABLE + row}


# Files and settings; file, what and remedy of the only line.
MALFORMED = {
    "empty FASTA": (GOOD | {"positives": ""}, "positives.txt: holds no sequence; give a FASTA file"),
    "empty line alone": (GOOD | {"negatives": "\n"}, "negatives.txt: holds no sequence"),
    "text, not FASTA": (GOOD | {"negatives": "ACGT\n"}, "negatives.txt: is not FASTA, and BED needs a genome"),
    "unequal lengths": (
        GOOD | {"positives": fasta([*POSITIVES, "ACGT" * 9])},
        "row 601: sequence 's200' has 36 nt, the first one 40 (1 of 201",
    ),
    "other lengths in the negatives": (
        GOOD | {"negatives": fasta(texts(250, 9, 41))},
        "have 41 nt, those of positives",
    ),
    "short sequences": ({"positives": fasta(texts(200, 1, 12)), "background": "shuffle"}, "its sequences have 12 nt; "),
    "letters of RNA": (GOOD | {"positives": fasta(["U" * 39 + "X", *POSITIVES])}, "row 1: sequence 's0' has 40 other"),
    "one class only": ({"positives": fasta(POSITIVES)}, "settings: there is one class only"),
    "nothing": ({}, "settings: no sequences are given"),
    "a name twice": (
        GOOD | {"positives": fasta(POSITIVES) + ">s7\nACGT\n"},
        "row 601: sequence 's7' occurs again (first",
    ),
    "a record without name": (GOOD | {"positives": fasta(POSITIVES) + ">\nACGT\n"}, "row 601: a record without a name"),
    "a record without letters": (GOOD | {"positives": ">a\n" + fasta(POSITIVES)}, "row 1: sequence 'a' has no letters"),
    "many N": (
        GOOD | {"positives": fasta(["N" + t[1:] for t in POSITIVES[:11]] + POSITIVES[11:])},
        "11 of 200 sequences",
    ),
    "damaged gzip": (
        GOOD | {"positives": gzip.compress(fasta(POSITIVES).encode())[:-20]},
        "positives.txt: cannot be read",
    ),
    "binary": (GOOD | {"positives": bytes(200)}, "positives.txt: is not a text file"),
    "table without header": (GOOD | {"classes": "s0\t1\n"}, "classes.txt: row 1: the header is not name and classes"),
    "table without classes": (GOOD | {"classes": "name\n"}, "classes.txt: row 1: the header is not name and classes"),
    "empty table": (GOOD | {"classes": ""}, "classes.txt: is empty"),
    "class twice": (GOOD | {"classes": TABLE.replace("second", "first")}, "row 1: class 'first' is there twice"),
    "value of a table": (
        GOOD | {"classes": TABLE.replace("s5\t1", "s5\t2")},
        "row 7: class 'first' is '2'; give 0 or 1",
    ),
    "row without a sequence": (row_of_table("other\t0\t1\n"), "row 202: there is no sequence 'other'"),
    "sequence without a row": (
        GOOD | {"classes": TABLE.replace("s5\t1\t0\n", "")},
        "has no row for 1 of 200 sequences: s5",
    ),
    "row twice": (row_of_table("s5\t1\t0\n"), "row 202: sequence 's5' occurs again (first in row 7)"),
    "row of two cells": (
        GOOD | {"classes": TABLE.replace("s5\t1\t0\n", "s5\t1\n")},
        "row 7: has 2 cells, the header 3",
    ),
    "BED without strand": (ON_GENOME | {"positives": "c\t1\t2\n"}, "positives.txt: row 1: has 3 columns, so no strand"),
    "BED off the genome": (ON_GENOME | {"positives": BED + "c\t1\t40001\tx\t0\t+\n"}, "row 241: end 40001 lies beyond"),
    "BED of another genome": (ON_GENOME | {"positives": BED + "d\t1\t2\tx\t0\t+\n"}, "row 241: unknown contig 'd'"),
    "BED without intervals": (ON_GENOME | {"positives": "# none\n"}, "positives.txt: holds no intervals"),
    "BED without genome": ({"positives": BED, "background": "shuffle"}, "positives.txt: is not FASTA, and BED needs"),
    "genome of another kind": (ON_GENOME | {"genome": ">c\nACGT*\n"}, "genome.txt: row 2: contig 'c' has 1 characters"),
    "windows longer than the contig": (ON_GENOME | {"length": 50_000}, "positives.txt: no window lies within a contig"),
    "a TSS of 2 nt": (
        {"sites": "c\t5\t7\tx\t0\t+\n", "genome": ON_GENOME["genome"], "background": "shuffle"},
        "a site is",
    ),
    "classes of intervals of one name": (
        ON_GENOME | {"positives": BED + BED, "classes": TABLE},
        f"positives.txt: name 'n{STARTS[0]}' occurs again",
    ),
    "background for FASTA": (
        GOOD | {"genome": ">c\nACGT\n", "background": "genome"},
        "needs to know where the positive",
    ),
    "too few": (
        {"positives": fasta(POSITIVES[:60]), "background": "shuffle"},
        "sequences in class 'positive' in the validation part: 6",
    ),
    "HDF5 without keys": ({"hdf5": b"\x89HDF\r\n"}, "hdf5.txt: cannot be read as HDF5"),
    "too few outside": (
        {"positives": fasta(POSITIVES + texts(200, 8)), "negatives": fasta(texts(150, 9))},
        "outside class 'positive' in the validation part",
    ),
    "seed below 0": (
        {"positives": fasta(POSITIVES), "background": "shuffle", "seed": -1},
        "settings: seed is -1; give 0",
    ),
    "short windows": (ON_GENOME | {"length": 5}, "settings: length is 5 nt; give 20 or more"),
}
MORE_LINES = {"too few"}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_inputs_are_one_line_each(tmp_path, case):
    given, what = MALFORMED[case]
    settings = {name: value for name, value in given.items() if name in ("background", "length", "seed")}
    files = write(tmp_path, **{name: value for name, value in given.items() if name not in settings})
    with pytest.raises(SequenceFaults) as fault:
        read_sequence_set(SequenceSources(**files, **settings))
    lines = fault.value.args[0]
    assert what in lines[0] and "; " in lines[0] and "\n" not in lines[0]
    assert len(lines) == 1 or case in MORE_LINES


def test_letters_are_named(tmp_path):
    files = write(tmp_path, positives=fasta(["U" * 38 + "XU", *POSITIVES]), negatives=fasta(NEGATIVES))
    with pytest.raises(SequenceFaults) as fault:
        read_sequence_set(SequenceSources(**files))
    (line,) = fault.value.args[0]
    assert line == "positives.txt: row 1: sequence 's0' has 40 other letters: U X; use only A C G T N"


def test_the_script_ends_with_one_line_for_each_fault(tmp_path):
    files = write(tmp_path, positives=fasta([*POSITIVES, "ACGT" * 9]), negatives="")
    command = [sys.executable, ROOT / "bin/read_sequences.py", "--positives", files["positives"], "--negatives"]
    done = subprocess.run([*map(str, command), files["negatives"], "--out", "out"], cwd=tmp_path, capture_output=True)
    assert done.returncode == 2 and not (tmp_path / "out").exists()
    assert [line.partition(":")[0] for line in done.stderr.decode().splitlines()] == ["positives.txt", "negatives.txt"]
    command = [*map(str, command[:-1]), "--background", "shuffle", "--split", "70/20", "--out", "out"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2 and done.stderr.startswith("read_sequences.py: --split '70/20'")
    assert len(done.stderr.splitlines()) == 1
