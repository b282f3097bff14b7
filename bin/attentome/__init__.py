"""Attentome: what networks that are trained on genomes look at, and whether it matters.

The library in layers; a package imports only from those on lines below its own (checked by ``make lint``):

- ``report``: pages, tables and the MultiQC report
- ``evidence``: heads on the test arc, null, grades, claims
- ``training``, ``attribution``: how a network is trained; which bases and heads its output depends on
- ``evaluation``, ``figures``, ``results``: metrics and peers; figures; a finished run read back
- ``labels``, ``heads``, ``filters``, ``simulate``, ``inputs``: labels; profiles of heads; first-layer filters as
  motifs; planted genomes and sequences; what a user gives
- ``network``, ``motifs``, ``sites``: networks; matrices; TSS sets
- ``genome``, ``tracks``: the genome and its coordinates; browser tracks
- ``io``: files between the steps, faults, the record of a task

Nothing here knows of Nextflow. A package offers its main names (``from attentome.network import load_model``) and loads
them when they are first used; the library itself imports from the module that defines a name.
"""

__version__ = "0.1.0"
