"""What all pages share.

``frame`` is a page with its style and links; ``peer_table`` is the table of a network and its peers.
"""
