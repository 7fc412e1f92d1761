#!/usr/bin/env bash
# Balance and dealing: the same bits on any number of ranks and threads and over a kill and a
# restart, `check` prints the plan, and what makes no sense is refused.
# shellcheck source=tests/tools/cli.sh
. "$(dirname "$0")/../tools/cli.sh"

# 1 sample in 12 is of another class than 0
"$tools/make_data" h5 rare.h5 n=1201 x=2,6,6 k=4 rare=12 type=u8
"$tools/make_data" h5 groups.h5 n=500 x=9 k=5 values=2 rare=9

cat > rare.yaml << 'END'
seed: 5
data: {train: rare.h5, valid: 0.1, augment: [flip, {crop: {pad: 1}}]}
batch: 27
epochs: 3
model:
- conv: {out: 6, kernel: 3, bias: false}
- bn
- relu
- dropout: 0.2
- flatten
- dense: 4
loss: cross_entropy
metrics: [balanced_accuracy]
optimizer: {adam: {lr: 0.01}}
sampler: {balance: equal}
log_every: 1
END
cat > groups.yaml << 'END'
data: {train: groups.h5, groups: g}
batch: 10
steps: 60
model: [{dense: 8}, tanh, {dense: 2}]
loss: mse
optimizer: {sgd: {lr: 0.01}}
sampler: {balance: {ratio: {0: 2, 1: 1, 2: 1}}}
log_every: 1
END

# same REFERENCE RUN NAME: the same checkpoint and the same record of steps
same() {
    local why
    why=$(trouble)
    [ -n "$why" ] || why=$(differ "$1/latest.h5" "$2/latest.h5")
    [ -n "$why" ] || diff <(steps_of "$1") <(steps_of "$2") > steps.diff ||
        why="metrics.jsonl differs: $(head -n 4 steps.diff)"
    verdict "balance: $3" "$why"
}

for job in rare groups; do
    lockstep 1 train $job.yaml --run $job-1
    verdict "balance: $job trains" "$(trouble)"
    for ranks in 2 3 5 8; do
        lockstep $ranks train $job.yaml --run $job-$ranks
        same $job-1 $job-$ranks "$job on $ranks ranks"
    done
    lockstep 2 train $job.yaml threads=3 --run $job-t
    same $job-1 $job-t "$job on 2 ranks of 3 threads"
done
for balance in sqrt '{effective: 0.99}' '{ratio: {0: 5, 3: 1}}'; do
    rm -rf one three
    lockstep 1 train rare.yaml "sampler.balance=$balance" epochs=1 --run one
    lockstep 3 train rare.yaml "sampler.balance=$balance" epochs=1 --run three
    same one three "$balance on 3 ranks"
done

# killed in mid-epoch, resumed on other ranks
mpirun -n 2 "$LOCKSTEP" train rare.yaml epochs=60 checkpoint.every_steps=50 --run killed \
    > out 2> err &
pid=$!
why=
wait_for_step killed 130 $pid || why="it ended before step 130: $(tail -n 3 err)"
ranks=$(pgrep -P $pid)
kill -9 $pid
wait $pid 2> /dev/null
for _ in {1..100}; do
    # shellcheck disable=SC2086 # process numbers
    kill -0 $ranks 2> /dev/null || break
    sleep 0.1
done
verdict "balance: a run is killed" "$why"
lockstep 5 train rare.yaml epochs=60 --run killed --resume
verdict "balance: it goes on on 5 ranks" "$(trouble)"
lockstep 3 train rare.yaml epochs=60 --run whole
same whole killed "killed on 2 ranks, resumed on 5"

why=
lockstep 1 train rare.yaml epochs=61 sampler.balance=sqrt --run killed --resume
grep -qE 'note: .*sampler' err || why="no note of another balance: $(cat err)"
verdict "balance: a restart with another balance says so" "$why"

# plan NAME PATTERN OVERRIDE...: `check` prints a line like that
plan() {
    local name=$1 pattern=$2 why
    shift 2
    lockstep 2 check "$@"
    why=$(trouble)
    [ -n "$why" ] || grep -qE "$pattern" out || why="no such line: $(grep -A 9 'first batches' out)"
    verdict "balance: check prints $name" "$why"
}

plan "equal shares" '^ +3 +25\.00% .* 7 \(0-1\) +7 \(0-1\)' rare.yaml
plan "a ratio" '^ +0 +62\.50% .* 5 \(1-1\) +5 \(1-1\)' rare.yaml \
    'sampler.balance={ratio: {0: 5, 1: 1, 2: 1, 3: 1}}' batch=8 shards=5
plan "groups" '^ +0 +4' groups.yaml
plan "the plan without balance" '^ +0 +9[0-9]\.' rare.yaml sampler.balance=none

# refused NAME PATTERN JOB OVERRIDE...
refused() {
    local name=$1 pattern=$2 why=
    shift 2
    lockstep 2 train "$@" --run new
    [ "$status" -eq 2 ] || [ "$status" -eq 3 ] || why="exit $status"
    [ "$(wc -l < err)" -eq 1 ] || why="not one line on stderr: $(cat err)"
    grep -qE -- "$pattern" err || why="it says: $(cat err)"
    [ ! -e new ] || why="it left a run"
    verdict "balance: $name is refused" "$why"
}

sed 's/balance: equal/balance: eqaul/' rare.yaml > wrong.yaml
refused "a word that is none" 'wrong\.yaml:[0-9]+:[0-9]+: .*"eqaul" \(did you mean "equal"' wrong.yaml
sed 's/balance: equal/balance: {ratio: {0: 1, 7: 2}}/' rare.yaml > wrong.yaml
refused "a class that there is not" 'wrong\.yaml:[0-9]+:[0-9]+: .*no class 7.* 0 to 3' wrong.yaml
sed 's/balance: equal/balance: {ratio: {0: 1, 1: -2}}/' rare.yaml > wrong.yaml
refused "parts below 0" 'wrong\.yaml:[0-9]+:[0-9]+: .*above 0' wrong.yaml
refused "balance of real labels" 'data\.groups' groups.yaml data.groups= sampler.balance=equal
refused "groups that there are not" 'has no dataset h.*data\.groups' groups.yaml data.groups=h
refused "groups of reals" 'expected \(N\) integers' groups.yaml data.groups=y
