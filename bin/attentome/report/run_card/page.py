"""The page of the run card, from the facts of ``run_card.json``."""

from attentome.figures.profile import CONTROL_TITLES
from attentome.report.outcome.checks import LEARNED_FACTOR
from attentome.report.run_card.facts import plain_parameters
from attentome.report.run_card.figures import dots_svg, ring_svg
from attentome.report.text.peers import auxiliary_text, peer_sentences


def run_card_page(card, run, outcome, templates):
    """``run_card.html`` as text.

    Parameters
    ----------
    card : dict
        Of :func:`attentome.report.run_card.facts.run_card`.
    run : RunResults
    outcome : dict
    templates : Templates
    """
    return templates.page(
        "run_card.html",
        run,
        outcome,
        card=card,
        dots=dots_svg(run),
        ring=ring_svg(run),
        views=_views(card),
        origin=_origin(card["network"]["origin"]),
        auxiliary=auxiliary_text(run.training),
        peer_sentences=peer_sentences(run),
        control_text=CONTROL_TITLES,
        learned_factor=LEARNED_FACTOR,
    )


def _views(card):
    """Views of one head, of all layers and the measured one, in bases relative to the TSS; None if not recorded."""
    network, shift = card["network"], card["network"]["label_shift"]
    measured = (card["networks"] or {}).get("measured_view")
    views = {"one_head": network["view_of_one_head_nt"], "all_layers": network["view_of_all_layers_nt"]}
    if measured:
        measured = measured["measured"]
        views["measured"] = (-(measured["upstream_nt"] or 0), measured["downstream_nt"] or 0)
    return {"measured": None} | {
        name: view and f"{_base(view[0] + shift)} to {_base(view[1] + shift)} relative to the TSS"
        for name, view in views.items()
    }


def _base(offset):
    """0-based offset from the TSS as a base (there is no base 0)."""
    return f"+{offset + 1:,}" if offset >= 0 else f"−{-offset:,}"


def _origin(origin):
    """Where the weights come from, in words; folders are left out."""
    if isinstance(origin, dict):
        return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in plain_parameters(origin).items())
    return str(origin)
