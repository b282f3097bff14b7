"""Figures of one head: profile (panels a and b), logo (c) and Spearman correlation (e), in register."""

from attentome.figures.logo import draw_logo
from attentome.figures.place_axis import LEFT, RIGHT, WIDTH
from attentome.figures.profile import draw_whole_window, draw_zoom
from attentome.figures.style import SOFT, TITLE, add_text, new_figure, wrap
from attentome.figures.tracks import add_track, draw_correlation
from attentome.figures.view import head_view
from attentome.heads.describe import head_numbers
from attentome.heads.distances import GROUPS
from attentome.heads.names import head_title


def head_figures(head, elements):
    """Draw the figures of a head that was just described.

    Parameters
    ----------
    head : Head
    elements : list of Element

    Returns
    -------
    dict of str to (Figure, str, str)
        File name without suffix to figure, title and description (data file and rows).
    """
    x_uniform = {group: head.mean[group] * head.window for group in GROUPS}
    view = head_view(head_numbers(head, elements), x_uniform, head.maximum["top"])
    name, far = head_title(head.layer, head.head), f"d {head.low} to {head.high}"
    return {
        "profile": (
            _profile_figure(view),
            f"{name}: mean attention score by distance",
            f"profile.tsv: mean x window over d per group (a: all d; b: {far}); strip: max of group top",
        ),
        "logo": (
            _logo_figure(head, view),
            f"{name}: logo of its {len(head.windows)} best windows",
            f"pwm.tsv: A, C, G, T as shares x bits over d ({far}); columns with used = 0 are faded",
        ),
        "spearman": (
            _spearman_figure(head, view),
            f"{name}: Spearman correlation of score and output by distance",
            f"spearman.tsv: rho over {far}",
        ),
    }


def _profile_figure(view):
    figure = new_figure(WIDTH, 522)
    note = (
        f"Mean score over all {view.window} keys; log scale ½× to 110×, the same for every head; 1× is uniform "
        f"attention (1/{view.window}). Strip: highest single score, white 0 to black 1."
    )
    _heading(figure, 6, "a", "Where in the whole window does the head look?", note)
    draw_whole_window(figure, view, top=50)
    far = f" The peak is far away; shown: d {view.low} to {view.high}." if view.low > 0 else ""
    note = (
        f"DNA runs 5′ to 3′ on the strand of the query. Bases are true where d = 0 sits on TSS + {view.label_shift}; "
        f"for all positions only d has a meaning.{far}"
    )
    _heading(figure, 186, "b", "Where does the head look when the output is high?", note)
    draw_zoom(figure, view, top=272)
    return figure


def _logo_figure(head, view):
    figure = new_figure(WIDTH, 196)
    note = (
        f"Highest scores at d = {head.peak_d_all}. Bits against the genome's bases, small-sample corrected. "
        f"Full colour: d {head.used[0]}–{head.used[1]}, used for all numbers."
    )
    _heading(figure, 6, "c", f"Which sequence do its {len(head.windows)} best windows share?", note)
    axes = add_track(figure, view, 52, 108, "bits", [0, 1, 2])
    draw_logo(axes, -head.distances, head.counts, head.bits, 2, head.in_use)
    return figure


def _spearman_figure(head, view):
    figure = new_figure(WIDTH, 190)
    n = head.sizes["spearman"]
    note = f"Spearman ρ of score and output at each d over {n:,} positions; not multiplied by the score."
    _heading(figure, 6, "e", "Does the output rise with the score?", note)
    draw_correlation(figure, view, head.rho, 52, 102)
    return figure


def _heading(figure, top, letter, question, note):
    add_text(figure, 20, top, letter, TITLE, weight="bold")
    add_text(figure, LEFT - 24, top, question, TITLE, weight="bold")
    for row, line in enumerate(wrap(note, WIDTH - LEFT + 24 - RIGHT)):
        add_text(figure, LEFT - 24, top + 18 + 14 * row, line, color=SOFT)
