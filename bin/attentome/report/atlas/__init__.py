"""The atlas: all heads on one page, on common scales.

``cells`` decides what each cell says and in which order, ``drawing`` draws profile and logo of a cell, ``legend`` says
what they mean. Two modules put this together: ``page`` for the template atlas.html, ``figure`` for MultiQC and print.
"""
