"""Inputs from the user: sample sheet, parameters, files and addresses.

Start with ``check``: it reads everything and collects all faults before any other work. ``sample_sheet`` reads the
sheet, ``parameters`` compares the parameters with nextflow_schema.json, ``sources`` fetches a file from an address or
an accession, and ``download`` makes one transfer that can resume. Faults name the file, the row (from 1) and a remedy
(``attentome.io.faults``).

``filter_run`` checks a run of mode ``filters``. ``sequence_sets`` makes a task of a user's own sequences for it:
``sequence_sources`` reads FASTA, BED and tables through ``sequence_files`` and ``genome_windows``, ``background``
draws negative sequences, ``sequence_split`` keeps those that ``near_identical`` groups in one part, and
``sequence_hdf5`` reads published files.

Tested through others: ``parameters`` (test_check), ``download`` (test_sources), ``sequence_files``,
``sequence_sources`` (test_sequence_sets).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "sample_sheet": ["read_sheet"],
        "check": ["check_run"],
        "sources": ["fetch"],
        "sequence_sets": ["read_sequence_set"],
    },
)
