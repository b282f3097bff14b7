"""CHECK_INPUTS: every fault at once, each in one line, nothing written; and what it writes where all is well."""

import gzip
import hashlib
import json
import re
import shutil
import subprocess
import sys

import jsonschema
import pytest
from project import ROOT

from attentome.genome.arcs import read_cut_points
from attentome.genome.readers import circular_contigs, gc_content, read_annotation, read_genome_file
from attentome.inputs.parameters import (
    data_faults,
    parameter_faults,
    run_faults,
    schema_defaults,
    schema_properties,
    with_defaults,
)
from attentome.io.files import read_json

FASTA = ">c first contig\nacgtNNacgt\nACGTA\n>d [topology=circular]\nGGGGGGGGCC\n"
GFF = (
    "##gff-version 3\n##sequence-region c 1 15\nc\tx\tregion\t1\t15\t.\t+\t.\tID=c;Is_circular=true\n"
    "c\tx\tgene\t14\t18\t.\t-\t.\tID=g\nd\tx\tgene\t1\t10\t.\t+\t.\tID=h\n##FASTA\n>c\nACGT\n"
)
SHEET = (
    "set,source,format,position_column,position_base\n"
    "one,a.bed,bed,,\ntwo,sub/b.gff3,gff3,,\nthree,c.csv,table,Start,0\n"
)
SETS = {
    "a.bed": "c\t4\t5\tx\t0\t+\nd\t9\t10\ty\t0\t-\n",
    "sub/b.gff3": "c\tx\tTSS\t5\t5\t.\t+\t.\t.\n",
    "c.csv": "contig;Start;strand\nc;4;plus\n",
}


@pytest.fixture
def schema(root):
    return read_json(root / "nextflow_schema.json")


@pytest.fixture
def check(root, tmp_path):
    """Runs check_inputs.py on files that are all well but for those given."""

    def run(
        sheet=SHEET, fasta=FASTA, annotation=GFF, params=None, sets=None, files=None, genome="genome.fna", extra=None
    ):
        for name, text in {**SETS, **(sets or {}), "sheet.csv": sheet, genome: fasta, "genes.gff": annotation}.items():
            if text is not None:
                (tmp_path / name).parent.mkdir(exist_ok=True)
                content = text if isinstance(text, bytes) else text.encode()
                (tmp_path / name).write_bytes(content)
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
        given = {"input": "sheet.csv", "genome": genome, "annotation": "genes.gff", **(params or {})}
        (tmp_path / "params.json").write_text(json.dumps(given))

        def staged(role, row, part, source):
            return {
                "role": role,
                "row": row,
                "part": part,
                "source": source,
                "provenance": None,
                "staged": source if source and (tmp_path / source).exists() else None,
            }

        sources = [staged(role, 0, 1, given[role]) for role in ("genome", "annotation") if given[role]]
        for row, names in enumerate(files or [["a.bed"], ["sub/b.gff3"], ["c.csv"]], 1):
            sources += [staged("set", row, part, name) for part, name in enumerate(names, 1)]
        (tmp_path / "staged.json").write_text(json.dumps(sources + (extra or [])))
        sheet_file = given["input"] if given["input"] and (tmp_path / given["input"]).exists() else "none"
        done = subprocess.run(
            [
                sys.executable,
                root / "bin/check_inputs.py",
                "--sheet",
                sheet_file,
                "--sources",
                "staged.json",
                "--params",
                "params.json",
                "--schema",
                root / "nextflow_schema.json",
                "--known_sequences",
                root / "assets/known_sequences.tsv",
                "--cut_points",
                root / "assets/cut_points.tsv",
                "--out",
                "out",
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        assert done.returncode in (0, 2), done.stderr
        assert (tmp_path / "out").exists() == (done.returncode == 0) == (done.stderr == "")
        done.lines = done.stderr.splitlines()
        return done

    return run


def test_what_is_written(check, tmp_path):
    assert check().returncode == 0
    assert (tmp_path / "out/genome.fna").read_text() == (
        ">c first contig\nACGTNNACGTACGTA\n>d [topology=circular]\nGGGGGGGGCC\n"
    )
    assert (tmp_path / "out/annotation.gff").read_text() == GFF
    # c: 6 of 13 known letters; d: all.
    assert read_json(tmp_path / "out/genome.json") == {
        "file": "genome.fna",
        "sha256": hashlib.sha256(FASTA.encode()).hexdigest(),
        "contigs": [
            {"name": "c", "length": 15, "circular": True, "gc": 6 / 13},
            {"name": "d", "length": 10, "circular": True, "gc": 1.0},
        ],
    }
    sets = read_json(tmp_path / "out/sets.json")
    assert [(entry["set"], entry["sources"], entry["format"], entry["row"], entry["rows"]) for entry in sets] == [
        ("one", ["a.bed"], "bed", 1, 2),
        ("two", ["sub/b.gff3"], "gff3", 2, 1),
        ("three", ["c.csv"], "table", 3, 1),
    ]
    assert sets[2]["options"] == {"position_column": "Start", "position_base": 0}
    checksum = hashlib.sha256(SETS["a.bed"].encode()).hexdigest()
    assert sets[0]["sha256"] == [checksum] and sets[0]["assembly"] is None
    sources = read_json(tmp_path / "out/sources.json")
    assert [(entry["role"], entry["set"], entry["source"]) for entry in sources] == [
        ("genome", None, "genome.fna"),
        ("annotation", None, "genes.gff"),
        ("set", "one", "a.bed"),
        ("set", "two", "sub/b.gff3"),
        ("set", "three", "c.csv"),
    ]
    assert sources[2] == {
        "role": "set",
        "set": "one",
        "source": "a.bed",
        "url": None,
        "fetched": None,
        "bytes": len(SETS["a.bed"]),
        "sha256": checksum,
    }


def test_provenance_of_a_fetched_source(check, tmp_path):
    (tmp_path / "provenance.json").write_text(
        json.dumps(
            {
                "source": "https://example.org/a",
                "url": "https://other.org/a.bed",
                "fetched": "2026-01-02T03:04:05+00:00",
            }
        )
    )
    (tmp_path / "fetched.bed").write_text(SETS["a.bed"])
    fetched = {
        "role": "set",
        "row": 1,
        "part": 1,
        "source": "https://me:word@example.org/a",
        "staged": "fetched.bed",
        "provenance": "provenance.json",
    }
    done = check(
        sheet=SHEET.replace("a.bed", "https://me:word@example.org/a"),
        files=[[], ["sub/b.gff3"], ["c.csv"]],
        extra=[fetched],
    )
    assert done.returncode == 0, done.stderr
    entry = next(entry for entry in read_json(tmp_path / "out/sources.json") if entry["set"] == "one")
    assert entry["source"] == "https://example.org/a" and entry["url"] == "https://other.org/a.bed"
    assert entry["fetched"] == "2026-01-02T03:04:05+00:00" and entry["bytes"] == len(SETS["a.bed"])
    assert "word" not in (tmp_path / "out/sets.json").read_text()


def test_files_of_one_set_are_read_together_and_each_fault_names_its_file(check, tmp_path):
    sheet = "set,source,sha256\none,a.bed|more.bed," + "|".join(["0" * 64] * 2) + "\n"
    files, more = [["a.bed", "more.bed"]], {"more.bed": "c\t1\t2\tm\t0\t+\n"}
    lines = check(sheet=sheet, files=files, sets=more, params={"min_support": 1}).lines
    assert [line[: line.index(" has")] for line in lines] == ["a.bed:", "more.bed:"]
    sums = [hashlib.sha256(text.encode()).hexdigest() for text in (SETS["a.bed"], more["more.bed"])]
    assert sums[0] in lines[0] and "0" * 64 in lines[0]
    sheet = "set,source,sha256\none,a.bed|more.bed," + "|".join(sums) + "\n"
    assert check(sheet=sheet, files=files, sets=more, params={"min_support": 1}).returncode == 0
    assert read_json(tmp_path / "out/sets.json")[0]["rows"] == 3
    lines = check(sheet=sheet, files=files, sets={"more.bed": "c\t1\t1\tm\t0\t+\n"}, params={"min_support": 1}).lines
    assert lines[0].startswith("more.bed: row 1: ") or lines[1].startswith("more.bed: row 1: ")


def test_assembly_is_a_fasta_or_a_name_of_the_genome(check, tmp_path):
    def run(assembly, rows, **more):
        return check(
            sheet=f"set,source,assembly\none,a.bed,{assembly}\n",
            files=[["a.bed"]],
            sets={"a.bed": rows},
            params={"min_support": 1},
            **more,
        )

    (tmp_path / "old.fna").write_text(">old\nACGTACGTAC\n")
    old = [{"role": "assembly", "row": 1, "part": 1, "source": "old.fna", "staged": "old.fna", "provenance": None}]
    assert run("old.fna", "old\t9\t10\tx\t0\t+\n", extra=old).returncode == 0
    assert read_json(tmp_path / "out/sets.json")[0]["assembly"] == "old.fna"
    lines = run("old.fna", "old\t10\t11\tx\t0\t+\n", extra=old).lines
    assert len(lines) == 1 and lines[0].startswith("a.bed: row 1: position 11 lies beyond the end of old (10 nt); ")
    assert run("c", "c\t9\t10\tx\t0\t+\n").returncode == 0
    assert read_json(tmp_path / "out/sets.json")[0]["assembly"] is None
    lines = run("gone.fna", "c\t9\t10\tx\t0\t+\n").lines
    assert len(lines) == 1 and lines[0].startswith("gone.fna: is neither a file nor a contig of the genome (row 2")
    (tmp_path / "old.fna").write_text("ACGT\n")
    lines = run("old.fna", "old\t1\t2\tx\t0\t+\n", extra=old).lines
    assert len(lines) == 1 and lines[0].startswith("old.fna: row 1: sequence or other text before the first '>'")


def test_compressed_genome_and_no_annotation(check, tmp_path):
    assert check(fasta=gzip.compress(FASTA.encode()), genome="g.fna.gz", params={"annotation": None}).returncode == 0
    assert (tmp_path / "out/genome.fna").read_text().startswith(">c first contig\nACGT")
    assert (tmp_path / "out/annotation.gff").read_text() == ""
    assert [contig["circular"] for contig in read_json(tmp_path / "out/genome.json")["contigs"]] == [False, True]


def test_all_faults_come_at_once_and_each_has_its_form(check):
    done = check(
        sheet="set,source,format,strand_column\none,a.bed,bed,\none,b.txt,table,dir\nthree,missing.bed,bed,\n"
        "fo ur,c.csv,table,\n",
        files=[["a.bed"], ["b.txt"], ["missing.bed"], ["c.csv"]],
        sets={
            "a.bed": "x\t1\t2\ta\t0\t+\nc\t15\t16\ta\t0\t+\n",
            "b.txt": "contig,position,dir\nc,3,up\nc,,+\n",
            "c.csv": "contig,position,strand\n",
        },
        fasta=FASTA.replace("ACGTA", "ACXTA"),
        annotation=GFF.replace("d\tx\tgene", "e\tx\tgene"),
        params={"max_distance": "far", "min_suport": 1, "min_support": 9, "circular": "z"},
    )
    assert done.lines == [
        "parameters: unknown parameter --min_suport; did you mean --min_support?",
        "parameters: --max_distance is 'far', not a whole number; give a whole number",
        "parameters: --min_support 9 is more than the number of sets in the sample sheet, 4; give at most 4, or more "
        "sets",
        "parameters: --circular names 'z', which is not a contig; give auto, all, none or names of contigs: the genome "
        "has c, d",
        "sheet.csv: row 3: set name 'one' is taken by row 2; give each set its own name",
        "sheet.csv: row 5: set name 'fo ur'; use letters, digits, '_', '.' and '-' only, a letter or digit first",
        "genome.fna: row 3: contig 'c' has 1 characters that are not nucleotides, from this row on: X; use only "
        "A C G T R Y S W K M B D H V N",
        "genes.gff: row 5: unknown contig 'e'; the genome has c, d",
        "a.bed: row 1: unknown contig 'x'; the genome has c, d; if it is one of these, say so in contig_alias",
        "a.bed: row 2: position 16 lies beyond the end of c (15 nt); give sites on the coordinates of this genome, or "
        "their assembly's FASTA in column assembly",
        "b.txt: row 2: strand is 'up'; write +, -, plus, minus, forward or reverse",
        "b.txt: row 3: position is '', not a whole number; give a position in nt without separators",
        "missing.bed: there is no such file (row 4 of the sample sheet); names are relative to the sheet's folder, "
        "or to --source_dir",
        "c.csv: holds no sites; give at least one",
    ]


def test_missing_inputs_are_named(check):
    lines = check(params={"input": None, "genome": None, "annotation": "absent.gff"}).lines
    assert [line.split(";")[0] for line in lines] == [
        "parameters: --input is missing",
        "parameters: --genome is missing",
        "absent.gff: there is no such file",
    ]
    assert check(params={"genome": "absent.fna"}).lines[0].startswith("absent.fna: there is no such file; ")


def test_many_faults_of_a_file_are_capped(check):
    rows = "".join(f"x{number}\t1\t2\ta\t0\t+\n" for number in range(30))
    lines = check(sets={"a.bed": rows}).lines
    assert len(lines) == 21 and "and 10 more" in lines[-1]


def test_simulation_needs_no_input_and_takes_none(schema):
    def faults(**params):
        return [fault.what for fault in run_faults(with_defaults(params, schema))]

    assert faults(simulate=True) == [] and faults(input="a", genome="b") == []
    assert faults(simulate=True, input="a") == ["--input is given together with --simulate"]
    assert faults() == ["--input is missing", "--genome is missing"]


@pytest.mark.parametrize(
    "text, row, what",
    [
        ("", None, "no sequence"),
        ("\n", None, "no sequence"),
        ("ACGT\n>c\nACGT\n", 1, "before the first '>'"),
        ("@read\nACGT\n+\nIIII\n", 1, "before the first '>'"),
        (">c\n>d\nACGT\n", 1, "'c' has no sequence"),
        (">c\nACGT\n>d\n\n", 3, "'d' has no sequence"),
        (">c\nACGT\n>c x\nACGT\n", 3, "'c' occurs again (first in row 1)"),
        ("> c\nACGT\n>\nACGT\n", 3, "without a name"),
        (">c\nACGT\nMEFLIL\nACEU\n", 3, "7 characters that are not nucleotides, from this row on: E F L I U"),
        (">c\nAC-GT\n", 2, "not nucleotides"),
    ],
)
def test_each_fault_of_the_fasta(tmp_path, text, row, what):
    (tmp_path / "genome.fna").write_text(text)
    faults = read_genome_file(tmp_path / "genome.fna")[1]
    assert [fault.row for fault in faults] == [row] and what in faults[0].what


@pytest.mark.parametrize(
    "row, what",
    [
        ("c\tx\tgene\t1\t16\t.\t+\t.\tID=g", "end 16 lies beyond the end of c (15 nt)"),
        ("c\tx\tgene\t5\t4\t.\t+\t.\tID=g", "not an interval"),
        ("c\tx\tgene\t0\t4\t.\t+\t.\tID=g", "not an interval"),
        ("c\tx\tgene\t1\t4\t.\tplus\t.\tID=g", "strand is 'plus'"),
        ("c\tx\tgene\t1\t4\t.\t+\t.", "8 columns"),
        ("e\tx\tgene\t1\t4\t.\t+\t.\tID=g", "unknown contig 'e'"),
        ("##sequence-region c 1 20", "c has 20 nt here and 15 in the genome"),
    ],
)
def test_each_fault_of_the_annotation(tmp_path, row, what):
    (tmp_path / "genes.gff").write_text(f"##gff-version 3\nc\tx\tgene\t1\t15\t.\t.\t.\tID=f\n{row}\n")
    circular, faults = read_annotation(tmp_path / "genes.gff", {"c": 15})
    assert circular == set() and [fault.row for fault in faults] == [3] and what in faults[0].what


@pytest.mark.parametrize(
    "setting, circular",
    [("auto", {"a", "b", "c"}), ("all", {"a", "b", "c", "d"}), ("none", set()), ("d", {"d"}), ("a, d", {"a", "d"})],
)
def test_what_is_circular(setting, circular):
    headers = ["a [organism=x] [topology=circular]", "b circular=true", "c", "d circular=truethat [topology=linear]"]
    assert circular_contigs(setting, headers, {"c", "elsewhere"}) == (circular, [])


def test_gc_content():
    assert gc_content("ACGTNNGG") == 4 / 6 and gc_content("NNN") == 0


def test_schema_is_valid_and_complete(schema):
    jsonschema.Draft202012Validator.check_schema(schema)
    assert {entry["$ref"] for entry in schema["allOf"]} == {f"#/$defs/{name}" for name in schema["$defs"]}
    names = [name for group in schema["$defs"].values() for name in group["properties"]]
    assert len(names) == len(set(names))
    for name, entry in schema_properties(schema).items():
        assert re.fullmatch("[a-z][a-z0-9_]*", name) and entry["description"].endswith("."), name
        assert entry["type"] in ("string", "integer", "number", "boolean")
    defaults = {name: value for name, value in schema_defaults(schema).items() if value is not None}
    assert parameter_faults(defaults, schema) == []


def test_unset_parameters_have_their_defaults(schema):
    given = {"max_distance": 7, "learning_rate": 1e-3, "window": None, "model": "", "padding": "same"}
    params = with_defaults(given, schema)
    assert [params[name] for name in ("max_distance", "learning_rate", "padding")] == [7, 0.001, "same"]
    assert "window" not in params and "model" not in params and params["min_support"] == 2
    assert parameter_faults(params, schema) == []


@pytest.mark.parametrize(
    "given, what, remedy",
    [
        ({"max_distance": "5.5"}, "--max_distance is '5.5', not a whole number", "give a whole number"),
        ({"max_distance": -1}, "--max_distance is '-1'", "give at least 0"),
        ({"dropout": 1}, "--dropout is '1'", "give less than 1"),
        ({"learning_rate": 0}, "--learning_rate is '0'", "give more than 0"),
        ({"sim_miss_rate": 1.5}, "--sim_miss_rate is '1.5'", "give at most 1"),
        ({"preset": "huge"}, "--preset is 'huge'", "give one of published, cpu, tiny, selftest"),
        ({"split": "70-20-10"}, "--split is '70-20-10'", "three percentages"),
        ({"run_name": "a/b"}, "--run_name is 'a/b'", "use letters"),
        ({"model": True}, "--model has no value", "give a path"),
        ({"max_distance": "5"}, "--max_distance is '5', not a whole number", "give a whole number"),
        ({"run_name": 2024}, "--run_name is '2024', not text", "give text"),
        ({"simulate": "perhaps"}, "--simulate is 'perhaps', not true or false", "give true or false"),
        ({"maxDistance": 5}, "unknown parameter --maxDistance", "did you mean --max_distance?"),
        ({"min-support": 5}, "unknown parameter --min-support", "did you mean --min_support?"),
        ({"zzz": 5}, "unknown parameter --zzz", "see nextflow_schema.json"),
    ],
)
def test_each_fault_of_a_parameter(schema, given, what, remedy):
    faults = parameter_faults(with_defaults(given, schema), schema)
    assert len(faults) == 1 and what == faults[0].what and remedy in faults[0].remedy


@pytest.mark.parametrize(
    "given, what",
    [
        ({"split": "70/20/20"}, "sums to 110"),
        ({"split": "90/10/0"}, "sums to 100"),
        ({"label_shift": 128, "window": 128}, "outside the window"),
    ],
)
def test_parameters_that_do_not_go_together(schema, given, what):
    faults = run_faults(with_defaults({"simulate": True, **given}, schema))
    assert len(faults) == 1 and what in faults[0].what
    assert run_faults(with_defaults({"simulate": True, "split": "60.5/29.5/10"}, schema)) == []


def test_parameters_against_the_data():
    def faults(names=("a", "b", "d"), weight=1.0, **params):
        entries = [{"set": name, "weight": weight} for name in names]
        return [fault.what for fault in data_faults(params, entries, contigs, cut_points)]

    contigs, cut_points = {"NC_000913.3": 4641652}, read_cut_points(ROOT / "assets/cut_points.tsv")
    assert faults(min_support=3, split="ecoli_k12") == []
    assert faults(min_support=4) == ["--min_support 4 is more than the number of sets in the sample sheet, 3"]
    assert faults(min_support=4, weight=2.0) == []
    assert faults(min_support=2, weight=0.5) == ["--min_support 2 is more than the sum of the sets' weights, 1.5"]
    assert faults(train_sets="all") == faults(train_sets="a, d") == []
    assert faults(train_sets="a,e") == ["--train_sets names 'e', which is not a set of the sample sheet"]
    assert "is called 'curated'" in faults(names=["a", "curated"])[0]
    assert "is called 'residual_cnn', the name of a peer of the network" in faults(names=["a", "residual_cnn"])[0]
    assert faults(split="ecoli_k13") == ["--split ecoli_k13 is not the name of published cut points"]
    contigs = {"U00096.2": 4639675}
    assert "U00096.2 (4,639,675 nt)" in faults(split="ecoli_k12")[0] and faults(split="70/20/10") == []
    contigs = {"NC_000913.3": 4641652, "p": 100}
    assert "this one has 2" in faults(split="ecoli_k12")[0]
