#!/usr/bin/env python3
"""Grade every head of the real network, and those of the control networks by the same rule."""

import argparse
from pathlib import Path

from attentome.evidence.claims import name_heads
from attentome.evidence.grades import (
    CONTROL_KINDS,
    GRADES,
    Controls,
    band_table,
    control_logos,
    grade_controls,
    grade_heads,
    grade_summary,
    partner_profiles,
)
from attentome.evidence.head_evidence import read_evidence
from attentome.heads.names import head_name
from attentome.io.exits import one_line_exit
from attentome.io.files import read_arrays, read_json, sha256, write_json
from attentome.io.record import task_record
from attentome.io.schemas.graded import BANDS, CONTROL_LOGOS, CONTROLS, HEADS, SEED_PROFILES, SEEDS
from attentome.io.schemas.knockout import KNOCKOUT
from attentome.io.schemas.mutants import DELETION_HEADS, ISM_HEADS
from attentome.io.schemas.names import ELEMENT_MATCHES

REAL = "curated"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", required=True, help="JSON list: id, control of each network")
    parser.add_argument("--measured", nargs="+", required=True, type=Path, help="folders of MEASURE_HEADS, in order")
    parser.add_argument("--knocked", type=Path, help="folders of KNOCK_OUT_HEADS by network")
    parser.add_argument("--mutated", type=Path, help="the same of MUTATE_SITES")
    parser.add_argument("--screen", type=Path, help="write only this file: control heads to test further")
    parser.add_argument("--elements", type=Path, help="element_matches.tsv")
    parser.add_argument("--rule", required=True, help="grade_rule.json")
    parser.add_argument("--out", default=".", type=Path)
    parser.add_argument("--record", default="record.json")
    args = parser.parse_args()
    packages = ("numpy", "pandas", "scipy")
    with one_line_exit("grade_heads.py"), task_record(args.record, "GRADE_HEADS", packages=packages):
        grade(args)


def grade(args):
    """Read the measurements and tests, grade the heads, and write the tables."""
    networks, rule = read_json(args.networks), read_json(args.rule)
    measured = {
        start["id"]: read_evidence(folder / "evidence.safetensors")
        for start, folder in zip(networks, args.measured, strict=True)
    }
    of_kind = {
        kind: {start["id"]: measured[start["id"]] for start in networks if start.get("control") == kind}
        for kind in (*CONTROL_KINDS, "replicate")
    }
    controls = Controls({kind: list(of_kind[kind].values()) for kind in CONTROL_KINDS})
    names = {kind: list(of_kind[kind]) for kind in CONTROL_KINDS}
    if args.screen:
        write_json(args.screen, standing_out(grade_controls(controls, rule), names))
        return
    knocked, mutants = knockouts(args, networks), mutations(args, networks)
    heads, seeds = grade_heads(
        measured[REAL], controls, of_kind["replicate"], knocked.get(REAL), mutants.get(REAL), rule
    )
    named = args.elements and args.elements.is_file() and args.elements.stat().st_size
    elements = ELEMENT_MATCHES.read(args.elements) if named else None
    share = measured_parts(args.measured, networks)
    heads = name_heads(heads, elements, share, rule)
    by_kind = [
        {kind: [tables.get(name) for name in names[kind]] for kind in CONTROL_KINDS} for tables in (knocked, mutants)
    ]
    of_controls = grade_controls(controls, rule, *by_kind)
    HEADS.write(args.out / "heads.tsv", heads)
    SEEDS.write(args.out / "seeds.tsv", seeds)
    SEED_PROFILES.write(args.out / "seed_profiles.tsv", partner_profiles(seeds, of_kind["replicate"]))
    CONTROLS.write(args.out / "controls.tsv", of_controls)
    BANDS.write(args.out / "bands.tsv", band_table(controls))
    CONTROL_LOGOS.write(args.out / "control_logos.tsv", control_logos(controls))
    write_json(
        args.out / "grades.json",
        {
            "rule": rule,
            "rule_sha256": sha256(args.rule),
            **grade_summary(measured[REAL], of_kind, heads, of_controls, rule),
        },
    )


def standing_out(of_controls, names):
    """Control heads that are graded if knock-outs and mutants count as passed: id of each network to its heads."""
    graded = of_controls[of_controls["grade"].isin(GRADES)]
    return [
        {"id": names[kind][number - 1], "heads": list(map(head_name, rows["layer"], rows["head"]))}
        for (kind, number), rows in graded.groupby(["control", "network"])
    ]


def knockouts(args, networks):
    """``knockout.tsv`` of each network for which it was run."""
    folders = {start["id"]: args.knocked / start["id"] for start in networks} if args.knocked else {}
    return {name: KNOCKOUT.read(folder / "knockout.tsv") for name, folder in folders.items() if folder.is_dir()}


def mutations(args, networks):
    """Agreement with mutagenesis and deletion curves of each network for which they were run."""
    folders = {start["id"]: args.mutated / start["id"] for start in networks} if args.mutated else {}
    return {
        name: ISM_HEADS.read(folder / "ism_heads.tsv").merge(
            DELETION_HEADS.read(folder / "deletion_heads.tsv"), on=["layer", "head"]
        )
        for name, folder in folders.items()
        if folder.is_dir()
    }


def measured_parts(folders, networks):
    """Content's share of the logit's variance, shape (heads,), or None where it was not measured."""
    real = next(folder for start, folder in zip(networks, folders, strict=True) if start["id"] == REAL)
    path = real / "parts.safetensors"
    return read_arrays(path)["content_share"].ravel() if path.is_file() else None


if __name__ == "__main__":
    main()
