"""Sections of the MultiQC report as its custom content: what assets/report/multiqc.toml describes, with data."""

import base64
import tomllib

from markupsafe import escape

from attentome.heads.distances import anchor_text


class Sections:
    """Sections of the MultiQC report, in the order in which they were added.

    Parameters
    ----------
    run : RunResults
    card : dict
        Of :func:`attentome.report.run_card.facts.run_card`.
    templates : Templates

    Attributes
    ----------
    found : dict of str to dict
        MultiQC custom content, to be written as ``<name>_mqc.json``.
    network : str
        Name of the network, as in all sections; HTML.
    """

    def __init__(self, run, card, templates):
        self.found = {}
        self.network = escape(f"{run.name} seed {run.training['seed']}" if "seed" in run.training else run.name)
        self._values = {"run": run, "card": card, "origin": anchor_text(run.profile["ahead"])}
        self._templates = templates
        self._layout = tomllib.loads((templates.folder / "multiqc.toml").read_text(encoding="utf-8"))

    def add(self, name, data, pconfig=(), **values):
        """Add a section of multiqc.toml.

        Names and text in ``data`` are escaped unless they are Markup: MultiQC prints them as HTML.

        Parameters
        ----------
        name : str
        data : dict, list or Markup
            For MultiQC; Markup for a section that is HTML. Columns of a table that no row has are left out.
        pconfig : dict
            What of MultiQC's ``pconfig`` depends on the run.
        **values
            What the templates of this section print besides ``run``, ``card`` and ``origin``.
        """
        layout, values = self._layout[name], self._values | values
        kind = layout["plot_type"]
        section = {"id": f"attentome_{name}", "plot_type": kind}
        if "parent" in layout:
            title, line = self._layout["parents"][layout["parent"]]
            section |= {"parent_id": layout["parent"], "parent_name": title, "parent_description": line}
            section |= {"section_name": layout["title"]}
        if "description" in layout:
            section["description"] = self._templates.text(layout["description"], **values)
        if "headers" in layout:
            columns = {column for row in data.values() for column in row}
            section["headers"] = {
                column: {"scale": False} | {key: self._text(value, values) for key, value in header.items()}
                for column, header in layout["headers"].items()
                if column in columns
            }
        if "pconfig" in layout:
            fixed = {"no_violin": True, "sort_rows": False} if kind == "table" else {}
            fixed |= {"cluster_rows": False, "cluster_cols": False, "square": False} if kind == "heatmap" else {}
            section["pconfig"] = {"id": f"attentome_{name}_plot"} | fixed | layout["pconfig"] | dict(pconfig)
        self.found[f"attentome_{name}"] = section | {"data": _escaped(data)}

    def add_picture(self, name, path):
        """Add a section that is one picture, where there is one."""
        if path:
            self.add(name, self.picture(path, self._layout[name]["alt"]))

    def picture(self, path, alt):
        """A PNG of :func:`attentome.figures.style.save_figure` as an HTML image; ``alt`` says what it shows."""
        content = path.read_bytes()
        width = max(1, int.from_bytes(content[16:20]) // 2)  # of the IHDR chunk; the file has two pixels for each px
        return self.macro("picture", base64.b64encode(content).decode(), width, alt)

    def macro(self, name, *values):
        """A body from multiqc.html."""
        return self._templates.macro(name, *values, file="multiqc.html")

    def parents(self):
        """Ids of the parent sections, in order."""
        return list(self._layout["parents"])

    def _text(self, value, values):
        return self._templates.text(value, **values) if isinstance(value, str) and "{{" in value else value


def _escaped(data):
    if isinstance(data, dict):
        return {escape(key): _escaped(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_escaped(value) for value in data]
    return escape(data) if isinstance(data, str) else data
