"""Outlines of the letters of a logo, for matplotlib and for SVG."""

from functools import cache

from matplotlib.font_manager import FontProperties
from matplotlib.path import Path as Outline
from matplotlib.textpath import TextPath


@cache
def letter_outline(letter):
    """Outline of a bold letter, scaled to the unit square, y upwards, as a matplotlib path."""
    path = TextPath((0, 0), letter, size=100, prop=FontProperties(weight="bold"))
    box = path.get_extents()
    return Outline((path.vertices - [box.x0, box.y0]) / [box.width, box.height], path.codes)


def letter_svg_path(letter):
    """The outline as SVG path data in a box of 100 x 100, y downwards."""
    verbs = {Outline.MOVETO: "M", Outline.LINETO: "L", Outline.CURVE3: "Q", Outline.CURVE4: "C"}
    parts = []
    for vertices, code in letter_outline(letter).iter_segments(curves=True):
        if code == Outline.CLOSEPOLY:
            parts.append("Z")
            continue
        points = vertices.reshape(-1, 2) * 100
        parts.append(verbs[code] + " ".join(f"{x:.1f} {100 - y:.1f}" for x, y in points))
    return "".join(parts)
