#!/usr/bin/env bash
# Sick jobs, one for each cause: what the report of a failure says, the same on 1 and 3 ranks, and
# again from failure.h5 without the data. What skip and rollback do. Healthy jobs, of which nothing
# is said.
# shellcheck source=tests/tools/cli.sh
. "$(dirname "$0")/../tools/cli.sh"

make() {
    "$tools/make_data" h5 "$@"
}

make plain.h5 n=400 x=8 k=3
make pixel.h5 n=60000 x=1,4,4 k=3 nan=43210
make sample.h5 n=400 x=8 k=3 set=123:5:1e20
make feature.h5 n=400 x=8 values=2 set=all:5:1e6
make constant.h5 n=400 x=8 k=3 set=all:5:1
make target.h5 n=400 x=8 values=2 target=77:1e30
make far.h5 n=400 x=8 values=2 target=77:3e38
make nothing.h5 n=400 x=8 values=2 target=77:nan
make label.h5 n=400 x=8 k=3 label=41:3
make values.h5 n=400 x=8 values=2
make images.h5 n=400 x=1,9,9 values=2
make ecg.h5 n=120 x=2,40 k=3 type=i16
make photos.h5 n=240 x=3,8,8 k=4 type=u8

cat > base.yaml << 'END'
seed: 3
data: {train: plain.h5}
batch: 32
steps: 40
model: [{dense: 16}, relu, {dense: 16}, relu, {dense: 3}]
loss: cross_entropy
optimizer: {sgd: {lr: 0.1}}
log_every: 1
END
two='model=[{dense: 16}, relu, {dense: 2}]'
linear='model=[{dense: 16}, {dense: 2}]'

# sick NAME CODE PATTERN KEY=VALUE...: a job whose failure.txt has all that PATTERN, a list of them
# between semicolons, says
sick() {
    local name=$1 code=$2 patterns=$3 ranks why='' pattern
    shift 3
    for ranks in 0 3; do
        words=words-$ranks
        mkdir -p $words
        lockstep $ranks train base.yaml "$@" --run "$name-$ranks" &
        pids[ranks]=$!
    done
    for ranks in 0 3; do
        wait "${pids[ranks]}"
    done
    for ranks in 0 3; do
        [ -n "$why" ] || grep -q "^lockstep: " words-$ranks/err || why="no error: $(cat words-$ranks/err)"
        [ -n "$why" ] || [ -s "$name-$ranks/failure.txt" ] || why="no failure.txt on $ranks ranks"
    done
    while [ -z "$why" ] && IFS= read -r -d ';' pattern; do
        tr -s '\n ' ' ' < "$name-0/failure.txt" | grep -qE -- "$pattern" ||
            why="no \"$pattern\" in: $(head -n 20 "$name-0/failure.txt")"
    done <<< "$patterns;"
    [ -n "$why" ] || why=$(diff "$name-0/failure.txt" "$name-3/failure.txt" | head -n 5)
    [ -n "$why" ] || grep -q "\"kind\": \"failure\"" "$name-3/metrics.jsonl" ||
        why="no record of the failure"
    verdict "sick: $name" "$why"
    [ "$code" -eq 4 ] || return
    words=.
    "$LOCKSTEP" examine "$name-3/failure.h5" > again.txt 2> err || true
    verdict "sick: $name, examined again without its data" \
        "$(diff "$name-0/failure.txt" again.txt | head -n 5; cat err)"
}

sick pixel 4 'likely cause input not finite: x of sample 43210 is nan at \(0, 2, 0\);shard [0-9]+ of 32;samples 43210 \(1 of 1000' \
    data.train=pixel.h5 batch=1000 'model=[flatten, {dense: 8}, relu, {dense: 3}]' steps=60
sick sample 4 'likely cause input out of scale: x of sample 123, in the batch of step 6, is 1e\+20 at \(5\);in dense1' \
    data.train=sample.h5
sick feature 4 'likely cause input out of scale: x goes up to 1e\+06.* at \(5\); half of the features stay below 1' \
    data.train=feature.h5 "$two" loss=mse
sick target 4 'likely cause label or target out of range: y of sample 77, in the batch of step 7, is 1e\+30' \
    data.train=target.h5 "$two" loss=mse
sick far 4 'label or target out of range: y of sample 77 is 3e\+38;loss outside its domain: mse is -inf for sample 77;first bad backward, the gradient of dense2.s output, out of the loss' \
    data.train=far.h5 "$two" loss=mse
sick nothing 4 'likely cause label or target out of range: y of sample 77 is nan at \(0\)' \
    data.train=nothing.h5 "$two" loss=mse
sick label 3 'label of sample 41 is 3, expected 0 to 2.*likely cause label or target out of range' \
    data.train=label.h5
sick share 3 'label of sample [0-9]+ is [0-9.]+, expected 0 to 1.*likely cause loss outside its domain' \
    data.train=values.h5 "$two" loss=bce
sick rate 4 'likely cause learning rate too high: at step 1, lr 1e\+04 moved the weights;first in dense1' \
    optimizer.sgd.lr=1e4
sick decay 4 'likely cause learning rate too high: lr 1e\+06 times weight_decay 1e\+06;the update of dense1/weight' \
    'model=[{dense: 3}]' 'optimizer={sgd: {lr: 1e6, weight_decay: 1e6}}'
sick exploding 4 'likely cause gradients exploding: from step 2 on: the norm went from .*, first in dense[0-9]+ \(' \
    'model=[{dense: 32}, {repeat: {times: 30, body: [{residual: [{dense: 32}, relu]}]}}, {dense: 3}]' \
    optimizer.sgd.lr=0.05
sick constant 4 "likely cause batch-norm on a constant channel: channel 5 of bn1's input;the output of bn1: nan at \(5\)" \
    data.train=constant.h5 'model=[{bn: {eps: 0}}, {dense: 3}]'
sick stride 4 'stride larger than kernel: conv1 steps by 3 with a window of 1' \
    data.train=images.h5 loss=mse optimizer.sgd.lr=1e6 \
    'model=[{conv: {out: 4, kernel: 1, stride: 3}}, relu, {conv: {out: 4, kernel: 3}}, relu, flatten, {dense: 2}]'
lockstep 0 train base.yaml data.train=values.h5 "$linear" loss=mse optimizer.sgd.lr=3e3 steps=1 --run large
sick weights 4 'likely cause weights too large at the start: those of dense[12] were [0-9.e+]+ times' \
    data.train=values.h5 "$linear" loss=mse init.from=large/latest.h5

# what says where is on stderr, and which rank saw it
why=
lockstep 3 train base.yaml data.train=pixel.h5 batch=1000 'model=[flatten, {dense: 3}]' steps=60 \
    --run pixel-rank
[ "$status" -eq 4 ] || why="exit $status"
head -n 1 err | grep -qE '^lockstep: step [0-9]+: .*sample 43210 .*\(seen by rank [012] of 3\)$' ||
    why="it says: $(head -n 3 err)"
verdict "sick: the first line on stderr names the sample and the rank" "$why"

# skip: the batch with sample 43210 of 60 is passed over; nothing but the place in the data moves
for ranks in 0 3; do
    lockstep $ranks train base.yaml data.train=pixel.h5 batch=1000 'on_failure={skip: {skips: 2}}' \
        'model=[{bn: {momentum: 0.3}}, flatten, {dense: 8}, relu, {dense: 3}]' \
        'optimizer={adam: {lr: 0.01}}' steps=60 checkpoint.every_steps=1 checkpoint.keep=99 \
        --run skip-$ranks
    why=$(trouble)
    at=$(sed -nE 's/^\{"kind": "skip", "step": ([0-9]+),.*"sample": 43210,.*/\1/p' skip-$ranks/metrics.jsonl)
    [ -n "$why" ] || [ -n "$at" ] || why="no record of the skip"
    [ -n "$why" ] || why=$(differ "$(printf 'skip-%s/checkpoints/step-%09d.h5' $ranks $((at - 1)))" \
        "$(printf 'skip-%s/checkpoints/step-%09d.h5' $ranks "$at")")
    [ -n "$why" ] || grep -qE 'warning: step .*the batch is passed over, 1 of at most 2$' err ||
        why="it says: $(cat err)"
    verdict "sick: a skipped step leaves all bits as they were, on $ranks ranks" "$why"
done
verdict "sick: skip has the same bits on 1 and 3 ranks" "$(differ skip-0/latest.h5 skip-3/latest.h5)"
cp -a skip-0 skip-again
for step in $(seq $((at + 1)) 60); do
    rm "$(printf 'skip-again/checkpoints/step-%09d.h5' "$step")"
done
lockstep 3 train base.yaml data.train=pixel.h5 batch=1000 'on_failure={skip: {skips: 2}}' \
    'model=[{bn: {momentum: 0.3}}, flatten, {dense: 8}, relu, {dense: 3}]' \
    'optimizer={adam: {lr: 0.01}}' steps=60 checkpoint.every_steps=1 checkpoint.keep=99 \
    --run skip-again --resume
why=$(trouble)
[ -n "$why" ] || why=$(differ skip-0/latest.h5 skip-again/latest.h5)
verdict "sick: a run that has skipped resumes with the same bits" "$why"
lockstep 0 train base.yaml data.train=label.h5 on_failure=skip --run skip-label
why=$(trouble)
[ -n "$why" ] || grep -q '"kind": "skip".*"cause": "label or target out of range"' \
    skip-label/metrics.jsonl || why="no record of the skip"
verdict "sick: a batch with a label that is none is passed over too" "$why"
lockstep 0 train base.yaml data.train=sample.h5 'on_failure={skip: {skips: 3}}' --run skip-out
why=
[ "$status" -eq 4 ] || why="exit $status, not 4"
[ -n "$why" ] || [ "$(grep -c '"kind": "skip"' skip-out/metrics.jsonl)" -eq 3 ] || why="not 3 skips"
verdict "sick: skips come to an end" "$why"

# rollback: with the learning rate of 10 it fails, with a fraction it goes through
for ranks in 0 3; do
    lockstep $ranks train base.yaml data.train=values.h5 "$linear" loss=mse optimizer.sgd.lr=10 \
        'on_failure={rollback: {factor: 0.01, rollbacks: 3}}' checkpoint.every_steps=10 \
        --run back-$ranks
    why=$(trouble)
    [ -n "$why" ] || grep -q '"kind": "rollback", "step": 0,.*"lr_factor": 0.01' \
        back-$ranks/metrics.jsonl || why="no record of going back"
    [ -n "$why" ] || [ "$(steps_of back-$ranks | wc -l)" -eq 40 ] || why="not a record of each step"
    verdict "sick: rollback goes on with a smaller learning rate, on $ranks ranks" "$why"
done
verdict "sick: rollback has the same bits on 1 and 3 ranks" "$(differ back-0/latest.h5 back-3/latest.h5)"
cp -a back-0 back-again
rm back-again/checkpoints/step-00000004*.h5 back-again/checkpoints/step-00000003*.h5
lockstep 3 train base.yaml data.train=values.h5 "$linear" loss=mse optimizer.sgd.lr=10 \
    'on_failure={rollback: {factor: 0.01, rollbacks: 3}}' checkpoint.every_steps=10 \
    --run back-again --resume
why=$(trouble)
[ -n "$why" ] || why=$(differ back-0/latest.h5 back-again/latest.h5)
verdict "sick: a run that went back resumes with the same bits" "$why"

# healthy NAME KEY=VALUE...: trains to its end, says nothing on stderr and leaves no failure
healthy() {
    local name=$1 why
    shift
    lockstep 0 train base.yaml "$@" --run "well-$name"
    why=$(trouble)
    [ -n "$why" ] || [ ! -e "well-$name/failure.txt" ] || why="there is a failure.txt"
    [ -n "$why" ] || [ ! -s err ] || why="it says: $(cat err)"
    [ -n "$why" ] || ! grep -qE '"kind": "(failure|skip|rollback)"' "well-$name/metrics.jsonl" ||
        why="a record of a failure"
    verdict "healthy: $name" "$why"
}
net='model=[{conv: {out: 6, kernel: 3, pad: same}}, bn, relu, {max_pool: 2}, flatten, {dense: 4}]'
healthy mlp
healthy adam 'optimizer={adam: {lr: 0.01}}' on_failure=skip
healthy adamw 'optimizer={adamw: {lr: 0.01}}' 'clip={norm: 1}' on_failure=rollback
healthy rmsprop 'optimizer={rmsprop: {lr: 0.001, momentum: 0.9}}'
healthy adagrad 'optimizer={adagrad: {lr: 0.05}}' 'loss={focal: {gamma: 2}}'
healthy regression data.train=values.h5 "$two" loss=mse
healthy network data.train=photos.h5 data.normalize=channel 'data.augment=[flip, {crop: {pad: 1}}]' "$net"
healthy unnormalised data.train=photos.h5 "$net" optimizer.sgd.lr=0.01
healthy signal data.train=ecg.h5 data.normalize=channel \
    'model=[{conv: {out: 4, kernel: 5}}, bn, silu, global_avg_pool, {dense: 3}]'
healthy dropout 'model=[{dense: 32}, {dropout: 0.5}, relu, {dense: 3}]' \
    'optimizer={sgd: {lr: 0.1, momentum: 0.9, nesterov: true, weight_decay: 0.001}}'
