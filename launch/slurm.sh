#!/bin/bash
# One training run on several machines under SLURM; it saves, requeues and continues by itself.
#
#   sbatch launch/slurm.sh configs/train/MINE.yaml [key=value ...]
#   LAUNCH=fsdp2 sbatch --nodes=4 --export=ALL launch/slurm.sh configs/train/MINE.yaml
#
# Submit from the root of the repository, on a file system that all machines share: runs/ must be one folder for all.
# 120 seconds before the time limit SLURM sends SIGTERM to this script. It is handed on to the ranks, which end their
# step, write a checkpoint and leave; the job is put back into the queue and the same command continues. A step and its
# checkpoint must fit into these seconds: raise both numbers below together if they do not.
#SBATCH --job-name=virality
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --gpus-per-node=8
#SBATCH --cpus-per-task=32
#SBATCH --time=24:00:00
#SBATCH --signal=B:TERM@120
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=%x-%j.log

set -uo pipefail

if [ "$#" -lt 1 ]; then
  echo "sbatch launch/slurm.sh CONFIG [key=value ...]" >&2
  exit 2
fi

BIN="${BIN:-$PWD/.venv/bin}"                  # of the environment that `make install` made
CONFIGS="${CONFIGS:-$PWD/configs/accelerate}" # shipped launches: ddp fsdp2 zero2 zero3
export LAUNCH="${LAUNCH:-ddp}" BIN CONFIGS

HEAD_NODE="$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)"
PORT="$((20000 + SLURM_JOB_ID % 20000))"
PROCESSES="$((SLURM_NNODES * ${SLURM_GPUS_ON_NODE:-8}))"
export HEAD_NODE PORT PROCESSES
# how long torch's launcher waits for ranks that were told to end before it kills them; 30 by default
export TORCH_ELASTIC_SHUTDOWN_TIMEOUT=100

asked=""
code=0

# shellcheck disable=SC2016  # expanded on each machine, where SLURM_NODEID is its own
srun --kill-on-bad-exit=1 bash -c '
  exec "$BIN/accelerate" launch --config_file "$CONFIGS/$LAUNCH.yaml" \
    --num_machines "$SLURM_NNODES" --num_processes "$PROCESSES" --machine_rank "$SLURM_NODEID" \
    --main_process_ip "$HEAD_NODE" --main_process_port "$PORT" \
    -m virality train "$@"' bash "$@" &
step="$!"

trap 'asked=yes; kill -TERM "$step" 2>/dev/null' TERM
wait "$step"
code="$?"
while kill -0 "$step" 2>/dev/null; do # the signal ended the first wait, not the run
  wait "$step"
  code="$?"
done

# torch's launcher answers 1 whatever its ranks answered, so the signal says that there is more to do; a rank that SLURM
# started itself would have said 75
if [ "$code" -ne 0 ] && { [ -n "$asked" ] || [ "$code" -eq 75 ]; }; then
  echo "stopped and saved; back into the queue (restart ${SLURM_RESTART_COUNT:-0})"
  scontrol requeue "$SLURM_JOB_ID"
  exit 0
fi
exit "$code"
