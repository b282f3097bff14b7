#!/usr/bin/env bash
# debian:bookworm-slim for `docker build`: pulled, or, on a machine that reaches Debian's and Python's package archives but no
# image registry, made by debootstrap. The Dockerfile knows nothing of it.
set -euo pipefail

BASE=debian:bookworm-slim
TRUSTED=/etc/stand_in_trusts.crt    # in the image; its own list is made anew when ca-certificates is installed

docker image inspect "$BASE" > /dev/null 2>&1 && exit
timeout 60 docker pull --quiet "$BASE" 2> /dev/null && exit
echo "no $BASE to be pulled; making a stand-in by debootstrap"
command -v debootstrap > /dev/null || { apt-get update -qq && apt-get install --yes -qq debootstrap > /dev/null; }
root=$(mktemp -d "${TMPDIR:-/var/tmp}/base.XXXXXX")
trap 'rm -rf "$root" "$root.log"' EXIT
debootstrap --variant=minbase bookworm "$root" > "$root.log" 2>&1 || { tail -n 5 "$root.log"; exit 1; }
# What this machine trusts, so that pip works inside where it does outside.
cp /etc/ssl/certs/ca-certificates.crt "$root$TRUSTED"
tar -C "$root" --create . | docker import --change "ENV PIP_CERT=$TRUSTED SSL_CERT_FILE=$TRUSTED" - "$BASE" > /dev/null
