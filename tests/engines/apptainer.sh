#!/usr/bin/env bash
# The demo in Apptainer, from the SIF made of the Docker image, as an ordinary user; compares with the plain run. Where there
# is no apptainer on the PATH (Debian has it in sid alone), it runs in a sid of its own below $FOLDER (root). SIF=FILE is taken
# if it is there, and kept there if it is not.
source "$(dirname "$0")/common.sh"
source "$(dirname "$0")/docker_image.sh"

SID=$FOLDER/sid
JARS=$PROJECT/.tools/nextflow

make_sid() {
    needs debootstrap debootstrap
    [ -d "$JARS" ] || fail "this needs the Nextflow that 'make setup' brings where there is no other"
    say "no apptainer here: making a Debian sid for it"
    timed quietly "$FOLDER/sid.log" debootstrap --variant=minbase \
        --include=apptainer,squashfuse,openjdk-21-jre-headless,procps,ca-certificates sid "$SID"
    touch "$SID/etc/hosts"
    mkdir -p "$SID$FOLDER" "$SID$JARS" "$SID/outside" "$FOLDER/bin"
    cp "$(command -v nextflow)" "$FOLDER/bin/nextflow"
    chroot "$SID" useradd --uid "$(id -u "$TEST_USER")" --create-home --shell /bin/bash "$TEST_USER"
}

# in_sid COMMAND: as the ordinary user. By pivot_root, as nobody makes namespaces from inside a chroot.
in_sid() {
    unshare --mount --propagation private bash -euc '
        sid=$1 folder=$2 jars=$3
        mount --bind "$sid" "$sid"
        mount --bind "$folder" "$sid$folder"
        mount --bind "$jars" "$sid$jars"
        mount --rbind /dev "$sid/dev"
        mount --rbind /sys "$sid/sys"
        mount -t proc proc "$sid/proc"
        mount -t tmpfs -o mode=1777 tmpfs "$sid/tmp"
        cd "$sid" && pivot_root . outside && cd /
        umount --lazy /outside
        exec su --login "$4" --command "export PATH=$folder/bin:\$PATH NXF_ANSI_LOG=false NXF_HOME=\$HOME/.nextflow; $5"
    ' in_sid "$SID" "$FOLDER" "$JARS" "$TEST_USER" "$1"
}

ordinary_user
if command -v apptainer > /dev/null; then
    inside=as_user
else
    make_sid
    inside=in_sid
fi

copy_project "$FOLDER/project"
sif=$FOLDER/project/containers/attentome/attentome.sif
if [ -f "${SIF:-}" ]; then
    cp "$SIF" "$sif"
else
    docker_image
    say "making the SIF"
    docker save attentome:0.1.0 --output "$FOLDER/image.tar"
    chmod 644 "$FOLDER/image.tar"
    timed quietly "$FOLDER/sif.log" $inside "
        APPTAINER_TMPDIR='$FOLDER/project' apptainer build '$sif' 'docker-archive:$FOLDER/image.tar'"
    rm "$FOLDER/image.tar"
    [ -z "${SIF:-}" ] || cp "$sif" "$SIF"
fi
say "SIF: $(du -m "$sif" | cut -f 1) MB"
say "starting a container"
timed quietly "$FOLDER/start.log" $inside "apptainer exec '$sif' python3 -c 'import numpy'"
timed quietly "$FOLDER/start.log" $inside "apptainer exec '$sif' python3 -c 'import torch'"

# run_demo MODE ENGINE
run_demo() {
    say "the demo of mode $1 with the profile $2, as $TEST_USER"
    folder_for_user "$FOLDER/$1_$2"
    timed quietly "$FOLDER/$1_$2.log" $inside "
        cd '$FOLDER/$1_$2' && nextflow run '$FOLDER/project' -profile test,$2 ${DEMO[$1]} --outdir results"
    same_results "$1" "$FOLDER/$1_$2/results"
}

plain_run heads
plain_run filters
run_demo heads apptainer
run_demo heads singularity
run_demo filters apptainer
say "passed"
