"""Palette, type and figure files: what all figures have in common. Lengths are CSS pixels, 96 to the inch."""

import io
import re
from functools import cache

import matplotlib
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import get_font

from attentome.io.files import write_text

matplotlib.use("Agg")

INK, SOFT, FAINT, RULE, PALE = "#1B2733", "#55606B", "#7D8790", "#C9CFD5", "#EEF1F3"
GROUP_COLOUR = {"top": "#0B4F8A", "all": "#D97B00", "bottom": "#7D8790"}
GROUP_TEXT = {"top": "#0B4F8A", "all": "#A85C00", "bottom": "#5F6A74"}
GROUP_DASH = {"top": "-", "all": (0, (5, 2)), "bottom": (0, (1, 1.6))}
GROUP_WIDTH = {"top": 2.0, "all": 1.5, "bottom": 1.5}
BASE_COLOUR = {"A": "#00845F", "C": "#0B63B0", "G": "#E39B00", "T": "#C8461A"}
BLUES = ("#083D5C", "#2F7CA8", "#93C3DC", "#DCECF4")
BADGES = {
    "A": (BLUES[0], "#FFFFFF", BLUES[0]),
    "B": (BLUES[1], "#FFFFFF", BLUES[1]),
    "C": (BLUES[2], INK, BLUES[2]),
    "D": (BLUES[3], INK, FAINT),
}
"""Fill, letter and edge of the badge of each grade, from dark to light; heads without a grade have no fill."""
BAND, VALUE_NORM = "#D5DAE0", "#0E7C74"
"""What control heads do; how much of what a head reads arrives."""

LOW, HIGH = 0.5, 110.0
"""Ends of the common log2 scale of profiles, in multiples of uniform attention."""

FONT = "DejaVu Sans"
"""It comes with matplotlib, so that figures do not depend on the fonts of a machine."""
SMALL, TEXT, TITLE = 11, 12, 13
MARGIN, LINE = 12, 17
"""Lengths in px: round a figure, and from line to line of a note."""
PX = 72 / 96
"""Points per CSS pixel."""


def use_style(family=FONT):
    """Set type, line widths and reproducible SVG output for all figures."""
    matplotlib.rcParams.update(
        {
            "font.family": list(dict.fromkeys([family, FONT])),
            "font.size": SMALL * PX,
            "text.color": INK,
            "axes.edgecolor": FAINT,
            "axes.labelcolor": SOFT,
            "axes.linewidth": 0.8,
            "xtick.color": SOFT,
            "ytick.color": SOFT,
            "xtick.labelsize": SMALL * PX,
            "ytick.labelsize": SMALL * PX,
            "axes.labelsize": SMALL * PX,
            "axes.titlesize": SMALL * PX,
            "xtick.major.size": 3,
            "ytick.major.size": 3,
            "xtick.major.width": 0.8,
            "ytick.major.width": 0.8,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "svg.fonttype": "none",
            "axes.unicode_minus": True,
        }
    )


def new_figure(width, height, **options):
    """An empty white figure of ``width`` x ``height`` px."""
    figure = Figure(figsize=(width / 96, height / 96), dpi=96, facecolor="white", **options)
    FigureCanvasAgg(figure)
    return figure


def noted_figure(width, height, *notes):
    """An empty figure that lays out its axes itself, above notes.

    Parameters
    ----------
    width, height : float
        px of the figure, and of what stands above the notes.
    *notes : str
        Each begins a line.
    """
    lines = [line for note in notes for line in wrap(note, width - 2 * MARGIN)]
    figure = new_figure(width, height + LINE * len(lines) + MARGIN, layout="constrained")
    figure.get_layout_engine().set(w_pad=MARGIN / 2 / 96, h_pad=MARGIN / 2 / 96, wspace=0, hspace=0)
    figure.supxlabel("\n".join(lines), x=MARGIN / width, ha="left", fontsize=SMALL * PX, linespacing=1.4)
    return figure


def add_axes(figure, left, top, width, height, **options):
    """Axes whose upper left corner lies ``left``, ``top`` px from that of the figure."""
    whole_width, whole_height = figure.get_size_inches() * 96
    return figure.add_axes(
        [left / whole_width, 1 - (top + height) / whole_height, width / whole_width, height / whole_height],
        **options,
    )


def add_text(figure, left, top, text, size=SMALL, **options):
    """Text whose first line starts ``left``, ``top`` px from the figure's upper left corner."""
    whole_width, whole_height = figure.get_size_inches() * 96
    options = {"ha": "left", "va": "top", **options}
    return figure.text(left / whole_width, 1 - top / whole_height, text, fontsize=size * PX, **options)


def write(axes, words, at, x=0, y=0, **options):
    """Write words ``x`` px to the right of and ``y`` px above a point of the axes; ``options`` as of ``annotate``."""
    place = {"xytext": (x * PX, y * PX), "textcoords": "offset points", "annotation_clip": False}
    return axes.annotate(words, at, **place, **options)


@cache
def _font(family, weight):
    return get_font(font_manager.findfont(font_manager.FontProperties(family=family, weight=weight)))


def text_width(text, size=SMALL, weight="normal"):
    """Width of a line of text in px, in the font in use."""
    font = _font(matplotlib.rcParams["font.family"][0], weight)
    # The renderer shares this font and leaves its own size in it.
    font.set_size(96, 72)
    font.set_text(text, 0.0)
    return font.get_width_height()[0] / 64 * size / 96


def wrap(text, width, size=SMALL):
    """Break text into lines no wider than ``width`` px in the font in use."""
    lines, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {word}".strip()
        if line and text_width(longer, size) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]


def svg_text(figure, title, description, salt="attentome"):
    """A figure as SVG with a title and a description.

    There is no date, no program's name, and no address but the SVG name spaces. The ids in it depend on ``salt``.
    """
    buffer = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": salt}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = buffer.getvalue()
    text = re.sub(r"<\?xml.*?\?>\s*|<!DOCTYPE.*?>\s*|<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = text.replace(f"'{FONT}'", f"'{FONT}', Arial, Helvetica, sans-serif")
    head = f"<title>{escape(title)}</title>\n<desc>{escape(description)}</desc>\n"
    return re.sub(r"(<svg[^>]*>)\s*", lambda match: match.group(1) + "\n" + head, text, count=1)


def page_svg(figure, title, description):
    """A figure as SVG for a page that holds several: short text, no name spaces, ids that depend on the title."""
    text = re.sub(r' d="[^"]*"', _short_path, svg_text(figure, title, description, salt=title))
    text = re.sub(r' xmlns(:xlink)?="[^"]*"', "", text).replace("xlink:href", "href")
    return re.sub(r">\s+<", "><", text)


def _short_path(match):
    """Path data with two decimals, a hundredth of a point, and without blanks that nothing needs."""
    data = re.sub(r"(\.\d\d)\d+", r"\1", match.group()[4:])
    return ' d="' + re.sub(r"\s*([A-Za-z])\s*", r"\1", data).strip()


def save_figure(figure, path, title, description):
    """Write ``path``.svg and ``path``.png (twice the size in pixels), the same bytes each time.

    Parameters
    ----------
    figure : Figure
    path : Path
        Without suffix.
    title : str
        What the figure shows.
    description : str
        The table and the rows that redo it.
    """
    write_text(path.with_name(path.name + ".svg"), svg_text(figure, title, description))
    figure.savefig(path.with_name(path.name + ".png"), dpi=192, metadata={"Software": None})


def minus(text):
    """Text with real minus signs before numbers."""
    return re.sub(r"-(?=\d)", "\N{MINUS SIGN}", str(text))


def escape(text):
    """Text made safe for HTML and SVG."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def times(value):
    """A height in multiples of uniform attention, as printed: ``52×``, ``1.2×``."""
    return f"{value:.0f}×" if value >= 9.95 else f"{value:.1f}×"
