"""The report folder: outcome first, then atlas, head pages, run card, tables and the MultiQC report."""

from dataclasses import replace

from attentome import __version__
from attentome.figures.style import save_figure, use_style
from attentome.io.files import write_json, write_text, write_tsv
from attentome.report.atlas.figure import atlas_figure, figure_notes
from attentome.report.atlas.page import atlas_page
from attentome.report.head_page.page import head_page
from attentome.report.multiqc.write import versions_text, write_multiqc
from attentome.report.outcome.verdict import heads_shown, judge, run_state, without_intervals
from attentome.report.pages.outcome import outcome_page
from attentome.report.run_card.facts import run_card
from attentome.report.run_card.page import run_card_page
from attentome.report.tables import report_tables
from attentome.results.run import similar_heads


def write_report(run, out, templates, multiqc=True):
    """Write the whole report.

    Parameters
    ----------
    run : RunResults
    out : Path
        Folder; its contents become the top of the results folder.
    templates : Templates
        Of assets/report.
    multiqc : bool
        Whether to run MultiQC (some seconds).

    Returns
    -------
    dict
        The outcome, as in ``outcome.json``.
    """
    use_style()
    if run_state(run) == "too_few_sites":
        run = replace(run, metrics=without_intervals(run.metrics))
    outcome = judge(run, templates)
    write_json(out / "outcome.json", outcome)
    for name, table in report_tables(run).items():
        write_tsv(out / "tables" / name, table)
    card = run_card(run, outcome, templates)
    write_json(out / "run_card.json", card)
    write_text(out / "run_card.html", run_card_page(card, run, outcome, templates))
    shown = heads_shown(run, outcome["state"])
    if outcome["state"] == "not_learned":
        write_text(out / "not_learned.html", outcome_page(run, outcome, templates))
    if shown:
        save_figure(atlas_figure(run, outcome), out / "atlas", *figure_notes())
        write_text(out / "atlas.html", atlas_page(run, outcome, templates))
        similar = similar_heads(run.heads)
        for head in run.heads:
            write_text(
                out / "heads" / f"{head.name}.html", head_page(head, run, outcome, similar[head.name], templates)
            )
    write_text(out / "software_versions.yml", versions_text(run))
    write_text(
        out / "README.txt",
        templates.plain("README.txt", run=run, outcome=outcome, heads_shown=shown, version=__version__),
    )
    if multiqc:
        write_multiqc(run, outcome, card, out / "atlas.png" if shown else None, out / "multiqc", templates)
    return outcome
