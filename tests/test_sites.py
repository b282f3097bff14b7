"""Readers of TSS sets against coordinates worked out by hand.

The contig ``c`` has 100 nt. A TSS at the 11th base is 0-based 10: BED 10-11, GFF3 11-11, table 11 (or 10 from 0).
"""

import gzip
import json
import subprocess
import sys

import pytest

from attentome.formats import read_bed, read_json, sha256
from attentome.sites import Fault, fault_lines, merge_duplicates, read_sites

CONTIGS = {"c": 100}


def read(tmp_path, text, format, contigs=CONTIGS, **columns):
    path = tmp_path / "set.txt"
    path.write_text(text)
    sites, faults = read_sites(path, format, contigs, **columns)
    return list(sites.itertuples(index=False, name=None)), faults


def gff(*rows):
    return "".join("\t".join(map(str, row)) + "\n" for row in rows)


def test_bed_both_strands_single_bases_and_intervals(tmp_path):
    text = ("# made by hand\ntrack name=x\nc\t10\t11\ta\t5\t+\nc\t10\t11\tb\t.\t-\n"
            "c\t20\t30\tc\t2.5\t+\nc\t20\t30\td\t0\t-\n\nc\t99\t100\te\t1\t+\textra\n")
    sites, faults = read(tmp_path, text, "bed")
    assert faults == []
    assert sites == [("c", 10, "+", 5.0), ("c", 10, "-", 0.0), ("c", 20, "+", 2.5), ("c", 29, "-", 0.0),
                     ("c", 99, "+", 1.0)]


@pytest.mark.parametrize("format", ["gff3", "gtf"])
def test_gff_both_strands_single_bases_and_intervals(tmp_path, format):
    text = "##gff-version 3\n" + gff(
        ("c", "x", "TSS", 11, 11, 7, "+", ".", "ID=a"), ("c", "x", "TSS", 11, 11, ".", "-", ".", "ID=b"),
        ("c", "x", "transcript", 21, 30, ".", "+", ".", "ID=c"), ("c", "x", "transcript", 21, 30, ".", "-", ".", "."),
        ("c", "x", "TSS", 1, 1, ".", "+", ".", "."), ("c", "x", "TSS", 100, 100, ".", "-", ".", "."))
    sites, faults = read(tmp_path, text + "##FASTA\n>c\nACGT\n", format)
    assert faults == []
    assert sites == [("c", 10, "+", 7.0), ("c", 10, "-", 0.0), ("c", 20, "+", 0.0), ("c", 29, "-", 0.0),
                     ("c", 0, "+", 0.0), ("c", 99, "-", 0.0)]


def test_gff3_names_are_percent_encoded_and_gtf_names_are_not(tmp_path):
    text = gff(("c%7C1", "x", "TSS", 1, 1, ".", "+", ".", "."))
    assert read(tmp_path, text, "gff3", {"c|1": 9})[0] == [("c|1", 0, "+", 0.0)]
    assert read(tmp_path, text, "gtf", {"c%7C1": 9})[0] == [("c%7C1", 0, "+", 0.0)]


@pytest.mark.parametrize("delimiter", ["\t", ",", ";"])
def test_table_with_named_columns_and_any_delimiter(tmp_path, delimiter):
    rows = [["Position", "reads", "dir", "note"], ["11", "3", "forward", '"x, y"' if delimiter == "," else "x"],
            ["11", "", "Reverse", ""], ["1", "2", "plus", ""], ["100", "2", "MINUS", ""], ["5", "1", "+", ""],
            ["5", "1", "-", ""]]
    text = "\ufeff# comment\n" + "\r\n".join(delimiter.join(row) for row in rows) + "\r\n"
    sites, faults = read(tmp_path, text.replace("\ufeff", ""), "table", position_column="Position",
                         strand_column="dir", score_column="reads")
    assert faults == []
    assert sites == [("c", 10, "+", 3.0), ("c", 10, "-", 0.0), ("c", 0, "+", 2.0), ("c", 99, "-", 2.0),
                     ("c", 4, "+", 1.0), ("c", 4, "-", 1.0)]


def test_table_from_zero_with_default_columns_and_byte_order_mark(tmp_path):
    sites, faults = read(tmp_path, "\ufeffcontig,position,strand\nc,0,+\nc,99,-\n", "table", position_base=0)
    assert faults == []
    assert sites == [("c", 0, "+", 0.0), ("c", 99, "-", 0.0)]


def test_table_needs_its_contig_column_only_with_several_contigs(tmp_path):
    text = "position\tstrand\n1\t+\n"
    assert read(tmp_path, text, "table", {"c": 9})[0] == [("c", 0, "+", 0.0)]
    sites, faults = read(tmp_path, text, "table", {"c": 9, "d": 9})
    assert sites == [] and [fault.row for fault in faults] == [1] and "'contig'" in faults[0].what


def test_gzip_is_read(tmp_path):
    path = tmp_path / "set.bed.gz"
    path.write_bytes(gzip.compress(b"c\t10\t11\ta\t5\t+\n"))
    sites, faults = read_sites(path, "bed", CONTIGS)
    assert faults == [] and list(sites["tss"]) == [10]


@pytest.mark.parametrize("row, what", [
    ("d\t1\t2\ta\t0\t+", "unknown contig 'd'"),
    ("c\t100\t101\ta\t0\t+", "beyond the end"),
    ("c\t1\t2\ta\t0\t.", "no strand"),
    ("c\t1\t2\ta\t0", "no strand"),
    ("c\t1\t2\ta\t0\tplus", "strand is 'plus'"),
    ("c\t2\t2\ta\t0\t+", "not before end"),
    ("c\t-1\t2\ta\t0\t+", "start is '-1'"),
    ("c\t1,000\t2\ta\t0\t+", "start is '1,000'"),
    ("c\t1\t2\ta\thigh\t+", "score is 'high'"),
    ("c\t1\t2\ta\tnan\t+", "score is 'nan'"),
])
def test_each_bed_fault_names_its_row_and_the_good_rows_are_kept(tmp_path, row, what):
    sites, faults = read(tmp_path, f"# head\nc\t5\t6\ta\t0\t+\n\n{row}\n", "bed")
    assert sites == [("c", 5, "+", 0.0)]
    assert [fault.row for fault in faults] == [4] and what in faults[0].what and faults[0].remedy


@pytest.mark.parametrize("row, what", [
    (("c", "x", "TSS", 0, 1, ".", "+", ".", "."), "start is 0"),
    (("c", "x", "TSS", 9, 8, ".", "+", ".", "."), "behind end"),
    (("c", "x", "region", 1, 100, ".", "+", ".", "."), "'region'"),
    (("c", "x", "TSS", 101, 101, ".", "+", ".", "."), "beyond the end"),
    (("c", "x", "TSS", 1, 1, ".", "?", ".", "."), "no strand"),
    (("c", "x", "TSS", 1, 1, ".", "+", "."), "8 columns"),
])
def test_each_gff_fault(tmp_path, row, what):
    sites, faults = read(tmp_path, gff(row), "gff3")
    assert sites == [] and len(faults) == 1 and faults[0].row == 1 and what in faults[0].what


@pytest.mark.parametrize("text, columns, row, what", [
    ("position,strand\n0,+\n", {}, 2, "position 0"),
    ("position,strand\n1\n", {}, 2, "1 columns where the header has 2"),
    ("position,strand\n1,north\n", {}, 2, "strand is 'north'"),
    ("position,strand\n1,\n", {}, 2, "no strand"),
    ("position,strand\n101,+\n", {}, 2, "beyond the end"),
    ("start,strand\n1,+\n", {}, 1, "no column 'position'"),
    ("position,strand\n1,+\n", {"score_column": "reads"}, 1, "no column 'reads'"),
    ("position,strand,strand\n1,+,-\n", {}, 1, "'strand' twice"),
])
def test_each_table_fault(tmp_path, text, columns, row, what):
    sites, faults = read(tmp_path, text, "table", **columns)
    assert sites == [] and [fault.row for fault in faults] == [row] and what in faults[0].what


@pytest.mark.parametrize("format, text", [("bed", ""), ("bed", "# only a comment\n"), ("gff3", "##gff-version 3\n"),
                                          ("table", ""), ("table", "position,strand\n")])
def test_an_empty_set_is_a_fault(tmp_path, format, text):
    sites, faults = read(tmp_path, text, format)
    assert sites == [] and len(faults) == 1 and "no sites" in faults[0].what


def test_files_that_are_no_text_are_a_fault(tmp_path):
    binary, broken = tmp_path / "set.xlsx", tmp_path / "set.gz"
    binary.write_bytes(b"PK\x03\x04\x00\x00")
    broken.write_bytes(gzip.compress(b"c\t10\t11\ta\t5\t+\n" * 1000)[:-20])
    for path in (binary, broken, tmp_path / "absent"):
        sites, faults = read_sites(path, "bed", CONTIGS)
        assert sites.empty and len(faults) == 1 and faults[0].row is None


def test_without_a_known_genome_only_the_file_itself_is_checked(tmp_path):
    sites, faults = read(tmp_path, "d\t999\t1000\ta\t0\t+\nc\t1\t2\ta\t0\t.\n", "bed", None)
    assert sites == [("d", 999, "+", 0.0)] and [fault.row for fault in faults] == [2]


def test_duplicates_become_one_site_with_the_highest_score(tmp_path):
    text = ("d\t5\t6\ta\t1\t+\nc\t9\t10\ta\t1\t+\nc\t5\t6\tb\t2\t-\nc\t5\t6\tb\t1\t+\nc\t5\t6\tc\t9\t+\n"
            "c\t1\t6\td\t4\t-\n")
    path = tmp_path / "set.bed"
    path.write_text(text)
    merged, duplicates = merge_duplicates(read_sites(path, "bed", {"c": 100, "d": 100})[0])
    # c:1-6 on - starts at 5 as c:5-6 does. Contigs keep the file's order.
    assert list(merged.itertuples(index=False, name=None)) == [
        ("d", 5, "+", 1.0), ("c", 5, "+", 9.0), ("c", 5, "-", 4.0), ("c", 9, "+", 1.0)]
    assert duplicates == 2


def test_fault_lines_are_capped_with_a_count():
    lines = fault_lines("a.bed", [Fault(row, f"wrong in way {row}", "mend it") for row in range(1, 24)])
    assert lines[0] == "a.bed: row 1: wrong in way 1; mend it"
    assert len(lines) == 21 and lines[-1].startswith("a.bed: and 3 more")
    assert fault_lines("a.bed", [Fault(None, "is empty", "fill it")]) == ["a.bed: is empty; fill it"]


def test_rows_with_the_same_fault_share_a_line():
    faults = [Fault(3, "is wrong", "mend it"), Fault(4, "is odd", "even it"), Fault(9, "is wrong", "mend it")]
    assert fault_lines("a.bed", faults) == ["a.bed: row 3 and 1 more: is wrong; mend it",
                                            "a.bed: row 4: is odd; even it"]


def harmonise(root, tmp_path, *options):
    (tmp_path / "genome.json").write_text(json.dumps({"contigs": [{"name": "c", "length": 100, "circular": True}]}))
    return subprocess.run([sys.executable, root / "bin/harmonise_sites.py", *options, "--genome", "genome.json"],
                          cwd=tmp_path, capture_output=True, text=True)


def test_harmonise_writes_bed_and_audit(root, tmp_path):
    (tmp_path / "x.csv").write_text("pos;strand\n11;reverse\n1;+\n11;-\n")
    run = harmonise(root, tmp_path, "--set", "x", "--file", "x.csv", "--format", "table", "--position_column", "pos")
    assert run.returncode == 0, run.stderr
    sites = read_bed(tmp_path / "x.bed")
    assert list(zip(sites["start"], sites["end"], sites["strand"])) == [(0, 1, "+"), (10, 11, "-")]
    assert read_json(tmp_path / "x.audit.json") == {
        "set": "x", "file": "x.csv", "format": "table", "sha256": sha256(tmp_path / "x.csv"), "rows": 3, "sites": 2,
        "lost": {"duplicate": 1}}
    assert read_json(tmp_path / "record.json")["process"] == "HARMONISE"


def test_harmonise_refuses_a_faulty_set(root, tmp_path):
    (tmp_path / "x.bed").write_text("c\t5\t6\ta\t1\t+\nd\t5\t6\ta\t1\t+\n")
    run = harmonise(root, tmp_path, "--set", "y", "--file", "x.bed", "--format", "bed")
    assert run.returncode == 2 and run.stderr == "x.bed: row 2: unknown contig 'd'; the genome has c\n"
    assert not (tmp_path / "y.bed").exists()
