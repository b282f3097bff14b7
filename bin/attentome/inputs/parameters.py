"""Check the run's parameters against ``nextflow_schema.json`` and against the data."""

import difflib
import re

import jsonschema

from attentome.io.faults import Fault

RESERVED_SETS = {
    "curated": "the curated set",
    "residual_cnn": "a peer of the network",
    "pwm_scanner": "a peer of the network",
}
"""Names in the results folder that no set may have, and what they mean."""
_KINDS = {"integer": "a whole number", "number": "a number", "boolean": "true or false", "string": "text"}


def schema_properties(schema):
    """All parameters of a schema in nf-core's style (groups under ``$defs``), as a dict of name to its property."""
    return {name: entry for group in schema["$defs"].values() for name, entry in group["properties"].items()}


def schema_defaults(schema):
    """Default of each parameter, None where it has none."""
    return {name: entry.get("default") for name, entry in schema_properties(schema).items()}


def with_defaults(params, schema):
    """Parameters without the unset ones (None, empty text), and the defaults of those that are not given.

    Types are not converted here: the workflow does that (modules/functions/parameters.nf).

    Parameters
    ----------
    params : dict
        Name to value.
    schema : dict

    Returns
    -------
    dict
    """
    given = {name: value for name, value in params.items() if value not in (None, "")}
    return {name: value for name, value in (schema_defaults(schema) | given).items() if value is not None}


def parameter_faults(params, schema):
    """Faults of the parameters by themselves: unknown names, wrong types, values out of bounds.

    Parameters
    ----------
    params : dict
        Of :func:`with_defaults`.
    schema : dict

    Returns
    -------
    list of Fault
    """
    properties = schema_properties(schema)
    faults = []
    for name in params:
        if name not in properties:
            plain = re.sub("([a-z])([A-Z])", r"\1_\2", name).replace("-", "_").lower()
            close = difflib.get_close_matches(plain, properties, 1)
            remedy = f"did you mean --{close[0]}?" if close else "see nextflow_schema.json for the known ones"
            faults.append(Fault(None, f"unknown parameter --{name}", remedy))
    for error in jsonschema.Draft202012Validator(schema).iter_errors(params):
        name = error.path[0]
        faults.append(Fault(None, *_explain(name, params[name], error, properties[name])))
    return faults


def _explain(name, value, error, entry):
    """What is wrong and what to do, for one error of the validator."""
    bound = error.validator_value
    if error.validator == "type":
        if isinstance(value, bool):
            return f"--{name} has no value", f"give {'a path' if 'format' in entry else _KINDS[bound]}"
        return f"--{name} is '{value}', not {_KINDS[bound]}", f"give {_KINDS[bound]}"
    remedy = {
        "enum": lambda: f"give one of {', '.join(map(str, bound))}",
        "minimum": lambda: f"give at least {bound:g}",
        "exclusiveMinimum": lambda: f"give more than {bound:g}",
        "maximum": lambda: f"give at most {bound:g}",
        "exclusiveMaximum": lambda: f"give less than {bound:g}",
    }.get(error.validator, lambda: entry.get("errorMessage", "see nextflow_schema.json"))
    return f"--{name} is '{value}'", remedy()


def run_faults(params):
    """Faults of parameters that conflict with each other, whatever the data.

    Parameters
    ----------
    params : dict
        Of :func:`with_defaults`; may itself have faults.

    Returns
    -------
    list of Fault
    """
    faults = []
    if params.get("simulate") is True:
        faults += [
            Fault(None, f"--{name} is given together with --simulate", "leave one of them out")
            for name in ("input", "genome", "annotation")
            if name in params
        ]
    else:
        faults += [
            Fault(None, f"--{name} is missing", f"give {what}, or --simulate for a simulated genome")
            for name, what in (("input", "the sample sheet of the TSS sets"), ("genome", "the genome as FASTA"))
            if name not in params
        ]
    parts = str(params.get("split")).split("/")
    if len(parts) == 3 and all(re.fullmatch(r"[0-9]+(\.[0-9]+)?", part) for part in parts):
        shares = [float(part) for part in parts]
        if min(shares) == 0 or abs(sum(shares) - 100) > 1e-6:
            faults.append(
                Fault(
                    None,
                    f"--split is '{params['split']}', which sums to {sum(shares):g}",
                    "give three percentages above 0 that sum to 100: train/test/validation",
                )
            )
    faults += [
        Fault(None, f"--train_sets is given together with --{name}", "leave one of them out")
        for name in ("model", "curate_only")
        if params.get("train_sets") and params.get(name)
    ]
    shift, window = params.get("label_shift"), params.get("window")
    if isinstance(shift, int) and isinstance(window, int) and shift >= window:
        faults.append(
            Fault(
                None,
                f"--label_shift {shift} leaves the TSS outside the window of {window} nt",
                "lower --label_shift or widen --window",
            )
        )
    return faults


def data_faults(params, entries, contigs, cut_points=None):
    """Faults of parameters that conflict with the data.

    Parameters
    ----------
    params : dict
        Of :func:`with_defaults`.
    entries : list of dict
        Rows of the sample sheet (:func:`attentome.inputs.sample_sheet.read_sheet`); empty if it could not be read.
    contigs : dict of str to int, or None
        Contig names and lengths in nt; None if the genome could not be read.
    cut_points : dict of str to CutPoints, optional
        Of :func:`attentome.genome.arcs.read_cut_points`.

    Returns
    -------
    list of Fault
    """
    faults = []
    support, weights = params.get("min_support"), [entry["weight"] for entry in entries]
    if entries and isinstance(support, (int, float)) and support > sum(weights):
        total = f"number of sets in the sample sheet, {len(entries)}"
        if set(weights) != {1}:
            total = f"sum of the sets' weights, {sum(weights):g}"
        faults.append(
            Fault(
                None,
                f"--min_support {support:g} is more than the {total}",
                f"give at most {sum(weights):g}, or more sets",
            )
        )
    names = {entry["set"] for entry in entries}
    faults += [
        Fault(None, f"a set of the sample sheet is called '{name}', the name of {what}", "give the set another name")
        for name, what in RESERVED_SETS.items()
        if name in names
    ]
    asked = [name.strip() for name in str(params.get("train_sets", "")).split(",") if name.strip()]
    faults += [
        Fault(
            None,
            f"--train_sets names '{name}', which is not a set of the sample sheet",
            f"give all, or some of {', '.join(sorted(names))}",
        )
        for name in asked
        if entries and asked != ["all"] and name not in names
    ]
    split = params.get("split")
    published = (cut_points or {}).get(split)
    if isinstance(split, str) and split.isidentifier() and not published:
        faults.append(
            Fault(
                None,
                f"--split {split} is not the name of published cut points",
                f"give {' or '.join(cut_points or ())}, or three percentages such as 70/20/10",
            )
        )
    if contigs and published and list(contigs.values()) != [published.length]:
        has = ", ".join(f"{name} ({length:,} nt)" for name, length in list(contigs.items())[:3])
        faults.append(
            Fault(
                None,
                f"--split {split} needs a genome of one contig of {published.length:,} nt; this "
                f"one has {len(contigs)}: {has}",
                "give three percentages such as 70/20/10",
            )
        )
    return faults
