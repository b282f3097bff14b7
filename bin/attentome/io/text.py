"""Lines of text files from outside, and what is wrong with a file that should be text."""

import zlib

from attentome.io.faults import Fault
from attentome.io.files import open_text


def text_fault(path):
    """The fault of a file that cannot be read as text at all (binary, UTF-16, broken gzip), else None."""
    try:
        with open_text(path) as handle:
            start = handle.read(1 << 20)
            if start.startswith(("\ufffd\ufffd", "%PDF-")) or "\0" in start:
                return _binary_fault(path)
            for block in iter(lambda: handle.read(1 << 20), ""):
                if "\0" in block:
                    return _binary_fault(path)
    except (OSError, EOFError, zlib.error) as error:
        return Fault(None, f"cannot be read ({error})", "check that it is complete; copy or compress it again")
    return None


def _binary_fault(path):
    with open(path, "rb") as handle:
        start = handle.read(8)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Fault(None, "is text in UTF-16", "save it as UTF-8")
    if start.startswith(b"%PDF-"):
        return Fault(None, "is a PDF", "give the table itself, as text or xlsx")
    return Fault(None, "is not a text file", "save it as plain text, or compressed with gzip")


def text_lines(path):
    """Numbered lines that are not blank, without line ends and byte-order mark."""
    with open_text(path) as handle:
        for number, line in enumerate(handle, 1):
            line = line.lstrip("\ufeff").rstrip("\r\n")
            if line.strip():
                yield number, line


def gff_lines(path):
    """Numbered feature rows of a GFF file: comments are skipped, ``##FASTA`` ends the file."""
    for number, line in text_lines(path):
        if line.startswith("##FASTA"):
            return
        if not line.startswith("#"):
            yield number, line
