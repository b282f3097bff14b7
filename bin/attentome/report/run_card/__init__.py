"""The run card: labels, split, network, training, time, software, and what was not done.

``facts`` gathers them as run_card.json (``cost`` those about time and memory), ``figures`` draws, ``page`` writes the
page. Words: assets/report/run_card.html and not_done.txt.
"""
