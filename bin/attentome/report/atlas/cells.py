"""What the cells of the atlas hold, and in which order: of each head its grade, claim, tests and logo."""

import re
from dataclasses import dataclass

import pandas as pd

from attentome.evidence.claims import NO_NAME
from attentome.evidence.control_tally import tally_text
from attentome.evidence.grades import GRADES, NOT_GRADED, PASSED, TESTS, UNSUPPORTED
from attentome.figures.profile import control_bands
from attentome.figures.style import BLUES, FAINT, INK, times
from attentome.report.text.heads import cell_bases
from attentome.report.text.numbers import number
from attentome.results.run import HeadResult

HIDDEN = "hidden"
SIGNS = {UNSUPPORTED: "–", NOT_GRADED: "?", HIDDEN: "!"}
"""What stands in a badge that has no letter; ``hidden`` where grades are not to be used."""
ORDER = (*GRADES, UNSUPPORTED, NOT_GRADED, HIDDEN)
FILL = dict(zip(GRADES, BLUES))
"""Fill of each grade's badge, from dark to light; heads without a grade have none."""
ON_FILL = {"A": "white", "B": "white", "C": INK, "D": INK}
EDGE = {**FILL, "D": FAINT}
NOT_USED = "grades are not to be used"
FLAT = 1.5
"""A profile that is nowhere above this many times uniform is called flat."""
CONTROL_NAMES = {"random": "untrained networks", "rotated": "networks with rotated labels"}
SHORT_CONTROL_TITLES = {"random": "untrained", "rotated": "rotated labels"}


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
    tests : dict of str to str
        S L K R I to passed, failed or not run; empty where no test is shown.
    delta : float
        Change of the PR AUC without the head (zeroed); NaN where it was not measured.
    logo : DataFrame or None
        Columns as in ``pwm.tsv``; None: no logo is shown.
    grey : bool
        The logo is drawn without colours: it did not pass test L.
    logo_bits : float or None
        Full height of an effect logo; None: a logo of best windows, 2 bits.
    tested : bool
        Whether control heads are part of the run.
    """

    head: HeadResult
    grade: str
    words: str
    tests: dict
    delta: float
    logo: pd.DataFrame | None
    grey: bool
    logo_bits: float | None = None
    tested: bool = True

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
    cells = [_cell(head, run.tested, instead) for head in run.heads]
    return sorted(
        cells,
        key=lambda cell: (
            ORDER.index(cell.grade),
            -cell.head.peak_top[0] * (not instead),
            cell.head.layer,
            cell.head.head,
        ),
    )


def _cell(head, tested, instead):
    if tested is None:
        return Cell(head, NOT_GRADED, cell_bases(head.numbers["logo"]), {}, float("nan"), head.pwm, False, tested=False)
    own = tested.heads[(tested.heads["layer"] == head.layer) & (tested.heads["head"] == head.head)]
    logo, bits = _logo(tested, head), tested.logo_bits
    if own.empty:
        return Cell(head, instead or NOT_GRADED, "not tested", {}, float("nan"), logo, True, bits)
    row = own.iloc[0].to_dict()
    if instead:
        words = "" if instead == HIDDEN else NOT_GRADED
        return Cell(head, instead, words, {}, row["dprauc_zero"], logo, True, bits)
    grade = row["grade"]
    if grade == UNSUPPORTED:
        words, logo = failed_text(row, tested.grades["rule"]), None
    elif grade == NOT_GRADED:
        words = NOT_GRADED
    else:
        words = claim_text(row["claim"]) or NO_NAME
    return Cell(
        head, grade, words, {test: row[test] for test in TESTS}, row["dprauc_zero"], logo, row["L"] != PASSED, bits
    )


def _logo(tested, head):
    if tested.logos.empty:
        return None
    logo = tested.logos[(tested.logos["layer"] == head.layer) & (tested.logos["head"] == head.head)]
    return None if logo.empty else logo


def claim_text(claim):
    """A claim as printed, with real minus signs; empty where there is none."""
    return re.sub(r"-(?=\d)", "\N{MINUS SIGN}", claim) if isinstance(claim, str) else ""


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
    untrained = row["s_q_random"] > rule["tests"]["S"]["max_q"]
    return f"like {'untrained' if untrained else 'rotated labels'} ({high})"


FAILED_NOTE = (
    f"flat: nowhere above {FLAT}× uniform; like untrained, like rotated labels: no sharper than heads of such control "
    "networks; only S: sharp, and no other test passed. In brackets: height on the test arc"
)


def rule_text(entry):
    """Which tests a grade asks for: ``S, L, R and one of K, I``.

    Parameters
    ----------
    entry : dict
        Of ``grades`` of the rule.
    """
    if set(entry["all"]) == set(TESTS):
        return "passes all five tests"
    parts = [", ".join(entry["all"]), f"one of {', '.join(entry['any'])}" if entry.get("any") else ""]
    return " and ".join(filter(None, parts))


def grade_text(rule):
    """Grade to which tests it asks for; and what no grade means."""
    return {entry["grade"]: rule_text(entry) for entry in rule["grades"]} | {
        UNSUPPORTED: "unsupported: tested, no claim is made",
        NOT_GRADED: NOT_GRADED,
    }


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


def delta_text(delta):
    """A change of the PR AUC as printed: ``−0.177``, ``+0.036``; empty where it was not measured."""
    return "" if delta != delta else f"{delta:+.3f}".replace("-", "\N{MINUS SIGN}")


@dataclass
class ControlCell:
    """What is shown of one kind of control networks.

    Attributes
    ----------
    kind, title, name : str
        ``random`` or ``rotated``, and its words: short, and of its networks.
    band : (ndarray, ndarray)
        As of :func:`control_bands`.
    highest : ndarray, shape (window,)
        The highest of all its heads at each distance, x uniform.
    networks, heads : int
    logo : DataFrame or None
        Of the head at the 95th percentile of bits.
    """

    kind: str
    title: str
    name: str
    band: tuple
    highest: object
    networks: int
    heads: int
    logo: pd.DataFrame | None


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
    for kind in CONTROL_NAMES:
        if kind not in bands:
            continue
        rows = tested.bands[tested.bands["control"] == kind].sort_values("d")
        logos = tested.control_logos
        logo = logos[logos["control"] == kind] if len(logos) else logos
        cells.append(
            ControlCell(
                kind,
                SHORT_CONTROL_TITLES[kind],
                CONTROL_NAMES[kind],
                bands[kind],
                rows["highest"].to_numpy(float),
                int(rows["n_networks"].iloc[0]),
                int(rows["n_heads"].iloc[0]),
                logo if len(logo) else None,
            )
        )
    return cells


def control_text(control, letters):
    """What a control cell shows.

    Parameters
    ----------
    control : ControlCell
    letters : int or None
        Number of letters of its logo that were drawn; None where there is no logo.
    """
    words = f"line: the highest of {control.heads:,} heads of {control.networks} {control.name} at each d"
    if letters is None:
        return words
    bits = number(control.logo["bits_heldout"].iloc[0], 2)
    low = "" if letters else ", too low to be drawn"
    return f"{words}; logo: the head at the 95th percentile, {bits} bit in its best ten columns{low}"
