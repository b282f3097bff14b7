"""The atlas: all heads on one page, on common scales.

``cells`` decides what each cell says and in which order, ``drawing`` draws profile and logo of a cell, ``page`` gathers
the values of the template atlas.html, and ``figure`` draws the picture for MultiQC and for print.
"""
