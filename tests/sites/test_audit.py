"""Audit and harmonising on genomes whose truth is planted, and on the published E. coli sets with their known traps."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from project import ROOT

from attentome.figures.audit import plot_audit
from attentome.genome.contigs import Contig, decode, encode
from attentome.genome.liftover import read_assembly
from attentome.genome.names import KnownSequence
from attentome.io.files import read_bed, read_json, read_tsv
from attentome.simulate.minimal import noisy_set, simulate_genome
from attentome.sites.agreement import best_offset, purine_fall, purine_table, set_agreement_table
from attentome.sites.assembly_check import check_assemblies
from attentome.sites.harmonise import harmonise
from attentome.sites.printed_sequence import apply_fix, parse_fix, proven_fix, sequence_counts, sequence_offsets
from attentome.sites.shift import first_beyond, position_shifts
from attentome.sites.tss_set import SITE_TYPES, Reading

DATA = ROOT.parent / "shared/data/ecoli"
real = pytest.mark.skipif(not DATA.exists(), reason="the published files are not here")
COMPLEMENT = str.maketrans("ACGT", "TGCA")
LENGTH = 1_000_000


def random_letters(seed, length):
    return "".join(np.random.default_rng(seed).choice(list("ACGT"), length))


def a_genome(letters, circular=False, name="c"):
    return {name: Contig(name, encode(letters), circular)}


def table(positions, strands, contig="c"):
    return pd.DataFrame({"contig": contig, "start": np.asarray(positions, "int64"), "strand": list(strands)})


def reading(letters, rows, before=20, after=5):
    """A source that prints the letters around each true site, and prints it at ``true + printed offset``.

    ``rows``: (true position, strand, what is added to it in print).
    """
    sites = []
    for number, (true, strand, added) in enumerate(rows):
        window = letters[true - before : true + after + 1]
        if strand == "-":
            window = letters[true - after : true + before + 1].translate(COMPLEMENT)[::-1]
        sites.append(("c", true + added, strand, 1.0, "", "", window, 0, number + 2))
    sites = pd.DataFrame(sites, columns=list(SITE_TYPES)).astype(SITE_TYPES)
    return Reading(sites, sequence_tss=before, format="table")


@pytest.fixture(scope="module")
def letters():
    return random_letters(1, 20_000)


# Printed sequences and the coordinate fix


@pytest.mark.parametrize("strand", "+-")
@pytest.mark.parametrize("added", range(-4, 5))
def test_offset_at_which_a_printed_sequence_stands(letters, strand, added):
    source = reading(letters, [(5000, strand, added), (7000, strand, added)])
    offsets = sequence_offsets(source.sites, source.sequence_tss, a_genome(letters))
    if abs(added) > 3:
        assert np.isnan(offsets).all()
    else:
        assert list(offsets) == [-added, -added]


def test_printed_sequences_over_an_end_stand_on_a_circular_contig_only(letters):
    rotated = letters[-10:] + letters[:-10]
    source = reading(letters, [(5000, "+", 0)])
    source.sites["tss"] = 5
    source.sites["sequence"] = (letters + letters)[len(letters) - 15 : len(letters) + 11]
    assert list(sequence_offsets(source.sites, 20, a_genome(letters, circular=True))) == [0]
    assert np.isnan(sequence_offsets(source.sites, 20, a_genome(letters))).all()
    assert np.isnan(sequence_offsets(source.sites, 20, a_genome(rotated, circular=True))).all()


def test_unprinted_and_unknown_sequences_stand_nowhere(letters):
    source = reading(letters, [(5000, "+", 0)] * 3)
    source.sites.loc[1, "sequence"] = ""
    source.sites.loc[2, "sequence"] = "N" * 26
    offsets = sequence_offsets(source.sites, source.sequence_tss, a_genome(letters.replace("A", "N")))
    assert np.isnan(offsets[1:]).all()
    counts = sequence_counts(source.sites, sequence_offsets(source.sites, 20, a_genome(letters)))
    assert counts["n"] == {"plus": 2, "minus": 0} and counts["plus"]["0"] == 1 and sum(counts["plus"].values()) == 1
    assert sequence_counts(source.sites.assign(sequence=""), offsets) is None


@pytest.mark.parametrize(
    "n_off, n_right, moved",
    [(19, 0, False), (19, 1, False), (20, 0, True), (20, 1, True), (20, 2, False), (38, 2, True), (37, 3, False)],
)
def test_an_offset_is_applied_from_95_percent_and_20_rows_on(letters, n_off, n_right, moved):
    rows = [(1000 + 40 * k, "+", -1) for k in range(n_off)] + [(15_000 + 40 * k, "+", 0) for k in range(n_right)]
    source = reading(letters, rows + [(300 + 40 * k, "-", 0) for k in range(12)])
    offsets = sequence_offsets(source.sites, 20, a_genome(letters))
    counts = sequence_counts(source.sites, offsets)
    assert proven_fix(counts) == {"plus": int(moved), "minus": 0}
    tss, fix = apply_fix(source.sites, offsets, "auto", counts)
    true = [row[0] for row in rows] + [300 + 40 * k for k in range(12)]
    if moved:
        assert list(tss) == true and fix["moved"] == n_off and fix["plus"] == 1
        assert f"{n_off} of {n_off + n_right} printed sequences of the + strand stand at offset +1" in fix["why"]
    else:
        assert list(tss) == list(source.sites["tss"]) and fix["moved"] == 0
    assert list(apply_fix(source.sites, offsets, "report", counts)[0]) == list(source.sites["tss"])


def test_an_explicit_fix_moves_as_said_and_tells_what_the_sequences_prove(letters):
    source = reading(letters, [(1000 + 40 * k, "+", -1) for k in range(20)] + [(900, "-", 0)])
    offsets = sequence_offsets(source.sites, 20, a_genome(letters))
    counts = sequence_counts(source.sites, offsets)
    tss, fix = apply_fix(source.sites, offsets, "-2/+3", counts)
    assert list(tss - source.sites["tss"]) == [-2] * 20 + [3]
    assert (fix["plus"], fix["minus"], fix["moved"]) == (-2, 3, 21) and "prove +1/+0" in fix["why"]
    assert "prove the same" in apply_fix(source.sites, offsets, "+1/0", counts)[1]["why"]
    assert "could prove" in apply_fix(source.sites, offsets * np.nan, "1/0", None)[1]["why"]


@pytest.mark.parametrize("text", ["", "1", "+1/", "a/b", "+1/0/0", "1.5/0"])
def test_a_fix_that_is_none(text):
    with pytest.raises(ValueError, match="give auto, report, or nt for plus and minus such as"):
        parse_fix(text)


# Harmonising


def test_every_row_is_a_site_or_has_a_reason(letters):
    old = a_genome(letters[:9000] + letters[12_000:], name="old")
    source = reading(letters, [(500, "+", 0), (500, "+", 0), (8_995, "-", 0), (13_000, "-", 0)])
    source.sites["contig"] = "old"
    source.sites["tss"] = [500, 500, 8_995, 10_000]
    source.sites = pd.concat([source.sites, source.sites.tail(1).assign(tss=16_999, row=99)], ignore_index=True)
    source.sites.loc[source.sites["row"] == 99, "sequence"] = ""
    found = harmonise(source, a_genome(letters[:14_000]), old, "+0/+2")
    assert found.report["rows"] == 5 == found.report["sites"] + sum(found.report["lost"].values())
    assert list(zip(found.sites["tss"], found.sites["strand"])) == [(500, "+"), (8_997, "-"), (13_002, "-")]
    assert found.losses[["row", "contig", "position", "reason"]].to_numpy().tolist() == [
        [3, "old", 501, "duplicate"],
        [99, "old", 17_000, "beyond the contig's end"],
    ]
    lift = found.report["lift"]
    assert (lift["unchanged"], lift["moved"], lift["lost"]) == (3, 1, {})
    assert lift["flank"] == {"both": 3, "upstream": 0, "downstream": 1}
    assert harmonise(source, a_genome(letters[:9_500]), old).report["lift"]["lost"] == {"no counterpart": 2}


def test_printed_sequences_that_stand_elsewhere_are_another_assembly(letters):
    rows = [(2000 + 30 * k, "+-"[k % 2], 0) for k in range(60)]
    longer = letters[:1000] + random_letters(5, 777) + letters[1000:]
    said = harmonise(reading(letters, rows), a_genome(longer)).report["misplaced"]
    assert said.startswith("60 of 60 printed sequences do not match within 3 nt") and "+777 nt from there" in said
    assert "nowhere in c" in harmonise(reading(letters, rows), a_genome(random_letters(9, 20_000))).report["misplaced"]
    assert harmonise(reading(letters, rows), a_genome(letters)).report["misplaced"] is None


# Agreement and purines


@pytest.mark.parametrize("circular", [False, True])
def test_shares_equal_a_direct_count(letters, circular):
    random = np.random.default_rng(3)
    genome = a_genome(letters[:300], circular)

    def some(n):
        return table([0, 299, *random.integers(0, 300, n)], random.choice(list("+-"), n + 2)).drop_duplicates()

    own, others = some(80), [some(60), some(40)]
    known = {(row.start, row.strand) for other in others for row in other.itertuples()}
    agreement, purine = set_agreement_table(own, others, genome), purine_table(own, genome)
    for strand in "+-":
        starts = own["start"][own["strand"] == strand]
        for offset in range(-3, 4):
            moved = [(start + offset) % 300 if circular else min(max(start + offset, 0), 299) for start in starts]
            base = [letters[place] if strand == "+" else letters[place].translate(COMPLEMENT) for place in moved]
            for result, expected in (
                (agreement, np.mean([(place, strand) in known for place in moved])),
                (purine, np.mean([letter in "AG" for letter in base])),
            ):
                row = result[(result["strand"] == strand) & (result["offset"] == offset)]
                assert row["share"].item() == pytest.approx(expected) and row["n"].item() == len(starts)
    assert set_agreement_table(own, [], genome).empty and best_offset(set_agreement_table(own, [], genome), "+") is None


def test_best_offset_is_that_of_a_shifted_set(letters):
    positions = np.random.default_rng(4).choice(19_000, 300, replace=False) + 500
    strands = np.tile(["+", "-"], 150)
    printed = positions - np.where(strands == "+", 1, -2)
    agreement = set_agreement_table(table(printed, strands), [table(positions, strands)], a_genome(letters))
    assert best_offset(agreement, "+") == 1 and best_offset(agreement, "-") == -2


def test_purines_that_stop_are_found_where_they_stop():
    random = np.random.default_rng(6)
    letters = random_letters(7, 400_000)
    purine = np.array([place for place in range(1000, 399_000) if letters[place] in "AG"])
    right = np.sort(random.choice(purine, 600, replace=False))
    off = np.where(right > 150_000, right - 776, right)
    genome = a_genome(letters)
    contig, start, before, behind = purine_fall(table(off, "+" * 600), genome)
    assert contig == "c" and abs(start - 150_000) < 10_000 and before > 0.95 and behind < 0.6
    assert purine_fall(table(right, "+" * 600), genome) is None
    assert purine_fall(table(random.integers(0, 400_000, 600), "+" * 600), genome) is None
    assert purine_fall(table(off[:40], "+" * 40), genome) is None


# The assembly


def shared_sets(seed, n=900, jitter=0.2, share=0.6, length=LENGTH):
    """A truth and two sets that have a share of it each, some 1 nt off, with as many sites of their own."""
    random = np.random.default_rng(seed)
    truth = random.choice(length - 10_000, n, replace=False) + 5_000
    strands = random.choice(list("+-"), n)
    sets = {}
    for name in "ab":
        seen = random.random(n) < share
        moved = truth[seen] + random.choice([-1, 0, 1], seen.sum(), p=[jitter / 2, 1 - jitter, jitter / 2])
        own = random.integers(5_000, length - 5_000, n // 2)
        sets[name] = table([*moved, *own], [*strands[seen], *random.choice(list("+-"), n // 2)])
    return sets


def without(sites, start, n):
    """The sites as they lie on an assembly that lacks ``n`` nt from ``start`` on."""
    inside = sites["start"].between(start, start + n - 1)
    sites = sites[~inside]
    return sites.assign(start=sites["start"] - n * (sites["start"] >= start))


@pytest.mark.parametrize("n", [15, 777, 4_321])
@pytest.mark.parametrize("seed", range(3))
def test_the_shift_between_two_assemblies_is_found(seed, n):
    sets = shared_sets(seed)
    old = without(sets["a"], 400_000, n)
    shifts = position_shifts(old, sets["b"], {"c": LENGTH})
    assert list(shifts["shift"]) in ([0, 0, n, n], [0, n, n, n], [0, n, n])
    assert first_beyond(old, sets["b"], "c", n) == pytest.approx(400_000, abs=15_000)
    back = position_shifts(sets["b"], old, {"c": LENGTH})
    assert set(back["shift"]) == {0, -n}


def test_sets_on_one_assembly_and_sets_too_small_or_unlike_tell_no_shift():
    for seed in range(5):
        sets = shared_sets(seed)
        assert set(position_shifts(sets["a"], sets["b"], {"c": LENGTH})["shift"]) <= {-1, 0, 1}
        other = shared_sets(seed + 100)["b"]
        unlike = position_shifts(sets["a"][-450:], other[-450:], {"c": LENGTH})
        assert unlike.empty
    assert position_shifts(sets["a"][:0], sets["b"], {"c": LENGTH}).empty


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 19_999), st.sampled_from("+-")), min_size=1, max_size=7),
        min_size=2,
        max_size=4,
    )
)
def test_tiny_sets_raise_no_alarm(sets):
    sets = {f"s{number}": table(*zip(*sites)) for number, sites in enumerate(sets)}
    verdicts = check_assemblies(sets, {}, a_genome(random_letters(1, 20_000)))
    assert {verdict["verdict"] for verdict in verdicts.values()} <= {"right", "unknown"}


def test_simulated_sets_raise_no_alarm():
    for seed in range(3):
        sequence, truth = simulate_genome(seed=seed)
        sets = {
            name: noisy_set(truth, len(sequence), seed=[seed, number]).rename(columns={"tss": "start"})
            for number, name in enumerate("abc")
        }
        verdicts = check_assemblies(sets, {}, a_genome(sequence, True, "sim"))
        assert {verdict["verdict"] for verdict in verdicts.values()} == {"right"}


@pytest.fixture(scope="module")
def planted():
    """A genome, its assembly without 776 nt, and three sets of purines on the genome."""
    random, letters = np.random.default_rng(11), random_letters(12, LENGTH)
    sets = shared_sets(13, 1500) | {"e": shared_sets(13, 1500, share=0.5)["a"]}
    codes = encode(letters)
    for name, sites in sets.items():
        purine = np.isin(codes[sites["start"]], encode("AG")) == (sites["strand"] == "+").to_numpy()
        sets[name] = sites[purine | (random.random(len(sites)) < 0.2)].reset_index(drop=True)
    old = a_genome(letters[:300_000] + letters[300_776:], name="o")
    return a_genome(letters), old, sets


@pytest.mark.parametrize("proven", [{}, {"a": "Printed."}])
def test_a_set_on_another_assembly_is_named(planted, proven):
    genome, old, sets = planted
    sets = sets | {"b": without(sets["b"], 300_000, 776)}
    verdicts = check_assemblies(sets, proven, genome, {"old.fna": old})
    assert [verdicts[name]["verdict"] for name in "abe"] == ["right", "wrong", "right"]
    assert verdicts["b"]["sentence"].startswith("positions beyond about ")
    assert verdicts["b"]["sentence"].endswith(" lie 776 nt off those of a, e, as on o (999,224 nt; old.fna)")
    assert {row["shift"] for row in verdicts["b"]["shifts"]} == {776}
    # Without the FASTA a known assembly of that length; else no name.
    genome = {"NC_7000001.2": Contig("NC_7000001.2", genome["c"].tokens)}
    named = {name: sites.assign(contig="NC_7000001.2") for name, sites in sets.items()}
    assert check_assemblies(named, {}, genome)["b"]["named"] is None
    known = [
        KnownSequence("U70001.1", "NC_7000001.1", LENGTH - 776, "x"),
        KnownSequence("U70001.2", "NC_7000001.2", LENGTH, "x"),
    ]
    found = check_assemblies(named, {}, genome, known=known)["b"]["named"]
    assert found == "U70001.1 = NC_7000001.1 (999,224 nt)"


def test_of_two_sets_the_one_without_proof_or_purines_is_wrong(planted):
    genome, _, sets = planted
    pair = {"a": without(sets["a"], 300_000, 776), "b": sets["b"]}
    for proven, wrong in (({}, "a"), ({"a": "Printed."}, "b"), ({"b": "Printed."}, "a")):
        verdicts = check_assemblies(pair, proven, genome)
        assert [name for name, verdict in verdicts.items() if verdict["verdict"] == "wrong"] == [wrong]
    both = check_assemblies(pair, {"a": "Printed.", "b": "Lifted."}, genome)
    assert sorted(verdict["verdict"] for verdict in both.values()) == ["contradicts", "right"]


def test_sets_that_are_all_on_another_assembly_are_doubted(planted):
    genome, _, sets = planted
    verdicts = check_assemblies({name: without(sets[name], 300_000, 776) for name in "ab"}, {}, genome)
    assert {verdict["verdict"] for verdict in verdicts.values()} == {"doubtful"}
    assert all("may be those of another assembly" in verdict["sentence"] for verdict in verdicts.values())
    alone = check_assemblies({"a": without(sets["a"], 300_000, 776)}, {}, genome)["a"]
    assert alone["verdict"] == "doubtful" and alone["sentence"].startswith("There is no other set")


# The commands


def run(script, folder, *options):
    known = [] if script == "curate_sites.py" else ["--known_sequences", ROOT / "assets/known_sequences.tsv"]
    return subprocess.run(
        [sys.executable, ROOT / "bin" / script, *map(str, [*known, *options])],
        cwd=folder,
        capture_output=True,
        text=True,
    )


def write_genome(folder, genome, name="genome"):
    (folder / f"{name}.fna").write_text(
        "".join(f">{contig.name}\n{decode(contig.tokens)}\n" for contig in genome.values())
    )
    (folder / f"{name}.json").write_text(
        json.dumps(
            {
                "contigs": [
                    {"name": contig.name, "length": len(contig), "circular": contig.circular}
                    for contig in genome.values()
                ]
            }
        )
    )


def write_set(path, sites):
    path.write_text(
        "contig,position,strand\n"
        + "".join(f"{row.contig},{row.start + 1},{row.strand}\n" for row in sites.itertuples())
    )


def test_commands_from_tables_to_audit(planted, tmp_path):
    genome, old, sets = planted
    write_genome(tmp_path, genome)
    write_genome(tmp_path, old, "old")
    sets = sets | {"b": without(sets["b"], 300_000, 776).assign(contig="o")}
    options = ["--genome", "genome.fna", "--genome_json", "genome.json"]
    for name, sites in sets.items():
        write_set(tmp_path / f"{name}.csv", sites)
        done = run(
            "harmonise_sites.py",
            tmp_path,
            "--set",
            name,
            "--files",
            f"{name}.csv",
            *options,
            "--out",
            "out",
            *(["--assembly", "old.fna"] if name == "b" else []),
        )
        assert done.returncode == 0, done.stderr
    for out, order in (("first", "abe"), ("second", "eba")):
        done = run(
            "audit_sets.py",
            tmp_path,
            "--sites",
            *(f"out/{name}.bed" for name in order),
            "--harmonised",
            *(f"out/{name}.harmonised.json" for name in order),
            *options,
            "--out",
            out,
        )
        assert done.returncode == 0, done.stderr
    names = sorted(path.name for path in (tmp_path / "first").iterdir())
    assert names == ["a.audit.json", "audit.png", "audit.svg", "audit.tsv", "b.audit.json", "e.audit.json"]
    for name in names:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
    audit = read_json(tmp_path / "first/b.audit.json")
    distinct = len(sets["b"].drop_duplicates())
    assert audit["rows"] == len(sets["b"]) and audit["sites"] == distinct
    assert audit["files"] == ["b.csv"] and audit["file_rows"] == [len(sets["b"])]
    assert audit["lift"]["from"] == ["o"] and audit["lift"]["lost"] == {} and audit["assembly"]["verdict"] == "right"
    assert set(audit) >= {
        "set",
        "files",
        "formats",
        "sha256",
        "rows",
        "sites",
        "lost",
        "contig_names",
        "strand_codes",
        "coordinate_fix",
        "sequence",
        "lift",
        "agreement",
        "purine",
        "assembly",
        "sentences",
    }
    checks = read_tsv(tmp_path / "first/audit.tsv")
    assert list(checks.columns) == ["set", "check", "strand", "offset", "share", "n"]
    assert len(checks) == 3 * 2 * 2 * 7 and audit["agreement"]["plus"]["0"] == pytest.approx(
        checks[(checks.set == "b") & (checks.check == "agreement") & (checks.strand == "+") & (checks.offset == 0)][
            "share"
        ].item(),
        abs=1e-5,
    )


@pytest.mark.parametrize("fix, code", [("auto", 2), ("report", 0)])
def test_a_wrong_assembly_ends_with_one_line_or_is_reported(planted, tmp_path, fix, code):
    genome, _, sets = planted
    write_genome(tmp_path, genome)
    (tmp_path / "settings.json").write_text(json.dumps({"coordinate_fix": fix, "options": {}}))
    options = ["--genome", "genome.fna", "--genome_json", "genome.json"]
    for name, sites in (sets | {"b": without(sets["b"], 300_000, 776)}).items():
        write_set(tmp_path / f"{name}.csv", sites)
        done = run(
            "harmonise_sites.py",
            tmp_path,
            "--set",
            name,
            "--files",
            f"{name}.csv",
            *options,
            "--settings",
            "settings.json",
        )
        assert done.returncode == 0, done.stderr
    done = run(
        "audit_sets.py",
        tmp_path,
        "--sites",
        *(f"{name}.bed" for name in sets),
        "--harmonised",
        *(f"{name}.harmonised.json" for name in sets),
        *options,
        "--out",
        "out",
    )
    assert done.returncode == code
    if code:
        assert done.stderr.count("\n") == 1 and done.stderr.startswith("b.csv: positions beyond about ")
        assert "lie 776 nt off those of a, e; give that assembly's FASTA in column assembly" in done.stderr
        assert not (tmp_path / "out").exists()
    else:
        assert "lie 776 nt off" in read_json(tmp_path / "out/b.audit.json")["sentences"][-1]


@pytest.mark.parametrize(
    "content, settings, said",
    [
        ("contig,position,strand\nc,5,+\nc,x,-\n", {}, "x.csv: row 3: "),
        ("contig,position,strand\nc,5,+\n", {"coordinate_fix": "left"}, "x.csv: coordinate_fix is 'left'; give auto"),
        (
            "contig,position,strand\nc,5,+\n",
            {"coordinate_fix": "-9/0"},
            "x.csv: no site is left (beyond the contig's end",
        ),
    ],
)
def test_what_cannot_be_harmonised_is_one_line(letters, tmp_path, content, settings, said):
    write_genome(tmp_path, a_genome(letters))
    (tmp_path / "x.csv").write_text(content)
    (tmp_path / "settings.json").write_text(json.dumps(settings))
    done = run(
        "harmonise_sites.py",
        tmp_path,
        "--set",
        "x",
        "--files",
        "x.csv",
        "--genome",
        "genome.fna",
        "--settings",
        "settings.json",
        "--genome_json",
        "genome.json",
        "--out",
        "out",
    )
    assert done.returncode == 2 and done.stderr.startswith(said) and done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_figure_tells_where_each_strand_is_highest(tmp_path):
    rows = [
        ("set_a", "agreement", strand, offset, 0.7 if offset == best else 0.1, 50)
        for strand, best in (("+", 0), ("-", -2))
        for offset in range(-3, 4)
    ]
    plot_audit(pd.DataFrame(rows, columns=["set", "check", "strand", "offset", "share", "n"]), tmp_path / "audit")
    texts = [
        (element.text or "").strip()
        for element in ElementTree.parse(tmp_path / "audit.svg").getroot().iter()
        if element.tag.endswith("text")
    ]
    assert {"+ strand 70 % at 0", "− strand 70 % at −2", "no sequences printed", "set_a"} <= set(texts)
    assert (tmp_path / "audit.png").read_bytes().startswith(b"\x89PNG")


# The published sets

PUBLISHED = {
    "cappable": (["cappable_seq_U00096.2.gtf"], {}, 16_359),
    "regulondb": (["regulondb_PromoterSet_10.6.3.txt"], {"evidence": ["Strong", "Confirmed"]}, 6_485),
    "smrt": (["smrt_cappable_M9_RegulonDB_TU_longestRead", "smrt_cappable_Rich_RegulonDB_TU_longestRead"], {}, 2_569),
    "send": (["send_seq_TSS_41564_2019_500_MOESM3_ESM.xlsx"], {"condition": "stationary"}, 4_029),
}


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """The four E. coli sets from the authors' files, by the commands, audited and curated."""
    folder = tmp_path_factory.mktemp("ecoli")
    genome = read_assembly(DATA / "GCF_000005845.2_ASM584v2_genomic.fna.gz")
    genome["NC_000913.3"].circular = True
    write_genome(folder, genome)
    options = ["--genome", "genome.fna", "--genome_json", "genome.json"]
    for name, (files, chosen, _) in PUBLISHED.items():
        (folder / "settings.json").write_text(json.dumps({"options": chosen}))
        done = run(
            "harmonise_sites.py",
            folder,
            "--set",
            name,
            "--files",
            *(DATA / file for file in files),
            *options,
            "--settings",
            "settings.json",
            *(["--assembly", DATA / "U00096.2.fna.gz"] if name == "cappable" else []),
        )
        assert done.returncode == 0, done.stderr
    beds = [f"{name}.bed" for name in PUBLISHED]
    done = run(
        "audit_sets.py",
        folder,
        "--sites",
        *beds,
        "--harmonised",
        *(f"{name}.harmonised.json" for name in PUBLISHED),
        *options,
    )
    assert done.returncode == 0, done.stderr
    done = run("curate_sites.py", folder, "--sites", *beds, "--genome_json", "genome.json", "--min_support", 2)
    assert done.returncode == 0, done.stderr
    return folder


@real
def test_published_counts(published):
    for name, (_, _, sites) in PUBLISHED.items():
        assert len(read_bed(published / f"{name}.bed", ["evidence", "sigma"])) == sites
    clusters = pd.concat(
        [
            read_bed(published / "sites.bed", ["support", "sets"]),
            read_bed(published / "rejected.bed", ["support", "sets", "reason"]),
        ]
    )
    assert [int((clusters["support"] >= n).sum()) for n in (2, 3, 4)] == [4_377, 2_242, 1_076]


@real
def test_the_audit_finds_the_traps_of_the_published_files(published):
    audits = {name: read_json(published / f"{name}.audit.json") for name in PUBLISHED}
    assert {audit["assembly"]["verdict"] for audit in audits.values()} == {"right"}
    send, regulondb = audits["send"], audits["regulondb"]
    assert {word: n for word, n in send["sequence"]["plus"].items() if n} == {"0": 1, "1": 1_989}
    assert (send["coordinate_fix"]["plus"], send["coordinate_fix"]["minus"], send["coordinate_fix"]["moved"]) == (
        1,
        0,
        1_989,
    )
    assert send["lost"]["beyond the contig's end"] == 4 and audits["smrt"]["file_rows"] == [2_077, 1_797]
    assert {word: n for word, n in regulondb["sequence"]["minus"].items() if n} == {"0": 885, "1": 2_465}
    assert regulondb["coordinate_fix"]["moved"] == 0
    assert any("2,465 at offset +1; the positions were left where they are" in said for said in regulondb["sentences"])
    assert audits["cappable"]["contig_names"] == {"gi|48994873|gb|U00096.2|": "U00096.2"}
    assert audits["cappable"]["lift"]["flank"] == {"both": 16_355, "upstream": 3, "downstream": 1}
    checks = read_tsv(published / "audit.tsv")
    best = checks[checks["check"] != "sequence"].sort_values("share").groupby(["set", "check", "strand"]).tail(1)
    assert (best["offset"] == 0).all()


@real
def test_cappable_seq_taken_as_the_newer_assembly_is_refused(published, tmp_path):
    gtf = pd.read_csv(DATA / "cappable_seq_U00096.2.gtf", sep="\t", header=None)
    write_set(tmp_path / "old.csv", table(gtf[3] - 1, gtf[6], "NC_000913.3"))
    options = ["--genome", published / "genome.fna", "--genome_json", published / "genome.json"]
    assert run("harmonise_sites.py", tmp_path, "--set", "old", "--files", "old.csv", *options).returncode == 0
    for others in (["regulondb", "smrt", "send"], ["smrt"]):
        done = run(
            "audit_sets.py",
            tmp_path,
            "--sites",
            "old.bed",
            *(published / f"{name}.bed" for name in others),
            "--harmonised",
            "old.harmonised.json",
            *(published / f"{name}.harmonised.json" for name in others),
            *options,
            "--out",
            "out",
        )
        assert done.returncode == 2 and done.stderr.count("\n") == 1
        assert done.stderr.startswith("old.csv: positions beyond about 259,000 lie 776 to 1,978 nt off those of ")
        assert "as on U00096.2 = NC_000913.2 (4,639,675 nt); give that assembly's FASTA" in done.stderr
