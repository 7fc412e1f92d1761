#!/usr/bin/env bash
# What a run directory keeps, restarts of it, and the program's help.
# shellcheck source=tests/tools/cli.sh
. "$(dirname "$0")/../tools/cli.sh"

# 8 steps an epoch, 64 in all
"$tools/make_data" h5 data.h5 n=160 x=6 k=3
"$tools/make_data" h5 valid.h5 n=203 x=6 k=3
cat > job.yaml << 'END'
seed: 2
data: {train: data.h5, valid: valid.h5}
batch: 20
epochs: 8
model: [{dense: 8}, relu, {dense: 3}]
loss: cross_entropy
metrics: [accuracy]
optimizer: {sgd: {lr: 0.05}}
checkpoint: {keep: 2}
log_every: 1
END

checkpoints() { # RUN
    (cd "$1/checkpoints" && echo *)
}

content() { # RUN, its log apart
    find "$1" ! -name log.txt -printf '%p %l\n' | sort
    find "$1" -type f ! -name log.txt -exec sha256sum {} + | sort
}

lockstep 2 train job.yaml --run run
why=$(trouble)
for file in job.yaml metrics.jsonl log.txt latest.h5 best.h5; do
    [ -s run/$file ] || why="no $file"
done
verdict "run: a directory with everything in it" "$why"

# the best by the metrics, the first of equals
best=$(sed -nE 's/.*"kind": "epoch".*"step": ([0-9]+),.*"accuracy": ([0-9.]+).*/\2 \1/p' \
    run/metrics.jsonl | sort -k1,1gr -k2,2g | head -n 1 | cut -d' ' -f2)
want=$(printf 'checkpoints/step-%09d.h5' "$best")
why=
[ "$(readlink run/best.h5)" = "$want" ] || why="best.h5 is $(readlink run/best.h5), not $want"
verdict "run: best.h5 is the best on valid" "$why"
why=
[ "$(readlink run/latest.h5)" = checkpoints/step-000000064.h5 ] ||
    why="latest.h5 is $(readlink run/latest.h5)"
verdict "run: latest.h5 is the newest" "$why"

want=$(printf 'step-%09d.h5\n' "$best" 56 64 | sort -u | xargs)
why=
[ "$(checkpoints run)" = "$want" ] || why="$(checkpoints run), not $want"
verdict "run: keep: 2 leaves the two newest and the best" "$why"

# the resolved job makes the same run
lockstep 3 train run/job.yaml --run again
why=$(trouble)
[ -n "$why" ] || why=$(differ run/latest.h5 again/latest.h5)
verdict "run: the resolved job makes the same run" "$why"

lockstep 1 train job.yaml --run fresh --resume
why=$(trouble)
[ -n "$why" ] || why=$(differ run/latest.h5 fresh/latest.h5)
verdict "run: --resume where there is nothing starts" "$why"

before=$(content run)
lockstep 2 train job.yaml --run run --resume
why=$(trouble)
[ -n "$why" ] || grep -q '^done: 64 steps' out || why="it says: $(cat out)"
[ -n "$why" ] || [ "$(content run)" = "$before" ] ||
    why="changed: $(diff <(echo "$before") <(content run))"
verdict "run: --resume of a finished run changes nothing" "$why"

# more epochs than before: goes on, and ends where a run of so many ends
lockstep 3 train job.yaml epochs=11 --run run --resume
why=$(trouble)
! grep -q 'the job differs' err || why="it says: $(cat err)"
lockstep 1 train job.yaml epochs=11 --run longer
[ -n "$why" ] || why=$(differ run/latest.h5 longer/latest.h5)
[ -n "$why" ] || why=$(diff <(steps_of run) <(steps_of longer) | head -n 3)
verdict "run: a finished run goes on for more epochs" "$why"

cp -a run changed
lockstep 2 train job.yaml epochs=12 optimizer.sgd.lr=0.01 clip.norm=1 --run changed --resume
why=$(trouble)
[ -n "$why" ] || grep -q 'note: the job differs .* in optimizer, clip: ' err ||
    why="it says: $(cat err)"
verdict "run: a job that has changed is noted" "$why"

# each step makes the weights 1e12 times as large: loss and gradient of the last one are finite,
# the update is not
lockstep 2 train job.yaml steps=4 'model=[{dense: 3}]' \
    'optimizer={sgd: {lr: 1e6, weight_decay: 1e6}}' --run overflow
why=
[ "$status" -eq 4 ] || why="exit $status: $(cat err)"
grep -qE 'step 4: the update of dense1/weight is not finite; nothing was updated' err || why="it says: $(cat err)"
[ -z "$(ls overflow/checkpoints)" ] || why="there is $(ls overflow/checkpoints)"
verdict "run: an update that would not be finite is refused" "$why"

# damaged RUN: the newest checkpoint is named and passed over, the run goes on from the one before
damaged() {
    lockstep 2 train job.yaml epochs=11 --run "$1" --resume
    why=$(trouble)
    [ -n "$why" ] || grep -q 'passed over: .*step-000000088\.h5' err || why="it says: $(cat err)"
    [ -n "$why" ] || grep -q 'goes on from .*step-000000080\.h5' err || why="it says: $(cat err)"
    [ -n "$why" ] || why=$(differ "$1/latest.h5" longer/latest.h5)
    [ -n "$why" ] || why=$(diff <(steps_of "$1") <(steps_of longer) | head -n 3)
    verdict "run: a newest checkpoint that is $1 is passed over" "$why"
}
cp -a run truncated
truncate -s 3000 truncated/checkpoints/step-000000088.h5
damaged truncated
cp -a run damaged
size=$(stat -c %s run/checkpoints/step-000000088.h5)
dd if=/dev/urandom of=damaged/checkpoints/step-000000088.h5 bs=1 conv=notrunc \
    seek=$((size / 2)) count=1000 2> dd.err
damaged damaged
cp -a run emptied
: > emptied/checkpoints/step-000000088.h5
damaged emptied

cp -a run ruined
truncate -s 3000 ruined/checkpoints/*.h5
lockstep 2 train job.yaml epochs=11 --run ruined --resume
why=
[ "$status" -eq 3 ] || why="exit $status: $(cat err)"
grep -qE 'none of its [23] checkpoints is good' err || why="it says: $(cat err)"
verdict "run: without a good checkpoint it says so" "$why"

# SIGTERM to the program itself
"$LOCKSTEP" train job.yaml epochs=4000 --run stopped > out 2> err &
pid=$!
why=
wait_for_step stopped 20 $pid || why="it ended before step 20"
kill -TERM $pid
status=0
wait $pid || status=$?
[ -n "$why" ] || [ $status -eq 75 ] || why="exit $status, not 75: $(tail -n 3 err)"
[ -n "$why" ] || "$LOCKSTEP" inspect stopped/latest.h5 > what.txt 2>&1 || why=$(cat what.txt)
verdict "run: SIGTERM stops with exit code 75 and a checkpoint" "$why"

# a folder in use, by a run that is then killed
"$LOCKSTEP" train job.yaml epochs=400000 --run busy > out.busy 2> err.busy &
pid=$!
why=
wait_for_step busy 20 $pid || why="it ended before step 20"
lockstep 2 train job.yaml epochs=9 --run busy --resume
[ -n "$why" ] || [ "$status" -eq 2 ] || why="exit $status: $(cat err)"
[ -n "$why" ] || grep -qE "busy is in use by another run \\(host .+, pid $pid\\)" err ||
    why="it says: $(cat err)"
kill -KILL $pid
wait $pid 2> wait.err
verdict "run: a folder in use is refused" "$why"
: > busy/checkpoints/.step-000000017.h5.tmp
lockstep 2 train job.yaml steps=$(($(last_step busy) + 16)) --run busy --resume
why=$(trouble)
[ ! -e busy/checkpoints/.step-000000017.h5.tmp ] || why="a temporary file has stayed"
verdict "run: a killed run's folder is free" "$why"

# eval and predict, the same at any number of ranks
lockstep 1 eval run/best.h5 --data valid.h5
why=$(trouble)
cp out eval-1
for ranks in 2 3 5; do
    lockstep $ranks eval run/best.h5 --data valid.h5
    [ -n "$why" ] || why=$(trouble)
    [ -n "$why" ] || why=$(diff eval-1 out)
    lockstep $ranks predict run/best.h5 --data valid.h5 --out scores-$ranks.h5
    [ -n "$why" ] || why=$(trouble)
    [ -n "$why" ] || cmp -s scores-2.h5 scores-$ranks.h5 || why="predict differs on $ranks ranks"
done
verdict "run: eval and predict are the same on 1 to 5 ranks" "$why"

for command in "" train eval predict check import "import idx" "import csv" "import tsv" \
    "import npy" inspect compare; do
    # shellcheck disable=SC2086 # words
    lockstep 0 $command --help
    why=$(trouble)
    [ -n "$why" ] || grep -q "^usage: lockstep" out || why="no usage: $(head -n 3 out)"
    [ -n "$why" ] || [ ! -s err ] || why="on stderr: $(cat err)"
    verdict "run: lockstep $command --help" "$why"
done
lockstep 3 --version
why=$(trouble)
[ -n "$why" ] || grep -qxE 'lockstep [0-9]+\.[0-9]+\.[0-9]+' out || why="it says: $(cat out)"
[ -n "$why" ] || grep -qxE 'engines:( onednn)? openblas' out || why="it says: $(cat out)"
verdict "run: lockstep --version" "$why"
