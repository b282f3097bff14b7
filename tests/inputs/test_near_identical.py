"""Planted duplicates, reverse complements, mutated and shifted copies are grouped; unrelated sequences are not."""

import numpy as np

from attentome.genome.contigs import decode, encode
from attentome.inputs import near_identical
from attentome.inputs.near_identical import near_identical_groups, same_sequence_groups

RNG = np.random.default_rng(5)


def turned(text):
    return text[::-1].translate(str.maketrans("ACGT", "TGCA"))


def text_of(length):
    return "".join(RNG.choice(list("ACGT"), length))


def mutated(text, places):
    letters = list(text)
    for place in places:
        letters[place] = "ACGT"[("ACGT".index(letters[place]) + 1) % 4]
    return "".join(letters)


def groups_of(texts, function=near_identical_groups):
    return function(np.stack([encode(text) for text in texts])).tolist()


def test_copies_are_grouped():
    one, other, third, long = text_of(100), text_of(100), text_of(100), text_of(160)
    texts = [one, other, turned(one), mutated(one, [50]), mutated(turned(other), [30, 70]), third]
    texts += [long[:100], long[30:130], turned(long[60:])]
    assert groups_of(texts) == [0, 1, 0, 0, 1, 2, 3, 3, 3]
    assert groups_of(texts, same_sequence_groups) == [0, 1, 0, 2, 3, 4, 5, 6, 7]


def test_the_limit_is_half_of_the_kmers():
    # 100 nt have 89 12-mers; one substitution inside spoils 12 of them. Three apart leave 53, four 41.
    one = text_of(100)
    assert groups_of([one, mutated(one, [20, 40, 60])]) == [0, 0]
    assert groups_of([one, mutated(one, [20, 40, 60, 80])]) == [0, 1]
    # A shift by s leaves 89 - s of 89: 44 leave 45, 45 leave 44. With 90 k-mers, 45 are exactly half.
    long = text_of(200)
    assert groups_of([long[:100], long[44:144]]) == [0, 0]
    assert groups_of([long[:100], long[45:145]]) == [0, 1]
    assert groups_of([long[:101], long[45:146]]) == [0, 0]
    assert groups_of([long[:101], long[46:147]]) == [0, 1]


def test_links_are_those_of_a_comparison_of_sets(monkeypatch):
    monkeypatch.setattr(near_identical, "COMPARED_AT_ONCE", 300)
    base = [text_of(40) for _ in range(30)]
    texts = base + [mutated(text, RNG.integers(40, size=2)) for text in base] + ["A" * 40, "A" * 20 + base[0][:20]]
    texts = [turned(text) if number % 3 == 0 else text for number, text in enumerate(texts)]
    sets = [{min(text[i : i + 12], turned(text[i : i + 12])) for i in range(29)} for text in texts]
    linked = [[len(a & b) >= 0.5 * max(len(a), len(b)) for b in sets] for a in sets]
    own = list(range(len(texts)))
    for _ in texts:
        own = [min(own[j] for j, link in enumerate(row) if link) for row in linked]
    found = groups_of(texts)
    assert [own.index(group) for group in own] == [found.index(group) for group in found]
    assert 30 < len(set(found)) < 50


def test_random_sequences_stay_apart_and_palindromes_are_read():
    texts = [text_of(60) for _ in range(500)]
    assert groups_of(texts) == list(range(500))
    half = text_of(20)
    assert groups_of([half + turned(half), turned(half + turned(half)), text_of(40)]) == [0, 0, 1]
    assert decode(encode(half)) == half
