#!/usr/bin/env python3
"""Write the tables of docs/trust.md from the runs of make selftest: what graded heads say against what was planted."""

import argparse
from pathlib import Path

import pandas as pd
from page_part import rewrite

from attentome.formats import read_json, read_tsv
from attentome.grades import GRADES, NOT_RUN, PASSED, TESTS, UNSUPPORTED
from attentome.head_names import CLAIMS
from attentome.logo import TELLING_BITS
from attentome.planted_truth import expected_parts, judge_claims, summarise_runs


def claims_of_run(results):
    """What a run says: a row for each element that a head graded A to C has a name for, or for a head without one.

    Parameters
    ----------
    results : Path
        --outdir of a run.

    Returns
    -------
    DataFrame
        Columns of ``planted_truth.CLAIM_COLUMNS``, ``run`` and ``control``; the heads of control networks follow, each
        network a run of its own.
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
            rows += [{**own, "element": match.element, "element_q": match.q, "from_d": match.place_from_d,
                      "to_d": match.place_to_d, "shift_nt": match.shift_nt} for match in named.itertuples()]
            continue
        logo = logos[(logos["layer"] == head.layer) & (logos["head"] == head.head) & (logos["used"] == 1)]
        told = logo.loc[logo["bits"] >= TELLING_BITS, "d"] if head.grade in CLAIMS else logo["d"].iloc[:0]
        rows.append({**own, "element": "", "from_d": told.min(), "to_d": told.max()})
    controls = read_tsv(tests / "controls.tsv")
    beside = [{"layer": head.layer, "head": head.head, "grade": head.grade, "element": "", "control": head.control,
               "run": f"{results.name} {head.control} {head.network}"} for head in controls.itertuples()]
    columns = ["layer", "head", "grade", "element", "element_q", "from_d", "to_d", "shift_nt", "run", "control"]
    return pd.DataFrame(rows + beside, columns=columns)


def design_lines(design, folders):
    """Tables of the runs of one design."""
    shift = read_json(folders[0] / "labels/labels.json")["label_shift"]
    expected = expected_parts(read_tsv(folders[0] / "simulation/parts.tsv"), shift)
    claims = pd.concat([claims_of_run(folder) for folder in folders], ignore_index=True)
    summary, by_part = summarise_runs(claims, expected)
    aucs = [read_json(folder / "evaluation/metrics.json")["pr_auc"]["value"] for folder in folders]
    of_kind = {kind: claims[claims["control"] == kind] for kind in ("random", "rotated")}
    tally = {kind: f"{rows['grade'].isin(GRADES).sum()} of {len(rows)}" for kind, rows in of_kind.items()}
    own = claims[claims["control"] == ""].drop_duplicates(["run", "layer", "head"])
    groups = heads_by_group(folders)
    counts = ", ".join(f"{(own['grade'] == grade).sum()} {grade}" for grade in (*GRADES, UNSUPPORTED))
    lines = [f"### {design}", "",
             f"{summary['runs']} genomes; PR AUC {min(aucs):.2f} to {max(aucs):.2f}; {len(own)} heads: {counts}.", "",
             "| | measured | wanted |", "| --- | ---: | ---: |",
             f"| recall of the planted parts | {summary['recall']:.2f} | 0.90 or more |",
             f"| largest position error of those recalled, nt | {number(summary['error_largest_nt'])} | 2 or less |",
             f"| false claims | {summary['false']} of {summary['true'] + summary['false']} | 5 % or less |",
             f"| graded heads in random-weight networks | {tally['random']} | none |",
             f"| graded heads in rotated-label networks, at most | {tally['rotated']} | 1 in 100 |", "",
             *test_lines(groups), "", bits_line(groups), "",
             "| part | named as | recalled in | best grade | position error, nt |", "| --- | --- | ---: | --- | ---: |",
             *[f"| {row.part} | {row.element} | {row.recalled} of {row.runs} | {row.best_grade or 'none'} | "
               f"{number(row.error_largest_nt)} |" for row in by_part.itertuples()], ""]
    false = judge_claims(claims[claims["control"] == ""], expected).query("verdict == 'false'")
    if len(false):
        lines += ["False claims: " + "; ".join(
            f"{row.run} L{row.layer}·H{row.head} ({row.grade}) {row.element or 'no name'} at d {number(row.from_d)} to "
            f"{number(row.to_d)}" for row in false.itertuples()) + ".", ""]
    return lines


def bits_line(groups):
    """Bits of the 50 best windows and of the effect logos, trained heads beside control heads."""
    texts = []
    for column, words in (("bits_best_windows", "50 best windows"), ("bits_heldout", "effect logos")):
        found = [f"{name} {rows[column].median():.1f} ({rows[column].quantile(0.95):.1f})"
                 for name, rows in groups.items()]
        texts.append(f"{words}: {', '.join(found)}")
    return f"Bits, median over the heads (and 95th percentile). {'; '.join(texts)}."


def test_lines(groups):
    """Table of how many heads pass each test, trained heads beside control heads, of those on which it was run."""
    lines = ["| heads that pass each test | " + " | ".join(TESTS) + " |", "| --- |" + " ---: |" * len(TESTS)]
    for name, rows in groups.items():
        run = [rows[test][rows[test] != NOT_RUN] for test in TESTS]
        lines.append(f"| {name} | " + " | ".join(f"{(one == PASSED).sum()} of {len(one)}" for one in run) + " |")
    return lines


def heads_by_group(folders):
    """Graded heads of the trained networks and of each kind of control, of all runs."""
    controls = pd.concat([read_tsv(folder / "tests/controls.tsv") for folder in folders])
    return {"trained": pd.concat([read_tsv(folder / "tests/heads.tsv") for folder in folders]),
            **{kind: controls[controls["control"] == kind] for kind in ("random", "rotated")}}


def number(value):
    """A whole number, or a dash where there is none."""
    return "–" if pd.isna(value) else f"{value:.0f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path, help="folder with a results folder <design>_<seed> for each run")
    parser.add_argument("out", type=Path, help="page whose part between the two marks is written anew")
    args = parser.parse_args()
    folders = sorted(folder for folder in args.results.iterdir() if (folder / "tests/heads.tsv").is_file())
    lines = []
    for design in sorted({folder.name.rsplit("_", 1)[0] for folder in folders}):
        lines += design_lines(design, [folder for folder in folders if folder.name.rsplit("_", 1)[0] == design])
    rewrite(args.out, "make selftest", lines)


if __name__ == "__main__":
    main()
