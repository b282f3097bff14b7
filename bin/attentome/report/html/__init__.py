"""What all pages share.

``templates`` are the Jinja2 templates of assets/report; ``frame`` is a page put together in Python.
"""
