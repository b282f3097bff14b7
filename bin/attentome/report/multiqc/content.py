"""What the sections of the MultiQC report are made of: their parents, columns of numbers, pictures."""

import base64

from attentome.figures.style import escape

PARENTS = {
    "labels": ("Labels", "What counts as a transcription start site."),
    "training": ("Training", "How the network was trained."),
    "test_arc": (
        "Test arc",
        "How well the network finds the sites of an arc of the genome that it never met.",
    ),
    "heads": ("Heads", "Where each head of the network looks, and what stands against chance."),
    "run_card": ("Run card", "In short; the whole is <a href='../run_card.html'>run_card.html</a>."),
}
"""Sections of the report: name and first line."""


def parent(name):
    """The keys by which a section names its parent, one of :data:`PARENTS`."""
    title, line = PARENTS[name]
    return {"parent_id": name, "parent_name": title, "parent_description": line}


def number_column(title, description, form):
    """Header of a table's column of numbers from 0 up; ``form`` is a format string (``{:,.1f}``)."""
    return {"title": title, "description": description, "format": form, "scale": False, "min": 0}


def picture(path, words):
    """A PNG of :func:`attentome.figures.style.save_figure` as an HTML image; ``words`` say what it shows."""
    content = path.read_bytes()
    width = max(1, int.from_bytes(content[16:20]) // 2)  # of the IHDR chunk; the file has two pixels for each px
    return (
        f'<img src="data:image/png;base64,{base64.b64encode(content).decode()}" alt="{escape(words)}" '
        f'style="width:{width}px;max-width:100%">'
    )


def picture_section(place, name, title, description, path, words):
    """A section that is one picture, below the parent ``place``; the rest as in :func:`picture`."""
    return {
        "id": f"attentome_{name}",
        **parent(place),
        "section_name": title,
        "description": description,
        "plot_type": "html",
        "data": picture(path, words),
    }
