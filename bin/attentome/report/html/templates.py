"""Pages from the Jinja2 templates of assets/report.

Whatever a template prints is escaped, but for text that is marked as HTML or SVG already (``markupsafe.Markup``). Style
sheets and scripts are files of the same folder that templates include, so that every page opens alone and offline.
"""

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from attentome.evidence.grades import NOT_GRADED, UNSUPPORTED
from attentome.figures.style import BADGES, BASE_COLOUR, BLUES, minus, page_svg, times
from attentome.genome.ruler import signed
from attentome.report.outcome.sentences import NOT_LEARNED
from attentome.report.outcome.verdict import heads_shown
from attentome.report.text.numbers import count, duration, interval_text, number
from attentome.report.text.peers import METRICS as PEER_METRICS

HIDDEN, NOT_USED = "hidden", "grades are not to be used"
"""What stands for every grade of a run whose control networks raise an alarm, and what it means."""
SIGNS = {UNSUPPORTED: "–", NOT_GRADED: "?", HIDDEN: "!"}
"""What stands in a badge that has no letter."""


class Templates:
    """The templates of a folder.

    Parameters
    ----------
    folder : path
        A copy of assets/report.
    """

    def __init__(self, folder):
        self.folder = folder = Path(folder)
        if not (folder / "base.html").is_file():
            raise ValueError(f"{folder}: no templates of pages here; give the pipeline's folder assets/report")
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=lambda name: not (name or "").endswith(".txt"),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._environment.globals.update(
            badges=BADGES,
            base_colour=BASE_COLOUR,
            blues=BLUES,
            not_learned=NOT_LEARNED,
            not_used=NOT_USED,
            peer_metrics=PEER_METRICS,
            signs=SIGNS,
        )
        self._environment.filters.update(
            number=number,
            interval=interval_text,
            signed=signed,
            count=count,
            duration=duration,
            minus=minus,
            times=times,
        )

    def page(self, name, run, outcome, root="", **values):
        """A whole page.

        Parameters
        ----------
        name : str
            Name of the template, such as ``run_card.html``; it extends ``base.html``.
        run : RunResults
        outcome : dict
            Of :func:`attentome.report.outcome.verdict.judge`.
        root : str
            Relative address of the results folder from the page: empty or ``../``.
        **values
            What else the template prints.

        Returns
        -------
        str
        """
        atlas = heads_shown(run, outcome["state"])
        return self._environment.get_template(name).render(
            run=run, outcome=outcome, root=root, atlas_exists=atlas, **values
        )

    def macro(self, name, *values, file="macros.html"):
        """A macro of ``file``, called with ``values``: Markup."""
        return getattr(self._environment.get_template(file).module, name)(*values)

    def text(self, source, **values):
        """A short template given as text, such as the description of a section."""
        return self._environment.from_string(source).render(**values)

    def plain(self, name, **values):
        """A plain text file, such as ``README.txt``; nothing is escaped there."""
        return self._environment.get_template(name).render(**values)


def figure_svg(figure, title, source):
    """A figure as Markup, with its title and the table that redoes it."""
    return inline(page_svg(figure, title, source))


def inline(svg):
    """SVG text made fit to stand in a page that holds several, as Markup: ids that nothing refers to are dropped."""
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg))
    return Markup(re.sub(r' id="([^"]+)"', lambda match: match.group(0) if match.group(1) in used else "", svg))
