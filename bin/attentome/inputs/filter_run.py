"""Check a run of --mode filters: its parameters, the motif databases and the factors that its tasks plant."""

from attentome.inputs.parameters import parameter_faults, with_defaults
from attentome.io.faults import Fault, fault_lines
from attentome.motifs.factors import read_factors
from attentome.motifs.readers import read_databases

PARAMETERS = "parameters"
OWN = ("input", "positives", "hdf5")
"""Parameters of which one makes sequences of the user the task, in place of the simulated ones."""
OF_POSITIVES = {"negatives": ("positives", "input"), "background": ("positives", "input"), "classes": ("positives",)}
"""Parameters that need one of these others."""
MIN_WINDOW = 60
"""nt of a window around a site: the minimum of --sequence_length too. All networks of the presets fit it."""


def filter_run_faults(params, schema, presets, missing=(), motifs=(), factors=None):
    """Find every fault of a run at once, but for what the sequences, sample sheet and genome of the user hold.

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
    motifs : sequence of str
        Paths of the databases that are there.
    factors : str, optional
        Path of the table of factors; None where there is no such file.

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
        Fault(None, f"--{name} is given without --{others[0]}", f"give --{' or --'.join(others)}, or leave it out")
        for name, others in OF_POSITIVES.items()
        if name in params and not any(other in params for other in others)
    ]
    if "positives" in params and not any(name in params for name in OF_POSITIVES):
        faults.append(
            Fault(None, "--positives has nothing to compare with", "give --negatives, --background or --classes")
        )
    if "input" in params:
        faults += _site_faults(params)
    faults += [
        Fault(None, f"--{name} is '{params[name]}', of which not every file is there", "give files that exist")
        if "," in str(params[name])
        else Fault(None, f"--{name} is '{params[name]}', and there is no such file", "give one file that exists")
        for name in missing
    ]
    lines = fault_lines(PARAMETERS, faults)
    try:
        database = read_databases(motifs)
        for task in preset["tasks"].values() if motifs and factors and preset and not own else ():
            read_factors(factors, database, task["number"])
    except ValueError as fault:
        lines.append(str(fault))
    return lines


def _site_faults(params):
    """No genome, or windows that are too short."""
    faults = []
    if "genome" not in params:
        what = "--input is given without --genome, on which the sites lie"
        faults.append(Fault(None, what, "give --genome, a FASTA file or an accession"))
    sides = [params.get(name) for name in ("upstream", "downstream")]
    if all(isinstance(side, int) for side in sides) and sum(sides) < MIN_WINDOW:
        what = f"--upstream {sides[0]} and --downstream {sides[1]} make windows of {sum(sides)} nt"
        faults.append(Fault(None, what, f"give {MIN_WINDOW} nt or more together"))
    return faults


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
