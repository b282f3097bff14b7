#!/usr/bin/env python3
"""Write the tables of docs/trust.md from the runs of make selftest: claims of graded heads against planted truth."""

import argparse
import json
from pathlib import Path

import pandas as pd
from page_part import rewrite

from attentome.evidence.claims import CLAIMS
from attentome.evidence.grades import GRADES, NOT_RUN, PASSED, TESTS, UNSUPPORTED
from attentome.io.files import read_json, read_tsv, sha256, write_text
from attentome.motifs.logo import TELLING_BITS
from attentome.simulate.truth import CLAIM_COLUMNS, expected_parts, judge_claims, summarise_runs

RULE = Path(__file__).parents[2] / "assets/grade_rule.json"
GROUPS = ("trained", "random", "rotated")


def claims_of_run(results):
    """Claims of a run: a row for each element that names a head graded A to C, or one row for a head without a name.

    Parameters
    ----------
    results : Path
        --outdir of a run.

    Returns
    -------
    DataFrame
        Columns of ``truth.CLAIM_COLUMNS``, and ``run`` and ``control`` as ``summarise_runs`` wants them.
    """
    tests = results / "tests"
    heads, elements = read_tsv(tests / "heads.tsv"), read_tsv(tests / "element_matches.tsv")
    logos = read_tsv(tests / "measured/curated/logos.tsv")
    rows = []
    for head in heads.itertuples():
        own = {"layer": head.layer, "head": head.head, "grade": head.grade, "run": results.name, "control": ""}
        named = elements[(elements["layer"] == head.layer) & (elements["head"] == head.head) & (elements["named"] == 1)]
        named = named.sort_values(["q", "p"]).drop_duplicates("element")
        if head.grade in CLAIMS and len(named):
            rows += [
                {
                    **own,
                    "element": match.element,
                    "element_q": match.q,
                    "from_d": match.place_from_d,
                    "to_d": match.place_to_d,
                    "shift_nt": match.shift_nt,
                }
                for match in named.itertuples()
            ]
            continue
        logo = logos[(logos["layer"] == head.layer) & (logos["head"] == head.head) & (logos["used"] == 1)]
        informative = logo.loc[logo["bits"] >= TELLING_BITS, "d"] if head.grade in CLAIMS else logo["d"].iloc[:0]
        rows.append({**own, "element": "", "from_d": informative.min(), "to_d": informative.max()})
    return pd.DataFrame(rows, columns=[*CLAIM_COLUMNS, "run", "control"])


def record_of_run(results):
    """Count what the page reports of a run; counts of several runs can be added.

    Parameters
    ----------
    results : Path
        --outdir of a run.

    Returns
    -------
    dict
        ``genomes``, ``rule_sha256``, ``pr_auc`` (smallest and largest); heads per grade; how many heads of each group
        (trained, random, rotated) have a ``graded`` or pass a test, each with the number examined; claims ``true`` and
        ``false``, the latter in full; for each part whether it is recalled, by which grade, with which error
        (nt); ``bits`` of each group, median and 95th percentile over its heads.
    """
    shift = read_json(results / "labels/labels.json")["label_shift"]
    expected = expected_parts(read_tsv(results / "simulation/parts.tsv"), shift)
    tests = results / "tests"
    heads, controls, claims = read_tsv(tests / "heads.tsv"), read_tsv(tests / "controls.tsv"), claims_of_run(results)
    groups = {"trained": heads, **{kind: controls[controls["control"] == kind] for kind in GROUPS[1:]}}
    summary, by_part = summarise_runs(claims, expected)
    false = judge_claims(claims, expected).query("verdict == 'false'")
    auc = read_json(results / "evaluation/metrics.json")["pr_auc"]["value"]
    return {
        "genomes": [results.name],
        "rule_sha256": read_json(tests / "grades.json")["rule_sha256"],
        "pr_auc": [auc, auc],
        "grades": {grade: int((heads["grade"] == grade).sum()) for grade in (*GRADES, UNSUPPORTED)},
        "graded": {name: [int(rows["grade"].isin(GRADES).sum()), len(rows)] for name, rows in groups.items()},
        "passed": {
            name: {test: [int((rows[test] == PASSED).sum()), int((rows[test] != NOT_RUN).sum())] for test in TESTS}
            for name, rows in groups.items()
        },
        "true": summary["true"],
        "false": summary["false"],
        "false_claims": [
            f"{results.name} L{row.layer}·H{row.head} ({row.grade}) {row.element or 'no name'} at d "
            f"{number(row.from_d)} to {number(row.to_d)}"
            for row in false.itertuples()
        ],
        "parts": {
            row.part: {
                "element": row.element,
                "recalled": int(row.recalled),
                "best_grade": row.best_grade,
                "error_nt": None if pd.isna(row.error_largest_nt) else int(row.error_largest_nt),
            }
            for row in by_part.itertuples()
        },
        "bits": {
            words: {
                name: [round(float(rows[column].quantile(share)), 2) for share in (0.5, 0.95)]
                for name, rows in groups.items()
            }
            for words, column in (("50 best windows", "bits_best_windows"), ("effect logos", "bits_heldout"))
        },
    }


def design_lines(design, records):
    """Tables of the records of one design; a record is of one or more genomes."""
    genomes = sum(len(record["genomes"]) for record in records)
    aucs = [auc for record in records for auc in record["pr_auc"]]
    grades = {grade: sum(record["grades"][grade] for record in records) for grade in (*GRADES, UNSUPPORTED)}
    graded = {name: added(record["graded"][name] for record in records) for name in GROUPS}
    parts = {part: [record["parts"][part] for record in records] for part in records[0]["parts"]}
    recalled = {part: sum(one["recalled"] for one in ones) for part, ones in parts.items()}
    errors = {part: largest(one["error_nt"] for one in ones) for part, ones in parts.items()}
    true, false = (sum(record[verdict] for record in records) for verdict in ("true", "false"))
    lines = [
        f"### {design}",
        "",
        f"{genomes} genomes; PR AUC {min(aucs):.2f} to {max(aucs):.2f}; {sum(grades.values())} heads: "
        f"{', '.join(f'{n} {grade}' for grade, n in grades.items())}.",
        "",
        "| | measured | required |",
        "| --- | ---: | ---: |",
        f"| recall of planted parts | {sum(recalled.values()) / (genomes * len(parts)):.2f} | 0.90 or more |",
        f"| largest position error of recalled parts, nt | {number(largest(errors.values()))} | 2 or less |",
        f"| false claims | {false} of {true + false} | 5 % or less |",
        f"| graded heads in random-weight networks | {graded['random']} | none |",
        f"| graded heads in rotated-label networks | {graded['rotated']} | at most 1 in 100 |",
        "",
        "| heads that pass each test | " + " | ".join(TESTS) + " |",
        "| --- |" + " ---: |" * len(TESTS),
        *[
            f"| {name} | "
            + " | ".join(added(record["passed"][name][test] for record in records) for test in TESTS)
            + " |"
            for name in GROUPS
        ],
        "",
        bits_line(records),
        "",
        "| part | named as | recalled in | best grade | position error, nt |",
        "| --- | --- | ---: | --- | ---: |",
        *[
            f"| {part} | {ones[0]['element']} | {recalled[part]} of {genomes} | "
            f"{min((one['best_grade'] for one in ones if one['best_grade']), default='none')} | "
            f"{number(errors[part])} |"
            for part, ones in parts.items()
        ],
        "",
    ]
    spelt = [claim for record in records for claim in record["false_claims"]]
    return lines + ([f"False claims: {'; '.join(spelt)}.", ""] if spelt else [])


def bits_line(records):
    """Bits of the 50 best windows and of the effect logos, for trained heads and control heads."""
    texts = []
    for words in records[0]["bits"]:
        found = []
        for name in GROUPS:
            medians, highs = zip(*(record["bits"][words][name] for record in records), strict=True)
            found.append(f"{name} {spread(medians)} ({spread(highs)})")
        texts.append(f"{words}: {', '.join(found)}")
    return f"Bits per logo, median over the heads of a genome (95th percentile in brackets). {'; '.join(texts)}."


def spread(values):
    """Smallest and largest value, or one number if both are printed alike."""
    low, high = (f"{edge:.1f}" for edge in (min(values), max(values)))
    return low if low == high else f"{low} to {high}"


def added(pairs):
    """Sum of pairs (some, total) as text: "some of total"."""
    some, of = (sum(column) for column in zip(*pairs, strict=True))
    return f"{some} of {of}"


def largest(values):
    """Largest value that is not None, or None."""
    return max((value for value in values if value is not None), default=None)


def number(value):
    """A whole number as text, or a dash if it is missing."""
    return "–" if pd.isna(value) else f"{value:.0f}"


def merged(old, new, rule):
    """Records made under one grading rule (its SHA-256); new records replace old ones of the same genomes."""
    new = [record for record in new if record["rule_sha256"] == rule]
    again = {genome for record in new for genome in record["genomes"]}
    kept = [record for record in old if record["rule_sha256"] == rule and not again & set(record["genomes"])]
    return sorted(kept + new, key=lambda record: record["genomes"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path, help="folder with a results folder <design>_<seed> for each run")
    parser.add_argument("records", type=Path, help="counts of each run, one line of JSON each; new ones are added")
    parser.add_argument("out", type=Path, help="page; the part between the two marks is replaced")
    args = parser.parse_args()
    new = [record_of_run(folder) for folder in sorted(args.results.iterdir()) if (folder / "tests/heads.tsv").is_file()]
    old = args.records.read_text().splitlines() if args.records.is_file() else []
    records = merged([json.loads(line) for line in old], new, sha256(RULE))
    write_text(args.records, "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records))
    lines = []
    for design in sorted({record["genomes"][0].rsplit("_", 1)[0] for record in records}):
        lines += design_lines(design, [one for one in records if one["genomes"][0].rsplit("_", 1)[0] == design])
    rewrite(args.out, "make selftest", lines)


if __name__ == "__main__":
    main()
