"""Numbers, shares and intervals as printed."""

from attentome.figures.style import minus


def number(value, digits=3):
    """A number for print: ``digits`` significant digits, no exponent; None prints as "not recorded"."""
    if value is None or value != value:
        return "not recorded"
    if value == 0:
        return "0"
    return minus(f"{float(f'{value:.{digits}g}'):.10f}".rstrip("0").rstrip("."))


def percent(share):
    """A share as a percentage, never rounded up to 100 nor down to 0."""
    value = 100 * share
    if 0 < value < 0.1:
        return "< 0.1\u00a0%"
    digits = 0 if share in (0, 1) or 10 <= value < 99 else 1
    return f"{min(value, 99.9) if share < 1 else 100:.{digits}f}\u00a0%"


def interval_text(entry):
    """``0.31 (0.28 to 0.34)`` of a dict with value, lo and hi; without the interval where there is none."""
    if entry.get("lo") is None or entry.get("hi") is None:
        return number(entry.get("value"))
    return f"{number(entry['value'])} ({number(entry['lo'])} to {number(entry['hi'])})"


def count(value):
    """A whole number with commas, or that it was not recorded."""
    return "not recorded" if value is None else f"{value:,}"


def duration(seconds):
    """Seconds in words: ``0.8 s``, ``42 s``, ``3 min 5 s``, ``1 h 2 min``, or that they were not recorded."""
    if seconds is None:
        return "not recorded"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
