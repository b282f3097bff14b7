"""Check all inputs of a run together: parameters, genome, annotation, sample sheet and every set's file."""

from dataclasses import dataclass, field
from pathlib import Path

from attentome.genome.arcs import read_cut_points
from attentome.genome.names import ContigNames, NameFault, read_known_sequences
from attentome.genome.readers import circular_contigs, contig_name, read_annotation, read_genome_file
from attentome.inputs.parameters import data_faults, parameter_faults, run_faults, with_defaults
from attentome.inputs.sample_sheet import read_sheet
from attentome.inputs.sources import public_source
from attentome.io.faults import Fault, fault_lines
from attentome.io.files import read_json, sha256
from attentome.sites.readers.detect import read_set

PARAMETERS = "parameters"
NO_SUCH_FILE = Fault(None, "there is no such file", "check the name and the folder")


@dataclass
class CheckedRun:
    """Checked inputs of a run.

    Attributes
    ----------
    genome, annotation : str or None
        Paths as staged.
    records : list of (header, sequence)
        Of the genome.
    circular : set of str
        Contigs.
    sets : list of dict
        Entries of ``sets.json``.
    provenance : list of dict
        Entries of ``sources.json``: where each file came from.
    """

    genome: str | None = None
    annotation: str | None = None
    records: list = field(default_factory=list)
    circular: set = field(default_factory=set)
    sets: list = field(default_factory=list)
    provenance: list = field(default_factory=list)


def check_run(sheet, sources, params, schema, known_sequences=None, cut_points=None):
    """Check all inputs of a run.

    Parameters
    ----------
    sheet : str
        Path of the sample sheet, ``none`` where there is no such file.
    sources : str
        Path of a JSON list of ``role`` (genome, annotation, set, assembly), ``row`` (data row of the sheet, from 1),
        ``part`` (of the row's sources, from 1), ``source`` (as the user gave it), ``staged`` (path, or null) and
        ``provenance`` (path of FETCH's record, or null).
    params, schema : str
        Paths of the run's parameters and of ``nextflow_schema.json``.
    known_sequences, cut_points : str, optional
        Paths of assets/known_sequences.tsv and assets/cut_points.tsv.

    Returns
    -------
    run : CheckedRun
    lines : list of str
        One line for each fault; if there are any, do not use ``run``.
    """
    schema, known = read_json(schema), read_known_sequences(known_sequences)
    params = with_defaults(read_json(params), schema)
    staged = {(entry["role"], entry["row"], entry["part"]): entry for entry in read_json(sources)}
    faults = {PARAMETERS: parameter_faults(params, schema) + run_faults(params)}
    run, entries, annotated, contigs = CheckedRun(), [], set(), None

    def whole_file(role):
        """Path of the genome or annotation; a fault if it was given but does not exist."""
        entry = staged.get((role, 0, 1))
        if entry is None and not params.get(role):
            return None
        if entry is None or not entry["staged"]:
            faults[str(params.get(role, role))] = [NO_SUCH_FILE]
            return None
        return entry["staged"]

    if Path(sheet).is_file():
        entries, faults[Path(sheet).name] = read_sheet(sheet)
    elif params.get("input"):
        faults[str(params["input"])] = [NO_SUCH_FILE]
    run.genome, run.annotation = whole_file("genome"), whole_file("annotation")
    if run.genome:
        run.records, faults[Path(run.genome).name] = read_genome_file(run.genome)
        contigs = {contig_name(header): len(sequence) for header, sequence in run.records} or None
    if run.annotation:
        annotated, faults[Path(run.annotation).name] = read_annotation(run.annotation, contigs)
    run.circular, circular_faults = circular_contigs(
        str(params["circular"]), [header for header, _ in run.records], annotated
    )
    names = [entry["set"] for entry in entries]
    faults[PARAMETERS] += data_faults(params, entries, contigs, read_cut_points(cut_points))
    faults[PARAMETERS] += circular_faults if contigs else []
    run.sets = [_check_set(entry, staged, contigs, known, faults) for entry in entries]
    run.provenance = [_provenance(entry, names) for entry in staged.values() if entry["staged"]]
    return run, [line for file, found in faults.items() for line in fault_lines(file, found)]


def _check_set(entry, staged, contigs, known, faults):
    """Read the files of one row of the sheet; adds to ``faults`` and returns the entry of ``sets.json``."""
    files, sums, sources = [], [], [public_source(source) for source in entry["sources"]]
    for part, source in enumerate(sources, 1):
        path = staged.get(("set", entry["number"], part), {}).get("staged")
        here = faults.setdefault(source, [])
        if not path:
            here.append(
                Fault(
                    None,
                    f"there is no such file (row {entry['row']} of the sample sheet)",
                    "names are relative to the sheet's folder, or to --source_dir",
                )
            )
            continue
        files.append(path)
        sums.append(sha256(path))
        wanted = entry["sha256"][part - 1].lower() if part <= len(entry["sha256"]) else ""
        if wanted and wanted != sums[-1]:
            here.append(
                Fault(
                    None,
                    f"has sha256 {sums[-1]}, but the sample sheet says {wanted}",
                    "get the file again, or correct the sample sheet if this version is intended",
                )
            )
    assembly = _assembly_contigs(entry, staged, contigs, known, faults)
    own = contigs if assembly is None else assembly or None  # None: a genome with faults; nothing is compared with it
    rows, kind = 0, entry["format"]
    if entry["format"] and len(files) == len(sources) > 0:
        reading = read_set(files, entry["format"], own, entry["options"], entry["contig_alias"], known)
        for number, fault in reading.faults:
            faults[sources[number]].append(fault)
        rows, kind = len(reading.sites), reading.format
    return {
        "set": entry["set"],
        "sources": sources,
        "row": entry["number"],
        "format": kind,
        "rows": rows,
        "sha256": sums,
        "assembly": None if assembly is None else public_source(entry["assembly"]),
        **{name: entry[name] for name in ("weight", "priority", "coordinate_fix", "contig_alias", "options")},
    }


def _assembly_contigs(entry, staged, contigs, known, faults):
    """Contigs of the assembly that a set is on, None where that is the run's genome."""
    if not entry["assembly"]:
        return None
    path = staged.get(("assembly", entry["number"], 1), {}).get("staged")
    if path:
        records, found = read_genome_file(path)
        here = faults.setdefault(public_source(entry["assembly"]), [])
        here += [fault for fault in found if fault not in here]
        return {contig_name(header): len(sequence) for header, sequence in records}
    try:
        ContigNames(contigs, known=known).own(entry["assembly"])
    except NameFault as fault:
        what, _ = fault.args
        faults.setdefault(entry["assembly"], []).append(
            Fault(
                None,
                f"is not a file, and as the name of an assembly it {what} (row {entry['row']} of the sample sheet)"
                if what.startswith("is ")
                else f"is neither a file nor a contig of the genome (row {entry['row']} of the sample sheet)",
                "give the FASTA of the assembly that the set is on, or leave it empty",
            )
        )
    return None


def _provenance(entry, names):
    """Where one file came from."""
    path = entry["staged"]
    fetched = read_json(entry["provenance"]) if entry["provenance"] else {}
    return {
        "role": entry["role"],
        "set": names[entry["row"] - 1] if 0 < entry["row"] <= len(names) else None,
        "source": public_source(entry["source"]),
        "url": fetched.get("url"),
        "fetched": fetched.get("fetched"),
        "bytes": Path(path).stat().st_size,
        "sha256": sha256(path),
    }
