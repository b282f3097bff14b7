"""Malformed inputs as users send them: each ends CHECK_INPUTS with one line of file, row and remedy, and no result."""

import gzip
import io
import subprocess
import sys

import numpy as np
import openpyxl
import pytest
import source_files
from hypothesis import given, settings
from hypothesis import strategies as st
from project import load_command
from source_files import WRITERS

from attentome.io.faults import fault_lines
from attentome.io.files import write_json
from attentome.sites.readers.detect import FORMATS, read_set

SEQUENCE = "".join(np.random.default_rng(1).choice(list("ACGT"), 2000))
GENOME = f">c\n{SEQUENCE}\n"
GOOD_BED = "c\t100\t101\ta\t1\t+\nc\t300\t301\tb\t1\t-\n"
TABLE = "contig,position,strand\nc,101,+\n{}\nc,401,-\n"


def workbook(rows, merge=None):
    """An xlsx file's bytes."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if merge:
        book.active.merge_cells(merge)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


TITLE, HEADER = ["Table S1"], ["contig", "position", "strand"]
XLS = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
PDF = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
CUT_GZIP = gzip.compress(GOOD_BED.encode() * 500)[:-30]
SMRT = "#TU_left_position\tTU_right_position\tTU_strand\n{}\n"
REGULONDB = "# RegulonDB\n{}\n"


def promoter(strand="forward", position="101", columns=8):
    return "\t".join(["ECK1", "p", strand, position, "Sigma70", "", "[x]", "Strong"][:columns])


# Set's file and its content, further cells of the sheet, the place the line names, what, remedy.
SETS = {
    "bed separated by commas": (
        "a.bed",
        GOOD_BED.replace("\t", ","),
        {"format": "bed"},
        "row 1 and 1 more",
        "no strand",
        "separated by tabs, not by ','",
    ),
    "bed without strand": ("a.bed", "c\t1\t2\n", {"format": "bed"}, "row 1", "has 3 columns", "give BED6"),
    "bed with a header of words": (
        "a.bed",
        "chrom\tstart\tend\tname\tscore\tstrand\n" + GOOD_BED,
        {"format": "bed"},
        "row 1",
        "start is 'start'",
        "give a position",
    ),
    "unknown strand": (
        "a.bed",
        "c\t1\t2\ta\t0\tforward\n",
        {"format": "bed"},
        "row 1",
        "strand is 'forward'",
        "write + or -",
    ),
    "strand that is a dot": ("a.bed", GOOD_BED + "c\t1\t2\ta\t0\t.\n", {}, "row 3", "no strand", "write + or -"),
    "bed of no length": ("a.bed", GOOD_BED + "c\t5\t5\ta\t0\t+\n", {}, "row 3", "not before end 5", "half-open"),
    "negative position in bed": ("a.bed", GOOD_BED + "c\t-5\t5\ta\t0\t+\n", {}, "row 3", "start is '-5'", "position"),
    "float position in bed": ("a.bed", GOOD_BED + "c\t5.0\t6\ta\t0\t+\n", {}, "row 3", "start is '5.0'", "position"),
    "contig of another genome": (
        "a.bed",
        GOOD_BED.replace("c\t", "chr1\t"),
        {},
        "row 1 and 1 more",
        "unknown contig 'chr1'",
        "contig_alias",
    ),
    "beyond the contig's end": (
        "a.bed",
        GOOD_BED + "c\t2000\t2001\ta\t0\t+\n",
        {},
        "row 3",
        "beyond the end of c (2000 nt)",
        "column assembly",
    ),
    "gzip cut in the middle": ("a.bed.gz", CUT_GZIP, {}, None, "cannot be read", "copy or compress it again"),
    "NUL bytes": ("a.bed", GOOD_BED.encode() + b"\0\0\0", {}, None, "is not a text file", "plain text"),
    "UTF-16": ("a.bed", GOOD_BED.encode("utf-16"), {}, None, "is text in UTF-16", "save it as UTF-8"),
    "empty file": ("a.bed", "", {}, None, "holds no sites", "give at least one"),
    "comments only": ("a.bed", "# nothing\n", {"format": "bed"}, None, "holds no sites", "give at least one"),
    "web page": ("a.bed", "<html><body>404</body></html>\n", {}, None, "is a web page", "download the file itself"),
    "genome as a set": ("a.fna", GENOME, {}, None, "is a FASTA file", "give the positions"),
    "gff from 0": ("a.gff", "c\tx\tTSS\t0\t5\t.\t+\t.\t.\n", {}, "row 1", "start is 0", "count from 1"),
    "gff of whole contigs": (
        "a.gff",
        "##gff-version 3\nc\tx\tregion\t1\t2000\t.\t+\t.\tID=c\n",
        {},
        "row 2",
        "is a 'region'",
        "give only the TSS rows",
    ),
    "gff of 8 columns": (
        "a.gff",
        "##gff-version 3\nc\tx\tTSS\t1\t20\t.\t+\t.\n",
        {},
        "row 2",
        "has 8 columns",
        "give GFF3",
    ),
    "table with thousands separators": (
        "a.csv",
        TABLE.format('c,"1,201",+'),
        {},
        "row 3",
        "position is '1,201'",
        "without separators",
    ),
    "table with text in numbers": ("a.csv", TABLE.format("c,201 nt,+"), {}, "row 3", "position is '201 nt'", "nt"),
    "table with a float": ("a.csv", TABLE.format("c,5.5,+"), {}, "row 3", "position is '5.5'", "position"),
    "table with a negative": ("a.csv", TABLE.format("c,-5,+"), {}, "row 3", "position is '-5'", "position"),
    "table from 0": ("a.csv", TABLE.format("c,0,+"), {}, "row 3", "position 0", "position_base"),
    "table with a short row": ("a.csv", TABLE.format("c,5"), {}, "row 3", "has 2 columns", "as many"),
    "table with an open quote": ("a.csv", TABLE.format('"c,5,+'), {}, "row 3", "has 1 columns", "as many"),
    "table with a long row": ("a.csv", TABLE.format("c,5,+,x"), {}, "row 3", "has 4 columns", "as many"),
    "table with an unknown strand": ("a.csv", TABLE.format("c,5,sense"), {}, "row 3", "strand is 'sense'", "write +"),
    "table without the columns": (
        "a.csv",
        "x,y\n1,+\n",
        {"format": "table"},
        "row 1",
        "no columns 'position' for the position and 'strand' for the strand among x, y",
        "position_column, strand_column",
    ),
    "table separated by blanks": (
        "a.csv",
        "position strand\n1 +\n",
        {"format": "table"},
        "row 1",
        "is one column",
        "tabs, commas or semicolons",
    ),
    "table of no format": ("a.csv", "x,y\n1,+\n", {}, None, "format that cannot be recognised", "name its format"),
    "PDF named .xlsx": ("a.xlsx", PDF, {"format": "table"}, None, "is a PDF", "give the table itself"),
    "csv named .xlsx": ("a.xlsx", TABLE.format("c,5,+"), {"format": "table"}, None, "is plain text", "name it .csv"),
    "legacy workbook": ("a.xls", XLS, {}, None, "is an old workbook (.xls)", "save it as .xlsx"),
    "zip that is no workbook": ("a.xlsx", b"PK\x03\x04" + bytes(100), {}, None, "not a readable xlsx", "save it again"),
    "empty worksheet": ("a.xlsx", workbook([]), {"format": "table"}, None, "worksheet 'Sheet' is empty", "worksheet"),
    "header without rows": ("a.xlsx", workbook([HEADER]), {}, None, "holds no sites", "give at least one"),
    "merged cells": (
        "a.xlsx",
        workbook([TITLE, HEADER, ["c", 5, "+"], ["c", 6, "+"]], "A3:A4"),
        {},
        "row 3",
        "cells A3:A4 are merged",
        "unmerge them",
    ),
    "workbook with text in numbers": (
        "a.xlsx",
        workbook([HEADER, ["c", "12a", "+"]]),
        {},
        "row 2",
        "position is '12a'",
        "position",
    ),
    "workbook with a float": (
        "a.xlsx",
        workbook([TITLE, HEADER, ["c", 5.5, "+"]]),
        {},
        "row 3",
        "position is '5.5'",
        "nt",
    ),
    "worksheet that is not there": (
        "a.xlsx",
        workbook([HEADER, ["c", 5, "+"]]),
        {"format": "table", "worksheet": "S2"},
        None,
        "has no worksheet 'S2'",
        "give one of Sheet",
    ),
    "SMRT with left behind right": (
        "a",
        SMRT.format("50\t40\t+"),
        {},
        "row 2",
        "not before right position 40",
        "half-open",
    ),
    "RegulonDB with an unknown strand": (
        "a",
        REGULONDB.format(promoter("both")),
        {"format": "regulondb"},
        "row 2",
        "strand is 'both'",
        "plus, minus, forward or reverse",
    ),
    "RegulonDB of other columns": (
        "a",
        REGULONDB.format(promoter(columns=7)),
        {"format": "regulondb"},
        "row 2",
        "has 7 columns",
        "as released",
    ),
    "RegulonDB without the evidence asked for": (
        "a",
        REGULONDB.format(promoter()),
        {"evidence": "Gold"},
        None,
        "no site is left of 1 rows",
        "select rows that it has",
    ),
    "wrong checksum": ("a.bed", GOOD_BED, {"sha256": "0" * 64}, None, "has sha256", "get the file again"),
    "bigWig cut off": ("a.bw|a.bw", b"\x26\xfc\x8f\x88\x04\x00", {}, None, "truncated bigWig", "copy or make it again"),
}

# Sample sheet, the place the line names, what, remedy.
SHEETS = {
    "duplicate set names": ("set,source\na,good.bed\na,good.bed\n", "row 3", "is taken by row 2", "its own name"),
    "sheet separated by tabs": ("set\tsource\na\tgood.bed\n", "row 1", "not separated by commas", "CSV"),
    "sheet without rows": ("set,source\n", None, "no rows", "a row for each TSS set"),
    "sheet of another column": ("set,file\na,good.bed\n", "row 1", "unknown column 'file'", "did you mean 'source'?"),
    "sheet as workbook": (workbook([["set", "source"]]), None, "is not a text file", "plain text"),
    "sheet with a short row": ("set,source,format\na,good.bed\n", "row 2", "has 2 columns", "as many commas"),
    "weight of nothing": ("set,source,weight\na,good.bed,0\nb,good.bed,1\n", "row 2", "weight is '0'", "above 0"),
}

# Genome, the place the line names, what, remedy.
GENOMES = {
    "genome of no length": (">c\n", "row 1", "has no sequence", "add it"),
    "genome that is empty": ("", None, "holds no sequence", "give a FASTA"),
    "genome with a contig twice": (GENOME + GENOME, "row 3", "occurs again", "its own name"),
    "protein as genome": (">c\n" + "MEFLIL" * 400 + "\n", "row 2", "not nucleotides", "use only A C G T"),
    "genome that is a table": ("c,1,2\n", "row 1", "before the first '>'", "give a FASTA"),
}


@pytest.fixture
def check(root, tmp_path, monkeypatch, capfd):
    """Runs check_inputs.py; returns its exit code and the lines it says, and sees to it that nothing was written."""
    command = load_command("check_inputs")
    monkeypatch.chdir(tmp_path)

    def run(sheet, files, genome=GENOME):
        def entry(role, row, part, name):
            staged = name if (tmp_path / name).exists() else None
            return {"role": role, "row": row, "part": part, "source": name, "staged": staged, "provenance": None}

        for name, content in (("sheet.csv", sheet), ("genome.fna", genome), ("good.bed", GOOD_BED)):
            (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        write_json(
            "sources.json",
            [entry("genome", 0, 1, "genome.fna")]
            + [
                entry("set", row, part, name)
                for row, names in enumerate(files, 1)
                for part, name in enumerate(names, 1)
            ],
        )
        write_json("params.json", {"input": "sheet.csv", "genome": "genome.fna", "min_support": 1})
        monkeypatch.setattr(
            sys,
            "argv",
            [
                "check_inputs.py",
                "--sheet",
                "sheet.csv",
                "--sources",
                "sources.json",
                "--params",
                "params.json",
                "--schema",
                str(root / "nextflow_schema.json"),
                "--out",
                "out",
            ],
        )
        code = 0
        try:
            command.main()
        except SystemExit as end:
            code = end.code
        assert (tmp_path / "out").exists() == (code == 0)
        return code, capfd.readouterr().err.splitlines()

    return run


def one_line(done):
    code, lines = done
    assert code == 2 and len(lines) == 1, lines
    return lines[0]


def assert_line(line, file, row, what, remedy):
    place, _, advice = line.partition("; ")
    assert place.startswith(f"{file}: " if row is None else f"{file}: {row}: "), line
    assert what in place and remedy in advice, line


@pytest.mark.parametrize("case", SETS)
def test_a_malformed_set(check, tmp_path, case):
    source, content, cells, row, what, remedy = SETS[case]
    names = source.split("|")
    (tmp_path / names[0]).write_bytes(content if isinstance(content, bytes) else content.encode())
    cells = {"set": "bad", "source": source} | cells
    columns, values = ",".join(cells), ",".join(cells.values())
    sheet = f"{columns}\n{values}\ngood,good.bed{',' * (len(cells) - 2)}\n"
    done = check(sheet, [names, ["good.bed"]])
    assert_line(one_line(done), names[0], row, what, remedy)


@pytest.mark.parametrize("case", SHEETS)
def test_a_malformed_sheet(check, case):
    sheet, row, what, remedy = SHEETS[case]
    assert_line(one_line(check(sheet, [["good.bed"]] * 2)), "sheet.csv", row, what, remedy)


@pytest.mark.parametrize("case", GENOMES)
def test_a_malformed_genome(check, case):
    genome, row, what, remedy = GENOMES[case]
    done = check("set,source\na,good.bed\nb,good.bed\n", [["good.bed"]] * 2, genome)
    assert_line(one_line(done), "genome.fna", row, what, remedy)


def test_a_source_that_is_not_there(check, tmp_path):
    done = check("set,source\na,absent.bed\nb,good.bed\n", [["absent.bed"], ["good.bed"]])
    assert_line(one_line(done), "absent.bed", None, "no such file (row 2 of the sample sheet)", "sheet's folder")


def test_the_command_ends_so_by_itself(root, tmp_path, check):
    """The other tests call the command's function."""
    check("set,source\na,good.bed\n", [["good.bed"]], ">c\n")
    done = subprocess.run(
        [sys.executable, root / "bin/check_inputs.py", *sys.argv[1:]], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 2 and done.stderr.startswith("genome.fna: row 1: contig 'c' has no sequence; ")
    assert not (tmp_path / "out").exists()


good_files = {}
"""Bytes of a good file of each format; filled by the test below."""


@settings(deadline=None, max_examples=100)
@given(
    writer=st.sampled_from(sorted(WRITERS)),
    format=st.sampled_from(["auto", *FORMATS]),
    gzipped=st.booleans(),
    edits=st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 12), st.binary(max_size=6)), max_size=5),
)
def test_no_edit_of_a_good_file_raises_and_each_fault_is_one_line(tmp_path_factory, writer, format, gzipped, edits):
    folder = tmp_path_factory.mktemp("edited")
    if writer not in good_files:
        path = folder / WRITERS[writer]
        getattr(source_files, writer)(path, [("c", 200, "+", 3.0), ("c", 900, "-", 1.5)])
        good_files[writer] = path.read_bytes()
    content = good_files[writer]
    for place, dropped, added in edits:
        content = content[:place] + added + content[place + dropped :]
    (folder / "edited").write_bytes(gzip.compress(content)[: -9 if edits else None] if gzipped else content)
    for contigs in ({"c": 3000}, {"c": 3000, "d": 1}, None):
        reading = read_set([folder / "edited"], format, contigs)
        assert len(reading.sites) or reading.faults
        lines = fault_lines("edited", [fault for _, fault in reading.faults])
        assert len("\n".join(lines).splitlines()) == len(lines)


@pytest.mark.parametrize(
    "name, content",
    [
        ("windows.bed", GOOD_BED.replace("\n", "\r\n")),
        ("mac.bed", GOOD_BED.replace("\n", "\r")),
        ("mark.bed", "\ufeff" + GOOD_BED),
        ("zipped.bed.gz", gzip.compress(GOOD_BED.encode())),
        ("five.csv", TABLE.format("c,5.0,Plus")),
        ("quoted.csv", TABLE.format('"c","5",+')),
        ("blank.csv", TABLE.format(",,")),
        ("title.xlsx", workbook([TITLE, [], HEADER, ["c", 5.0, "+"]])),
        ("semicolon.csv", TABLE.format("c,5,+").replace(",", ";")),
    ],
)
def test_what_only_looks_malformed_passes(check, tmp_path, name, content):
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    assert check(f"set,source\na,{name}\nb,good.bed\n", [[name], ["good.bed"]]) == (0, [])
