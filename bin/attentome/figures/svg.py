"""Scales, ticks and elements of the figures that pages hold as SVG text."""

from dataclasses import dataclass

import numpy as np

from attentome.figures.style import SMALL, SOFT, escape


@dataclass(frozen=True)
class Scale:
    """Values to px: ``low`` lies at ``start``, ``high`` at ``stop``; what lies outside is put on the nearer end."""

    low: float
    high: float
    start: float
    stop: float
    log: bool = False

    def __call__(self, value):
        low, high, value = (
            np.log(v) if self.log else v for v in (self.low, self.high, np.clip(value, self.low, self.high))
        )
        return float(self.start + (value - low) / (high - low) * (self.stop - self.start))


def words_at(x, y, words, anchor="start", colour=SOFT, bold=False):
    """Words whose middle line lies at ``y``, as SVG."""
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y + 4:.1f}" font-size="{SMALL}" fill="{colour}" text-anchor="{anchor}"{weight}>'
        f"{escape(words)}</text>"
    )


def path(x, y, colour, width=1.5, dash=""):
    """A line through points as SVG; where a value is not a number the line is broken."""
    parts, pen = [], "M"
    for px, py in zip(x, y, strict=True):
        if np.isfinite(py):
            parts.append(f"{pen}{px:.1f} {py:.1f}")
            pen = "L"
        else:
            pen = "M"
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<path d="{"".join(parts)}" fill="none" stroke="{colour}" stroke-width="{width}"{dashes} '
        'stroke-linejoin="round"/>'
    )


def svg(width, tall, title, source, parts):
    """A drawing as inline SVG with a title and the table that redoes it."""
    return (
        f'<svg width="{width}" height="{tall:.0f}" viewBox="0 0 {width} {tall:.0f}" role="img"><title>'
        f"{escape(title)}</title><desc>{escape(source)}</desc>{''.join(parts)}</svg>\n"
    )


def nice_end(value):
    """The end of an axis that holds ``value``: 1, 2 or 5 times a power of ten; 1 where there is nothing to hold."""
    if not value > 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(power * factor for factor in (1, 2, 5, 10) if power * factor >= value * (1 - 1e-9)))


def nice_ticks(low, high, most=4):
    """Round values from ``low`` to ``high``, 0 among them if it lies between: at most ``most`` and one more."""
    step = nice_end((high - low) / most)
    return [float(step * i) for i in range(int(np.ceil(low / step - 1e-9)), int(np.floor(high / step + 1e-9)) + 1)]
