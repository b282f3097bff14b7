"""The page of one head: what was measured about it, its figures, its windows."""

import numpy as np
from markupsafe import Markup

from attentome.evidence.control_tally import tally_text
from attentome.figures.style import minus
from attentome.motifs.logo import CONSENSUS_BITS, LETTERS
from attentome.report.head_page.names import own_rows
from attentome.report.head_page.panels import tested_values
from attentome.report.html.templates import inline
from attentome.report.text.heads import head_sentence
from attentome.results.peaks import peak_sentences

NEAR_TSS = 50
"""nt; windows farther from a TSS + shift have no entry."""


def head_page(head, run, outcome, similar, templates):
    """``heads/L1_H2.html`` as text.

    Parameters
    ----------
    head : HeadResult
    run : RunResults
    outcome : dict
    similar : list of (HeadResult, float)
        The most similar heads and the correlation of their profiles.
    templates : Templates
    """
    if run.tested:
        values = tested_values(head, run, outcome)
        heldout = values["row"]["peak_d_heldout"]
    else:
        panels = {name: inline(svg) for name, svg in head.figures.items()}
        values = {"sentence": head_sentence(head, run.elements), "tally": tally_text(None), "panels": panels}
        heldout = None
    return templates.page(
        "head.html",
        run,
        outcome,
        root="../",
        head=head,
        numbers=head.numbers,
        similar=similar,
        windows=window_rows(head),
        heldout=_heldout(head, run.tested),
        peaks=peak_sentences(head.numbers, heldout),
        consensus_bits=CONSENSUS_BITS,
        **values,
    )


def _heldout(head, tested):
    """Number of best windows of the held-out half of the test arc, and of those on the + strand; or None."""
    if tested is None or tested.windows.empty:
        return None
    own = own_rows(tested.windows, head.numbers)
    return {"n": len(own), "plus": int((own["strand"] == "+").sum())}


def window_rows(head):
    """The head's best windows as the template prints them.

    Parameters
    ----------
    head : HeadResult

    Returns
    -------
    list of (row, str, Markup)
        Row of ``windows.bed``; nt from the nearest TSS + shift, empty where it is far; the coloured sequence.
    """
    counts = head.pwm[list(LETTERS)].to_numpy()
    best = "".join(LETTERS[i] for i in counts.argmax(axis=1))
    strong = head.pwm["bits"].to_numpy() >= CONSENSUS_BITS
    rows = []
    for window in head.windows.itertuples():
        off = window.nearest_tss_nt
        near = "" if np.isnan(off) or abs(off) > NEAR_TSS else minus(f"{off:+.0f}") if off else "0"
        rows.append((window, near, _coloured(window.sequence, best, strong)))
    return rows


def _coloured(sequence, best, strong):
    """A sequence in which bases that agree with a strong column of the logo are bold and coloured."""
    parts = [
        Markup('<b class="{0}">{0}</b>').format(base) if use and base == top else base
        for base, top, use in zip(sequence, best, strong)
    ]
    return Markup("").join(parts)
