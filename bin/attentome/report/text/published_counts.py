"""Counts that a paper published for the same TSS sets, compared with those of this run."""


def compare_published(published, audits, overlap, genome_lengths):
    """Compare published counts of sites and of clusters with those of this run.

    Parameters
    ----------
    published : dict
        ``assets/published_counts.json``: ``genome_nt``, ``sets`` (format -> ``name``, ``sites``, ``why``), ``clusters``
        (minimum number of sets -> count), ``clusters_why``.
    audits : list of dict
        ``<set>.audit.json`` of each set: ``set``, ``formats`` (one per file), ``sites``.
    overlap : DataFrame
        ``sets`` (names joined by commas), ``n``.
    genome_lengths : list of int
        nt of each contig.

    Returns
    -------
    list of dict
        ``what``, ``published``, ``here`` (None if it cannot be compared), ``why``. Empty unless the genome is the
        paper's and at least two sets are of its formats, one set a format.
    """
    if not published or genome_lengths != [published["genome_nt"]]:
        return []
    named = {}
    for audit in audits:
        for kind in set(audit["formats"]):
            named.setdefault(kind, []).append(audit)
    matched = {kind: named[kind][0] for kind in published["sets"] if len(named.get(kind, [])) == 1}
    if len(matched) < 2:
        return []
    rows = [
        {
            "what": facts["name"],
            "published": facts["sites"],
            "why": facts["why"],
            "here": matched[kind]["sites"] if kind in matched else None,
        }
        for kind, facts in published["sets"].items()
    ]
    whole = len(matched) == len(published["sets"]) == len(audits)
    support = overlap["sets"].str.count(",") + 1 if len(overlap) else None
    for minimum, count in published["clusters"].items():
        here = int(overlap.loc[support >= int(minimum), "n"].sum()) if whole and support is not None else None
        what = f"in all {minimum} sets" if int(minimum) == len(published["sets"]) else f"in {minimum} or more sets"
        rows.append({"what": what, "published": count, "here": here, "why": published["clusters_why"]})
    return rows
