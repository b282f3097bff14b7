# Sourced before a task that runs the network on a GPU of this machine: waits for a card that no other such task of this
# user holds, and makes it the only one that the task sees. The lock ends with the task's process, however that ends.
cards=${CUDA_VISIBLE_DEVICES-$(nvidia-smi --query-gpu=index --format=csv,noheader 2>/dev/null | paste -sd, || true)}
taken=
while [ -n "$cards" ] && [ -z "$taken" ]; do
    for card in ${cards//,/ }; do
        exec {card_lock}> "${TMPDIR:-/tmp}/attentome-card-$card-$(id -u).lock"
        if flock --nonblock "$card_lock"; then
            taken=$card
            break
        fi
        exec {card_lock}>&-
    done
    [ -n "$taken" ] || sleep 1
done
[ -z "$taken" ] || export CUDA_VISIBLE_DEVICES=$taken
