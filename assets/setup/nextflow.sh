#!/usr/bin/env bash
# Makes `nextflow` available to the virtual environment given as $1.
# A Nextflow >= 25.04 on the PATH is used as it is; otherwise the release named in pom.xml is fetched by Maven
# into <venv>/../nextflow and a launcher is written to <venv>/bin/nextflow.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
venv=$(cd "$1" && pwd)
home=$(dirname "$venv")/nextflow
launcher=$venv/bin/nextflow

complain() { echo "setup: $1" >&2; exit 1; }

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
command -v "$java" > /dev/null || complain "no 'java' found; install a Java runtime, version 17 or newer"
java_major=$("$java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1)
[ "${java_major:-0}" -ge 17 ] || complain "Java ${java_major:-of unknown version} found; Nextflow needs 17 or newer"

# Look for the user's own Nextflow, not for the one that an earlier set-up wrote, whatever path leads to it.
path_without_venv=$(printf '%s\n' "$PATH" | tr ':' '\n' |
    while read -r folder; do [ "$folder" -ef "$venv/bin" ] || printf '%s\n' "$folder"; done | paste -sd: -)
own=$(PATH=$path_without_venv command -v nextflow || true)
if [ -n "$own" ]; then
    version=$("$own" -version 2> /dev/null | sed -n 's/.*version \([0-9.]*\).*/\1/p' | head -n 1)
    if [ "$(printf '25.04\n%s\n' "${version:-0}" | sort -V | head -n 1)" = 25.04 ]; then
        rm -f "$launcher"
        echo "setup: using Nextflow $version at $own"
        exit 0
    fi
    echo "setup: Nextflow ${version:-of unknown version} at $own is older than 25.04; fetching a newer one"
fi

command -v mvn > /dev/null || complain "no Nextflow >= 25.04 and no 'mvn' found; install Nextflow or Maven"
rm -rf "$home/jars"
mvn --batch-mode --quiet --file "$here/pom.xml" -Djars="$home/jars" generate-resources

cat > "$launcher" << LAUNCHER
#!/bin/sh
# Written by assets/setup/nextflow.sh: starts the Nextflow that Maven fetched. It needs no network.
export NXF_HOME="\${NXF_HOME:-$home}" NXF_OFFLINE="\${NXF_OFFLINE:-true}"
export NXF_CLI="nextflow \$*"
opens=
for package in java.lang java.io java.nio java.net java.util java.util.concurrent.locks java.util.concurrent.atomic \\
    java.nio.file.spi java.util.regex sun.nio.ch sun.nio.fs sun.net.www.protocol.http sun.net.www.protocol.https \\
    sun.net.www.protocol.ftp sun.net.www.protocol.file jdk.internal.misc jdk.internal.vm; do
    opens="\$opens --add-opens=java.base/\$package=ALL-UNNAMED"
done
exec "\${JAVA_HOME:+\$JAVA_HOME/bin/}java" \$opens -Dfile.encoding=UTF-8 -Djava.awt.headless=true \\
    -XX:TieredStopAtLevel=1 \$NXF_OPTS -cp "$home/jars/*" nextflow.cli.Launcher "\$@"
LAUNCHER
chmod +x "$launcher"
echo "setup: $("$launcher" -version | sed -n 's/.*version \([0-9.]*\).*/Nextflow \1/p') fetched by Maven"
