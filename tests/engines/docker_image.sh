# A Docker engine and the project's image in it: sourced after common.sh.

# docker_engine: one of its own where none answers (root). DOCKER_DATA=FOLDER keeps its layers for the next time.
docker_engine() {
    docker info > /dev/null 2>&1 && return
    needs dockerd docker.io iptables
    say "starting a Docker engine"
    export DOCKER_HOST="unix://$FOLDER/docker.sock"
    at_end "umount '$FOLDER/docker-exec/netns/default' 2> /dev/null || true"
    start_daemon "$FOLDER/dockerd.pid" dockerd --host "$DOCKER_HOST" --data-root "${DOCKER_DATA:-$FOLDER/docker}" \
        --exec-root "$FOLDER/docker-exec" --pidfile "$FOLDER/dockerd.own.pid" --group "$(id -gn "$TEST_USER")"
    wait_for 60 "the Docker engine" docker info
}

# docker_image: as `make image` does it, on a base image that is pulled, or made here where none can be.
docker_image() {
    docker_engine
    "$PROJECT/tests/engines/stand_in_base.sh"
    say "building the image"
    timed quietly "$FOLDER/build.log" docker build --network host --tag attentome:0.1.0 "$PROJECT/containers/attentome"
    say "image: $(docker image inspect attentome:0.1.0 --format '{{.Size}}' | awk '{printf "%.2f GB", $1 / 1e9}')"
}
