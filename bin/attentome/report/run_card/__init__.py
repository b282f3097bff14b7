"""The run card: labels, split, network, training, time, software, and what was not done.

``facts`` gathers them as run_card.json, ``tests`` those about controls and cost, ``figures`` draws, ``page`` writes
the page.
"""
