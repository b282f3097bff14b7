#!/usr/bin/env bash
# The demo through a real Slurm of one node, which this test starts (root): all heads as one job array; a job that is killed
# and one that takes more memory than it asked for are retried, the latter with more; Slurm's daemons are killed and come
# back; results as those of the plain run.
source "$(dirname "$0")/common.sh"

[ "$(id -u)" = 0 ] || fail "this test starts Slurm and must be root"
needs slurmctld slurm-wlm munge
source "$(dirname "$0")/slurm_node.sh"
start_slurm

plain_run heads
plain_run filters
say "the demo of mode heads through Slurm"
mkdir "$FOLDER/slurm_run"
cd "$FOLDER/slurm_run"
cat > site.config << 'CONFIG'
executor {
    pollInterval    = '2 sec'
    submitRateLimit = '20/1sec'
    exitReadTimeout = '20 sec'    // how long a job that is gone may take to show its exit code; it has none if it was killed whole
}
// Too little at first: Slurm ends it, and it comes back with more.
process {
    withName: EVALUATE {
        memory = { 100.MB * 8 ** (task.attempt - 1) }
    }
}
CONFIG
nextflow run "$PROJECT" -profile test,slurm --controls false -c site.config --checkpoint_minutes 0.05 --outdir results > run.log 2>&1 &
run=$!
at_end "kill $run 2> /dev/null && wait $run; scancel --user root 2> /dev/null; sleep 2"

# Kill the training's processes once it has kept a state.
wait_for 600 "a checkpoint" sh -c 'ls work/checkpoints/*/*/*/checkpoint.safetensors'
pkill -KILL -f "train_model.py.*$FOLDER/slurm_run" || fail "no training to kill"
say "killed the training"
wait_for 300 "the training's second start" sh -c 'grep -q "going on from the checkpoint" work/*/*/.command.out'
kill_slurm_daemons
say "killed slurmctld and slurmd; starting them again in 10 s"
sleep 10
start_slurm_daemons
at_end "scancel --user root 2> /dev/null; sleep 2"
wait "$run" || { cat run.log; fail "the run through Slurm"; }
tail -n 3 run.log

trace=results/pipeline_info/execution_trace.txt
status() { awk -F '\t' -v name="$1" '$4 ~ name {print $5}' "$trace" | sort | uniq -c | tr -s ' ' | paste -sd ';'; }
say "TRAIN:$(status ':TRAIN '); EVALUATE:$(status ':EVALUATE$'); DESCRIBE_HEAD:$(status ':DESCRIBE_HEAD ')"
[ "$(status ':TRAIN ')" = ' 1 COMPLETED; 1 FAILED' ] || fail "the killed training was not retried once"
[ "$(status ':EVALUATE$')" = ' 1 COMPLETED; 1 FAILED' ] || fail "the task without enough memory was not retried with more"
arrays=$(grep -l '^#SBATCH --array' work/*/*/.command.run | wc -l)
[ "$arrays" = 1 ] || fail "the heads were not submitted as one array"
same_results heads results

say "the demo of mode filters through Slurm"
timed quietly "$FOLDER/filters.log" nextflow run "$PROJECT" -profile test,slurm ${DEMO[filters]} -c site.config --outdir filters
same_results filters filters
say "passed"
