#!/usr/bin/env bash
# Builds images on a machine that reaches Debian's and Python's package archives but no image registry, and on any other
# machine the ordinary way. The Dockerfile knows nothing of it.
#   stand_in_base.sh docker               debian:bookworm-slim: pulled, or made by debootstrap
#   stand_in_base.sh build FOLDER NAME    docker build
set -euo pipefail

BASE=debian:bookworm-slim
CERTIFICATES=/etc/ssl/certs/ca-certificates.crt

base() {
    docker image inspect "$BASE" > /dev/null 2>&1 && return
    timeout 60 docker pull --quiet "$BASE" 2> /dev/null && return
    echo "no $BASE to be pulled; making a stand-in by debootstrap"
    command -v debootstrap > /dev/null || { apt-get update -qq && apt-get install --yes -qq debootstrap > /dev/null; }
    local root
    root=$(mktemp -d "${TMPDIR:-/var/tmp}/base.XXXXXX")
    debootstrap --variant=minbase bookworm "$root" > "$root.log" 2>&1 || { tail -n 5 "$root.log"; exit 1; }
    # What the machine trusts, so that pip works inside where it does outside.
    mkdir -p "$root/etc/ssl/certs" && cp "$CERTIFICATES" "$root$CERTIFICATES"
    tar -C "$root" --create . | docker import --change "ENV PIP_CERT=$CERTIFICATES SSL_CERT_FILE=$CERTIFICATES" - "$BASE"
    rm -rf "$root" "$root.log"
}

case "$1" in
    docker) base ;;
    build) docker build --network host --quiet --tag "$3" "$2" ;;
esac
