"""The outcome of a run: what may be believed, in one sentence.

``verdict`` decides the state of a run, ``checks`` are the checks behind it, ``sentences`` computes what the words in
assets/report/outcome.txt depend on.
"""
