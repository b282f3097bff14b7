"""The grid of train sets and test sets as heat maps."""

import numpy as np

from attentome.figures.style import INK, SOFT, add_axes, add_text, new_figure, save_figure, text_width, use_style, wrap

SHOWN = {"roc_auc": "ROC AUC", "pr_auc": "PR AUC per nucleotide", "pr_auc_5nt": "PR AUC within 5 nt"}
"""Metrics that are drawn, a panel each."""
CELL_WIDTH, CELL_HEIGHT, MARGIN, LINE = 108, 44, 14, 17
"""Lengths in px."""


def plot_grid(grid, path):
    """Heat maps of the grid, a panel for each metric of :data:`SHOWN`, with value and interval in each cell.

    Parameters
    ----------
    grid : DataFrame
        Of :func:`attentome.evaluation.set_grid.compare_with_sets`, all networks.
    path : Path
        Without suffix; SVG and PNG are written.
    """
    use_style()
    networks, sets = list(dict.fromkeys(grid["train_set"])), list(dict.fromkeys(grid["test_set"]))
    label = max(text_width(name) for name in [*networks, *sets, "trained on"]) + 10
    panel_height = 52 + CELL_HEIGHT * len(networks)
    width = max(label + CELL_WIDTH * len(sets) + 2 * MARGIN, 560)
    lines = wrap(
        "Rows: the set that a network was trained on. Columns: the set whose sites of the test arc it has to "
        "find. Small: 95 % interval over genome blocks. Colour runs from the lowest to the highest value of "
        "the panel. PR AUC rises with the number of sites of a column, so compare within columns.",
        width - 2 * MARGIN,
    )
    figure = new_figure(width, MARGIN + panel_height * len(SHOWN) + LINE * len(lines) + 2 * MARGIN)
    for number, (metric, title) in enumerate(SHOWN.items()):
        top = MARGIN + panel_height * number
        add_text(figure, MARGIN, top, title, color=INK, weight="bold")
        for column, name in enumerate(sets):
            add_text(figure, MARGIN + label + CELL_WIDTH * (column + 0.5), top + 20, name, color=SOFT, ha="center")
        here = grid[grid["metric"] == metric].set_index(["train_set", "test_set"])
        values = np.array([[here.loc[(row, column), "value"] for column in sets] for row in networks], float)
        axes = add_axes(figure, MARGIN + label, top + 38, CELL_WIDTH * len(sets), CELL_HEIGHT * len(networks))
        _draw_cells(axes, values, here, networks, sets)
    for number, line in enumerate(lines):
        add_text(figure, MARGIN, MARGIN + panel_height * len(SHOWN) + LINE * number + 8, line, color=INK)
    save_figure(figure, path, "Train sets against test sets", "grid.tsv, column value, by metric")


def _draw_cells(axes, values, here, networks, sets):
    finite = values[np.isfinite(values)]
    low, high = (finite.min(), finite.max()) if len(finite) else (0, 1)
    shade = (values - low) / (high - low) if high > low else np.zeros_like(values)
    axes.imshow(shade, cmap="Blues", vmin=-0.1, vmax=1.3, aspect="auto")
    for row, network in enumerate(networks):
        for column, name in enumerate(sets):
            cell = here.loc[(network, name)]
            dark = np.isfinite(shade[row, column]) and shade[row, column] > 0.65
            colour = "white" if dark else INK
            axes.text(
                column,
                row - 0.12,
                f"{cell['value']:.3f}",
                ha="center",
                va="center",
                color=colour,
                weight="bold" if network == name else "normal",
            )
            axes.text(
                column,
                row + 0.24,
                f"{cell['lo']:.3f} to {cell['hi']:.3f}",
                ha="center",
                va="center",
                color=colour,
                fontsize="x-small",
            )
    axes.set(xticks=[], yticks=range(len(networks)))
    axes.set_yticklabels(networks, color=INK)
    axes.tick_params(left=False)
    axes.spines[:].set_visible(False)
