"""The page of --mode filters: ``page`` gathers what ``assets/report/filters.html`` prints, ``figures`` draws it.

``grades`` says what is printed about grades, and ``insertions`` is the part on inserted motifs.

Tested in report/test_filter_page and report/test_filter_insertions.
"""
