"""The one function that draws logos: heights, order and places of the letters."""

import numpy as np
import pytest
from matplotlib.patches import PathPatch

from attentome.figures.logo import draw_logo, letter_heights
from attentome.figures.style import new_figure


def letters(figure):
    """Letter, left end, floor and height (data) of each letter that a figure draws."""
    found = []
    for patch in figure.findobj(PathPatch):
        box = patch.get_path().get_extents()
        found.append((patch.get_label(), box.x0, box.y0, box.height))
    return found


def test_heights_of_letters_are_frequency_times_bits():
    counts, bits = [[9, 1, 0, 0], [2, 2, 2, 2], [0, 0, 0, 0]], [1.5, 0.4, 0.0]
    assert letter_heights(counts, bits, 2) == pytest.approx(
        np.array([[1.35, 0.15, 0, 0], [0.1, 0.1, 0.1, 0.1], [0, 0, 0, 0]])
    )
    assert letter_heights(counts, bits, 1)[0] == pytest.approx([0.9, 0.1, 0, 0]), "cut to the scale"


def test_the_one_logo_function_draws_frequency_times_bits():
    figure = new_figure(400, 200)
    axes = figure.add_axes([0, 0, 1, 1])
    axes.set_xlim(0, 3)
    counts, bits = np.array([[70, 20, 10, 0], [25, 25, 25, 25], [0, 0, 1, 99]]), np.array([1.0, 0.001, 1.9])
    assert draw_logo(axes, [0.5, 1.5, 2.5], counts, bits, 2) == 5
    drawn = {(letter, round(x + 0.48, 6)): (floor, high) for letter, x, floor, high in letters(figure)}
    assert {key: high for key, (_, high) in drawn.items()} == pytest.approx(
        {("A", 0.5): 0.7, ("C", 0.5): 0.2, ("G", 0.5): 0.1, ("T", 2.5): 1.881, ("G", 2.5): 0.019}
    ), "letters of the even column are lower than half a pixel"
    assert [drawn[base, 0.5][0] for base in "GCA"] == pytest.approx([0, 0.1, 0.3]), "the highest on top"
    assert drawn["T", 2.5][0] == pytest.approx(0.019)
