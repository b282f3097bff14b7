#!/usr/bin/env python3
"""Compare the results folders of two runs: every file the same bytes, but for time, memory and the machine's own words.

Exit code 1 and the names of the files that differ where they do.
"""

import argparse
import json
import sys
from pathlib import Path

MEASURED = {
    "run_card.html",
    "multiqc/multiqc_report.html",
    "pipeline_info/execution_report.html",
    "pipeline_info/execution_timeline.html",
    "pipeline_info/execution_trace.txt",
}
"""Files that hold times, or draw what other files hold and add the time: that they are there is enough."""
OF_THE_RUN = {
    "cpu_seconds",
    "cpu_seconds_of_tests",
    "share_of_tests",
    "seconds_longest",
    "seconds_total",
    "peak_memory_mb",
    "machine",
    "python",
    "tasks",
    "checkpoint_minutes",
    "heads_per_task",
    "shards",
}
"""Keys of JSON files that may differ: what was measured, where, and the settings that change no result."""


def measured(name):
    """Whether a file holds times: a page of :data:`MEASURED`, or the speed of any network's training."""
    return name in MEASURED or name.endswith("/speed.tsv")


def compared(name, content):
    """What of a file has to be the same."""
    if measured(name):
        return None
    if name.endswith(".json"):
        return without(json.loads(content))
    if name.endswith("versions.yml"):
        return [line for line in content.splitlines() if not line.strip().startswith(b"python:")]
    return content


def without(value):
    """JSON without the keys of ``OF_THE_RUN``."""
    if isinstance(value, dict):
        return {key: without(item) for key, item in value.items() if key not in OF_THE_RUN}
    return [without(item) for item in value] if isinstance(value, list) else value


def files_of(folder):
    return {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    args = parser.parse_args()
    first, second = files_of(args.first), files_of(args.second)
    for name in sorted(first.keys() ^ second.keys()):
        print(f"only in {args.first if name in first else args.second}: {name}")
    common = sorted(first.keys() & second.keys())
    differ = [
        name for name in common if compared(name, first[name].read_bytes()) != compared(name, second[name].read_bytes())
    ]
    for name in differ:
        print(f"differs: {name}")
    if not common or differ or first.keys() != second.keys():
        sys.exit(1)
    print(f"{len(common)} files are the same, {sum(map(measured, common))} of them but for time and memory")


if __name__ == "__main__":
    main()
