#!/usr/bin/env bash
# The demo in Docker: builds the image, runs as an ordinary user, compares with the plain run.
source "$(dirname "$0")/common.sh"
source "$(dirname "$0")/docker_image.sh"

ordinary_user
docker_image
say "starting a container"
timed docker run --rm attentome:0.1.0 python3 -c 'import numpy'
timed docker run --rm attentome:0.1.0 python3 -c 'import torch'

plain_run
say "the demo in Docker, as $TEST_USER"
copy_project "$FOLDER/project"
folder_for_user "$FOLDER/docker_run"
timed quietly "$FOLDER/docker_run.log" as_user "
    cd '$FOLDER/docker_run' && nextflow run '$FOLDER/project' -profile test,docker --controls false --outdir results"
others=$(find "$FOLDER/docker_run" ! -user "$TEST_USER" | head -n 3)
[ -z "$others" ] || fail "files of another user than $TEST_USER: $others"
[ -z "$(docker ps --quiet)" ] || fail "a container is left running"
same_results "$FOLDER/docker_run/results"
say "passed"
