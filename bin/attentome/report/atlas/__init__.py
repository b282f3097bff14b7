"""The atlas: all heads on one page, on common scales.

``cells`` decides what each cell says and in which order, ``geometry`` where things lie in a cell, ``page`` writes the
HTML page, and ``figure`` the picture for MultiQC and for print.
"""
