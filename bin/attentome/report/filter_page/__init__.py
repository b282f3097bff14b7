"""The page of --mode filters: ``page`` gathers what ``assets/report/filters.html`` prints, ``figures`` draws it.

``grades`` says what is printed about grades, ``insertions`` is the part on inserted motifs, and ``elements`` that on
motifs that filters spell where nothing was planted.

Tested in report/test_filter_page, report/test_filter_insertions and report/test_filter_elements.
"""
