"""Check a run of --mode filters: its parameters, the motif database and the classes that its tasks plant."""

from attentome.inputs.parameters import parameter_faults, with_defaults
from attentome.io.faults import Fault, fault_lines
from attentome.motifs.classes import read_classes
from attentome.motifs.readers import read_motifs

PARAMETERS = "parameters"


def filter_run_faults(params, schema, presets, motifs=None, classes=None):
    """Find every fault of a run at once.

    Parameters
    ----------
    params : dict
        As given; unset ones are None.
    schema : dict
        nextflow_schema.json.
    presets : dict
        assets/filters/presets.json.
    motifs, classes : str, optional
        Paths of the database and of the table of classes; None where there is no such file.

    Returns
    -------
    list of str
        One line for each fault, by file.
    """
    params = with_defaults(params, schema)
    faults = parameter_faults(params, schema)
    preset = presets.get(params.get("preset"))
    if preset is None:
        faults.append(
            Fault(
                None,
                f"--preset {params.get('preset')} has no settings for --mode filters",
                f"give one of {', '.join(presets)}",
            )
        )
    elif not preset["motifs"] and "motifs" not in params:
        faults.append(
            Fault(
                None,
                f"--motifs is missing, and --preset {params['preset']} has no motifs of its own",
                "give a motif database, such as JASPAR CORE 2016 vertebrates in MEME format",
            )
        )
    for name, path in (("motifs", motifs), ("classes", classes)):
        if name in params and path is None:
            faults.append(
                Fault(None, f"--{name} is '{params[name]}', and there is no such file", "give one file that exists")
            )
    lines = fault_lines(PARAMETERS, faults)
    if motifs is None:
        return lines
    try:
        database = read_motifs(motifs)
        for task in preset["tasks"] if preset and classes else ():
            read_classes(classes, database, task)
    except ValueError as fault:
        lines.append(str(fault))
    return lines
