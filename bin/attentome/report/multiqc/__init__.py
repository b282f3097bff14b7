"""The MultiQC report.

``write`` runs MultiQC, ``sections`` lists all sections; ``sets``, ``heads`` and ``tests`` hold those on TSS sets,
heads and their tests; ``content`` is what sections are made of.
"""
