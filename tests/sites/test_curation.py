"""Curation against a brute-force union-find, a plain loop for the greedy rule, and examples worked out by hand."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attentome.figures.distances import plot_distances
from attentome.figures.overlap import plot_overlap
from attentome.io.files import read_bed, read_json, read_tsv, write_bed
from attentome.simulate.minimal import noisy_set, simulate_genome
from attentome.sites.clusters import cluster_positions, greedy_clusters, representative
from attentome.sites.curation import curate, distance_table, overlap_table, rule_sentence, sets_table

LENGTH = 400


def table(*sites, contig="c"):
    """BED6 sites from ``(position, strand)``."""
    return pd.DataFrame(
        [(contig, position, position + 1, "x", 0.0, strand) for position, strand in sites],
        columns=["contig", "start", "end", "name", "score", "strand"],
    )


def gap(a, b, length, circular):
    return min(abs(a - b), length - abs(a - b)) if circular else abs(a - b)


def brute_clusters(sites, max_distance, circular):
    """Connected components of ``(set, contig, position, strand)``, every pair compared."""
    parent = list(range(len(sites)))

    def root_of(index):
        while parent[index] != index:
            index = parent[index]
        return index

    for i, j in combinations(range(len(sites)), 2):
        a, b = sites[i], sites[j]
        if a[1] == b[1] and a[3] == b[3] and gap(a[2], b[2], LENGTH, circular) <= max_distance:
            parent[root_of(i)] = root_of(j)
    groups = {}
    for index, site in enumerate(sites):
        groups.setdefault(root_of(index), []).append(site)
    return list(groups.values())


@pytest.mark.parametrize("circular", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_clusters_counts_and_tables_equal_brute_force(seed, circular):
    random = np.random.default_rng(seed)
    names, max_distance, min_support = ["b", "a", "d", "c"], int(random.integers(0, 7)), int(random.integers(1, 4))
    sets, sites = {}, set()
    for name in names:
        of_set = {
            (str(random.choice(["c", "d"])), int(random.integers(0, LENGTH)), str(random.choice(["+", "-"])))
            for _ in range(60)
        }
        # Sites at both ends, so that clusters over the origin occur.
        of_set |= {("c", int(position) % LENGTH, "+") for position in random.integers(-4, 5, 2)}
        sets[name] = pd.concat([table((position, strand), contig=contig) for contig, position, strand in of_set])
        sites |= {(name, *site) for site in of_set}
    contigs = {"d": (LENGTH, circular), "c": (LENGTH, circular)}
    curation = curate(sets, max_distance, min_support, contigs)
    expected = brute_clusters(sorted(sites), max_distance, circular)
    found = curation.members.groupby("cluster")[["set", "contig", "tss", "strand"]].apply(
        lambda part: frozenset(part.itertuples(index=False, name=None))
    )
    assert set(found) == {frozenset(group) for group in expected} and len(found) == len(expected)

    supports = [{site[0] for site in group} for group in expected]
    assert len(curation.sites) == sum(len(support) >= min_support for support in supports)
    assert sorted(curation.clusters["support"]) == sorted(map(len, supports))
    overlap = overlap_table(curation).set_index("sets")
    assert len(overlap) == 15
    for size in range(1, 5):
        for combination in combinations(sorted(names), size):
            row = overlap.loc[",".join(combination)]
            assert row["n"] == sum(support == set(combination) for support in supports)
            assert row["n_at_least"] == sum(support >= set(combination) for support in supports)
            assert row["kept"] == (size >= min_support)
    by_set = sets_table(curation).set_index("set")
    names = sorted(names)
    assert list(by_set.index) == names
    distances = {}
    for group, support in zip(expected, supports):
        for name in names:
            own = sum(site[0] == name for site in group)
            by_set.loc[name, "used"] -= own * (len(support) >= min_support)
            by_set.loc[name, "confirmed"] -= own * (len(support) > 1)
            by_set.loc[name, "sites"] -= own
        for a, b in combinations(group, 2):
            if a[0] != b[0]:
                distance = gap(a[2], b[2], LENGTH, circular)
                distances[distance] = distances.get(distance, 0) + 1
    assert (by_set[["used", "confirmed", "sites"]] == 0).all(axis=None)
    table_of = distance_table(curation)
    assert dict(table_of[table_of["n"] > 0].itertuples(index=False)) == distances
    assert list(table_of["distance_nt"]) == list(range(len(table_of))) and len(table_of) > max_distance

    # Each kept site is a member's position, and no position of its cluster has more sets.
    for site in curation.sites.itertuples():
        group = next(
            group for group in expected if (site.contig, site.start, site.strand) in {member[1:] for member in group}
        )
        votes = pd.Series([member[2] for member in group]).value_counts()
        assert votes[site.start] == votes.max()
        assert site.sets == ",".join(name for name in names if name in {member[0] for member in group})
        assert site.support == len(site.sets.split(",")) and site.score == round(1000 * site.support / 4)
    assert list(curation.sites["contig"].unique()) == ["d", "c"]


def test_chain_is_one_cluster_although_its_ends_are_far_apart():
    cluster, along = cluster_positions([10, 15, 20, 26], 5)
    assert list(cluster) == [0, 0, 0, 1] and list(along) == [10, 15, 20, 26]


def test_cluster_over_the_origin_of_a_circular_contig():
    cluster, along = cluster_positions([1, 50, 98], 3, 100)
    assert list(cluster) == [0, 1, 0] and list(along) == [1, 50, -2]
    assert list(cluster_positions([1, 50, 97], 3, 100)[0]) == [0, 1, 2]
    assert list(cluster_positions([1, 50, 98], 3)[0]) == [0, 1, 2]
    assert len(cluster_positions([], 3, 100)[0]) == 0


def test_a_whole_contig_may_be_one_cluster():
    cluster, along = cluster_positions([0, 4, 8], 5, 10)
    assert list(cluster) == [0, 0, 0] and list(along) == [0, 4, 8]


@pytest.mark.parametrize(
    "positions, expected",
    [
        ([7], 7),
        ([7, 7, 9], 7),  # two sets at 7, one at 9
        ([9, 7, 9], 9),
        ([5, 6, 9], 6),  # three positions, a set each: the middle one
        ([5, 9], 5),  # two: the lower
        ([5, 6, 8, 9], 6),  # four: the lower of 6 and 8
        ([1, 1, 4, 5, 5, 9, 9], 5),  # 1, 5 and 9 tie
        ([-2, -2, 1], -2),  # over the origin
    ],
)
def test_representative(positions, expected):
    assert representative(np.array(positions)) == expected
    assert representative(np.array(positions[::-1])) == expected


def test_representative_is_where_the_weight_is():
    assert representative(np.array([7, 7, 9]), np.array([1, 1, 3])) == 9
    # 0.1 + 0.2 equals 0.3: a tie, so the lower of two.
    assert representative(np.array([9, 7, 7]), np.array([0.3, 0.1, 0.2])) == 7


def slow_greedy(sets, order, max_distance, length, circular):
    """Clusters ``{anchor: {(set, position), ...}}`` of one strand, site by site."""
    anchors, clusters = [], {}
    for rank, name in enumerate(order):
        new = []
        for position in sorted(sets[name]):
            # Of two as near and of the same set, the one before the position.
            near = [
                (gap(position, anchor, length, circular), rank_of, (anchor - position) % length < length / 2, anchor)
                for anchor, rank_of in anchors
            ]
            near = [each for each in near if each[0] <= max_distance]
            if near:
                clusters[min(near)[3]].add((name, position))
            else:
                new.append(position)
        anchors += [(position, rank) for position in new]
        clusters |= {position: {(name, position)} for position in new}
    return clusters


@pytest.mark.parametrize("circular", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_greedy_rule_equals_a_plain_loop(seed, circular):
    random = np.random.default_rng(seed)
    max_distance = int(random.integers(0, 9))
    positions = {
        name: set(random.integers(0, LENGTH, 40).tolist()) | {int(random.integers(-3, 4)) % LENGTH} for name in "abcd"
    }
    sets = {name: table(*((position, "+") for position in positions[name])) for name in "abcd"}
    weights, priorities = {"a": 1, "b": 2.5, "c": 1, "d": 2}, {"c": 1, "d": None}
    curation = curate(sets, max_distance, 3, {"c": (LENGTH, circular)}, "greedy", weights, priorities)
    assert curation.order() == ["c", "b", "d", "a"]
    expected = slow_greedy(positions, "cbda", max_distance, LENGTH, circular)
    found = {
        curation.clusters["position"][cluster]: set(zip(part["set"], part["tss"]))
        for cluster, part in curation.members.groupby("cluster")
    }
    assert found == expected
    support = {anchor: sum(weights[name] for name in {name for name, _ in part}) for anchor, part in expected.items()}
    assert dict(zip(curation.clusters["position"], curation.clusters["support"])) == support
    assert set(curation.sites["start"]) == {anchor for anchor, n in support.items() if n >= 3}
    assert set(curation.rejected["start"]) == {anchor for anchor, n in support.items() if n < 3}
    table_of = distance_table(curation)
    assert table_of["n"].sum() == sum(a[0] != b[0] for part in expected.values() for a, b in combinations(part, 2))
    assert table_of.loc[table_of["n"] > 0, "distance_nt"].max() <= 2 * max_distance


def test_greedy_sites_of_the_first_set_stay_apart_and_take_what_is_near():
    cluster, along, anchor = greedy_clusters([10, 13, 12, 16, 19], [0, 0, 1, 1, 1], 3)
    assert list(anchor) == [10, 13, 13, 13, 19] and list(cluster) == [0, 1, 1, 1, 2]
    # As near to both: the anchor of the earlier set, though it lies behind.
    assert list(greedy_clusters([14, 10, 12], [0, 1, 2], 2)[2]) == [14, 10, 14]
    assert list(greedy_clusters([10, 14, 12], [0, 0, 1], 2)[2]) == [10, 14, 10]
    assert list(greedy_clusters([98, 1], [0, 1], 3, 100)[1]) == [98, 101]


sites_of_sets = st.dictionaries(
    st.sampled_from("abcde"),
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from("+-")), min_size=1, max_size=12),
    min_size=1,
)


@settings(max_examples=120, deadline=None)
@given(
    sites_of_sets,
    st.randoms(use_true_random=False),
    st.sampled_from(["single_linkage", "greedy"]),
    st.lists(st.sampled_from([0.1, 0.2, 0.3, 1, 2]), min_size=5, max_size=5),
    st.lists(st.sampled_from([None, 1, 2]), min_size=5, max_size=5),
)
def test_order_of_sets_and_rows_never_matters(sets, random, rule, weights, priorities):
    weights, priorities = dict(zip("abcde", weights)), dict(zip("abcde", priorities))
    shuffled = list(sets.items())
    random.shuffle(shuffled)
    shuffled = {name: random.sample(sites, len(sites)) for name, sites in shuffled}
    results = []
    for given_sets in (sets, shuffled):
        curation = curate(
            {name: table(*sites) for name, sites in given_sets.items()},
            4,
            1.3,
            {"c": (64, True)},
            rule,
            weights,
            priorities,
        )
        results.append(
            [
                curation.sites,
                curation.rejected,
                curation.members,
                overlap_table(curation),
                sets_table(curation),
                distance_table(curation),
                rule_sentence(curation),
            ]
        )
    for one, other in zip(*results):
        assert one == other if isinstance(one, str) else one.equals(other)


def test_weights_decide_what_is_kept_and_are_reported():
    sets = {"a": table((10, "+"), (50, "+")), "b": table((11, "+")), "e": table((50, "+"), (80, "+"))}
    curation = curate(sets, 5, 1.5, {"c": (100, False)}, weights={"a": 0.5, "b": 0.5, "e": 1})
    assert list(zip(curation.sites["start"], curation.sites["support"], curation.sites["score"])) == [(50, 1.5, 750)]
    assert list(curation.rejected["reason"]) == ["support 1 of 1.5: a,b only", "support 1 of 1.5: e only"]
    assert "weigh at least 1.5 together (a 0.5, b 0.5, e 1)" in rule_sentence(curation)
    overlap = overlap_table(curation).set_index("sets")["kept"]
    assert overlap["a,e"] == overlap["a,b,e"] == 1 and overlap["a,b"] == overlap["e"] == 0
    assert list(sets_table(curation)["used"]) == [1, 0, 1]


def test_weights_that_add_up_to_the_support_asked_for_suffice():
    assert 0.7 + 0.1 < 0.8
    curation = curate({"a": table((10, "+")), "b": table((11, "+"))}, 5, 0.8, weights={"a": 0.7, "b": 0.1})
    assert len(curation.sites) == 1 and overlap_table(curation)["kept"].tolist() == [1, 0, 0]


def test_unknown_rule_is_refused():
    with pytest.raises(ValueError, match="unknown rule 'best'; give one of single_linkage, greedy"):
        curate({"a": table((1, "+"))}, rule="best")


def test_strands_and_contigs_do_not_mix():
    sets = {"a": table((10, "+"), (20, "-")), "b": table((10, "-"), (20, "+")), "e": table((10, "+"), contig="d")}
    assert len(curate(sets, 5, 2).sites) == 0 and len(curate(sets, 5, 1).sites) == 5


def test_a_set_supports_a_cluster_once():
    curation = curate({"a": table((10, "+"), (12, "+")), "b": table((30, "+"))}, 5, 2)
    assert len(curation.sites) == 0 and list(curation.clusters["support"]) == [1, 1]


def test_site_over_the_origin_lies_on_the_contig():
    sets = {"a": table((98, "+")), "b": table((98, "+")), "c": table((1, "+"))}
    sites = curate(sets, 5, 3, {"c": (100, True)}).sites
    assert list(sites["start"]) == [98] and list(sites["end"]) == [99]
    assert len(curate(sets, 5, 3, {"c": (100, False)}).sites) == 0


def test_unknown_contig_is_refused():
    with pytest.raises(ValueError, match="contigs that the genome does not have: c"):
        curate({"a": table((1, "+"))}, 5, 1, {"d": (100, True)})


def test_many_sets_list_only_the_combinations_that_occur():
    sets = {f"s{number}": table((10 * number, "+"), (500, "-")) for number in range(8)}
    overlap = overlap_table(curate(sets, 2, 2))
    assert len(overlap) == 9 and list(overlap["n"]) == [1] * 9 and overlap["kept"].sum() == 1


def run(root, folder, *options):
    return subprocess.run(
        [sys.executable, root / "bin/curate_sites.py", *options], cwd=folder, capture_output=True, text=True
    )


def test_command_writes_every_file_the_same_twice(root, tmp_path):
    sets = {
        "a": table((10, "+"), (30, "-"), (98, "+")),
        "b": table((12, "+"), (60, "-")),
        "c": table((0, "+"), (12, "+")),
    }
    for name, sites in sets.items():
        write_bed(tmp_path / f"{name}.bed", sites)
        (tmp_path / f"{name}.audit.json").write_text(json.dumps({"set": name, "rows": 7}))
    (tmp_path / "sets.json").write_text(json.dumps([{"set": name, "weight": 1, "priority": 1} for name in sets]))
    (tmp_path / "genome.json").write_text(json.dumps({"contigs": [{"name": "c", "length": 100, "circular": True}]}))
    for out, order in (("first", "abc"), ("second", "cba")):
        done = run(
            root,
            tmp_path,
            "--sites",
            *(f"{name}.bed" for name in order),
            "--audits",
            *(f"{name}.audit.json" for name in order),
            "--genome_json",
            "genome.json",
            "--sets",
            "sets.json",
            "--out",
            out,
        )
        assert done.returncode == 0, done.stderr
    first = tmp_path / "first"
    names = sorted(path.name for path in first.iterdir())
    assert names == [
        "curation.json",
        "distances.png",
        "distances.svg",
        "distances.tsv",
        "overlap.png",
        "overlap.svg",
        "overlap.tsv",
        "rejected.bed",
        "sets.tsv",
        "sites.bed",
    ]
    for name in names:
        assert (first / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
    sites = read_bed(first / "sites.bed", ["support", "sets"])
    # 98 and 0 tie over the origin: the lower is the one before it.
    assert list(zip(sites["start"], sites["strand"], sites["support"], sites["sets"], sites["score"])) == [
        (12, "+", 3, "a,b,c", 1000),
        (98, "+", 2, "a,c", 667),
    ]
    table_of = read_tsv(first / "sets.tsv")
    assert table_of.to_dict("list") == {
        "set": ["a", "b", "c"],
        "rows": [7, 7, 7],
        "sites": [3, 2, 2],
        "used": [2, 1, 2],
        "confirmed": [2, 1, 2],
        "share_confirmed": [0.666667, 0.5, 1.0],
        "weight": [1, 1, 1],
        "priority": [1.0, 1.0, 1.0],
    }
    facts = read_json(first / "curation.json")
    assert facts["n_clusters"] == 4 and facts["n_sites"] == facts["n_rejected"] == 2
    assert facts["rule"].startswith("A site is kept where at least 2 of 3 sets have a TSS within one cluster")
    rejected = read_bed(first / "rejected.bed", ["support", "sets", "reason"])
    assert list(zip(rejected["start"], rejected["strand"], rejected["reason"])) == [
        (30, "-", "support 1 of 2: a only"),
        (60, "-", "support 1 of 2: b only"),
    ]


@pytest.mark.parametrize("n_sets", [1, 2, 9])
def test_figure_prints_the_numbers_and_the_rule_beneath(tmp_path, n_sets):
    random = np.random.default_rng(n_sets)
    sets = {
        f"set_{number}": table(*((int(position), "+") for position in random.integers(0, 2000, 80)))
        for number in range(n_sets)
    }
    curation = curate(sets, 5, 1)
    overlap, rule = overlap_table(curation), rule_sentence(curation)
    plot_overlap(overlap, sets_table(curation), rule, tmp_path / "overlap")
    drawing = ElementTree.parse(tmp_path / "overlap.svg").getroot()
    texts = [(element.text or "").strip() for element in drawing.iter() if element.tag.endswith("text")]
    assert rule in " ".join(texts)
    largest = sorted(overlap["n"][overlap["n"] > 0], reverse=True)[:24]
    numbers = [text for text in texts if text.isdigit()]
    assert all(numbers.count(str(n)) >= largest.count(n) for n in largest)
    assert (f"{(overlap['n'] > 0).sum() - 24} smaller combinations" in " ".join(texts)) == (n_sets == 9)
    assert (tmp_path / "overlap.png").read_bytes().startswith(b"\x89PNG")


def test_distance_figure_prints_each_number(tmp_path):
    distances = pd.DataFrame({"distance_nt": range(15), "n": [4001, 312, 77, 20, 9, 5, 3, 0, 0, 1, 0, 0, 0, 0, 6]})
    plot_distances(distances, 5, "The rule.", tmp_path / "distances")
    drawing = ElementTree.parse(tmp_path / "distances.svg").getroot()
    texts = [(element.text or "").strip() for element in drawing.iter() if element.tag.endswith("text")]
    assert {"4,001", "312", "77", "20", "9", "The rule."} <= set(texts)
    assert "4,434 pairs" in " ".join(texts) and "6 pairs are more than 10 nt apart" in " ".join(texts)
    plot_distances(distances[:6] * 0, 5, "The rule.", tmp_path / "none")
    assert (tmp_path / "none.png").read_bytes().startswith(b"\x89PNG")


def test_planted_promoters_are_recovered_from_noisy_sets():
    sequence, truth = simulate_genome(seed=2)
    sets = {
        f"set_{number}": noisy_set(truth, len(sequence), seed=[2, number]).rename(columns={"tss": "start"})
        for number in range(3)
    }
    sites = curate(sets, 5, 2, {"sim": (len(sequence), True)}).sites
    true = {(row.tss, row.strand) for row in truth.itertuples() if row.kind == "promoter"}
    found = set(zip(sites["start"], sites["strand"]))
    # Two of three sets see a site with 3 x 0.9^2 - 2 x 0.9^3 = 0.972.
    assert len(found & true) > 0.93 * len(true)
    assert len(found - true) < 0.05 * len(found)
