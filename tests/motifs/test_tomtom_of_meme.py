"""Tomtom as memelite computes it against MEME's own program: the values that MEME's tests expect.

Five TRANSFAC matrices, each compared with all five, with complete scores and Euclidean distance:
tests/common/sample.meme and tests/tomtom/tomtom.complete.out.ed of the MEME suite 4. Alignments are the same. With
five targets, whose columns are the whole background, p depends on how scores are rounded: the two programs differ by
up to 1.42 times, and not in one direction.
"""

import numpy as np
import pytest

from attentome.motifs.tomtom import tomtom_alignments

MATRICES = {
    "V_MYOD_01": """
        208 375 542  42 875  42  42  42  42  42  42 208
        375 208  42 875  42  42 208  42  42 208 375  42
        375 375 208  42  42 708 708  42 875 375  42 542
         42  42 208  42  42 208  42 875  42 375 542 208
    """,
    "V_E47_01": """
        354 188 271 188  21 938  21 104  21  21  21 104 104 104 114
        354 438 188  21 938  21  21 188  21  21  21 354 521 354 386
        271 354 354 771  21  21 938 688  21 938 354 271 188 354 205
         21  21 188  21  21  21  21  21 938  21 604 271 188 188 295
    """,
    "V_VMYB_01": """
        530 570  90 930 970  50  10  50 450 490
        170 130 290  10  10 930  50  50 210 210
        170 210  50  10  10  10 690 850 170  90
        130  90 570  50  10  10 250  50 170 210
    """,
    "V_CMYB_01": """
         45 223 202 417 428 185 159 389  70 299   4   4   4 184 160  36 107  89
        438 545 331 135 296 325  82  24 807 299   4   4   4  20 160 207 107  18
        223 188 298 365 217 165 659 486  37 332 988   4   4 775 545 436 583 804
        295  45 169  83  59 325 101 101  86  70   4 988 988  20 135 321 202  89
    """,
    "V_AP4_01": """
        542 208 542 375 208  42 875  42  42  42  42  42 208  42 208 208 375  42
         42 208 208 208 375 875  42  42 875  42 208 375  42  42 208 708 208  42
         42 542 208 375  42  42  42 875  42 208 708 208 542 875 208  42 208 542
        375  42  42  42 375  42  42  42  42 708  42 375 208  42 375  42 208 375
    """,
}
"""Frequencies of A, C, G, T in thousandths, a line per base."""
EXPECTED = """
V_MYOD_01 V_MYOD_01 0 1.65788e-22 12 +
V_MYOD_01 V_E47_01 1 2.95583e-06 12 +
V_MYOD_01 V_AP4_01 2 0.000663986 12 +
V_MYOD_01 V_CMYB_01 5 0.0161312 12 +
V_MYOD_01 V_VMYB_01 -1 0.176492 10 -
V_E47_01 V_E47_01 0 1.47976e-30 15 +
V_E47_01 V_MYOD_01 -1 2.44928e-06 12 +
V_E47_01 V_AP4_01 3 0.00114501 15 -
V_E47_01 V_CMYB_01 4 0.0101544 14 +
V_E47_01 V_VMYB_01 -2 0.113114 10 -
V_VMYB_01 V_VMYB_01 0 4.54466e-22 10 +
V_VMYB_01 V_CMYB_01 2 0.0021874 10 -
V_VMYB_01 V_MYOD_01 1 0.122149 10 -
V_VMYB_01 V_E47_01 3 0.216777 10 -
V_VMYB_01 V_AP4_01 5 0.243373 10 -
V_CMYB_01 V_CMYB_01 0 8.80519e-39 18 +
V_CMYB_01 V_VMYB_01 -6 0.00246293 10 -
V_CMYB_01 V_E47_01 -4 0.00700158 14 +
V_CMYB_01 V_MYOD_01 -5 0.00949086 12 +
V_CMYB_01 V_AP4_01 -1 0.0159181 17 -
V_AP4_01 V_AP4_01 0 2.46489e-33 18 +
V_AP4_01 V_MYOD_01 -2 0.000433252 12 +
V_AP4_01 V_E47_01 0 0.00112956 15 -
V_AP4_01 V_CMYB_01 -1 0.0196777 17 -
V_AP4_01 V_VMYB_01 -3 0.443068 10 -
"""
"""Query, target, offset, p, overlap and orientation."""


@pytest.fixture(scope="module")
def found():
    frequencies = [np.array(text.split(), float).reshape(4, -1).T / 1000 for text in MATRICES.values()]
    frequencies = [matrix / matrix.sum(axis=1, keepdims=True) for matrix in frequencies]
    return tomtom_alignments(frequencies, frequencies)


@pytest.mark.parametrize("line", EXPECTED.strip().splitlines())
def test_p_and_alignment_are_those_of_meme(line, found):
    query, target, offset, p, overlap, orientation = line.split()
    pair = list(MATRICES).index(query), list(MATRICES).index(target)
    own = [values[pair] for values in found]
    assert own[1:3] == [int(offset), int(overlap)] and "+-"[int(own[3])] == orientation
    if query == target:
        assert float(p) / 2.01 < own[0] < float(p) * 2.01 and own[0] < 1e-20
    else:
        assert float(p) / 1.42 < own[0] < float(p) * 1.42


def test_p_is_right_on_the_whole(found):
    ratios = [
        np.log(found[0][list(MATRICES).index(row[0]), list(MATRICES).index(row[1])] / float(row[3]))
        for row in map(str.split, EXPECTED.strip().splitlines())
        if row[0] != row[1]
    ]
    assert len(ratios) == 20 and abs(np.mean(ratios)) < 0.05 and np.std(ratios) < 0.2
