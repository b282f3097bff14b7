"""What all pages share.

``templates`` renders the Jinja2 templates of assets/report.
"""
