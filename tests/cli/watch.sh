#!/usr/bin/env bash
# Watched steps: the same figures on any number of ranks, a run that is the same with and without,
# warnings that come once, and `lockstep watch` during a run and after it.
# shellcheck source=tests/tools/cli.sh
. "$(dirname "$0")/../tools/cli.sh"

"$tools/make_data" h5 data.h5 n=201 x=2,8,8 k=3
cat > job.yaml << 'END'
seed: 3
data: {train: data.h5}
batch: 20
epochs: 2
model:
- conv: {out: 6, kernel: 3, bias: false}
- bn
- relu
- dropout: 0.3
- flatten
- dense: 3
loss: cross_entropy
optimizer: {adam: {lr: 0.01}}
clip: {norm: 0.5}
watch_every: 5
END
watched() {
    grep '"kind": "watch"' "$1/metrics.jsonl"
}
for ranks in 1 2 3 5 8; do
    lockstep $ranks train job.yaml --run on-$ranks
    why=$(trouble)
    [ -n "$why" ] || why=$(differ on-1/latest.h5 on-$ranks/latest.h5)
    watched on-1 > want
    [ -n "$why" ] || why=$(watched on-$ranks | diff want - | head -n 3)
    verdict "watch: the same figures on $ranks ranks" "$why"
done
lockstep 0 train job.yaml threads=4 --run on-threads
why=$(trouble)
[ -n "$why" ] || why=$(watched on-threads | diff want - | head -n 3)
verdict "watch: the same figures on 4 threads" "$why"
why=
[ "$(grep -c . want)" -eq 30 ] || why="$(grep -c . want) lines, not those of 6 layers at steps 1, 5, 10, 15, 20"
verdict "watch: the first step and every fifth, each layer" "$why"
lockstep 2 train job.yaml watch_every=0 --run off
why=$(trouble)
[ -n "$why" ] || why=$(differ on-1/latest.h5 off/latest.h5)
[ -n "$why" ] || ! watched off > /dev/null || why="it watches"
verdict "watch: a run is the same without" "$why"

lockstep 0 watch on-1 --once
why=$(trouble)
[ -n "$why" ] || grep -q '^step 20$' out || why="not step 20: $(head -n 1 out)"
[ -n "$why" ] || [ "$(grep -cE '^  (conv1|bn1|relu1|dropout1|flatten1|dense1) ' out)" -eq 6 ] || why="$(cat out)"
verdict "watch: the newest figures as a table" "$why"
lockstep 0 watch off --once
why=
[ $status -eq 3 ] || why="exit $status"
grep -q 'no step has been watched' err || why="$(cat err)"
verdict "watch: a run without figures says so" "$why"
lockstep 0 watch nowhere
why=
[ $status -eq 3 ] || why="exit $status"
verdict "watch: no such run" "$why"

cat > deep.yaml << 'END'
data: {train: data.h5}
batch: 20
steps: 60000
checkpoint: {every_steps: 100000}
model: [flatten, {repeat: {times: 14, body: [{dense: 8}, sigmoid]}}, {dense: 3}]
loss: cross_entropy
optimizer: {sgd: {lr: 0.1}}
END
"$LOCKSTEP" train deep.yaml --run deep > deep.out 2> deep.err &
pid=$!
wait_for_step deep 300 $pid
"$LOCKSTEP" watch deep > live.out 2>&1 &
watcher=$!
sleep 2.5
kill -USR1 $pid
wait $pid
why=
timeout 5 tail --pid=$watcher -f /dev/null || why="watch does not end with the run"
kill $watcher 2> /dev/null
[ "$(grep -c '^step ' live.out)" -ge 3 ] || why="tables of $(grep -c '^step ' live.out) steps"
last=$(sed -nE 's/^step //p' live.out | tail -n 1)
[ "$last" = "$(grep '"kind": "watch"' deep/metrics.jsonl | tail -n 1 | sed -nE 's/.*"step": ([0-9]+).*/\1/p')" ] ||
    why="the last table is of step $last"
verdict "watch: follows a run and ends with it" "$why"
why=
[ "$(grep -c 'the gradient vanishes' deep.err)" -eq 1 ] || why="on stderr: $(cat deep.err)"
[ "$(grep -c 'warning: step 1: the gradient vanishes .* at dense[12], .* at dense15' deep/log.txt)" -eq 1 ] ||
    why="in log.txt: $(cat deep/log.txt)"
verdict "watch: warns once of a vanishing gradient" "$why"
