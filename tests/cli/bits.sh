#!/usr/bin/env bash
# The same bits on any number of ranks and threads, and after a stop in mid-epoch and a restart on
# another number of ranks.
# shellcheck source=tests/tools/cli.sh
. "$(dirname "$0")/../tools/cli.sh"
on_each_engine

# an odd number of samples each: the last batch is of 2, 1 and 1 samples
"$tools/make_data" h5 mlp.h5 n=1602 x=20 k=5
"$tools/make_data" h5 net.h5 n=241 x=3,12,12 k=4 type=u8
"$tools/make_data" h5 wave.h5 n=97 x=2,50 k=3 type=i16 chunk=10

cat > mlp.yaml << 'END'
seed: 11
data: {train: mlp.h5}
batch: 8
steps: 230
model:
- dense: 32
- bn
- relu
- dropout: 0.3
- dense: {out: 16, bias: false}
- bn: {momentum: 0.05}
- gelu
- dropout: {p: 0.2}
- dense: 5
loss: {cross_entropy: {label_smoothing: 0.05, class_weights: balanced}}
optimizer: {adam: {lr: 0.01, weight_decay: 0.001}}
clip: {norm: 0.5}
log_every: 1
END

# 24 samples of the 241 are held out; 217 = 9 * 24 + 1
cat > net.yaml << 'END'
seed: 12
data: {train: net.h5, valid: 0.1, normalize: channel, augment: [flip, {crop: {pad: 2}}]}
batch: 24
steps: 25
model:
- conv: {out: 8, kernel: 3, pad: same, bias: false}
- bn
- relu
- repeat:
    times: 2
    body:
    - residual:
      - conv: {out: 8, kernel: 3, pad: same, bias: false}
      - bn
      - relu
      - conv: {out: 8, kernel: 3, pad: same, bias: false}
      - bn
    - relu
- residual:
    body:
    - conv: {out: 12, kernel: 3, stride: 2, pad: 1}
    - bn
    shortcut:
    - conv: {out: 12, kernel: 1, stride: 2}
- relu
- global_avg_pool
- dense: 4
loss: cross_entropy
metrics: [accuracy, balanced_accuracy, macro_f1]
optimizer: {sgd: {lr: 0.1, momentum: 0.9, nesterov: true, weight_decay: 0.0005}}
schedule: {warmup_steps: 5, cosine: {to: 0}}
clip: {norm: 1.0}
log_every: 1
END

# a batch of 4: at 5 and 8 ranks some have nothing to do
cat > wave.yaml << 'END'
seed: 13
data: {train: wave.h5, normalize: channel}
batch: 4
steps: 60
model:
- conv: {out: 8, kernel: 7, stride: 2, pad: 3}
- bn
- relu
- max_pool: {size: 3, stride: 2, pad: 1}
- residual:
  - conv: {out: 8, kernel: 5, pad: same}
  - bn
  - silu
- avg_pool: 2
- flatten
- dense: 3
loss: {focal: {gamma: 1.5, class_weights: balanced}}
optimizer: {adamw: {lr: 0.003}}
regularize: {l1: 0.0001}
log_every: 1
END

for job in mlp net wave; do
    echo "engine: $ENGINE" >> $job.yaml
done

# same REFERENCE RUN NAME: the same checkpoint and the same record of steps
same() {
    local why
    why=$(trouble)
    [ -n "$why" ] || why=$(differ "$1/latest.h5" "$2/latest.h5")
    if [ -z "$why" ] && ! diff <(steps_of "$1") <(steps_of "$2") > steps.diff; then
        why="metrics.jsonl differs: $(head -n 4 steps.diff)"
    fi
    verdict "$3" "$why"
}

for job in mlp net wave; do
    lockstep 1 train $job.yaml --run $job-1
    why=$(trouble)
    steps=$(sed -n 's/^steps: //p' $job.yaml)
    [ -n "$why" ] || [ "$(steps_of $job-1 | wc -l)" -eq "$steps" ] || why="not $steps records"
    verdict "bits $ENGINE $job trains" "$why"
    for ranks in 2 3 4 5 8; do
        lockstep $ranks train $job.yaml --run $job-$ranks
        same $job-1 $job-$ranks "bits $ENGINE $job on $ranks ranks"
    done
    for ranks in 1 2 4; do
        lockstep $ranks train $job.yaml threads=2 --run $job-$ranks-t
        same $job-1 $job-$ranks-t "bits $ENGINE $job on $ranks ranks of 2 threads"
    done
done

# shards that are no power of two, more than there are samples in a batch
for ranks in 1 3 5 13; do
    lockstep $ranks train mlp.yaml shards=13 steps=60 --run mlp-s-$ranks
    [ $ranks -eq 1 ] || same mlp-s-1 mlp-s-$ranks "bits $ENGINE mlp in 13 shards on $ranks ranks"
done

# begin_and_stop RUN JOB STEP RANKS OVERRIDE...: starts a run, asks it to stop once it is at STEP,
# and says what went wrong
begin_and_stop() {
    local run=$1 job=$2 step=$3 ranks=$4 pid status=0
    shift 4
    mpirun -n "$ranks" "$LOCKSTEP" train "$job.yaml" "$@" --run "$run" > out 2> err &
    pid=$!
    wait_for_step "$run" "$step" $pid || echo "it ended before step $step: $(tail -n 3 err)"
    kill -USR1 $pid
    wait $pid || status=$?
    [ $status -eq 75 ] || echo "exit $status, not 75: $(tail -n 3 err)"
    "$LOCKSTEP" inspect "$run/latest.h5" > what.txt 2>&1 || cat what.txt
}

# The same; once more when the signal fell on the end of an epoch.
stop() {
    local why
    for _ in 1 2 3; do
        rm -rf "$1"
        why=$(begin_and_stop "$@")
        [ -z "$why" ] || break
        ! grep -qE '^step [0-9]+, epoch [0-9]+ and [1-9][0-9]* samples' what.txt || break
        why="not in mid-epoch: $(grep '^step' what.txt)"
    done
    verdict "bits $ENGINE $1 stops in mid-epoch with exit code 75 and a checkpoint" "$why"
}

long_mlp=(steps=3000)
lockstep 2 train mlp.yaml "${long_mlp[@]}" --run mlp-long
verdict "bits $ENGINE mlp-long trains" "$(trouble)"
stop mlp-stop mlp 240 2 "${long_mlp[@]}"
lockstep 3 train mlp.yaml "${long_mlp[@]}" --run mlp-stop --resume
same mlp-long mlp-stop "bits $ENGINE mlp stopped on 2 ranks, resumed on 3"

stop net-stop net 12 3 steps=60
lockstep 1 train net.yaml steps=60 threads=2 --run net-stop --resume
lockstep 2 train net.yaml steps=60 --run net-long
same net-long net-stop "bits $ENGINE net stopped on 3 ranks, resumed on 1 of 2 threads"

# kill -9, of mpirun and of one rank: goes on from the last checkpoint
killed() { # RUN
    local pid ranks why=
    mpirun -n 2 "$LOCKSTEP" train mlp.yaml "${long_mlp[@]}" checkpoint.every_steps=70 --run "$1" \
        > out 2> err &
    pid=$!
    wait_for_step "$1" 150 $pid || why="it ended before step 150: $(tail -n 3 err)"
    ranks=$(pgrep -P $pid)
    case $1 in
    *-rank) kill -9 "$(tail -n 1 <<< "$ranks")" ;;
    *) kill -9 $pid ;;
    esac
    wait $pid 2> /dev/null
    for _ in {1..100}; do
        # shellcheck disable=SC2086 # process numbers
        kill -0 $ranks 2> /dev/null || break
        sleep 0.1
    done
    for rank in $ranks; do
        ! kill -9 "$rank" 2> /dev/null || why="rank of process $rank lives on"
    done
    verdict "bits $ENGINE $1 ends all ranks" "$why"
    lockstep 5 train mlp.yaml "${long_mlp[@]}" --run "$1" --resume
    same mlp-long "$1" "bits $ENGINE $1 resumed on 5 ranks"
}

killed mlp-killed-mpirun
killed mlp-killed-rank
