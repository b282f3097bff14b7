"""Columns of the tables between the steps, a module for each stage of the workflow.

``sites``, ``labels``, ``training``, ``evaluation``, ``profile`` (where heads look on the whole genome), ``heads``
(one head described), ``measured`` (heads on the test arc), ``mutants`` and ``knockout`` (tests of heads), ``names``
and ``graded``, and ``filters`` (mode ``filters``). Each schema names its file, the process that writes it, and of
each column kind and unit. d counts upstream of the query, nt; positions are 0-based, intervals half-open; layer and
head count from 1.

Tested in io/test_tables.
"""
