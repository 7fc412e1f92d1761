#!/usr/bin/env bash
# Hard examples come again: the same bits on any number of ranks and threads, with balance, hard
# examples and mining all on, through a kill and a restart; and `lockstep hard` lists them.
# shellcheck source=tests/tools/cli.sh
. "$(dirname "$0")/../tools/cli.sh"
on_each_engine

"$tools/make_data" h5 data.h5 n=602 x=20 k=5
"$tools/make_data" h5 pictures.h5 n=300 x=3,12,12 k=4 type=u8

# a batch of 24 in shards of 3; pools change in mid-epoch
cat > all.yaml << 'END'
seed: 21
data: {train: data.h5, valid: 0.1}
batch: 24
steps: 150
model: [dense: 24, bn, relu, dropout: 0.2, dense: 5]
loss: {cross_entropy: {class_weights: balanced, mine: {keep: 0.7}}}
optimizer: {adam: {lr: 0.01}}
sampler:
  balance: {ratio: {0: 3, 1: 1}}
  hard: {share: 0.3, pool: 0.3, power: 1.5, discard: 0.02, memory: {mean: 0.5}, refresh: 7}
checkpoint: {every_steps: 20}
log_every: 1
END
cat > plain.yaml << 'END'
seed: 22
data: {train: pictures.h5, augment: [flip]}
batch: 17
steps: 90
model: [conv: {out: 4, kernel: 3}, relu, global_avg_pool, dense: 4]
loss: cross_entropy
optimizer: {sgd: {lr: 0.2}}
sampler: {hard: 0.4}
log_every: 1
END
for job in all plain; do
    echo "engine: $ENGINE" >> $job.yaml
done

same() { # REFERENCE RUN NAME
    local why
    why=$(trouble)
    [ -n "$why" ] || why=$(differ "$1/latest.h5" "$2/latest.h5")
    if [ -z "$why" ] && ! diff <(steps_of "$1") <(steps_of "$2") > steps.diff; then
        why="metrics.jsonl differs: $(head -n 4 steps.diff)"
    fi
    verdict "$3" "$why"
}

for job in all plain; do
    lockstep 1 train $job.yaml --run $job-1
    why=$(trouble)
    [ -n "$why" ] || "$LOCKSTEP" inspect $job-1/latest.h5 | grep -q '/sampler/pool' ||
        why="no pool in its checkpoint"
    verdict "hard $ENGINE $job trains" "$why"
    for ranks in 2 3 5 8; do
        lockstep $ranks train $job.yaml --run $job-$ranks
        same $job-1 $job-$ranks "hard $ENGINE $job on $ranks ranks"
    done
    lockstep 2 train $job.yaml threads=2 --run $job-t
    same $job-1 $job-t "hard $ENGINE $job on 2 ranks of 2 threads"
done

# hard examples do come into it: without them the run is another one
lockstep 1 train all.yaml sampler.hard=none --run all-none
why=$(trouble)
[ -n "$why" ] || ! "$LOCKSTEP" compare all-1/latest.h5 all-none/latest.h5 > /dev/null 2>&1 ||
    why="the same parameters with and without"
verdict "hard $ENGINE examples change the run" "$why"

# kill -9 between two refreshes of the pool, then on with another number of ranks, twice
killed() { # RUN RANKS AT
    local pid why=
    mpirun -n "$2" "$LOCKSTEP" train all.yaml --run "$1" --resume > out 2> err &
    pid=$!
    wait_for_step "$1" "$3" $pid || why="it ended before step $3: $(tail -n 3 err)"
    kill -9 $pid
    wait $pid 2> /dev/null
    for _ in {1..100}; do
        pgrep -f "$LOCKSTEP train all.yaml --run $1 " > /dev/null || break
        sleep 0.1
    done
    verdict "hard $ENGINE killed on $2 ranks after step $3" "$why"
}
sed 's/steps: 150/steps: 1500/' all.yaml > long.yaml
mv all.yaml short.yaml
mv long.yaml all.yaml
lockstep 2 train all.yaml --run long
verdict "hard $ENGINE a longer run trains" "$(trouble)"
killed again 3 130
killed again 2 700
lockstep 5 train all.yaml --run again --resume
same long again "hard $ENGINE a run killed twice and resumed on 3, 2 and 5 ranks"

# the list: as many lines as asked for, hardest first, the same on any number of ranks
lockstep 0 hard plain-1 --top 7 --out hard.h5 --sheet hard.png
why=$(trouble)
tail -n +3 "$words/out" | awk '{print $2}' > losses
[ -n "$why" ] || [ "$(wc -l < losses)" -eq 7 ] || why="not 7 lines: $(cat "$words/out")"
[ -n "$why" ] || sort -rg losses | diff - losses > /dev/null || why="not in order: $(cat losses)"
cp "$words/out" list
verdict "hard $ENGINE the hardest are listed" "$why"
why=$(for name in x y sample loss scores prediction; do
    "$LOCKSTEP" inspect hard.h5 | grep -qE "^  /$name +\(7" || echo "no $name of 7"
done)
[ "$(head -c 4 hard.png | tail -c 3)" = PNG ] || why="$why no PNG file"
verdict "hard $ENGINE they are written as a dataset and as a sheet" "$why"
lockstep 3 hard plain-1 --top 7
why=$(trouble)
[ -n "$why" ] || diff list "$words/out" > list.diff || why=$(cat list.diff)
verdict "hard $ENGINE the list is the same on 3 ranks" "$why"
lockstep 0 hard plain-1 --out hard.h5
why=
[ "$status" -eq 2 ] && grep -q -- '--force' "$words/err" || why="exit $status: $(cat "$words/err")"
verdict "hard $ENGINE a file that is there stays" "$why"

# a run that remembers nothing, and one that only remembers
lockstep 1 train plain.yaml sampler.hard=none steps=5 --run forgets
lockstep 0 hard forgets
why=
[ "$status" -eq 2 ] && grep -q 'sampler.hard' "$words/err" || why="exit $status: $(cat "$words/err")"
verdict "hard $ENGINE a run without remembered losses says what to do" "$why"
lockstep 1 train plain.yaml sampler.hard=0 --run remembers
lockstep 0 hard remembers --top 3
why=$(trouble)
[ -n "$why" ] || grep -q 'losses of 300 of 300 samples' "$words/out" || why=$(cat "$words/out")
verdict "hard $ENGINE a share of 0 remembers losses" "$why"
lockstep 1 train plain.yaml sampler.hard=none --run forgets --resume steps=20
lockstep 1 train plain.yaml sampler.hard=none steps=20 --run reference
why=$(trouble)
[ -n "$why" ] || why=$(differ forgets/latest.h5 reference/latest.h5)
verdict "hard $ENGINE without, nothing is remembered" "$why"

# back to the last checkpoint: the memory and the pool go back too
"$tools/make_data" h5 values.h5 n=400 x=8 values=2
cat > back.yaml << END
data: {train: values.h5}
batch: 40
steps: 60
model: [dense: 2]
loss: mse
optimizer: {sgd: {lr: 3}}
sampler: {hard: {share: 0.3, pool: 0.3, warmup_epochs: 0, refresh: 4}}
on_failure: {rollback: {factor: 0.01, rollbacks: 3}}
checkpoint: {every_steps: 10}
log_every: 1
engine: $ENGINE
END
for ranks in 1 3; do
    lockstep $ranks train back.yaml --run back-$ranks
done
why=$(trouble)
[ -n "$why" ] || grep -qE '"kind": "rollback", "step": [1-9]' back-1/metrics.jsonl ||
    why="it does not go back in mid-run: $(grep rollback back-1/metrics.jsonl)"
[ -n "$why" ] || why=$(differ back-1/latest.h5 back-3/latest.h5)
verdict "hard $ENGINE a run that goes back has the same bits" "$why"
lockstep 2 train back.yaml steps=30 --run back-2

lockstep 5 train back.yaml --run back-2 --resume
why=$(trouble)
[ -n "$why" ] || why=$(differ back-1/latest.h5 back-2/latest.h5)
verdict "hard $ENGINE and so it has when it is stopped and resumed" "$why"
