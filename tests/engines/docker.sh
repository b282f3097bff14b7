#!/usr/bin/env bash
# The demo in Docker: builds the image, runs as an ordinary user, compares with the plain run. Starts a Docker engine of its
# own where none answers (root); without a network to an image registry it makes the base image with debootstrap.
source "$(dirname "$0")/common.sh"

ordinary_user
if ! docker info > /dev/null 2>&1; then
    needs dockerd docker.io
    needs iptables iptables
    say "starting a Docker engine"
    export DOCKER_HOST="unix://$FOLDER/docker.sock"
    start_daemon "$FOLDER/dockerd.pid" dockerd --host "$DOCKER_HOST" --data-root "${DOCKER_DATA:-$FOLDER/docker}" \
        --exec-root "$FOLDER/docker-exec" --pidfile "$FOLDER/dockerd.own.pid" --group "$(id -gn "$TEST_USER")"
    wait_for 60 "the Docker engine" docker info
fi

"$PROJECT/tests/engines/stand_in_base.sh" docker
say "building the image"
timed "$PROJECT/tests/engines/stand_in_base.sh" build "$PROJECT/containers/attentome" attentome:0.1.0
docker image inspect attentome:0.1.0 --format '{{.Size}}' | awk '{printf "image: %.2f GB\n", $1 / 1e9}'
timed docker run --rm attentome:0.1.0 true

plain_run
say "the demo in Docker, as $TEST_USER"
copy_project "$FOLDER/project"
mkdir "$FOLDER/docker_run" && chown "$TEST_USER" "$FOLDER/docker_run"
timed as_user "cd '$FOLDER/docker_run' && nextflow run '$FOLDER/project' -profile test,docker --outdir results" || fail "the run in Docker"
others=$(find "$FOLDER/docker_run" ! -user "$TEST_USER" | head -n 3)
[ -z "$others" ] || fail "files of another user than $TEST_USER: $others"
[ -z "$(docker ps --quiet)" ] || fail "a container is left running"
same_results "$FOLDER/docker_run/results"
say "passed"
