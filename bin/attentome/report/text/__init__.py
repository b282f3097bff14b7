"""Numbers and sentences that several pages share.

``numbers`` formats numbers and intervals; ``heads``, ``sets`` and ``peers`` word what is known of them; ``items`` takes
a text template apart; ``published_counts`` compares a run with the counts that papers gave.
"""
