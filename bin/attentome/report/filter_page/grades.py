"""What the page on filters says about grades: their counts beside those of controls, each filter's, and the rule."""

import re

from attentome.evidence.filter_grades import FILTER_TESTS
from attentome.evidence.grades import PASSED
from attentome.report.text.numbers import number


def grade_counts(counts, task, network):
    """Rows of the table of grades of a part of the page.

    Parameters
    ----------
    counts : DataFrame
        Of :data:`attentome.io.schemas.filters.GRADE_COUNTS`.
    task, network : str

    Returns
    -------
    list of dict
        By activation and control: number of filters, of each grade, of graded ones.
    """
    return counts[(counts["task"] == task) & (counts["network"] == network)].to_dict("records")


def grade_clause(counts, task, network, first, second):
    """What the outcome says about grades: of two activations, and of all control networks together.

    Parameters
    ----------
    counts : DataFrame
    task, network : str
    first, second : str
        Activations.

    Returns
    -------
    str
        A sentence.
    """
    own = counts[(counts["task"] == task) & (counts["network"] == network)]
    trained, controls = own[own["control"] == ""], own[own["control"] != ""]
    found = [
        f"{rows['graded'].sum()} of {rows['filters'].sum()}"
        for rows in (trained[trained["activation"] == first], trained[trained["activation"] == second], controls)
    ]
    sentence = f"Graded A to C are {found[0]} exponential filters and {found[1]} ReLU filters"
    return f"{sentence}, and {found[2]} filters of networks that learned nothing." if len(controls) else f"{sentence}."


def graded_filters(grades, network):
    """Grade of each filter of a network, and in words what it passed.

    Parameters
    ----------
    grades : DataFrame
        Of :data:`attentome.io.schemas.filters.FILTER_GRADES`.
    network : str
        Id.

    Returns
    -------
    dict of int to dict
        ``grade``, and ``passed``, the letters of the tests that it passed.
    """
    own = grades[grades["id"] == network]
    return {
        row["filter"]: {
            "grade": row["grade"],
            "passed": "".join(test for test in FILTER_TESTS if row[test] == PASSED) or "none",
        }
        for row in own.to_dict("records")
    }


def rule_lines(rule):
    """The rule in words: pairs of a letter and what it means, thresholds filled in.

    Parameters
    ----------
    rule : dict
        assets/filters/grade_rule.json.
    """
    lines = []
    for letter, test in rule["tests"].items():
        passes = re.sub(r"\b(min|max)_\w+", lambda name, test=test: number(test[name.group()]), test["passes"])
        lines.append((letter, f"{test['name']}: {test['statistic']}. Passes if {passes}."))
    for entry in rule["grades"]:
        known = f", and {' '.join(entry['where_known'])} where it is known" if entry.get("where_known") else ""
        more = f", and one of {', '.join(entry['any'])}" if entry.get("any") else ""
        lines.append((entry["grade"], f"{' '.join(entry['all'])} passed{known}{more}."))
    return [*lines, ("−", "Otherwise unsupported. A test that is not known or not applicable is not passed.")]
