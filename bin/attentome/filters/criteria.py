"""When a filter counts as a match. Nothing is computed here, so that reading it loads neither torch nor Tomtom."""

LOOSE_E, STRICT_E = 0.1, 1e-4
"""The published limit of E, and one that filters of untrained networks do not reach."""
MIN_COVER = 0.8
MIN_SITES = 2
"""The matrix of a filter with fewer windows is uniform, and is not compared."""
CRITERIA = {
    "any": (LOOSE_E, 0.0),
    "any_whole": (STRICT_E, MIN_COVER),
    "loose": (LOOSE_E, 0.0),
    "strict": (STRICT_E, 0.0),
    "loose_whole": (LOOSE_E, MIN_COVER),
    "strict_whole": (STRICT_E, MIN_COVER),
}
"""Name to highest E and lowest cover."""
OF_ANY = ("any", "any_whole")
"""Criteria that count matches with every motif of the database; the others count those with the truth."""
GIVEN, SHUFFLED = "given", "shuffled"
"""Databases: as given, and with the columns of each motif in random order."""
