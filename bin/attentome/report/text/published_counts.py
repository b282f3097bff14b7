"""The counts that a paper gave for the same TSS sets, beside those of this run."""


def beside_published(published, audits, overlap, genome_lengths):
    """Published counts of sites and of clusters beside this run's.

    Parameters
    ----------
    published : dict
        ``assets/published_counts.json``: ``genome_nt``, ``sets`` (format -> ``name``, ``sites``, ``why``), ``clusters``
        (least number of sets -> count), ``clusters_why``.
    audits : list of dict
        ``<set>.audit.json`` of each set: ``set``, ``formats`` (one per file), ``sites``.
    overlap : DataFrame
        ``sets`` (names joined by commas), ``n``.
    genome_lengths : list of int
        nt of each contig.

    Returns
    -------
    list of dict
        ``what``, ``published``, ``here`` (None where it cannot be compared), ``why``. Empty unless the genome is the
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
    for least, count in published["clusters"].items():
        here = int(overlap.loc[support >= int(least), "n"].sum()) if whole and support is not None else None
        what = f"in all {least} sets" if int(least) == len(published["sets"]) else f"in {least} or more sets"
        rows.append({"what": what, "published": count, "here": here, "why": published["clusters_why"]})
    return rows
