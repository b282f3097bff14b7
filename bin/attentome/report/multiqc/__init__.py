"""The MultiQC report.

``write`` runs MultiQC, ``sections`` makes all sections and ``heads`` those about heads; ``content`` joins data to the
titles and descriptions in assets/report/multiqc.toml.
"""
