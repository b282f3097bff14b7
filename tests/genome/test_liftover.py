"""Lift-over against assemblies whose every letter's origin is known, and on the two published ones of E. coli."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from project import ROOT

from attentome.genome.contigs import Contig, reverse_complement
from attentome.genome.liftover import (
    AMBIGUOUS,
    BLOCK_COLUMNS,
    FLANK,
    FLANK_DIFFERS,
    NO_COUNTERPART,
    assembly_blocks,
    lift,
    read_assembly,
)

DATA = ROOT.parent / "shared/data/ecoli"
real = pytest.mark.skipif(not DATA.exists(), reason="the published files are not here")


def letters(seed, length):
    return np.random.default_rng(seed).integers(0, 4, length).astype(np.uint8)


def assembly(*parts, name="c", circular=False):
    return {name: Contig(name, np.concatenate(parts), circular)}


def every_site(genome):
    return pd.concat(
        [
            pd.DataFrame({"contig": name, "tss": np.arange(len(contig)), "strand": strand})
            for name, contig in genome.items()
            for strand in "+-"
        ],
        ignore_index=True,
    )


def lifted(sites, old, new):
    """Site by site ``(contig, tss, strand)`` on the new assembly, or the reason why not."""
    goals, reasons = lift(sites, assembly_blocks(old, new), old, new)
    assert len(goals) + len(reasons) == len(sites) and not set(goals.index) & set(reasons.index)
    goals = pd.Series(list(zip(goals["contig"], goals["tss"], goals["strand"])), goals.index, dtype=object)
    return pd.concat([goals, reasons]).loc[sites.index]


def test_same_assembly_is_one_block_and_nothing_moves():
    old = assembly(letters(1, 3000))
    assert assembly_blocks(old, old).to_numpy().tolist() == [["c", 0, 3000, "c", 0, 3000, "+"]]
    sites = every_site(old)
    assert list(lifted(sites, old, old)) == list(sites.itertuples(index=False, name=None))


def test_insertion_deletion_substitution_and_inversion():
    a, b, c, d, insert = (letters(seed, 1000) for seed in range(2, 7))
    changed = d.copy()
    changed[500] = (changed[500] + 1) % 4
    old = assembly(a, b, c, d)
    new = assembly(a, insert[:300], reverse_complement(b), changed)  # c is not there
    goal = lifted(every_site(old), old, new)
    on_plus = goal[:4000].to_numpy(object)
    assert on_plus[500] == ("c", 500, "+") and on_plus[3200] == ("c", 2500, "+")
    assert on_plus[1100] == ("c", 1300 + 999 - 100, "-") and goal[4000 + 1100] == ("c", 2199, "+")
    # An inversion's own letters decide what its ends look like, so look 40 nt from them.
    assert all(reason == NO_COUNTERPART for reason in on_plus[2040:2960])
    # Beside the substituted letter one side is whole, the letter itself is lost.
    assert on_plus[3500] == FLANK_DIFFERS
    assert all(on_plus[3500 + k] == ("c", 2800 + k, "+") for k in range(-30, 31) if k)
    # A block over a substitution is one block.
    blocks = assembly_blocks(old, new)
    assert [(row.old_start // 100, row.strand) for row in blocks.itertuples()] == [(0, "+"), (9, "-"), (29, "+")] or [
        row.strand for row in blocks.itertuples()
    ] == ["+", "-", "+"]


def test_flank_that_is_the_same_is_named_and_upstream_has_the_first_word():
    a, b, insert, doubled = letters(10, 400), letters(11, 400), letters(12, 200), letters(13, 9)
    # An element that came in with a doubled target, as insertion sequences do: the nine letters stand on both sides.
    old, new = assembly(a, doubled, b), assembly(a, doubled, insert, doubled, b)
    sites = pd.DataFrame({"contig": "c", "tss": [404, 404, 300, 409, 399], "strand": ["+", "-", "+", "-", "-"]})
    goals, reasons = lift(sites, assembly_blocks(old, new), old, new)
    assert reasons.empty
    assert list(zip(goals["tss"], goals["flank"])) == [
        (404, "upstream"),
        (404 + 209, "upstream"),
        (300, "both"),
        (409 + 209, "upstream"),
        (399, "downstream"),
    ]


def test_rotation_of_a_circular_contig_loses_nothing():
    whole = letters(20, 2000)
    old, new = assembly(whole, circular=True), assembly(np.roll(whole, 700), circular=True)
    sites = every_site(old)
    goal = lifted(sites, old, new)
    assert list(goal) == [("c", (tss + 700) % 2000, strand) for tss, strand in zip(sites["tss"], sites["strand"])]


def test_contigs_split_joined_and_turned():
    a, b, plasmid = letters(30, 1500), letters(31, 1200), letters(32, 600)
    old = {**assembly(a, b, name="chromosome"), **assembly(plasmid, name="p", circular=True)}
    new = {
        **assembly(np.roll(plasmid, 100), name="plasmid", circular=True),
        **assembly(reverse_complement(b), name="two"),
        **assembly(a, name="one"),
    }
    goal = lifted(every_site(old), old, new)
    truth = [("one", tss, "+") for tss in range(1500)] + [("two", 1199 - tss, "-") for tss in range(1200)]
    truth += [(contig, tss, "+" if strand == "-" else "-") for contig, tss, strand in truth]
    truth += [("plasmid", (tss + 100) % 600, strand) for strand in "+-" for tss in range(600)]
    assert list(goal) == truth


def test_repeats_are_crossed_and_doubled_sequence_is_ambiguous():
    repeat, a, b, c = letters(40, 800), letters(41, 500), letters(42, 500), letters(43, 500)
    changed = repeat.copy()
    changed[[300, 330, 420]] = (changed[[300, 330, 420]] + 1) % 4
    old, new = assembly(a, repeat, b, repeat, c), assembly(a, changed, b, repeat, c)
    assert len(assembly_blocks(old, new)) == 1
    goal = lifted(every_site(old)[:3100], old, new)
    # Substitutions 30 nt apart: a site less than 21 nt from both has no whole side.
    assert list(goal.index[[not isinstance(one, tuple) for one in goal]]) == [800, *range(810, 821), 830, 920]
    assert all(one[1] == tss for tss, one in goal.items() if isinstance(one, tuple))
    doubled = assembly(a, repeat, repeat, b)
    goal = lifted(every_site(assembly(a, repeat, b))[:1800], assembly(a, repeat, b), doubled)
    assert goal[600] == goal[1200] == AMBIGUOUS and goal[100] == ("c", 100, "+") and goal[1700] == ("c", 2500, "+")
    assert AMBIGUOUS in set(lifted(every_site(doubled)[:2600], doubled, assembly(a, repeat, b)))


def test_unlike_assemblies_and_very_short_contigs_have_no_blocks():
    old, new = assembly(letters(50, 3000)), assembly(letters(51, 3000))
    assert assembly_blocks(old, new).empty and list(assembly_blocks(old, new).columns) == BLOCK_COLUMNS
    assert set(lifted(every_site(old), old, new)) == {NO_COUNTERPART}
    assert set(lifted(every_site(assembly(letters(1, 9))), assembly(letters(1, 9)), new)) == {NO_COUNTERPART}
    nothing = every_site(old)[:0]
    assert all(part.empty for part in lift(nothing, assembly_blocks(old, new), old, new))


segments = st.lists(
    st.tuples(st.sampled_from(["keep", "turn", "drop", "insert", "letter"]), st.integers(120, 300)),
    min_size=1,
    max_size=7,
)


@settings(max_examples=60, deadline=None)
@given(segments, st.integers(0, 10_000), st.booleans())
def test_lift_and_reverse_lift_give_back_the_position(plan, seed, circular):
    random = np.random.default_rng(seed)
    old_parts, new_parts, origin, edges, at = [], [], [], [], 0
    for kind, length in plan:
        part = random.integers(0, 4, length).astype(np.uint8)
        edges.append(at)
        if kind == "insert":
            new_parts.append(part)
            origin += [None] * length
            continue
        old_parts.append(part)
        places = list(range(at, at + length))
        at += length
        if kind == "turn":
            new_parts.append(reverse_complement(part))
            origin += [(place, "-") for place in reversed(places)]
        elif kind != "drop":
            new_parts.append(part.copy())
            origin += [(place, "+") for place in places]
            if kind == "letter":
                edges += [at - 30, at - 29]
                new_parts[-1][-30] = (part[-30] + 1) % 4
    if not old_parts or not new_parts:
        return
    old, new = assembly(*old_parts, circular=circular), assembly(*new_parts, circular=circular)
    there, back = assembly_blocks(old, new), assembly_blocks(new, old)
    sites = every_site(old)
    goals, reasons = lift(sites, there, old, new)
    again, lost = lift(goals[["contig", "tss", "strand"]], back, new, old)
    assert lost.empty
    assert again[["contig", "tss", "strand"]].to_numpy().tolist() == sites.loc[goals.index].to_numpy().tolist()
    # Where each letter truly came from; at the edges it could belong to either side.
    truth = {place: (at, turn) for at, one in enumerate(origin) if one for place, turn in [one]}
    edges = np.array([*edges, at])
    for tss, strand, goal, turned in zip(
        sites["tss"][goals.index], sites["strand"][goals.index], goals["tss"], goals["strand"]
    ):
        if np.abs(edges - tss).min() > FLANK:
            assert truth[tss] == (goal, "+" if strand == turned else "-")
    inner = [index for index, tss in sites["tss"].items() if tss in truth and np.abs(edges - tss).min() > FLANK]
    assert set(inner) <= set(goals.index)


@real
def test_u00096_2_to_nc_000913_3():
    old, new = read_assembly(DATA / "U00096.2.fna.gz"), read_assembly(DATA / "GCF_000005845.2_ASM584v2_genomic.fna.gz")
    blocks = assembly_blocks(old, new)
    # The differences of the two as an aligner tells them: 776, 1, 1199 and 2 nt more, 1 nt less.
    shifts = (blocks["new_start"] - blocks["old_start"]).tolist()
    assert list(np.diff(shifts)) == [776, 1, 1199, 2, -1] and shifts[0] == 0
    gtf = pd.read_csv(DATA / "cappable_seq_U00096.2.gtf", sep="\t", header=None)
    sites = pd.DataFrame({"contig": "U00096.2", "tss": gtf[3] - 1, "strand": gtf[6]})
    goals, reasons = lift(sites, blocks, old, new)
    assert reasons.empty and len(goals) == 16_359 and not goals.duplicated(["tss", "strand"]).any()
    beside = goals[goals["flank"] != "both"]
    assert list(zip(sites["tss"][beside.index] + 1, beside["tss"] + 1, beside["strand"], beside["flank"])) == [
        (257898, 257898, "+", "upstream"),
        (257911, 258687, "+", "downstream"),
        (1298721, 1299498, "+", "upstream"),
        (257906, 258682, "-", "upstream"),
    ]
    edges = np.array([257_899, 547_831, 1_298_718, 2_171_386, 3_558_478])
    expected = sites["tss"] + np.concatenate([[0], shifts[1:]])[np.searchsorted(edges, sites["tss"], side="right")]
    assert set(sites.index[expected != goals["tss"]]) <= set(beside.index)
    again, lost = lift(goals[["contig", "tss", "strand"]], assembly_blocks(new, old), new, old)
    assert lost.empty and (again["tss"] == sites["tss"]).all()
