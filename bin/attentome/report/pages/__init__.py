"""Pages that stand alone in the results folder.

``outcome`` is the page of a run whose network did not learn.
"""
