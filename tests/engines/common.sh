# What the engine tests share. Each runs the demo of each mode plain and on its engine, in a folder of its own below $FOLDER, and compares.
set -euo pipefail

PROJECT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export PATH="$PROJECT/.tools/venv/bin:$PATH" NXF_ANSI_LOG=false
NAME=$(basename "$0" .sh)
FOLDER=$(mktemp -d "${TMPDIR:-/var/tmp}/attentome-$NAME.XXXXXX")
CLEAN_UP=()

say() { echo "[$NAME $(date +%H:%M:%S)] $*"; }
fail() { say "FAILED: $*"; exit 1; }

# at_end COMMAND: for clean-up, the last one first.
at_end() { CLEAN_UP=("$1" "${CLEAN_UP[@]}"); }
finish() {
    local code=$?
    set +e
    for command in "${CLEAN_UP[@]}"; do eval "$command"; done
    if [ -n "${KEEP:-}" ]; then say "kept $FOLDER"; else rm -rf "$FOLDER"; fi
    exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM

# needs COMMAND PACKAGE...: installs Debian packages where a command is missing.
needs() {
    local command=$1
    shift
    command -v "$command" > /dev/null && return
    [ "$(id -u)" = 0 ] || fail "no '$command' here; as root this test installs $*"
    say "installing $*"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install --yes -qq --no-install-recommends "$@" > "$FOLDER/apt.log" 2>&1 ||
        fail "apt-get install $* (see $FOLDER/apt.log)"
}

# wait_for SECONDS WHAT COMMAND...
wait_for() {
    local seconds=$1 what=$2
    shift 2
    for _ in $(seq "$seconds"); do
        "$@" > /dev/null 2>&1 && return
        sleep 1
    done
    fail "$what: not there after $seconds s"
}

# start_daemon PIDFILE COMMAND...: in the background, with a log beside the file, ended at the end.
start_daemon() {
    local file=$1
    shift
    "$@" > "${file%.pid}.log" 2>&1 &
    echo $! > "$file"
    at_end "kill $! 2> /dev/null; wait $! 2> /dev/null || true"
}

# An ordinary user where the test runs as root: tasks must not need root, nor leave files of root's.
ordinary_user() {
    if [ "$(id -u)" != 0 ]; then TEST_USER=$(id -un); return; fi
    TEST_USER=attentome-test
    id "$TEST_USER" > /dev/null 2>&1 || { useradd --system --create-home --shell /bin/bash "$TEST_USER"; at_end "userdel --remove $TEST_USER > /dev/null 2>&1"; }
    chmod 755 "$FOLDER"
}

# as_user COMMAND: with this script's PATH, and the user's own home.
as_user() {
    if [ "$(id -u)" != 0 ]; then bash -c "$1"; return; fi
    runuser --login "$TEST_USER" --whitelist-environment=DOCKER_HOST --command "
        export PATH='$PATH' NXF_ANSI_LOG=false NXF_HOME=\$HOME/.nextflow; $1"
}

# A copy of the project as it is in the working tree, for a user to whom this one may not belong.
copy_project() {
    mkdir -p "$1"
    (cd "$PROJECT" && tar --create --exclude __pycache__ main.nf nextflow.config nextflow_schema.json assets bin conf \
        containers modules) | tar --extract --no-same-owner -C "$1"
    if [ "$(id -u)" = 0 ] && [ -n "${TEST_USER:-}" ]; then chown -R "$TEST_USER" "$1"; fi
}

# The demo of each mode, as options of Nextflow.
declare -A DEMO=([heads]='--controls false' [filters]='--mode filters')

# plain_run MODE: its demo without any engine, for comparison.
plain_run() {
    say "the demo of mode $1 without a container or a scheduler"
    mkdir -p "$FOLDER/plain_$1"
    timed quietly "$FOLDER/plain_$1.log" bash -c "
        cd '$FOLDER/plain_$1' && nextflow run '$PROJECT' -profile test ${DEMO[$1]} --outdir results"
}

# quietly LOG COMMAND...: the last lines of the log where the command fails.
quietly() {
    local log=$1
    shift
    "$@" > "$log" 2>&1 || { tail -n 30 "$log"; fail "$*"; }
}

# timed COMMAND...: and say how long it took.
timed() {
    local started=$SECONDS
    "$@"
    say "that took $((SECONDS - started)) s"
}

# same_results MODE FOLDER: as those of plain_run MODE.
same_results() {
    python3 "$PROJECT/tests/engines/compare_results.py" "$FOLDER/plain_$1/results" "$2" || fail "the results of mode $1 differ"
}

# folder_for_user FOLDER: one that the ordinary user may write.
folder_for_user() {
    mkdir -p "$1"
    [ "$(id -u)" != 0 ] || chown "$TEST_USER" "$1"
}
