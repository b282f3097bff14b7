"""Numbers and intervals as printed."""


def number(value, digits=3):
    """A number for print: ``digits`` significant digits, no exponent; None prints as "not recorded"."""
    if value is None or value != value:
        return "not recorded"
    if value == 0:
        return "0"
    text = f"{float(f'{value:.{digits}g}'):.10f}".rstrip("0").rstrip(".")
    return text.replace("-", "−")


def interval_text(entry):
    """``0.31 (0.28 to 0.34)`` of a dict with value, lo and hi; without the interval where there is none."""
    if entry.get("lo") is None or entry.get("hi") is None:
        return number(entry.get("value"))
    return f"{number(entry['value'])} ({number(entry['lo'])} to {number(entry['hi'])})"
