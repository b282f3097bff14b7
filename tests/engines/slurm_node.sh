# A Slurm of one node in $FOLDER, as root: sourced after common.sh. start_slurm sets SLURM_CONF for all that follows.

start_slurm() {
    say "starting Slurm"
    mkdir -p "$FOLDER/slurm/state" "$FOLDER/slurm/spool"
    local cores memory
    cores=$(nproc)
    memory=$(awk '/MemTotal/ {print int($2 / 1024 * 0.9)}' /proc/meminfo)
    export SLURM_CONF="$FOLDER/slurm/slurm.conf"
    cat > "$SLURM_CONF" << CONFIG
ClusterName=test
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
AuthType=auth/munge
AuthInfo=socket=$FOLDER/slurm/munge.socket
CredType=cred/munge
SlurmUser=root
SlurmctldPidFile=$FOLDER/slurm/slurmctld.own.pid
SlurmdPidFile=$FOLDER/slurm/slurmd.own.pid
StateSaveLocation=$FOLDER/slurm/state
SlurmdSpoolDir=$FOLDER/slurm/spool
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
NodeName=$(hostname -s) NodeAddr=127.0.0.1 CPUs=$cores RealMemory=$memory State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONFIG
    head -c 128 /dev/urandom > "$FOLDER/slurm/munge.key"
    chmod 400 "$FOLDER/slurm/munge.key"
    start_daemon "$FOLDER/slurm/munged.pid" munged --foreground --force --key-file "$FOLDER/slurm/munge.key" \
        --socket "$FOLDER/slurm/munge.socket" --pid-file "$FOLDER/slurm/munged.own.pid" \
        --seed-file "$FOLDER/slurm/munge.seed" --log-file "$FOLDER/slurm/munged.own.log"
    wait_for 20 "munge" test -S "$FOLDER/slurm/munge.socket"
    start_slurm_daemons
    wait_for 60 "the node" sh -c "sinfo --noheader --format %t | grep -qx idle"
}

start_slurm_daemons() {
    start_daemon "$FOLDER/slurm/slurmctld.pid" slurmctld -D
    start_daemon "$FOLDER/slurm/slurmd.pid" slurmd -D
}

# As a crash would: no daemon has a word to say; jobs go on.
kill_slurm_daemons() { kill -KILL "$(cat "$FOLDER/slurm/slurmctld.pid")" "$(cat "$FOLDER/slurm/slurmd.pid")"; }
