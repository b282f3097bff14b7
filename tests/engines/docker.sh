#!/usr/bin/env bash
# The demo in Docker: builds the image, runs as an ordinary user, compares with the plain run.
source "$(dirname "$0")/common.sh"
source "$(dirname "$0")/docker_image.sh"

ordinary_user
docker_image
say "starting a container"
timed docker run --rm attentome:0.1.0 python3 -c 'import numpy'
timed docker run --rm attentome:0.1.0 python3 -c 'import torch'

copy_project "$FOLDER/project"
for mode in "${!DEMO[@]}"; do
    plain_run "$mode"
    say "the demo of mode $mode in Docker, as $TEST_USER"
    folder_for_user "$FOLDER/$mode"
    timed quietly "$FOLDER/$mode.log" as_user "
        cd '$FOLDER/$mode' && nextflow run '$FOLDER/project' -profile test,docker ${DEMO[$mode]} --outdir results"
    others=$(find "$FOLDER/$mode" ! -user "$TEST_USER" | head -n 3)
    [ -z "$others" ] || fail "files of another user than $TEST_USER: $others"
    [ -z "$(docker ps --quiet)" ] || fail "a container is left running"
    same_results "$mode" "$FOLDER/$mode/results"
done
say "passed"
