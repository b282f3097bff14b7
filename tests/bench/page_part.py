"""Replace the part of a page between two marks by what a program wrote."""

from attentome.io.files import write_text


def rewrite(page, made_by, lines):
    """Put lines between ``<!-- made by <made_by>: begin -->`` and ``... end -->`` of a page (Path)."""
    start, end = (f"<!-- made by {made_by}: {edge} -->" for edge in ("begin", "end"))
    before, rest = page.read_text().split(start)
    write_text(page, before + start + "\n\n" + "\n".join(lines) + "\n" + end + rest.split(end)[1])
