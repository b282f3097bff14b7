"""Motif files: one matrix written in every format by the format's rule, and files that are broken."""

import gzip

import numpy as np
import pandas as pd
import pytest
from project import ROOT

from attentome.motifs.readers import read_databases, read_head_matrices, read_motifs

REAL = ROOT.parent / "shared/data/motifs"
COUNTS = np.array([[1, 2, 3, 14], [20, 0, 0, 0], [5, 5, 5, 5], [0, 11, 9, 0], [2, 2, 13, 3]])
"""Columns x A, C, G, T; each sums to 20."""


def meme(counts=COUNTS, name="M1 TatA"):
    rows = "\n".join(" ".join(f"{value / 20:.6f}" for value in row) for row in counts)
    return (
        "MEME version 4\n\nALPHABET= ACGT\n\nstrands: + -\n\nBackground letter frequencies\n"
        f"A 0.25 C 0.25 G 0.25 T 0.25\n\nMOTIF {name}\n\nletter-probability matrix: alength= 4 w= {len(counts)} "
        f"nsites= 20 E= 0\n{rows}\n\nURL http://example.org\n"
    )


def transfac(counts=COUNTS, order="ACGT"):
    rows = "\n".join(
        f"{at:02d}\t" + "\t".join(f"{row['ACGT'.index(base)]:.1f}" for base in order)
        for at, row in enumerate(counts, 1)
    )
    return "AC  M1\nXX\nID  TatA\nXX\nDE  x\nP0\t" + "\t".join(order) + f"\n{rows}\nXX\nCC  sites: 20\nXX\n//\n"


def jaspar(counts=COUNTS, brackets=True):
    rows = [" ".join(f"{value:3d}" for value in column) for column in counts.T]
    if brackets:
        rows = [f"{base} [{row} ]" for base, row in zip("ACGT", rows, strict=True)]
    return ">M1\tTatA\n" + "\n".join(rows) + "\n"


ALL = {
    "meme": meme(),
    "transfac": transfac(),
    "transfac_ordered": transfac(order="TGCA"),
    "transfac_jaspar": transfac().replace("P0", "PO"),
    "brackets": jaspar(),
    "plain": jaspar(brackets=False),
    "windows_line_ends": jaspar().replace("\n", "\r\n"),
}


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("times", [1, 3])
def test_one_matrix_reads_the_same(kind, times, tmp_path):
    text = meme() + meme().split("0.25\n\n")[1] * (times - 1) if kind == "meme" else ALL[kind] * times
    (tmp_path / "a").write_bytes(text.encode())
    motifs = read_motifs(tmp_path / "a")
    assert len(motifs) == times
    for motif in motifs:
        assert (motif.id, motif.name, motif.sites) == ("M1", "TatA", 20)
        np.testing.assert_allclose(motif.frequencies, COUNTS / 20, atol=1e-6)


def test_gzip_is_read(tmp_path):
    (tmp_path / "a.gz").write_bytes(gzip.compress(meme().encode()))
    np.testing.assert_allclose(read_motifs(tmp_path / "a.gz")[0].frequencies, COUNTS / 20, atol=1e-6)


def test_frequencies_have_no_sites(tmp_path):
    (tmp_path / "a").write_text(">x\n0.5 0.25\n0.5 0.25\n0 0.25\n0 0.25\n")
    (motif,) = read_motifs(tmp_path / "a")
    assert (motif.id, motif.name, motif.sites) == ("x", "x", None)
    assert motif.frequencies.tolist() == [[0.5, 0.5, 0, 0], [0.25] * 4]


def test_full_meme_output_is_read(tmp_path):
    (tmp_path / "a").write_text(meme().replace("\nURL", "-" * 70 + "\n\n" + "*" * 70 + "\nTime 1 secs.\n\nURL"))
    assert read_motifs(tmp_path / "a")[0].frequencies.shape == (5, 4)


ROW = "1.000000 0.000000 0.000000 0.000000"
BROKEN = {
    "empty": ("", "is empty"),
    "blank": ("\n \n", "is empty"),
    "prose": ("Dear all,\nhere are motifs\n", "line 1: is not the start of a known motif format"),
    "no_motifs": (meme().split("MOTIF")[0], "holds no motifs"),
    "old": (meme().replace("version 4", "version 3"), "line 1: 'MEME version 3' is older"),
    "protein": (meme().replace("ALPHABET= ACGT", "ALPHABET= ACDEFGHIKLMNPQRSTVWY"), "line 3: .*alphabet"),
    "alength": (meme().replace("alength= 4", "alength= 20"), "line 12: alength is 20"),
    "nameless": (meme().replace("MOTIF M1 TatA", "MOTIF"), "line 10: MOTIF has no name"),
    "no_motif_line": (meme().replace("MOTIF M1 TatA", ""), "line 12: there is a matrix before"),
    "no_matrix": (meme() + "MOTIF M2\n", "line 20: motif M2 has no letter-probability matrix"),
    "short": (meme().replace(ROW + "\n", ""), "line 12: has 4 rows where w says 5"),
    "ragged": (meme().replace(ROW, "1.0 0.0 0.0"), "line 14: has 3 numbers, not 4"),
    "negative": (meme().replace(ROW, "2.0 -1.0 0.0 0.0"), "line 14: -1.0 is negative"),
    "zero": (meme().replace(ROW, "0 0 0 0"), "line 14: column 2 of the motif sums to 0"),
    "word": (meme().replace(ROW, "1 0 x 0"), "line 14: 'x' is not a number"),
    "nan": (meme().replace(ROW, "1 0 0 nan"), "line 14: 'nan' is not a number"),
    "underscore": (meme().replace(ROW, "1_0 0 0 0"), "line 14: '1_0' is not a number"),
    "transfac_letters": (transfac().replace("P0\tA\tC\tG\tT", "P0\tA\tB\tC\tD"), "line 6: .*not A C G T"),
    "transfac_ragged": (transfac().replace("02\t20.0\t0.0\t0.0\t0.0", "02\t20.0\t0.0"), "line 8: has 2 numbers"),
    "transfac_empty": ("AC x\nP0 A C G T\nXX\n//\n", "line 2: begins a matrix without rows"),
    "jaspar_three_rows": (jaspar().rsplit("\n", 2)[0] + "\n", "line 1: has 3 rows"),
    "jaspar_ragged": (jaspar().replace(" 20 ", " "), "line 1: rows have 4 to 5 numbers"),
    "jaspar_letter": (jaspar().replace("T [", "N ["), "line 5: row of 'N'"),
    "jaspar_zero": (">x\n0 1\n0 1\n0 1\n0 1\n", "line 1: column 1 of the motif sums to 0"),
    "jaspar_nameless": (jaspar().replace(">M1\tTatA", ">"), "line 1: '>' has no name"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_files_are_reported_in_one_line(kind, tmp_path):
    text, message = BROKEN[kind]
    path = tmp_path / f"{kind}.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match=message) as fault:
        read_motifs(path)
    assert str(fault.value).startswith(f"{path}: ") and "\n" not in str(fault.value) and "; " in str(fault.value)


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\0\0\0", b"\x1f\x8b\x08\x00broken", b"%PDF-1.4\n"])
def test_binary_files_are_refused(content, tmp_path):
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(ValueError, match="not a text file|cannot be read|is a PDF"):
        read_motifs(tmp_path / "a")


@pytest.mark.parametrize(
    "name, start, n",
    [
        ("regulonDB_2025-05.tf", "AC ", 109),
        ("JASPAR_CORE_2016_vertebrates.meme", "MOTIF ", 518),
        ("sigma70_regulondb10_strong_minus10_minus35.meme", "MOTIF ", 2),
    ],
)
def test_published_databases(name, start, n):
    if not (REAL / name).exists():
        pytest.skip("the published motif files are not here")
    motifs = read_motifs(REAL / name)
    labels = [
        line[len(start) :].split()[0] for line in (REAL / name).read_text().splitlines() if line.startswith(start)
    ]
    assert [motif.id for motif in motifs] == labels and len(labels) == n
    assert all(abs(motif.frequencies.sum(axis=1) - 1).max() < 1e-9 for motif in motifs)


def head_table(rows):
    return "layer\thead\td\tA\tC\tG\tT\tbits\n" + "".join("\t".join(map(str, row)) + "\n" for row in rows)


def test_databases_are_joined_and_no_id_is_there_twice(tmp_path):
    first, second = ROOT / "assets/filters/test_motifs.meme", ROOT / "assets/ecoli_k12/promoter_elements.meme"
    joined = read_databases([first, second])
    assert [motif.id for motif in joined] == [motif.id for path in (first, second) for motif in read_motifs(path)]
    assert read_databases([]) == []
    again = tmp_path / "again.meme"
    again.write_text(first.read_text())
    with pytest.raises(ValueError, match=r"again.meme: motif m01 is in .*test_motifs.meme too; leave it out"):
        read_databases([first, again])


def test_promoter_elements_are_those_of_known_elements():
    known = pd.read_csv(ROOT / "assets/known_elements.tsv", sep="\t").set_index("name")["consensus"]
    bases = {"W": "AT", "R": "AG", "N": "ACGT"}
    names = {"extended_minus10": "ext. -10", "UP_distal": "UP distal", "UP_proximal": "UP proximal"}
    motifs = read_motifs(ROOT / "assets/ecoli_k12/promoter_elements.meme")
    assert [motif.id for motif in motifs] == list(names)
    for motif in motifs:
        letters = known[names[motif.id]]
        assert len(letters) == len(motif.frequencies)
        for letter, column in zip(letters, motif.frequencies, strict=True):
            highest = {"ACGT"[at] for at in np.flatnonzero(column == column.max())}
            assert highest == set(bases.get(letter, letter))


def test_head_matrices(tmp_path):
    rows = [(1, 2, 30, 4, 3, 2, 1, 0.1), (1, 2, 29, 0, 0, 10, 0, 2.0), (2, 1, 5, 1, 1, 1, 1, 0.0)]
    (tmp_path / "a").write_text(head_table(rows))
    first, second = read_head_matrices(tmp_path / "a")
    assert (first.layer, first.head, first.to_d, second.layer, second.head, second.to_d) == (1, 2, 30, 2, 1, 5)
    assert first.counts.tolist() == [[4, 3, 2, 1], [0, 0, 10, 0]] and first.bits.tolist() == [0.1, 2.0]
    background = np.array([0.1, 0.2, 0.3, 0.4])
    np.testing.assert_allclose(first.frequencies(background, 2)[1], [0.2 / 12, 0.4 / 12, 10.6 / 12, 0.8 / 12])


@pytest.mark.parametrize(
    "text, message",
    [
        ("layer\thead\td\tA\tC\tG\tT\n", "header: column.s. bits missing"),
        (head_table([(1, 1, 9, 1, 1, 1, 1, 0), (1, 1, 8, 1, "x", 1, 1, 0)]), "row 3: layer, head and d must be"),
        (head_table([(1, 1, 9, 1, -1, 1, 1, 0)]), "row 2: layer, head and d must be"),
        (head_table([(1, 1, 9, 1, 1, 1, 1, 0), (1, 1, 7, 1, 1, 1, 1, 0)]), "row 3: d of layer 1, head 1 does not fall"),
        (head_table([(1, 1, 9, 1, 1, 1, 1, 0), (1, 1, 8, 1, 1, 1, 1, 0), (1, 1, 9, 1, 1, 1, 1, 0)]), "row 4: d of"),
    ],
)
def test_broken_head_matrices(text, message, tmp_path):
    (tmp_path / "a").write_text(text)
    with pytest.raises(ValueError, match=message):
        read_head_matrices(tmp_path / "a")
