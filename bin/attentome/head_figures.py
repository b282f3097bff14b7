"""Figures of one head: profile (panels a and b), logo (c) and Spearman correlation (e), in register with
each other.

The horizontal axis of every panel is -d, so that DNA runs 5' to 3' from left to right and d falls.
"""

import numpy as np
from matplotlib import rcParams
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator, NullLocator

from attentome.elements import distance_of_base, signed
from attentome.heads import GROUPS, LETTERS, head_title
from attentome.style import (
    BASE_COLOUR,
    FAINT,
    GROUP_COLOUR,
    GROUP_DASH,
    GROUP_TEXT,
    GROUP_WIDTH,
    HIGH,
    INK,
    LOW,
    PALE,
    PX,
    RULE,
    SMALL,
    SOFT,
    TITLE,
    add_axes,
    add_text,
    along,
    new_figure,
    text_width,
    times,
    wrap,
)

WIDTH, LEFT, RIGHT = 960, 66, 16
INNER = WIDTH - LEFT - RIGHT


def group_label(group, n):
    """What the line of a group is called."""
    return {
        "top": f"{n:,} highest outputs",
        "all": f"all {n:,} positions",
        "bottom": f"{n:,} lowest outputs",
    }[group]


def profile_figure(head, elements):
    """Panels a (whole window, log scale) and b (zoom, linear) of a head's mean score.

    Parameters
    ----------
    head : Head
    elements : list of Element

    Returns
    -------
    Figure
    """
    figure = new_figure(WIDTH, 512)
    _heading(
        figure,
        6,
        "a",
        "Does it look anywhere far away?",
        f"Mean score over all {head.window} keys, log scale ½× to 110× for every head; 1× is uniform "
        f"attention "
        f"(1/{head.window}). Strip: highest single score, white 0 to black 1.",
    )
    _whole_window(figure, head, top=46)
    _heading(
        figure,
        186,
        "b",
        "Where does it look, when the output is high?",
        f"DNA runs 5′ to 3′ on the query's strand. Bases are true where the query sits on TSS + "
        f"{head.label_shift}; for all positions only d counts.{_far(head)}",
    )
    axes = add_axes(figure, LEFT, 262, INNER, 196)
    _zoom(figure, axes, head, elements)
    return figure


def logo_figure(head, elements):
    """Panel c: logo of the head's windows, in register with panel b. Returns a Figure."""
    figure = new_figure(WIDTH, 196)
    used = f"d {head.used[0]}–{head.used[1]}"
    _heading(
        figure,
        6,
        "c",
        f"What do its {len(head.windows)} best windows share?",
        f"Highest scores at d = {head.peak_d}. Bits against the genome's bases, small-sample corrected. "
        f"Full colour: {used}, used for all numbers.",
    )
    axes = add_axes(figure, LEFT, 52, INNER, 108)
    _letters(axes, head)
    axes.set_ylim(0, 2)
    axes.set_yticks([0, 1, 2])
    axes.set_ylabel("bits")
    _place_axis(axes, head, elements)
    return figure


def spearman_figure(head, elements):
    """Panel e: rank correlation of score and output at each distance, not multiplied. Returns a Figure."""
    figure = new_figure(WIDTH, 190)
    rho = np.nan_to_num(head.rho[head.low : head.high + 1][::-1])
    limit = 0.5 if np.abs(rho).max(initial=0) <= 0.5 else 1.0
    _heading(
        figure,
        6,
        "e",
        "Does the output rise with the score?",
        f"Spearman ρ of score and output at each d over {head.sizes['spearman']:,} positions, not multiplied "
        f"by the score. Axis −{limit:g} to {limit:g}.",
    )
    axes = add_axes(figure, LEFT, 52, INNER, 102)
    axes.bar(-head.distances, rho, width=0.8, color=GROUP_COLOUR["top"], linewidth=0)
    axes.axhline(0, color=FAINT, linewidth=0.8)
    axes.set_ylim(-limit, limit)
    axes.set_yticks([-limit, 0, limit], [f"−{limit:g}", "0", f"{limit:g}"])
    axes.set_ylabel("ρ")
    _place_axis(axes, head, elements)
    return figure


def _far(head):
    return f" The peak lies far: d {head.low} to {head.high}." if head.low > 0 else ""


def _heading(figure, top, letter, question, note):
    add_text(figure, 20, top, letter, TITLE, weight="bold")
    add_text(figure, LEFT - 24, top, question, TITLE, weight="bold")
    for row, line in enumerate(wrap(note, WIDTH - LEFT + 24 - RIGHT)):
        add_text(figure, LEFT - 24, top + 18 + 14 * row, line, color=SOFT)


def _letters(axes, head, least=0.012):
    """Draw the stacks of a logo, the highest letter on top; letters below ``least`` bits are left out."""
    from logomaker import Glyph

    frequency = head.counts / np.maximum(head.counts.sum(axis=1, keepdims=True), 1)
    heights = frequency * np.minimum(head.bits, 2)[:, None]
    for d, column, in_use in zip(head.distances, heights, head.in_use, strict=True):
        floor = 0.0
        for i in np.argsort(column, kind="stable"):
            if column[i] >= least:
                Glyph(
                    -float(d),
                    LETTERS[i],
                    floor,
                    floor + column[i],
                    ax=axes,
                    color=BASE_COLOUR[LETTERS[i]],
                    font_name=rcParams["font.family"][0],
                    zorder=3,
                    alpha=1.0 if in_use else 0.28,
                )
            floor += column[i]


def _whole_window(figure, head, top):
    axes = add_axes(figure, LEFT, top + 4, INNER, 78)
    d = np.arange(head.window)
    for group in reversed(GROUPS):
        axes.plot(
            -d,
            np.clip(head.mean[group] * head.window, LOW, HIGH),
            color=GROUP_COLOUR[group],
            linestyle=GROUP_DASH[group],
            linewidth=GROUP_WIDTH[group] * 0.8,
        )
    axes.set_yscale("log", base=2)
    axes.set_ylim(LOW, HIGH)
    axes.yaxis.set_major_locator(FixedLocator([1, 8, 64]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_yticklabels(["1×", "8×", "64×"])
    axes.axhline(1, color=RULE, linewidth=0.8, zorder=0)
    axes.set_xlim(-head.window + 0.5, 0.5)
    step = 100 if head.window > 200 else 20
    ticks = [0, *range(step, head.window, step)]
    if head.window - 1 - ticks[-1] > step * 0.4:
        ticks.append(head.window - 1)
    axes.set_xticks([-t for t in ticks], [f"{t}" for t in ticks])
    axes.set_ylabel("× uniform")
    if head.high - head.low + 1 < head.window:
        left = -head.high - 0.5
        axes.add_patch(
            Rectangle(
                (left, LOW),
                head.high - head.low + 1,
                HIGH - LOW,
                fill=False,
                edgecolor=INK,
                linewidth=0.9,
                clip_on=False,
                zorder=5,
            )
        )
        axes.annotate(
            "shown below",
            (left, HIGH),
            xytext=(4 * PX, -4 * PX),
            textcoords="offset points",
            va="top",
            ha="left",
            fontsize=SMALL * PX,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )
    strip = add_axes(figure, LEFT, top + 104, INNER, 10)
    strip.imshow(
        head.maximum["top"][::-1][None],
        aspect="auto",
        cmap="Greys",
        vmin=0,
        vmax=1,
        interpolation="nearest",
        extent=(-head.window + 0.5, 0.5, 0, 1),
    )
    strip.set_xticks([])
    strip.set_yticks([0.5], ["max"])
    strip.tick_params(length=0)
    for side in ("top", "right"):
        strip.spines[side].set_visible(True)
    strip.set_xlabel("distance d upstream of the query, nt", labelpad=2)


def _x_limits(axes, head):
    axes.set_xlim(-head.high - 0.5, -head.low + 0.5)


def _base_ticks(head):
    """Distances and names of the round bases inside the zoom."""
    names = [*range(-10 * (head.window // 10 + 10), 0, 10), -35, 1, *range(10, head.label_shift + 2, 10)]
    crowded = {-30, -40} if head.low == 0 else {-35}
    pairs = sorted((distance_of_base(base, head.label_shift), base) for base in set(names) - crowded)
    return [(d, signed(base)) for d, base in pairs if head.low <= d <= head.high]


def _place_axis(axes, head, elements):
    """Lower axis with bases relative to the TSS, element columns behind, TSS line."""
    for element in elements:
        first, last = element.distances(head.label_shift)
        axes.axvspan(-last - 0.5, -first + 0.5, color=PALE, linewidth=0, zorder=0)
    if head.low <= head.label_shift <= head.high:
        axes.axvline(-head.label_shift, color=INK, linewidth=0.8, zorder=1)
    ticks = _base_ticks(head)
    axes.set_xticks([-d for d, _ in ticks], [name for _, name in ticks])
    _x_limits(axes, head)
    axes.annotate(
        "base",
        (0, 0),
        xycoords="axes fraction",
        xytext=(-8 * PX, -7 * PX),
        textcoords="offset points",
        ha="right",
        va="top",
        fontsize=SMALL * PX,
        color=SOFT,
    )


def _zoom(figure, axes, head, elements):
    d = np.arange(head.low, head.high + 1)
    lines = {group: head.mean[group][d] * head.window for group in GROUPS}
    highest = max(np.nanmax(values) for values in lines.values())
    axes.set_ylim(0, max(4.0, highest * 1.16))
    _place_axis(axes, head, elements)
    for group in reversed(GROUPS):
        axes.plot(
            -d,
            lines[group],
            color=GROUP_COLOUR[group],
            linestyle=GROUP_DASH[group],
            linewidth=GROUP_WIDTH[group],
            zorder=3,
            clip_on=False,
        )
    axes.set_ylabel("mean score, × uniform")
    taken = _ruler(axes, head, elements)
    _distance_axis(axes, head)
    taken += _bracket(axes, head)
    _name_lines(axes, head, d, lines, taken)


def _distance_axis(axes, head):
    upper = axes.secondary_xaxis(1.0)
    ticks = [t for t in range(0, head.high + 1, 10) if t >= head.low]
    upper.set_xticks([-t for t in ticks], [f"{t}" for t in ticks])
    upper.tick_params(length=0, pad=20)
    upper.spines["top"].set_visible(False)
    axes.annotate(
        "d, nt",
        (0, 1),
        xycoords="axes fraction",
        xytext=(-8 * PX, 28 * PX),
        textcoords="offset points",
        ha="right",
        va="baseline",
        fontsize=SMALL * PX,
        color=SOFT,
    )


def _pixel(axes, x, y):
    """Data to px from the lower left corner of the axes."""
    box = axes.get_position()
    width, height = axes.figure.get_size_inches() * 96
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    return (
        (np.asarray(x) - left) / (right - left) * box.width * width,
        (np.asarray(y) - bottom) / (top - bottom) * box.height * height,
    )


def _ruler(axes, head, elements):
    """Element boxes above the axes and the TSS arrow; returns the px boxes (x0, y0, x1, y1) they take
    inside."""
    top = axes.get_ylim()[1]
    height = 14 / _pixel(axes, 0, top)[1] * top
    scale = INNER / (head.high - head.low + 1)
    for element in elements:
        first, last = element.distances(head.label_shift)
        first, last = max(first, head.low), min(last, head.high)
        if first > last:
            continue
        axes.add_patch(
            Rectangle(
                (-last - 0.5, top),
                last - first + 1,
                height,
                facecolor="white",
                edgecolor=FAINT,
                linewidth=0.8,
                clip_on=False,
                zorder=4,
            )
        )
        room = (last - first + 1) * scale - 2
        name = next(
            (
                text
                for text in (element.name, element.name.split()[0].rstrip("."))
                if text_width(_minus(text)) <= room
            ),
            "",
        )
        axes.text(
            -(first + last) / 2,
            top + height / 2,
            _minus(name),
            ha="center",
            va="center_baseline",
            zorder=5,
            fontsize=SMALL * PX,
        )
    shift = head.label_shift
    if not head.low <= shift <= head.high:
        return []
    if shift - 1 >= head.low:
        width = shift - head.low
        axes.add_patch(
            Rectangle(
                (-shift + 0.5, top),
                width,
                height,
                facecolor="white",
                edgecolor=FAINT,
                linewidth=0.8,
                clip_on=False,
                zorder=4,
            )
        )
        whole = f"{signed(2)} to {signed(shift + 1 - head.low)}, transcribed"
        name = next(
            (text for text in (whole, "transcribed", "RNA") if text_width(text) <= width * scale - 4), ""
        )
        axes.text(
            -shift + 0.5 + width / 2,
            top + height / 2,
            name,
            ha="center",
            va="center_baseline",
            zorder=5,
            fontsize=SMALL * PX,
            color=SOFT,
        )
    y = top * 0.93
    room = (shift - head.low + 0.5) * scale
    end = min(30, room - text_width("TSS +1") - 6)
    left, level = _pixel(axes, -shift, y)
    if end >= 12:
        axes.annotate(
            "TSS +1",
            (-shift, y),
            xytext=((end + 4) * PX, 0),
            textcoords="offset points",
            va="center",
            ha="left",
            fontsize=SMALL * PX,
            zorder=5,
        )
        axes.annotate(
            "",
            xy=(-shift + end / scale, y),
            xytext=(-shift, y),
            zorder=5,
            arrowprops={
                "arrowstyle": "-|>",
                "color": INK,
                "linewidth": 0.9,
                "shrinkA": 0,
                "shrinkB": 0,
                "mutation_scale": 7,
            },
        )
        return [(left - 2, level - 9, left + end + 8 + text_width("TSS +1"), level + 9)]
    axes.annotate(
        "TSS +1",
        (-shift, y),
        xytext=(-4 * PX, 0),
        textcoords="offset points",
        va="center",
        ha="right",
        fontsize=SMALL * PX,
        zorder=5,
    )
    return [(left - 8 - text_width("TSS +1"), level - 9, left + 2, level + 9)]


def _minus(text):
    return text.replace("-", "\N{MINUS SIGN}")


def _bracket(axes, head):
    """Bracket under the lower axis over the bases that convolution alone brings into the key at the peak."""
    near, far = max(head.reach[0], head.low), min(head.reach[1], head.high)
    top = axes.get_ylim()[1]
    per_px = top / _pixel(axes, 0, top)[1]
    low, high = -32 * per_px, -26 * per_px
    x0, x1 = -far - 0.4, -near + 0.4
    axes.plot(
        [x0, x0, x1, x1],
        [high, low, low, high],
        color=INK,
        linewidth=0.9,
        clip_on=False,
        solid_joinstyle="miter",
    )
    n = head.reach[1] - head.reach[0] + 1
    whole = (
        f"{n} nt can enter the key at d = {head.peak_d} by convolution alone "
        f"(layer {head.layer}, d {head.reach[0]}–{head.reach[1]})".replace("–-", "–−").replace("d -", "d −")
    )
    width = text_width(whole)
    end = float(_pixel(axes, x1, 0)[0])
    left = end + 8 + width > INNER
    axes.annotate(
        whole,
        (x0 if left else x1, low),
        xytext=(-7 * PX if left else 7 * PX, 0),
        va="center",
        textcoords="offset points",
        ha="right" if left else "left",
        fontsize=SMALL * PX,
        color=SOFT,
        annotation_clip=False,
    )
    return []


def _name_lines(axes, head, d, lines, taken):
    """Write each group's name beside its line where it touches nothing; a thin leader where it must
    stand off."""
    width, height = (float(v) for v in _pixel(axes, axes.get_xlim()[1], axes.get_ylim()[1]))
    fine = np.linspace(-head.high, -head.low, 4 * (len(d) - 1) + 1)
    paths = {group: _pixel(axes, fine, np.interp(fine, -d[::-1], lines[group][::-1])) for group in GROUPS}
    dense = [along(*path) for path in paths.values()]
    busy_x = np.concatenate([path[0] for path in dense])
    busy_y = np.concatenate([path[1] for path in dense])
    if head.low <= head.label_shift <= head.high:
        rise = np.linspace(0, height, 60)
        busy_x = np.concatenate([busy_x, np.full(60, float(_pixel(axes, -head.label_shift, 0)[0]))])
        busy_y = np.concatenate([busy_y, rise])
    for group in GROUPS:
        name = group_label(group, head.sizes[group])
        long, tall = text_width(name), 13.0
        best = None
        path_x, path_y = paths[group]
        for i in range(0, len(path_x), 3):
            apart = min(abs(path_y[i] - paths[other][1][i]) for other in GROUPS if other != group)
            for rise in (14, 20, 30, 42, 56, 72, 90, 110, 132, 156, -14, -20, -30):
                y = path_y[i] + rise
                if not 8 <= y <= height - 8:
                    continue
                for shift in (0.0, 0.5, -0.5, 0.62, -0.62):
                    x = path_x[i] + shift * (long + 14)
                    box = (x - long / 2 - 4, y - tall / 2 - 3, x + long / 2 + 4, y + tall / 2 + 3)
                    if box[0] < 2 or box[2] > width - 2:
                        continue
                    cost = abs(rise) + 8 * abs(shift) - min(apart, 40) * 1.5
                    if group == "top":
                        cost -= 0.4 * path_y[i]
                    if best is not None and cost >= best[0]:
                        continue
                    if _touches(box, busy_x, busy_y, taken):
                        continue
                    best = (cost, x, y, box, path_x[i], path_y[i])
        if best is None:
            continue
        _, x, y, box, at_x, at_y = best
        taken = [*taken, box]
        axes.text(
            x / width,
            y / height,
            name,
            transform=axes.transAxes,
            ha="center",
            va="center_baseline",
            fontsize=SMALL * PX,
            color=GROUP_TEXT[group],
            zorder=6,
        )
        near_x = min(max(at_x, box[0] + 4), box[2] - 4)
        near_y = box[1] + 2 if at_y < y else box[3] - 2
        if np.hypot(near_x - at_x, near_y - at_y) > 9:
            axes.plot(
                [near_x / width, at_x / width],
                [near_y / height, at_y / height],
                transform=axes.transAxes,
                color=GROUP_COLOUR[group],
                linewidth=0.7,
                zorder=2,
            )


def _touches(box, busy_x, busy_y, taken):
    inside = (busy_x > box[0]) & (busy_x < box[2]) & (busy_y > box[1]) & (busy_y < box[3])
    if inside.any():
        return True
    return any(
        box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3] for other in taken
    )


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


def peak_label(x_uniform, d):
    """Height and place of a peak as printed in the atlas: ``52× at 27``."""
    return f"{times(x_uniform)} at {d}"
