#!/usr/bin/env bash
# lockstep-run keeps a run going: through killed ranks and a killed mpirun, on other numbers of ranks,
# and it knows when not to.
# shellcheck source=tests/tools/cli.sh
. "$(dirname "$0")/../tools/cli.sh"

keep_going=$(dirname "$LOCKSTEP")/lockstep-run
export LOCKSTEP

"$tools/make_data" h5 data.h5 n=4003 x=64 k=4
cat > job.yaml << 'END'
seed: 4
data: {train: data.h5, valid: 0.1}
batch: 64
steps: 4000
model:
- dense: 128
- bn
- relu
- dropout: 0.2
- dense: 4
loss: cross_entropy
optimizer: {adam: {lr: 0.001}}
metrics: [accuracy]
checkpoint: {every_steps: 500, keep: 2}
log_every: 1
END

# begin RUN ARGUMENT...: lockstep-run in the background, its process in $runner
begin() {
    local run=$1
    shift
    "$keep_going" job.yaml --run "$run" "$@" > out 2> err &
    runner=$!
}

mpirun_of() { # RUNNER
    pgrep -P "$1" -x mpirun
}

ranks_of() { # RUNNER
    pgrep -P "$(mpirun_of "$1")"
}

finish() {
    status=0
    wait "$runner" || status=$?
}

said() { # PATTERN: why it is not on stderr
    grep -qE -- "$1" err || echo "not said: $1, but: $(grep -v '^epoch' err | tail -n 5)"
}

# ended EXIT PATTERN: why the last lockstep-run did not end like that
ended() {
    [ "$status" -eq "$1" ] || echo "exit $status, not $1: $(tail -n 3 err)"
    said "$2"
}

lockstep 1 train job.yaml --run alone
why=$(trouble)
verdict "restart: the undisturbed run" "$why"

begin killed -n 3
why=
wait_for_step killed 600 $runner || why="it ended early"
kill -KILL "$(ranks_of $runner | tail -n 1)"
finish
[ -n "$why" ] || why=$(ended 0 'a rank died of SIGKILL \(137\) .*; restart 1 of 100 goes on from step')
[ -n "$why" ] || why=$(differ alone/latest.h5 killed/latest.h5)
[ -n "$why" ] || why=$(diff <(steps_of alone) <(steps_of killed) | head -n 3)
verdict "restart: a rank is killed" "$why"

begin headless -n 2
why=
wait_for_step headless 600 $runner || why="it ended early"
mpirun=$(mpirun_of $runner)
kill -KILL "$mpirun"
finish
[ -n "$why" ] || why=$(ended 0 'mpirun was killed after .*; restart 1 of 100 goes on from step')
[ -n "$why" ] || why=$(differ alone/latest.h5 headless/latest.h5)
[ -z "$(ls -d /tmp/ompi.*/pid."$mpirun" 2> /dev/null)" ] || why="its folder in /tmp has stayed"
verdict "restart: mpirun is killed, nothing of it stays" "$why"

begin stopped -n 2
why=
wait_for_step stopped 300 $runner || why="it ended early"
kill -TERM $runner
finish
[ -n "$why" ] || why=$(ended 75 'stopped, the newest checkpoint is of step [0-9]+: start again')
begin stopped -n 4
finish
[ -n "$why" ] || why=$(ended 0 'starts job.yaml with 4 ranks')
[ -n "$why" ] || why=$(differ alone/latest.h5 stopped/latest.h5)
verdict "restart: TERM stops with 75, and it goes on with more ranks" "$why"

begin asked -n 2
why=
wait_for_step asked 300 $runner || why="it ended early"
kill -USR1 "$(ranks_of $runner | head -n 1)"
finish
[ -n "$why" ] || why=$(ended 0 'ended with 75, a checkpoint written after .*; restart 1 of 100')
[ -n "$why" ] || why=$(differ alone/latest.h5 asked/latest.h5)
verdict "restart: a run that ends with 75 by itself goes on" "$why"

# stop on P ranks, go on with Q, up to the shards
why=
steps=0
for ranks in 1 8 3 5 2 7 4 6; do
    steps=$((steps + 125))
    begin elastic -n $ranks steps=$steps
    finish
    [ -n "$why" ] || why=$(ended 0 "with $ranks rank")
done
lockstep 1 train job.yaml steps=$steps --run plain
[ -n "$why" ] || why=$(trouble)
[ -n "$why" ] || why=$(differ plain/latest.h5 elastic/latest.h5)
verdict "restart: 1, 8, 3, 5, 2, 7, 4 and 6 ranks in turn" "$why"

begin many -n 30 steps=20
finish
why=$(ended 0 'with 8 ranks')
verdict "restart: never more ranks than shards" "$why"

begin bad -n 2 optimizer.adam.lr=-1
finish
why=$(ended 2 'lr')
begin bad -n 2 data.train=none.h5
finish
[ -n "$why" ] || why=$(ended 3 'not started again: .*\(exit 3\)')
begin bad -n 2 'optimizer={sgd: {lr: 1e6, weight_decay: 1e6}}' steps=50
finish
[ -n "$why" ] || why=$(ended 4 'not started again: .*\(exit 4\)')
verdict "restart: a bad job, bad data and a diverging run are not started again" "$why"

# in place of mpirun: ends with the codes of the file codes in turn, a checkpoint written before
# where a + stands at the code
cat > fake << 'END'
#!/usr/bin/env bash
code=$(head -n 1 codes)
sed -i 1d codes
echo "$*" >> calls
mkdir -p fake-run/checkpoints
echo started >> fake-run/log.txt
[[ $code != *+ ]] ||
    ln -sfn "checkpoints/step-$(printf %09d "$(wc -l < calls)").h5" fake-run/latest.h5
exit "${code%+}"
END
chmod +x fake

# pretended NAME EXIT PATTERN CALLS CODE... [-- ARGUMENT...]
pretended() {
    local name=$1 code=$2 pattern=$3 calls=$4
    shift 4
    rm -rf fake-run calls codes
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        echo "$1" >> codes
        shift
    done
    [ $# -eq 0 ] || shift
    status=0
    MPIRUN=./fake "$keep_going" job.yaml --run fake-run -n 2 "$@" > out 2> err || status=$?
    why=$(ended "$code" "$pattern")
    [ -n "$why" ] || [ "$(wc -l < calls)" -eq "$calls" ] || why="$(wc -l < calls) starts, not $calls"
    verdict "restart: $name" "$why"
}
pretended "gives up where restarts make no progress" 1 \
    'a rank died of SIGSEGV \(139\) .*; gives up: 2 restarts made no progress beyond step 1' 4 \
    139+ 139 139 139 0
pretended "progress counts" 0 'restart 4 of 100 goes on from step 3' 5 137 137 137+ 137 0
pretended "gives up where all restarts are used up" 1 \
    'the run failed with 1 .*; gives up at step 3: 2 restarts are used up' 3 1+ 1+ 1+ 0 -- --restarts 2
pretended "a program that does not start is not started again" 1 'could not be started|failed with 1' 3 \
    1 1 1 0
MPIRUN=false "$keep_going" job.yaml --run never > out 2> err
status=$?
why=$(ended 1 'the program could not be started')
verdict "restart: mpirun itself fails" "$why"

# refused PATTERN ARGUMENT...
refused() {
    local pattern=$1
    shift
    status=0
    "$keep_going" "$@" > out 2> err || status=$?
    [ -n "$why" ] || why=$(ended 2 "^lockstep(-run)?: .*$pattern")
    [ -n "$why" ] || [ "$(wc -l < err)" -eq 1 ] || why="not one line: $(cat err)"
}
why=
refused 'a job is needed' --run x
refused '"job.yaml" is one argument too many' job.yaml job.yaml
refused 'unknown flag --rank ' job.yaml --rank 3
refused '\-n takes a whole number of 1 or more, not "x"' -n x job.yaml
refused '\-n takes a whole number of 1 or more, not "0"' -n 0 job.yaml
refused '\-\-run needs a value' job.yaml --run
refused '"a:b" is not HOST or HOST:SLOTS' job.yaml --hosts a:b
refused 'none.yaml' none.yaml
verdict "restart: wrong arguments are refused in one line" "$why"
