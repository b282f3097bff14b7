"""Readers of the common formats against coordinates worked out by hand; duplicates; how faults are said.

The contig ``c`` has 100 nt. A TSS at the 11th base is 0-based 10: BED 10-11, GFF3 11-11, table 11 (or 10 from 0).
"""

import gzip

import pandas as pd
import pytest

from attentome.io.faults import Fault, fault_lines
from attentome.sites.readers.detect import read_set
from attentome.sites.tss_set import Reading, joined, merge_duplicates

CONTIGS = {"c": 100}


def read(tmp_path, text, format, contigs=CONTIGS, aliases=None, **columns):
    """``(contig, tss, strand, score)`` of each site, and the faults."""
    path = tmp_path / "set.txt"
    path.write_text(text)
    reading = read_set([path], format, contigs, columns, aliases)
    sites = reading.sites[["contig", "tss", "strand", "score"]]
    return list(sites.itertuples(index=False, name=None)), [fault for _, fault in reading.faults]


def gff(*rows):
    return "".join("\t".join(map(str, row)) + "\n" for row in rows)


def test_bed_both_strands_single_bases_and_intervals(tmp_path):
    text = (
        "# made by hand\ntrack name=x\nc\t10\t11\ta\t5\t+\nc\t10\t11\tb\t.\t-\n"
        "c\t20\t30\tc\t2.5\t+\nc\t20\t30\td\t0\t-\n\nc\t99\t100\te\t1\t+\textra\n"
    )
    sites, faults = read(tmp_path, text, "bed")
    assert faults == []
    assert sites == [
        ("c", 10, "+", 5.0),
        ("c", 10, "-", 0.0),
        ("c", 20, "+", 2.5),
        ("c", 29, "-", 0.0),
        ("c", 99, "+", 1.0),
    ]


def test_rows_are_numbered_as_an_editor_numbers_lines(tmp_path):
    (tmp_path / "a.bed").write_text("# head\n\nc\t1\t2\ta\t0\t+\nc\t4\t5\ta\t0\t-\n")
    (tmp_path / "b.bed").write_text("c\t7\t8\ta\t0\t-\n")
    reading = read_set([tmp_path / "a.bed", tmp_path / "b.bed"], "bed", CONTIGS)
    assert list(zip(reading.sites["file"], reading.sites["row"], reading.sites["tss"])) == [
        (0, 3, 1),
        (0, 4, 4),
        (1, 1, 7),
    ]
    assert reading.strand_codes == {"+": 1, "-": 2} and reading.contig_names == {"c": "c"}


def test_bed_with_the_header_of_a_harmonised_set_keeps_evidence_and_sigma(tmp_path):
    header = "#contig\tstart\tend\tname\tscore\tstrand\tevidence\tsigma\n"
    rows = "c\t1\t2\ta\t0\t+\tStrong\tSigma70|Sigma38\nc\t3\t4\tb\t0\t-\t.\t.\n"
    for text, evidence, sigma in ((header + rows, ["Strong", ""], ["Sigma70|Sigma38", ""]), (rows, ["", ""], ["", ""])):
        (tmp_path / "a.bed").write_text(text)
        sites = read_set([tmp_path / "a.bed"], "bed", CONTIGS).sites
        assert list(sites["evidence"]) == evidence and list(sites["sigma"]) == sigma


@pytest.mark.parametrize("format", ["gff3", "gtf"])
def test_gff_both_strands_single_bases_and_intervals(tmp_path, format):
    text = "##gff-version 3\n" + gff(
        ("c", "x", "TSS", 11, 11, 7, "+", ".", "ID=a"),
        ("c", "x", "TSS", 11, 11, ".", "-", ".", "ID=b"),
        ("c", "x", "transcript", 21, 30, ".", "+", ".", "ID=c"),
        ("c", "x", "transcript", 21, 30, ".", "-", ".", "."),
        ("c", "x", "TSS", 1, 1, ".", "+", ".", "."),
        ("c", "x", "TSS", 100, 100, ".", "-", ".", "."),
    )
    sites, faults = read(tmp_path, text + "##FASTA\n>c\nACGT\n", format)
    assert faults == []
    assert sites == [
        ("c", 10, "+", 7.0),
        ("c", 10, "-", 0.0),
        ("c", 20, "+", 0.0),
        ("c", 29, "-", 0.0),
        ("c", 0, "+", 0.0),
        ("c", 99, "-", 0.0),
    ]


def test_gff3_names_are_percent_encoded_and_gtf_names_are_not(tmp_path):
    text = gff(("c%7C1", "x", "TSS", 1, 1, ".", "+", ".", "."))
    assert read(tmp_path, text, "gff3", {"c|1": 9})[0] == [("c|1", 0, "+", 0.0)]
    assert read(tmp_path, text, "gtf", {"c%7C1": 9})[0] == [("c%7C1", 0, "+", 0.0)]


@pytest.mark.parametrize("delimiter", ["\t", ",", ";"])
def test_table_with_named_columns_and_any_delimiter(tmp_path, delimiter):
    rows = [
        ["Position", "reads", "dir", "note"],
        ["11", "3", "forward", '"x, y"' if delimiter == "," else "x"],
        ["11", "", "Reverse", ""],
        ["1", "2", "plus", ""],
        ["100", "2", "MINUS", ""],
        ["5.0", "1", "+", ""],
        ["5", "1", "-", ""],
        ["", "", "", ""],
    ]
    text = "\ufeff# comment\n" + "\r\n".join(delimiter.join(row) for row in rows) + "\r\n"
    sites, faults = read(tmp_path, text, "table", position_column="Position", strand_column="dir", score_column="reads")
    assert faults == []
    assert sites == [
        ("c", 10, "+", 3.0),
        ("c", 10, "-", 0.0),
        ("c", 0, "+", 2.0),
        ("c", 99, "-", 2.0),
        ("c", 4, "+", 1.0),
        ("c", 4, "-", 1.0),
    ]


def test_table_with_title_lines_above_its_header_and_with_a_commented_header(tmp_path):
    titles = "Table S1, with a title; and more\n\nAll positions, in nt\n"
    for text in (titles + "pos;strand\n4;+\n", "#made by x\n#pos;strand\n#note\n4;+\n"):
        assert read(tmp_path, text, "table", position_column="pos") == ([("c", 3, "+", 0.0)], [])
    sites, faults = read(tmp_path, "t\n" * 20 + "pos;strand\n4;+\n", "table", position_column="pos")
    assert sites == [] and len(faults) == 1


def test_table_keeps_evidence_sigma_and_sequence(tmp_path):
    (tmp_path / "t.tsv").write_text("position\tstrand\tlevel\tfactor\tseq\n3\t+\tA  b\tS70\tacgTa\n9\t-\t.\t\tggcAa\n")
    columns = {"evidence_column": "level", "sigma_column": "factor", "sequence_column": "seq"}
    reading = read_set([tmp_path / "t.tsv"], "table", CONTIGS, columns)
    assert list(reading.sites["evidence"]) == ["A b", ""] and list(reading.sites["sigma"]) == ["S70", ""]
    assert list(reading.sites["sequence"]) == ["ACGTA", "GGCAA"] and reading.sequence_tss == 3
    (tmp_path / "t.tsv").write_text("position\tstrand\tseq\n3\t+\tacgTa\n9\t-\tggCaa\n")
    assert read_set([tmp_path / "t.tsv"], "table", CONTIGS, {"sequence_column": "seq"}).sequence_tss is None


def test_table_from_zero_with_default_columns_and_byte_order_mark(tmp_path):
    sites, faults = read(tmp_path, "\ufeffcontig,position,strand\nc,0,+\nc,99,-\n", "table", position_base=0)
    assert faults == []
    assert sites == [("c", 0, "+", 0.0), ("c", 99, "-", 0.0)]


def test_table_needs_its_contig_column_only_with_several_contigs_and_no_alias(tmp_path):
    text = "position\tstrand\n1\t+\n"
    assert read(tmp_path, text, "table", {"c": 9})[0] == [("c", 0, "+", 0.0)]
    sites, faults = read(tmp_path, text, "table", {"c": 9, "d": 9})
    assert sites == [] and [fault.row for fault in faults] == [1] and "'contig'" in faults[0].what
    assert read(tmp_path, text, "table", {"c": 9, "d": 9}, {"*": "d"})[0] == [("d", 0, "+", 0.0)]


def test_gzip_is_read(tmp_path):
    path = tmp_path / "set.bed.gz"
    path.write_bytes(gzip.compress(b"c\t10\t11\ta\t5\t+\n"))
    reading = read_set([path], "bed", CONTIGS)
    assert reading.faults == [] and list(reading.sites["tss"]) == [10]


@pytest.mark.parametrize(
    "row, what",
    [
        ("d\t1\t2\ta\t0\t+", "unknown contig 'd'"),
        ("\t1\t2\ta\t0\t+", "unknown contig ''"),
        ("c\t100\t101\ta\t0\t+", "beyond the end"),
        ("c\t1\t2\ta\t0\t.", "no strand"),
        ("c\t1\t2\ta\t0", "no strand"),
        ("c,1,2,a,0,+", "1 columns"),
        ("c\t1\t2\ta\t0\tplus", "strand is 'plus'"),
        ("c\t2\t2\ta\t0\t+", "not before end"),
        ("c\t-1\t2\ta\t0\t+", "start is '-1'"),
        ("c\t1.0\t2\ta\t0\t+", "start is '1.0'"),
        ("c\t1,000\t2\ta\t0\t+", "start is '1,000'"),
        ("c\t1\t9999999999999999999999\ta\t0\t+", "end is '9999999999999999999999'"),
        ("c\t1\t2\ta\thigh\t+", "score is 'high'"),
        ("c\t1\t2\ta\tnan\t+", "score is 'nan'"),
        ("c\t1\t2\ta\t1_0\t+", "score is '1_0'"),
    ],
)
def test_each_bed_fault_names_its_row_and_the_good_rows_are_kept(tmp_path, row, what):
    sites, faults = read(tmp_path, f"# head\nc\t5\t6\ta\t0\t+\n\n{row}\n", "bed")
    assert sites == [("c", 5, "+", 0.0)]
    assert [fault.row for fault in faults] == [4] and what in faults[0].what and faults[0].remedy


@pytest.mark.parametrize(
    "row, what",
    [
        (("c", "x", "TSS", 0, 1, ".", "+", ".", "."), "start is 0"),
        (("c", "x", "TSS", 9, 8, ".", "+", ".", "."), "after end"),
        (("c", "x", "region", 1, 100, ".", "+", ".", "."), "'region'"),
        (("c", "x", "TSS", 101, 101, ".", "+", ".", "."), "beyond the end"),
        (("c", "x", "TSS", 1, 1, ".", "?", ".", "."), "no strand"),
        (("c", "x", "TSS", 1, 1, ".", "+", "."), "8 columns"),
    ],
)
def test_each_gff_fault(tmp_path, row, what):
    sites, faults = read(tmp_path, gff(row), "gff3")
    assert sites == [] and len(faults) == 1 and faults[0].row == 1 and what in faults[0].what


@pytest.mark.parametrize(
    "text, columns, row, what",
    [
        ("position,strand\n0,+\n", {}, 2, "position 0"),
        ("position,strand\n1\n", {}, 2, "1 columns where the header has 2"),
        ("position,strand\n1,north\n", {}, 2, "strand is 'north'"),
        ("position,strand\n1,\n", {}, 2, "no strand"),
        ("position,strand\n101,+\n", {}, 2, "beyond the end"),
        ("position,strand\n5.5,+\n", {}, 2, "position is '5.5'"),
        ("start,strand\n1,+\n", {}, 1, "no column 'position'"),
        ("position strand\n1 +\n", {}, 1, "the header is one column, 'position strand'"),
        ("position,strand\n1,+\n", {"score_column": "reads"}, 1, "no column 'reads'"),
        ("position,strand,strand\n1,+,-\n", {}, 1, "'strand' twice"),
        ("position,strand\n1,+\n", {"worksheet": "S1"}, None, "has no worksheet 'S1'"),
    ],
)
def test_each_table_fault(tmp_path, text, columns, row, what):
    sites, faults = read(tmp_path, text, "table", **columns)
    assert sites == [] and [fault.row for fault in faults] == [row] and what in faults[0].what


@pytest.mark.parametrize(
    "format, text",
    [
        ("bed", ""),
        ("bed", "# only a comment\n"),
        ("gff3", "##gff-version 3\n"),
        ("table", ""),
        ("table", "position,strand\n"),
        ("auto", ""),
        ("regulondb", "# only a comment\n"),
    ],
)
def test_an_empty_set_is_a_fault(tmp_path, format, text):
    sites, faults = read(tmp_path, text, format)
    assert sites == [] and len(faults) == 1 and "no sites" in faults[0].what


def test_files_that_are_no_text_are_a_fault(tmp_path):
    binary, broken = tmp_path / "set.bin", tmp_path / "set.gz"
    binary.write_bytes(b"\x01\x02\x00\x00")
    broken.write_bytes(gzip.compress(b"c\t10\t11\ta\t5\t+\n" * 1000)[:-20])
    for path in (binary, broken, tmp_path / "absent"):
        for format in ("bed", "gff3", "table", "regulondb", "auto"):
            reading = read_set([path], format, CONTIGS)
            assert reading.sites.empty and len(reading.faults) == 1 and reading.faults[0][1].row is None


def test_without_a_known_genome_only_the_file_itself_is_checked(tmp_path):
    sites, faults = read(tmp_path, "d\t999\t1000\ta\t0\t+\nc\t1\t2\ta\t0\t.\n", "bed", None)
    assert sites == [("d", 999, "+", 0.0)] and [fault.row for fault in faults] == [2]


def test_an_option_of_another_format_is_a_fault(tmp_path):
    sites, faults = read(tmp_path, "c\t1\t2\ta\t0\t+\n", "auto", evidence=["Strong"])
    assert sites == [] and faults == [
        Fault(None, "evidence given for a file of format bed", "leave it empty in the sample sheet")
    ]


def test_duplicates_become_one_site_with_the_highest_score_and_all_evidence(tmp_path):
    sites = pd.DataFrame(
        [
            ("d", 5, "+", 1.0, "", ""),
            ("c", 9, "+", 1.0, "", ""),
            ("c", 5, "-", 2.0, "Weak", "Sigma70"),
            ("c", 5, "+", 1.0, "", "b|a"),
            ("c", 5, "+", 9.0, "", "c|a"),
            ("c", 5, "-", 4.0, "Strong", ""),
        ],
        columns=["contig", "tss", "strand", "score", "evidence", "sigma"],
    )
    merged, duplicates = merge_duplicates(sites)
    # Contigs keep the file's order.
    assert list(merged.itertuples(index=False, name=None)) == [
        ("d", 5, "+", 1.0, "", ""),
        ("c", 5, "+", 9.0, "", "a|b|c"),
        ("c", 5, "-", 4.0, "Strong|Weak", "Sigma70"),
        ("c", 9, "+", 1.0, "", ""),
    ]
    assert duplicates == 2
    again, duplicates = merge_duplicates(merged)
    pd.testing.assert_frame_equal(again, merged)
    assert duplicates == 0


def test_merging_no_sites_keeps_the_columns_and_their_types():
    merged, duplicates = merge_duplicates(Reading().sites)
    assert duplicates == 0 and merged.empty and merged["tss"].dtype == "int64" and merged["score"].dtype == float


def test_joined_words():
    assert joined(["b|a", "", "c", "a"]) == "a|b|c" and joined([""]) == ""


def test_fault_lines_are_capped_with_a_count():
    lines = fault_lines("a.bed", [Fault(row, f"wrong in way {row}", "mend it") for row in range(1, 24)])
    assert lines[0] == "a.bed: row 1: wrong in way 1; mend it"
    assert len(lines) == 21 and lines[-1].startswith("a.bed: and 3 more")
    assert fault_lines("a.bed", [Fault(None, "is empty", "fill it")]) == ["a.bed: is empty; fill it"]


def test_rows_with_the_same_fault_share_a_line():
    faults = [Fault(3, "is wrong", "mend it"), Fault(4, "is odd", "even it"), Fault(9, "is wrong", "mend it")]
    assert fault_lines("a.bed", faults) == [
        "a.bed: row 3 and 1 more: is wrong; mend it",
        "a.bed: row 4: is odd; even it",
    ]
