"""The grid of train sets and test sets as heat maps."""

import numpy as np

from attentome.figures.style import INK, noted_figure, save_figure, text_width, use_style

SHOWN = {"roc_auc": "ROC AUC", "pr_auc": "PR AUC per nucleotide", "pr_auc_5nt": "PR AUC within 5 nt"}
"""Metrics that are drawn, a panel each."""
CELL_WIDTH, CELL_HEIGHT = 108, 44
"""Lengths in px."""
NOTE = (
    "Rows: the set that a network was trained on. Columns: the set whose sites of the test arc it has to find. "
    "Small: 95 % interval over genome blocks. Colour runs from the lowest to the highest value of the panel. PR AUC "
    "rises with the number of sites of a column, so compare within columns."
)


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
    cell = max(CELL_WIDTH, *(text_width(name) + 10 for name in sets))
    width = max(max(map(text_width, networks)) + 50 + cell * len(sets), 560)
    figure = noted_figure(width, (70 + CELL_HEIGHT * len(networks)) * len(SHOWN), NOTE)
    for (metric, title), axes in zip(SHOWN.items(), figure.subplots(len(SHOWN))):
        axes.set_title(title, loc="left", weight="bold", x=0)
        _draw_cells(axes, grid[grid["metric"] == metric].set_index(["train_set", "test_set"]), networks, sets)
    save_figure(figure, path, "Train sets against test sets", "grid.tsv, column value, by metric")


def _draw_cells(axes, cells, networks, sets):
    values = np.array([[cells.loc[(row, column), "value"] for column in sets] for row in networks], float)
    finite = values[np.isfinite(values)]
    low, high = (finite.min(), finite.max()) if len(finite) else (0, 1)
    shade = (values - low) / (high - low) if high > low else np.zeros_like(values)
    axes.imshow(shade, cmap="Blues", vmin=-0.1, vmax=1.3, aspect="auto")
    for (row, column), dark in np.ndenumerate(shade > 0.65):
        cell = cells.loc[(networks[row], sets[column])]
        style = {"ha": "center", "va": "center", "color": "white" if dark else INK}
        weight = "bold" if networks[row] == sets[column] else "normal"
        axes.text(column, row - 0.12, f"{cell['value']:.3f}", weight=weight, **style)
        axes.text(column, row + 0.24, f"{cell['lo']:.3f} to {cell['hi']:.3f}", fontsize="x-small", **style)
    axes.set_xticks(range(len(sets)), sets)
    axes.set_yticks(range(len(networks)), networks, color=INK)
    axes.tick_params(length=0, labeltop=True, labelbottom=False)
    axes.spines[:].set_visible(False)
