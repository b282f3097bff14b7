#!/usr/bin/env bash
# Makes the virtual environment $2 with the interpreter $1 and installs the locked packages into it.
set -euo pipefail

python=$1
venv=$2
here=$(cd "$(dirname "$0")" && pwd)

complain() { echo "setup: $1" >&2; exit 1; }

command -v "$python" > /dev/null ||
    complain "no '$python' found; install Python >= 3.11 or name one: make setup PYTHON=/path/to/python3.11"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    complain "$("$python" --version 2>&1) is too old; name a Python >= 3.11: make setup PYTHON=/path/to/python3.11"

if ! [ -x "$venv/bin/pip" ]; then
    echo "setup: making $venv with $("$python" --version)"
    "$python" -m venv "$venv" || complain "could not make a virtual environment (on Debian: apt install python3-venv)"
fi
echo "setup: installing the locked Python packages (several minutes and 5 GB the first time)"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$here/../../tests/requirements.txt"
