"""Names beside lines: they cover no line and no other name, stay inside, and have a leader where they stand off."""

import numpy as np
import pytest

from attentome.figures.line_labels import along, name_lines, points_covered
from attentome.figures.place_axis import to_pixels
from attentome.figures.style import add_axes, new_figure, use_style


def test_points_along_a_line_are_close_and_hold_the_corners():
    corners = np.array([[0.0, 0.0], [9.0, 12.0], [9.0, 12.5]])
    points = along(corners, 2)
    assert np.hypot(*np.diff(points, axis=0).T).max() <= 2
    assert all((points == corner).all(axis=1).any() for corner in corners)
    assert along(corners[:1]).tolist() == [[0, 0]]
    assert points_covered(points, (9, 12.25), (1, 1)) == (np.abs(points - (9, 12.25)) < 1).all(axis=1).sum() > 0


@pytest.mark.parametrize("peak", [0, 27, 99])
def test_names_cover_no_line_and_no_other_name(peak):
    use_style()
    figure = new_figure(960, 220)
    axes = add_axes(figure, 60, 10, 880, 196)
    d = np.arange(100)
    axes.set(xlim=(-99.5, 0.5), ylim=(0, 60))
    shapes = {"the first": 50.0, "all of the others": 20.0, "a third line": 3.0}
    lines = {name: high * np.exp(-(((d - peak) / 4) ** 2)) for name, high in shapes.items()}
    name_lines(axes, d, [(name, values, "black", "grey") for name, values in lines.items()])
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in axes.texts]
    assert [text.get_text() for text in axes.texts] == list(shapes)
    for i, box in enumerate(boxes):
        assert axes.bbox.x0 <= box.x0 and box.x1 <= axes.bbox.x1 and axes.bbox.y0 <= box.y0 and box.y1 <= axes.bbox.y1
        for values in lines.values():
            points = along(to_pixels(axes, -d, values)) + axes.bbox.min
            middle, half = (box.min + box.max) / 2, box.size / 2
            assert points_covered(points, middle, half) == 0
        assert not any(box.overlaps(other) for other in boxes[i + 1 :])
