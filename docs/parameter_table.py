#!/usr/bin/env python3
"""Write the parameter tables of docs/usage.md from nextflow_schema.json; with --check report whether they agree."""

import json
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
USAGE = FOLDER / "usage.md"
START, END = "<!-- parameters: written by `make docs` -->\n", "<!-- end of parameters -->\n"


def parameter_tables(schema):
    """Markdown: a heading and a table for each group of the schema."""
    parts = []
    for group in schema["$defs"].values():
        parts.append(f"### {group['title']}\n\n{group['description']}\n\n")
        parts.append("| parameter | default | meaning |\n|---|---|---|\n")
        for name, entry in group["properties"].items():
            default = json.dumps(entry["default"]).strip('"') if "default" in entry else ""
            meaning = " ".join(filter(None, [entry["description"], entry.get("help_text"), _bounds(entry)]))
            parts.append(f"| `--{name}` | {f'`{default}`' if default else ''} | {meaning} |\n")
        parts.append("\n")
    return "".join(parts)


def _bounds(entry):
    if "enum" in entry:
        return f"One of {', '.join(entry['enum'])}."
    signs = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}
    bounds = [f"{sign} {entry[name]}" for name, sign in signs.items() if name in entry]
    return f"({entry['type']}{''.join(f', {bound}' for bound in bounds)})" if entry["type"] != "string" else None


def main():
    text = USAGE.read_text(encoding="utf-8")
    before, rest = text.split(START)
    _, after = rest.split(END)
    schema = json.loads((FOLDER.parent / "nextflow_schema.json").read_text(encoding="utf-8"))
    wanted = before + START + "\n" + parameter_tables(schema) + END + after
    if "--check" in sys.argv[1:]:
        sys.exit(0 if wanted == text else "docs/usage.md is older than nextflow_schema.json; run `make docs`")
    USAGE.write_text(wanted, encoding="utf-8")


if __name__ == "__main__":
    main()
