"""The page of --mode filters: ``page`` gathers what ``assets/report/filters.html`` prints, ``figures`` draws it.

``grades`` says what is printed about grades.

Tested in report/test_filter_page.
"""
