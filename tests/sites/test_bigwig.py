"""TSS calls from bigWig tracks: planted sites on a known background, and a plain loop over the rule as documented."""

import numpy as np
import pyBigWig
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attentome.genome.names import KnownSequence
from attentome.sites.readers.bigwig import PEAK_RADIUS, call_sites, library_scale
from attentome.sites.readers.detect import read_set


def write_track(path, tracks):
    with pyBigWig.open(str(path), "w") as handle:
        handle.addHeader([(contig, len(counts)) for contig, counts in tracks.items()])
        for contig, counts in tracks.items():
            places = np.flatnonzero(counts)
            if len(places):
                handle.addEntries(
                    [contig] * len(places),
                    places.tolist(),
                    ends=(places + 1).tolist(),
                    values=counts[places].astype(float).tolist(),
                )
    return path


def track(length, counts):
    values = np.zeros(length)
    for place, count in counts.items():
        values[place] = count
    return values


def calls_by_hand(counts, strand, min_count, min_fold, window, control, scale):
    """The rule of call_sites, one position after the other."""
    found = []
    for place, count in enumerate(counts):
        near = range(max(place - PEAK_RADIUS, 0), min(place + PEAK_RADIUS + 1, len(counts)))
        upstream = [other for other in near if (other < place if strand == "+" else other > place)]
        wide = range(max(place - window // 2, 0), min(place + window // 2 + 1, len(counts)))
        around = [counts[other] for other in wide if other not in near]
        if (
            count >= min_count
            and count == max(counts[other] for other in near)
            and all(counts[other] < count for other in upstream)
            and count * len(around) >= min_fold * sum(around)
            and (control is None or count + 1 >= min_fold * (control[place] * scale + 1))
        ):
            found.append(place)
    return found


def test_the_highest_of_near_positions_is_called_and_far_ones_are_each():
    counts = track(1000, {100: 20, 103: 19, 105: 20, 111: 6, 500: 4, 999: 50})
    # 103 and 105 lie within 5 nt of a count as high; of two alike the one upstream counts.
    assert list(call_sites(counts, "+", 5, 4, 200)) == [100, 111, 999]
    assert list(call_sites(counts, "-", 5, 4, 200)) == [105, 111, 999]


def test_a_site_must_stand_out_of_its_background():
    counts = np.full(1000, 2.0)
    counts[[300, 600]] = 8, 7
    assert list(call_sites(counts, "+", 5, 4, 200)) == [300]
    assert list(call_sites(counts, "+", 5, 3.5, 200)) == [300, 600]
    # A neighbour 50 nt off is background within 200 nt and not within 60: (120 + 2 x 189) / 190 = 2.6.
    counts = np.full(1000, 2.0)
    counts[[300, 350]] = 8, 120
    assert list(call_sites(counts, "+", 5, 4, 200)) == [350] and list(call_sites(counts, "+", 5, 4, 60)) == [300, 350]


def test_a_control_takes_away_what_it_has_too():
    counts = track(1000, {200: 40, 400: 40, 600: 40})
    control = track(1000, {200: 40, 400: 5})
    # Scaled to the treated library, a control count is worth 120 / 45: (40 + 1) / (5 x 2.67 + 1) = 2.9.
    scale = library_scale([{"c": counts}], [{"c": control}])
    assert scale == pytest.approx(120 / 45)
    assert list(call_sites(counts, "+", 5, 4, 200, control, scale)) == [600]
    assert list(call_sites(counts, "+", 5, 2.8, 200, control, scale)) == [400, 600]


def test_an_empty_control_changes_nothing():
    assert library_scale([{"c": np.ones(3)}], [{"c": np.zeros(3)}]) == 1


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    length=st.integers(1, 300),
    strand=st.sampled_from("+-"),
    min_count=st.integers(1, 8),
    min_fold=st.sampled_from([1, 2.5, 4]),
    window=st.sampled_from([20, 51, 200]),
    control=st.booleans(),
)
def test_calls_are_those_of_the_rule_read_position_by_position(
    seed, length, strand, min_count, min_fold, window, control
):
    random = np.random.default_rng(seed)
    counts = (random.poisson(1, length) * random.choice([1, 1, 1, 9], length)).astype(float)
    other = random.poisson(1, length).astype(float) if control else None
    assert list(call_sites(counts, strand, min_count, min_fold, window, other, 0.5)) == calls_by_hand(
        counts, strand, min_count, min_fold, window, other, 0.5
    )


def test_a_pair_of_tracks_is_read_with_names_strands_and_counts(tmp_path):
    plus = write_track(tmp_path / "p.bw", {"U00096.3": track(5000, {99: 30, 700: 6}), "p": track(300, {299: 9})})
    minus = write_track(tmp_path / "m.bw", {"U00096.3": -track(5000, {4999: 12}), "p": track(300, {})})
    contigs = {"NC_000913.3": 5000, "p": 300, "not_in_the_track": 50}
    known = [KnownSequence("U00096.3", "NC_000913.3", 4_641_652, "x")]
    for format in ("bigwig", "auto"):
        reading = read_set([plus, minus], format, contigs, known=known)
        assert reading.faults == [] and reading.format == "bigwig"
        assert list(
            reading.sites[["contig", "tss", "strand", "score", "file", "row"]].itertuples(index=False, name=None)
        ) == [
            ("NC_000913.3", 99, "+", 30.0, 0, 1),
            ("NC_000913.3", 700, "+", 6.0, 0, 2),
            ("p", 299, "+", 9.0, 0, 3),
            ("NC_000913.3", 4999, "-", 12.0, 1, 1),
        ]
        assert reading.strand_codes == {"+": 3, "-": 1}
        assert reading.contig_names == {"U00096.3": "NC_000913.3", "p": "p"}
    assert list(read_set([plus, minus], "bigwig", contigs, {"min_count": 10}, known=known).sites["tss"]) == [99, 4999]


def test_a_control_pair_is_read(tmp_path):
    treated = track(5000, {99: 30, 700: 30})
    paths = [
        write_track(tmp_path / name, {"c": counts})
        for name, counts in (
            ("p.bw", treated),
            ("m.bw", treated),
            ("cp.bw", track(5000, {99: 30})),
            ("cm.bw", track(5000, {700: 30})),
        )
    ]
    sites = read_set(paths, "auto", {"c": 5000}).sites
    assert list(zip(sites["tss"], sites["strand"])) == [(700, "+"), (99, "-")]


def test_planted_sites_are_found_among_noise(tmp_path):
    random = np.random.default_rng(8)
    truth = {strand: np.arange(200, 50000, 500) + random.integers(0, 100, 100) for strand in "+-"}
    paths = []
    for strand in "+-":
        counts = random.poisson(0.2, 50000).astype(float)
        counts[truth[strand]] += random.integers(20, 200, 100)
        paths.append(write_track(tmp_path / f"{strand}.bw", {"c": counts}))
    sites = read_set(paths, "bigwig", {"c": 50000}, {"min_count": 10}).sites
    for strand in "+-":
        assert list(sites["tss"][sites["strand"] == strand]) == list(truth[strand])


@pytest.mark.parametrize(
    "tracks, contigs, what",
    [
        ([{"c": track(100, {5: 9})}], {"c": 100}, "its strand or its control is unknown"),
        ([{"c": track(100, {5: 9})}] * 3, {"c": 100}, "a set of 3 files"),
        ([{"c": track(100, {5: 9})}] * 2, {"c": 101}, "contig 'c' has 100 nt here and 101 in the assembly"),
        ([{"c": track(100, {5: 9})}] * 2, {"d": 100}, "unknown contig 'c'"),
        ([{"c": track(100, {5: 9, 6: -9})}] * 2, {"c": 100}, "counts above and below 0"),
        ([{"c": track(100, {5: np.inf})}] * 2, {"c": 100}, "infinite counts"),
        ([{"c": track(100, {5: 4})}] * 2, {"c": 100}, "no position has a count of 5"),
    ],
)
def test_each_fault_of_the_tracks(tmp_path, tracks, contigs, what):
    paths = [write_track(tmp_path / f"{number}.bw", each) for number, each in enumerate(tracks)]
    faults = read_set(paths, "bigwig", contigs).faults
    assert faults and all(what in fault.what and fault.remedy for _, fault in faults)


def test_a_track_that_is_cut_off_or_no_bigwig_is_a_fault(tmp_path):
    whole = write_track(tmp_path / "a.bw", {"c": track(1000, {5: 9})})
    cut = whole.read_bytes()[:-100]
    for name, content, what in (
        ("cut.bw", cut, "truncated"),
        ("empty.bw", b"", "is not a bigWig"),
        ("text.bw", b"c\t1\t2", "is not a bigWig"),
    ):
        (tmp_path / name).write_bytes(content)
        faults = read_set([whole, tmp_path / name], "bigwig", {"c": 1000}).faults
        assert [file for file, _ in faults] == [1] and what in faults[0][1].what
    assert "cannot be read" in read_set([whole, tmp_path / "absent"], "bigwig", {"c": 1000}).faults[0][1].what
