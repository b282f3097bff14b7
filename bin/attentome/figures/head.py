"""Figures of one head: profile (panels a and b), logo (c) and Spearman correlation (e), in register."""

from attentome.figures.logo import draw_logo
from attentome.figures.place_axis import LEFT, RIGHT, WIDTH
from attentome.figures.profile import draw_whole_window, draw_zoom
from attentome.figures.style import SOFT, TITLE, add_text, new_figure, wrap
from attentome.figures.tracks import add_track, draw_correlation
from attentome.figures.view import HeadView
from attentome.heads.distances import GROUPS
from attentome.heads.names import head_title


def head_view(head, elements):
    """The view of a head that was just described.

    Parameters
    ----------
    head : Head
    elements : list of Element

    Returns
    -------
    HeadView
    """
    same = ("layer", "head", "window", "ahead", "label_shift", "reach_d", "low", "high", "reach", "sizes")
    return HeadView(
        **{name: getattr(head, name) for name in same},
        x_uniform={group: head.mean[group] * head.window for group in GROUPS},
        highest=head.maximum["top"],
        elements=elements,
    )


def profile_figure(head, elements):
    """Panels a (whole window, log scale) and b (zoom, linear) of a head's mean score. Returns a Figure."""
    figure, view = new_figure(WIDTH, 512), head_view(head, elements)
    _heading(
        figure,
        6,
        "a",
        "Where in the whole window does the head look?",
        f"Mean score over all {head.window} keys; log scale ½× to 110×, the same for every head; 1× is uniform "
        f"attention (1/{head.window}). Strip: highest single score, white 0 to black 1.",
    )
    draw_whole_window(figure, view, top=50)
    _heading(
        figure,
        186,
        "b",
        "Where does the head look when the output is high?",
        f"DNA runs 5′ to 3′ on the strand of the query. Bases are true where d = 0 sits on TSS + "
        f"{head.label_shift}; for all positions only d has a meaning.{far_text(head)}",
    )
    draw_zoom(figure, view, top=262)
    return figure


def logo_figure(head, elements):
    """Panel c: logo of the head's windows, in register with panel b. Returns a Figure."""
    figure = new_figure(WIDTH, 196)
    _heading(
        figure,
        6,
        "c",
        f"Which sequence do its {len(head.windows)} best windows share?",
        f"Highest scores at d = {head.peak_d_all}. Bits against the genome's bases, small-sample corrected. "
        f"Full colour: d {head.used[0]}–{head.used[1]}, used for all numbers.",
    )
    axes = add_track(figure, head_view(head, elements), 52, 108, "bits", [0, 1, 2])
    draw_logo(axes, -head.distances, head.counts, head.bits, 2, head.in_use)
    return figure


def spearman_figure(head, elements):
    """Panel e: rank correlation of score and output at each distance. Returns a Figure."""
    figure = new_figure(WIDTH, 190)
    _heading(
        figure,
        6,
        "e",
        "Does the output rise with the score?",
        f"Spearman ρ of score and output at each d over {head.sizes['spearman']:,} positions; not multiplied by the "
        "score.",
    )
    draw_correlation(figure, head_view(head, elements), head.rho, 52, 102)
    return figure


def far_text(view):
    """Which distances the zoom shows, where the peak lies far from d = 0; else empty."""
    return f" The peak is far away; shown: d {view.low} to {view.high}." if view.low > 0 else ""


def _heading(figure, top, letter, question, note):
    add_text(figure, 20, top, letter, TITLE, weight="bold")
    add_text(figure, LEFT - 24, top, question, TITLE, weight="bold")
    for row, line in enumerate(wrap(note, WIDTH - LEFT + 24 - RIGHT)):
        add_text(figure, LEFT - 24, top + 18 + 14 * row, line, color=SOFT)


def figure_notes(head):
    """Title and description (data file and rows) of the three figures, by file name without suffix."""
    name = head_title(head.layer, head.head)
    far = f"d {head.low} to {head.high}"
    return {
        "profile": (
            f"{name}: mean attention score by distance",
            f"profile.tsv: mean x window over d per group (a: all d; b: {far}); strip: max of group top",
        ),
        "logo": (
            f"{name}: logo of its {len(head.windows)} best windows",
            f"pwm.tsv: A, C, G, T as shares x bits over d ({far}); columns with used = 0 are faded",
        ),
        "spearman": (
            f"{name}: Spearman correlation of score and output by distance",
            f"spearman.tsv: rho over {far}",
        ),
    }
