"""Time and memory of a run by process, and what the tests of the heads took of it."""

TESTS_OF_HEADS = ("MEASURE_HEADS", "KNOCKOUT", "MUTATE", "NAME_HEADS", "GRADE_HEADS")
"""Processes that run only for the tests of the heads, as in records; TRAIN of controls and replicates does too."""
ORDER = (
    *("SIMULATE", "FETCH", "CHECK_INPUTS", "HARMONISE", "AUDIT", "CURATE", "LABEL"),
    *("TRAIN", "TRAIN, replicates", "TRAIN, controls", "SCAN_PROMOTERS", "PREDICT", "JOIN_OUTPUTS"),
    *("EVALUATE", "COMPARE_PEERS", "COMPARE_SETS", "GRID", "PROFILE", "DESCRIBE_HEAD"),
    *TESTS_OF_HEADS,
)
"""Processes in the order of the steps."""


def processes(records):
    """Time and memory per process.

    Parameters
    ----------
    records : list of dict
        ``record.json`` of each task.

    Returns
    -------
    list of dict
        ``process`` (TRAIN apart for controls and replicates), ``tasks``, ``seconds_total``, ``seconds_longest``,
        ``cpu_seconds`` (of all threads), ``peak_memory_mb``, ``for_tests`` (whether it runs for the tests of the heads
        alone), in the order of the steps.
    """
    groups = {}
    for record in records:
        groups.setdefault(_part_of(record), []).append(record)
    return [
        {
            "process": name,
            "tasks": len(groups[name]),
            "seconds_total": round(sum(record["seconds"] for record in groups[name]), 1),
            "seconds_longest": max(record["seconds"] for record in groups[name]),
            "cpu_seconds": round(sum(record["cpu_seconds"] for record in groups[name]), 1),
            "peak_memory_mb": max(record["peak_memory_mb"] for record in groups[name]),
            "for_tests": _is_test(name),
        }
        for name in sorted(groups, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))
    ]


def cost_of_tests(records):
    """CPU seconds of all tasks and of those for the tests of the heads, and their share (None without tasks)."""
    whole = sum(record["cpu_seconds"] for record in records)
    tests = sum(record["cpu_seconds"] for record in records if _is_test(_part_of(record)))
    return {
        "cpu_seconds": round(whole, 1),
        "cpu_seconds_of_tests": round(tests, 1),
        "share_of_tests": round(tests / whole, 4) if whole else None,
    }


def _part_of(record):
    """A task's process, with TRAIN apart for control networks and for replicates."""
    kind = record.get("tag", "").split("_")[0]
    apart = record["process"] == "TRAIN" and kind in ("control", "replicate")
    return f"TRAIN, {kind}s" if apart else record["process"]


def _is_test(name):
    return name in TESTS_OF_HEADS or name.startswith("TRAIN, ")
