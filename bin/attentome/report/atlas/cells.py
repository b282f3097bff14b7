"""What the cells of the atlas hold, and in which order: of each head its grade, claim, tests and logo."""

from dataclasses import dataclass, field

import pandas as pd

from attentome.evidence.claims import NO_NAME
from attentome.evidence.control_tally import tally_text
from attentome.evidence.grades import GRADES, NOT_GRADED, PASSED, TESTS, UNSUPPORTED
from attentome.figures.profile import control_bands
from attentome.figures.style import FAINT, GROUP_COLOUR, SOFT, minus, times
from attentome.report.html.templates import HIDDEN, SIGNS
from attentome.report.text.heads import cell_bases
from attentome.report.text.numbers import number
from attentome.results.run import HeadResult

ORDER = (*GRADES, UNSUPPORTED, NOT_GRADED, HIDDEN)
FLAT = 1.5
"""A profile that is nowhere above this many times uniform is called flat."""
FAILED_NOTE = (
    f"flat: nowhere above {FLAT}× uniform; like untrained, like rotated labels: no sharper than heads of such control "
    "networks; only S: sharp, and no other test passed. In brackets: height on the test arc"
)
CONTROL_NAMES = {
    "random": ("untrained", "untrained networks"),
    "rotated": ("rotated labels", "networks with rotated labels"),
}
"""Kinds of control networks: short name, and in full."""


@dataclass
class Cell:
    """What is shown of one head.

    Attributes
    ----------
    head : HeadResult
    grade : str
        A to D, unsupported, not graded; hidden where grades are not to be used.
    words : str
        The claim that its grade supports; of an unsupported head why it has no grade; where heads were not tested the
        bases that its best windows share.
    logo : DataFrame or None
        Columns as in ``pwm.tsv``; None: no logo is shown.
    tested : bool
        Whether control heads are part of the run.
    logo_bits : float or None
        Full height of an effect logo; None: a logo of best windows, 2 bits.
    grey : bool
        The logo is drawn without colours: it did not pass test L.
    tests : dict of str to str
        S L K R I to passed, failed or not run; empty where no test is shown.
    delta : float
        Change of the PR AUC without the head (zeroed); NaN where it was not measured.
    bands : dict of str to (ndarray, ndarray)
        Of :func:`attentome.figures.profile.control_bands`.
    """

    head: HeadResult
    grade: str
    words: str
    logo: pd.DataFrame | None
    tested: bool = True
    logo_bits: float | None = None
    grey: bool = True
    tests: dict = field(default_factory=dict)
    delta: float = float("nan")
    bands: dict = field(default_factory=dict)

    @property
    def values(self):
        """Profile that is drawn, x uniform, shape (window,)."""
        return self.head.x_uniform("top")

    @property
    def colour(self):
        """Of the profile."""
        return FAINT if self.small else GROUP_COLOUR["top"]

    @property
    def peak(self):
        """Height (x uniform) and distance that are written on the profile; None in a small cell."""
        return None if self.small else self.head.peak_top

    @property
    def badge(self):
        """Letter or sign of the grade."""
        return SIGNS.get(self.grade, self.grade)

    @property
    def small(self):
        """Whether the head is shown small and grey: tested, without a grade."""
        return self.grade == UNSUPPORTED

    @property
    def needed(self):
        """Whether test K was passed."""
        return self.tests.get("K") == PASSED

    @property
    def change(self):
        """``delta`` as printed: ``−0.177``, ``+0.036``; empty where it was not measured."""
        return "" if self.delta != self.delta else minus(f"{self.delta:+.3f}")


def grade_instead(run, outcome):
    """What stands for every head's grade where no grade is shown, else empty.

    Parameters
    ----------
    run : RunResults
    outcome : dict

    Returns
    -------
    str
        ``hidden`` where control networks raise an alarm; ``not graded`` where heads were not tested, or the network did
        not learn or has too few sites to tell.
    """
    if run.tested is None or outcome["state"] in ("not_learned", "too_few_sites"):
        return NOT_GRADED
    return HIDDEN if outcome["state"] == "control_alarm" else ""


def atlas_cells(run, outcome):
    """The cells of all heads: A to D, then unsupported, then not graded, each from the highest peak down; in the order
    layer x head where no grade is shown.

    Parameters
    ----------
    run : RunResults
    outcome : dict

    Returns
    -------
    list of Cell
    """
    instead = grade_instead(run, outcome)
    bands = control_bands(run.tested.bands) if run.tested else {}

    def place(cell):
        high = 0 if instead else cell.head.peak_top[0]
        return ORDER.index(cell.grade), -high, cell.head.layer, cell.head.head

    return sorted((_cell(head, run.tested, instead, bands) for head in run.heads), key=place)


def _cell(head, tested, instead, bands):
    if tested is None:
        return Cell(head, NOT_GRADED, cell_bases(head.numbers["logo"]), head.pwm, tested=False, grey=False)
    logo, row = _of_head(tested.logos, head), _of_head(tested.heads, head)
    cell = Cell(head, instead or NOT_GRADED, "not tested", logo, logo_bits=tested.logo_bits, bands=bands)
    if row is None:
        return cell
    row = row.iloc[0].to_dict()
    cell.delta = row["dprauc_zero"]
    if instead:
        cell.words = "" if instead == HIDDEN else NOT_GRADED
        return cell
    cell.grade, cell.grey, cell.tests = row["grade"], row["L"] != PASSED, {test: row[test] for test in TESTS}
    if cell.small:
        cell.words, cell.logo = failed_text(row, tested.grades["rule"]), None
    else:
        cell.words = NOT_GRADED if cell.grade == NOT_GRADED else claim_text(row["claim"]) or NO_NAME
    return cell


def _of_head(table, head):
    """The rows of a head, None where there are none."""
    own = table[(table["layer"] == head.layer) & (table["head"] == head.head)] if len(table) else table
    return own if len(own) else None


def claim_text(claim):
    """A claim as printed, with real minus signs; empty where there is none."""
    return minus(claim) if isinstance(claim, str) else ""


def failed_text(row, rule):
    """Why a head that was tested has no grade, in words short enough for a cell.

    Parameters
    ----------
    row : dict
        Of the table of graded heads.
    rule : dict

    Returns
    -------
    str
    """
    high = times(row["peak_x_uniform_heldout"])
    if row["S"] == PASSED:
        others = [test for test in TESTS if test != "S" and row[test] == PASSED]
        return f"only {', '.join(['S', *others])} ({high})"
    if row["peak_x_uniform_heldout"] < FLAT:
        return f"flat ({high})"
    kind = "random" if row["s_q_random"] > rule["tests"]["S"]["max_q"] else "rotated"
    return f"like {CONTROL_NAMES[kind][0]} ({high})"


def rule_text(entry):
    """Which tests a grade asks for: ``S, L, R and one of K, I``.

    Parameters
    ----------
    entry : dict
        Of ``grades`` of the rule.
    """
    if set(entry["all"]) == set(TESTS):
        return "passes all five tests"
    more = f" and one of {', '.join(entry['any'])}" if entry.get("any") else ""
    return ", ".join(entry["all"]) + more


def counts_sentence(tested, cells):
    """How many heads have which grade, and how many control heads have one.

    Parameters
    ----------
    tested : HeadTests or None
    cells : list of Cell

    Returns
    -------
    str
        Empty where heads were not tested; without the counts where no grade is shown.
    """
    if tested is None:
        return ""
    grades, shown = [cell.grade for cell in cells], (*GRADES, UNSUPPORTED)
    if not set(shown) & set(grades):
        return tally_text(tested)
    counts = [f"{grades.count(grade)} {grade}" for grade in ORDER if grade in shown or grade in grades]
    return f"{len(grades)} heads: {', '.join(counts)}. {tally_text(tested)}"


@dataclass
class ControlCell:
    """What is shown of one kind of control networks; ``bands``, ``logo`` and ``logo_bits`` as in :class:`Cell`.

    Attributes
    ----------
    title, name : str
        The kind in words: short, and of its networks.
    values : ndarray, shape (window,)
        The highest of all its heads at each distance, x uniform.
    networks, heads : int
    logo : DataFrame or None
        Of the head at the 95th percentile of bits.
    """

    title: str
    name: str
    values: object
    networks: int
    heads: int
    bands: dict
    logo: pd.DataFrame | None
    logo_bits: float
    colour, peak, grey = SOFT, None, True

    def words(self, letters):
        """What the cell shows, where ``letters`` letters of its logo were drawn; None: it has no logo."""
        words = f"line: the highest of {self.heads:,} heads of {self.networks} {self.name} at each d"
        if letters is None:
            return words
        bits = number(self.logo["bits_heldout"].iloc[0], 2)
        low = "" if letters else ", too low to be drawn"
        return f"{words}; logo: the head at the 95th percentile, {bits} bit in its best ten columns{low}"


def control_cells(tested):
    """A cell for each kind of control networks that was run, untrained ones first.

    Parameters
    ----------
    tested : HeadTests or None

    Returns
    -------
    list of ControlCell
    """
    cells, bands = [], control_bands(tested.bands) if tested else {}
    for kind in (kind for kind in CONTROL_NAMES if kind in bands):
        rows = tested.bands[tested.bands["control"] == kind].sort_values("d")
        logos = tested.control_logos
        logo = logos[logos["control"] == kind] if len(logos) else logos
        cells.append(
            ControlCell(
                *CONTROL_NAMES[kind],
                values=rows["highest"].to_numpy(float),
                networks=int(rows["n_networks"].iloc[0]),
                heads=int(rows["n_heads"].iloc[0]),
                bands={kind: bands[kind]},
                logo=logo if len(logo) else None,
                logo_bits=tested.logo_bits,
            )
        )
    return cells
