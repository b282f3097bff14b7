"""The page of the run card, from the facts of ``run_card.json``."""

from attentome.figures.profile import CONTROL_TITLES
from attentome.figures.style import minus
from attentome.report.outcome.checks import LEARNED_FACTOR
from attentome.report.run_card.facts import plain_parameters
from attentome.report.run_card.figures import pr_auc_svg, split_svg
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
    origin = card["network"]["origin"]
    return templates.page(
        "run_card.html",
        run,
        outcome,
        card=card,
        dots=pr_auc_svg(run),
        split=split_svg(run),
        views=_views(card),
        origin=plain_parameters(origin) if isinstance(origin, dict) else origin,
        auxiliary=auxiliary_text(run.training),
        peer_sentences=peer_sentences(run),
        control_text=CONTROL_TITLES,
        learned_factor=LEARNED_FACTOR,
    )


def _views(card):
    """Views of one head, of all layers and the measured one, in bases relative to the TSS; None if not recorded."""
    network, measured = card["network"], (card["networks"] or {}).get("measured_view")
    views = {
        "one_head": network["view_of_one_head_nt"],
        "all_layers": network["view_of_all_layers_nt"],
        "measured": None,
    }
    if measured:
        ends = measured["measured"]
        views["measured"] = (-(ends["upstream_nt"] or 0), ends["downstream_nt"] or 0)
    shift = network["label_shift"]
    return {
        name: view and f"{_base(view[0] + shift)} to {_base(view[1] + shift)} relative to the TSS"
        for name, view in views.items()
    }


def _base(offset):
    """0-based offset from the TSS as a base (there is no base 0)."""
    return f"+{offset + 1:,}" if offset >= 0 else minus(f"{offset:,}")
