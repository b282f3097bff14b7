"""The sections of the MultiQC report on the TSS sets: counts, audit, overlap, distances, published counts."""

from attentome.figures.style import escape
from attentome.report.html.frame import table
from attentome.report.multiqc.content import number_column, parent, picture, picture_section
from attentome.report.text.published_counts import beside_published
from attentome.report.text.sets import (
    agreement_words,
    contig_words,
    fix_words,
    format_words,
    lift_words,
    purine_words,
    sequence_words,
)


def set_sections(run, card):
    """Contents of the sections on the TSS sets, by name, as :func:`attentome.report.multiqc.sections.sections`.

    Parameters
    ----------
    run : RunResults
    card : dict
        Of :func:`attentome.report.run_card.facts.run_card`.

    Returns
    -------
    dict of str to dict
    """
    found = {}
    if card["labels"]["sets"]:
        found["attentome_sets"] = _sets(card)
        found["attentome_audit"] = _audit(run)
    if run.overlap_png:
        found["attentome_overlap"] = picture_section(
            "labels",
            "overlap",
            "Overlap of the sets",
            "How many clusters of sites each combination of sets has. Data: sites/overlap.tsv.",
            run.overlap_png,
            "clusters per combination of TSS sets",
        )
    if run.distances_png:
        found["attentome_distances"] = picture_section(
            "labels",
            "distances",
            "Distances within clusters",
            "How far apart the sites of different sets in a cluster lie. Data: sites/distances.tsv.",
            run.distances_png,
            "histogram of distances within clusters",
        )
    published = beside_published(
        run.published, run.audits, run.overlap, [entry["length"] for entry in run.genome_json.get("contigs", [])]
    )
    if published:
        found["attentome_published"] = _published(run, published)
    return found


def _audit(run):
    columns = [
        "set",
        "format",
        "contig names",
        "assembly",
        "positions moved by",
        "printed sequences stand at",
        "agrees best with the other sets at",
        "A or G at the TSS",
    ]
    rows = []
    for audit in run.audits:
        name = audit["set"]
        words = [name, format_words(audit), contig_words(audit), lift_words(audit), fix_words(audit)]
        by_strand = [
            sequence_words(run.audit_table, name) or ["none printed"],
            agreement_words(run.audit_table, name) or ["no other set"],
            purine_words(run.audit_table, name) or ["not recorded"],
        ]
        rows.append([escape(word) for word in words] + ["<br>".join(map(escape, lines)) for lines in by_strand])
    found = "".join(
        f"<li><b>{escape(audit['set'])}</b>: {escape(' '.join(audit['sentences']))}</li>"
        for audit in run.audits
        if audit.get("sentences")
    )
    drawn = picture(run.audit_png, "shares at offsets of -3 to +3 nt, per set and strand") if run.audit_png else ""
    return {
        "id": "attentome_audit",
        **parent("labels"),
        "section_name": "Audit of the sets",
        "description": "What each set's own rows say of its coordinates, before it is believed. Offsets are nt in "
        "genome coordinates: of printed sequences from the printed position, of agreement (share of the sites that "
        "another set has too) and purines from the position used. Data: sites/sets/*.audit.json, sites/audit.tsv.",
        "plot_type": "html",
        "data": _html_table(columns, rows) + (f"<ul>{found}</ul>" if found else "") + drawn,
    }


def _published(run, rows):
    paper = run.published
    columns = ["", "published", "this run", "difference", "why they differ"]
    body, last = [], None
    for row in rows:
        here, apart = (
            ("not comparable", "")
            if row["here"] is None
            else (f"{row['here']:,}", f"{row['here'] - row['published']:+,}".replace("-", "−"))
        )
        why, last = ("as above" if row["why"] == last else row["why"]), row["why"]
        body.append([escape(row["what"]), f"{row['published']:,}", here, apart, escape(why)])
    return {
        "id": "attentome_published",
        **parent("labels"),
        "section_name": "Beside the published counts",
        "description": f"{escape(paper['paper'])} (doi:{escape(paper['doi'])}) and this run, sites of each set and "
        f"clusters. Clusters here: {escape(run.curation.get('rule', ''))} They are comparable where the run has just "
        "these four sets.",
        "plot_type": "html",
        "data": _html_table(columns, body, {"published", "this run", "difference"}),
    }


def _html_table(columns, rows, numeric=()):
    """A table in MultiQC's own looks."""
    return (
        table(columns, rows, numeric)
        .replace("<table>", '<table class="table table-sm">')
        .replace('class="n"', 'style="text-align:right"')
    )


def _sets(card):
    data = {
        entry["set"]: {
            "rows": entry["rows"],
            "sites": entry["sites"],
            "used": entry["used"],
            "confirmed": entry["confirmed"],
            "lost": " · ".join(f"{reason} {n:,}" for reason, n in entry["lost"].items()) or "nothing",
        }
        for entry in card["labels"]["sets"]
    }
    headers = {
        "rows": number_column("Rows", "Rows of the file", "{:,.0f}"),
        "sites": number_column("Sites", "Sites after doubles were merged", "{:,.0f}"),
        "used": number_column("Used", "Sites in a kept cluster", "{:,.0f}"),
        "confirmed": number_column("Confirmed", "Sites that another set has too", "{:,.0f}"),
        "lost": {"title": "Not used, and why", "scale": False},
    }
    count = card["labels"]["n_sites"]
    return {
        "id": "attentome_sets",
        **parent("labels"),
        "section_name": "TSS sets",
        "description": f"What counts as a TSS: {count if count is None else f'{count:,}'} curated sites. "
        f"{escape(card['labels']['rule'])} Data: sites/sets.tsv.",
        "plot_type": "table",
        "pconfig": {
            "id": "attentome_sets_table",
            "title": "Labels: TSS sets",
            "col1_header": "Set",
            "sort_rows": False,
            "no_violin": True,
        },
        "headers": headers,
        "data": data,
    }
