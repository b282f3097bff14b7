"""Check a run of --mode filters: its parameters, the motif database and the factors that its tasks plant."""

from attentome.inputs.parameters import parameter_faults, with_defaults
from attentome.io.faults import Fault, fault_lines
from attentome.motifs.factors import read_factors
from attentome.motifs.readers import read_motifs

PARAMETERS = "parameters"
OWN = ("positives", "hdf5")
"""Parameters of which one makes the sequences of the user the task, in place of the simulated ones."""
OF_POSITIVES = ("negatives", "background", "classes")


def filter_run_faults(params, schema, presets, missing=(), motifs=None, factors=None):
    """Find every fault of a run at once, but for what the sequences of the user hold.

    Parameters
    ----------
    params : dict
        As given; unset ones are None.
    schema : dict
        nextflow_schema.json.
    presets : dict
        assets/filters/presets.json.
    missing : sequence of str
        Parameters that name a file that is not there.
    motifs, factors : str, optional
        Paths of the database and of the table of factors; None where there is no such file.

    Returns
    -------
    list of str
        One line for each fault, by file.
    """
    params = with_defaults(params, schema)
    faults = parameter_faults(params, schema)
    preset, own = presets.get(params.get("preset")), [name for name in OWN if name in params]
    if preset is None:
        what = f"--preset {params.get('preset')} has no settings for --mode filters"
        faults.append(Fault(None, what, f"give one of {', '.join(presets)}"))
    faults += _motif_faults(params, preset, own)
    if len(own) > 1:
        faults.append(Fault(None, f"--{own[0]} is given together with --{own[1]}", "leave one of them out"))
    faults += [
        Fault(None, f"--{name} is given without --positives", "give --positives, or leave it out")
        for name in OF_POSITIVES
        if name in params and "positives" not in params
    ]
    if "positives" in params and not any(name in params for name in OF_POSITIVES):
        faults.append(
            Fault(None, "--positives has nothing to compare with", "give --negatives, --background or --classes")
        )
    faults += [
        Fault(None, f"--{name} is '{params[name]}', and there is no such file", "give one file that exists")
        for name in missing
    ]
    lines = fault_lines(PARAMETERS, faults)
    try:
        database = read_motifs(motifs) if motifs else []
        for task in preset["tasks"].values() if motifs and factors and preset and not own else ():
            read_factors(factors, database, task["number"])
    except ValueError as fault:
        lines.append(str(fault))
    return lines


def _motif_faults(params, preset, own):
    """No database where one is needed."""
    remedy = "give a motif database, such as JASPAR CORE 2016 vertebrates in MEME format"
    if "motifs" in params or preset is None:
        return []
    if own:
        return [Fault(None, "--motifs is missing, and the filters would have nothing to be compared with", remedy)]
    if not preset["motifs"]:
        what = f"--motifs is missing, and --preset {params['preset']} has no motifs of its own"
        return [Fault(None, what, remedy)]
    return []
