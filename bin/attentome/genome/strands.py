"""Names of the two strands: plus and minus in streams and file names, + and - in tables."""

STRANDS = ("plus", "minus")
STRAND_SIGN = {"plus": "+", "minus": "-"}
