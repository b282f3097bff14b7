"""The sample sheet: what each cell becomes, and one fault with row and remedy for each that is wrong."""

import pytest

from attentome.inputs.sample_sheet import OPTION_COLUMNS, read_sheet
from attentome.sites.readers.detect import OPTIONS, READERS

SUM_A, SUM_B = "a" * 64, "0123456789abcdef" * 4


def read(tmp_path, text):
    (tmp_path / "sheet.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_sheet(tmp_path / "sheet.csv")


def one(tmp_path, **cells):
    """The entry of a sheet with a single set, which has no faults."""
    cells = {"set": "a", "source": "x.bed"} | cells
    entries, faults = read(tmp_path, f"{','.join(cells)}\n{','.join(cells.values())}\n")
    assert faults == [] and len(entries) == 1
    return entries[0]


def test_a_sheet_of_two_columns_has_every_default(tmp_path):
    assert one(tmp_path) == {
        "row": 2,
        "number": 1,
        "set": "a",
        "sources": ["x.bed"],
        "format": "auto",
        "assembly": "",
        "sha256": [],
        "weight": 1.0,
        "priority": None,
        "coordinate_fix": "auto",
        "contig_alias": {},
        "options": {},
    }


def test_every_cell_that_all_sets_may_fill(tmp_path):
    entry = one(
        tmp_path,
        source="m9 | https://x.org/rich?a=1",
        format="SMRT",
        assembly="old.fna",
        sha256=f"{SUM_A.upper()}|{SUM_B}",
        weight="0.5",
        priority="2",
        coordinate_fix="+1/0",
        contig_alias="chr=NC_000913.3| pA = NC_1",
    )
    assert entry["sources"] == ["m9", "https://x.org/rich?a=1"] and entry["format"] == "smrt"
    assert entry["sha256"] == [SUM_A, SUM_B] and entry["assembly"] == "old.fna"
    assert (entry["weight"], entry["priority"], entry["coordinate_fix"]) == (0.5, 2, "+1/0")
    assert entry["contig_alias"] == {"chr": "NC_000913.3", "pA": "NC_1"}


@pytest.mark.parametrize(
    "format, cells, options",
    [
        ("send", {"condition": "Stationary"}, {"condition": "stationary"}),
        (
            "regulondb",
            {"evidence": "Strong|Confirmed", "sigma": "Sigma70"},
            {"evidence": ["Strong", "Confirmed"], "sigma": ["Sigma70"]},
        ),
        (
            "table",
            {"position_base": "0", "position_column": "Start", "worksheet": "Table 1"},
            {"position_base": 0, "position_column": "Start", "worksheet": "Table 1"},
        ),
        ("auto", {"evidence": "Strong"}, {"evidence": ["Strong"]}),
        (
            "bigwig",
            {"source": "p.bw|m.bw", "min_count": "3.5", "min_fold": "2", "background_window": "100"},
            {"min_count": 3.5, "min_fold": 2.0, "background_window": 100},
        ),
    ],
)
def test_options_of_each_format(tmp_path, format, cells, options):
    assert one(tmp_path, format=format, **cells)["options"] == options


def test_every_option_is_of_a_format_that_exists():
    assert set(OPTIONS) <= {*READERS, "bigwig"} and len(set(OPTION_COLUMNS)) == len(OPTION_COLUMNS)


@pytest.mark.parametrize(
    "text, row, what, remedy",
    [
        ("", None, "is empty", "set,source"),
        ("\n,\n", None, "is empty", "set,source"),
        ("set,source\n", None, "no rows", "a row for each TSS set"),
        ("set;source;format\n1;2;3\n", 1, "not separated by commas", "CSV"),
        ("set\tsource\n1\t2\n", 1, "not separated by commas", "CSV"),
        ("set,format\na,bed\n", 1, "lacks the column 'source'", "add it"),
        ("set,file,format\na,b,bed\n", 1, "unknown column 'file'", "did you mean 'source'?"),
        ("set,source,positon_column\na,b,\n", 1, "unknown column 'positon_column'", "did you mean 'position_column'?"),
        ("set,source,zzz\na,b,\n", 1, "unknown column 'zzz'", "the columns are set, source"),
        ("set,source,set\na,b,a\n", 1, "'set' occurs twice", "remove one"),
        ("set,source,format\na,b\n", 2, "has 2 columns where the header has 3", "commas"),
        ("set,source\n,b\n", 2, "'set' is empty", "fill it in"),
        ("set,source\na,\n", 2, "'source' is empty", "fill it in"),
        ("set,source\na,b||c\n", 2, "source 'b||c' has an empty part", "both sides"),
        ("set,source,format\na,b,xls\n", 2, "unknown format 'xls'", "give one of auto, bed, gff3"),
        ("set,source\n../a,b\n", 2, "set name '../a'", "use letters"),
        ("set,source\na,b\nc,d\na,e\n", 4, "set name 'a' is taken by row 2", "its own name"),
        (
            "set,source,format,position_base\na,b,bed,1\n",
            2,
            "position_base given for format bed",
            "name the format: table",
        ),
        (
            "set,source,format,evidence\na,b,send,Weak\n",
            2,
            "evidence given for format send",
            "name the format: regulondb",
        ),
        ("set,source,format,position_base\na,b,table,2\n", 2, "position_base is '2'", "give 1"),
        ("set,source,weight\na,b,0\n", 2, "weight is '0'", "above 0"),
        ("set,source,weight\na,b,nan\n", 2, "weight is 'nan'", "above 0"),
        ("set,source,weight\na,b,inf\n", 2, "weight is 'inf'", "above 0"),
        ("set,source,weight\na,b,heavy\n", 2, "weight is 'heavy'", "above 0"),
        ("set,source,priority\na,b,0\n", 2, "priority is '0'", "whole number from 1"),
        ("set,source,priority\na,b,1.5\n", 2, "priority is '1.5'", "whole number from 1"),
        ("set,source,coordinate_fix\na,b,+1\n", 2, "coordinate_fix is '+1'", "such as +1/0"),
        ("set,source,contig_alias\na,b,chr\n", 2, "contig_alias is 'chr'", "="),
        ("set,source,condition\na,b,lag\n", 2, "condition is 'lag'", "log, stationary, both"),
        ("set,source,min_count\na,b,-5\n", 2, "min_count is '-5'", "above 0"),
        ("set,source,background_window\na,b,0.5\n", 2, "background_window is '0.5'", "whole number from 12"),
        ("set,source,background_window\na,b,11\n", 2, "background_window is '11'", "whole number from 12"),
        ("set,source,format\na,b.bw,bigwig\n", 2, "format bigwig has 1 source", "plus.bw|minus.bw"),
        ("set,source,sha256\na,b,abc\n", 2, "sha256 is 'abc'", "64 hexadecimal"),
        (f"set,source,sha256\na,b|c,{SUM_A}\n", 2, "1 checksums in sha256 for 2 sources", "one for each"),
        (b"PK\x03\x04\x00\x00", None, "is not a text file", "plain text"),
        ("set,source\na,b\n".encode("utf-16"), None, "is text in UTF-16", "UTF-8"),
    ],
)
def test_each_fault_of_the_sheet(tmp_path, text, row, what, remedy):
    entries, faults = read(tmp_path, text)
    assert len(faults) == 1, faults
    assert faults[0].row == row and what in faults[0].what and remedy in faults[0].remedy


def test_a_row_with_several_faults_has_them_all_and_its_files_are_not_read(tmp_path):
    entries, faults = read(tmp_path, "set,source,format,weight,evidence\na b,x,bed,-1,Weak\nok,y,,,\n")
    assert [fault.what for fault in faults] == ["weight is '-1'", "evidence given for format bed", "set name 'a b'"]
    assert [entry["format"] for entry in entries] == [None, "auto"]


def test_windows_line_ends_blank_lines_a_byte_order_mark_and_quotes(tmp_path):
    entries, faults = read(tmp_path, '\ufeffset,source,format\r\n\r\na , x.bed,bed\r\n,,\r\nb,"y,z.bed",bed\r\n')
    assert faults == []
    assert [(entry["row"], entry["number"], entry["set"], entry["sources"]) for entry in entries] == [
        (3, 1, "a", ["x.bed"]),
        (5, 2, "b", ["y,z.bed"]),
    ]
