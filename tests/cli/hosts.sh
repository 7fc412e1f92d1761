#!/usr/bin/env bash
# On several hosts: the same bits wherever the ranks are, and a run that loses a host.
# shellcheck source=tests/tools/cli.sh
. "$(dirname "$0")/../tools/cli.sh"
# shellcheck source=tests/cluster/hosts.sh
. "$root/tests/cluster/hosts.sh"

why=$(hosts_trouble)
if [ -n "$why" ]; then
    skip hosts "$why"
    exit 0
fi

# 20 samples of the 203 are held out; 183 = 7 * 24 + 15
"$tools/make_data" h5 data.h5 n=203 x=3,10,10 k=4 type=u8
cat > job.yaml << 'END'
seed: 3
data: {train: data.h5, valid: 0.1, normalize: channel, augment: [flip]}
batch: 24
steps: 20
model:
- conv: {out: 8, kernel: 3, pad: same, bias: false}
- bn
- relu
- residual:
  - conv: {out: 8, kernel: 3, pad: same}
  - bn
- relu
- flatten
- dropout: 0.3
- dense: 64
- bn
- relu
- dense: 4
loss: {focal: {mine: {keep: 0.5}}}
metrics: [auroc, accuracy]
optimizer: {adam: {lr: 0.01}}
clip: {norm: 1}
checkpoint: {every_steps: 5, keep: 2}
log_every: 1
END

lockstep 1 train job.yaml --run alone
why=$(trouble)
verdict "hosts: the run that the others are held against" "$why"

hosts_up 4 || {
    verdict "hosts: four hosts come up" "$(cat "$hosts_state"/*/log)"
    exit 1
}

# over HOSTS ARGUMENT...: the program on these hosts, "n1 n1 n2": a rank on each, in that order
over() {
    local ranks=0 host rankfile=$hosts_state/rankfile
    : > "$rankfile"
    for host in $1; do
        echo "rank $ranks=$host slot=0" >> "$rankfile"
        ranks=$((ranks + 1))
    done
    shift
    status=0
    hosts_mpirun --rankfile "$rankfile" -n $ranks "$LOCKSTEP" "$@" > out 2> err.all || status=$?
    sed '/^-----*$/,/^-----*$/d' err.all | grep -v '^$' > err || true
}

why=
[ "$(over "n2 n1 n2" train --help; hosts_mpirun --rankfile "$hosts_state/rankfile" -n 3 \
    hostname 2> err.all | sort | xargs)" = "n1 n2 n2" ] || why="they are elsewhere: $(cat err.all)"
verdict "hosts: ranks run on the hosts they are meant for" "$why"

number=0
for where in "n1 n2" "n1 n2 n3" "n1 n2 n3 n4" "n1 n1 n2 n2" "n1 n2 n1 n2" "n2 n1 n1 n1" \
    "n1 n2 n3 n1 n2" "n4 n3 n3 n3 n1 n1" "n1 n2 n3 n4 n4 n3 n2 n1"; do
    number=$((number + 1))
    over "$where" train job.yaml --run run-$number
    why=$(trouble)
    [ -n "$why" ] || why=$(differ alone/latest.h5 run-$number/latest.h5)
    [ -n "$why" ] || why=$(diff <(steps_of alone) <(steps_of run-$number) | head -n 3)
    verdict "hosts: the same bits with ranks on $where" "$why"
done

# A run of some seconds, kept going from head by lockstep-run, on a rank of each host.
"$tools/make_data" h5 long.h5 n=4003 x=64 k=4
cat > long.yaml << 'END'
seed: 4
data: {train: long.h5}
batch: 64
steps: 6000
model: [{dense: 128}, bn, relu, {dropout: 0.2}, {dense: 4}]
loss: cross_entropy
optimizer: {adam: {lr: 0.001}}
checkpoint: {every_steps: 500, keep: 2}
log_every: 1
END
lockstep 1 train long.yaml --run long
why=$(trouble)
verdict "hosts: the longer run" "$why"

# loses HOST: the run goes on without it and then ends as the undisturbed one; it is noticed that
# the host has gone within the eight seconds that lockstep-run is told, and two of a busy machine.
loses() {
    local host=$1 rest began took=-1 runner mpirun
    rest=$(seq -f n%g 4 | grep -v "$host" | xargs)
    on head env LOCKSTEP="$LOCKSTEP" OMPI_MCA_plm_rsh_agent="$agent" bash \
        "$(dirname "$LOCKSTEP")/lockstep-run" --hosts "$hostfile" --notice 8 long.yaml \
        --run "without-$host" > out 2> err &
    runner=$!
    why=
    wait_for_step "without-$host" 1200 $runner || why="it ended early"
    mpirun=$(pgrep -P "$(pgrep -P $runner)" -x mpirun)
    began=$SECONDS
    $2 "$host"
    while kill -0 "$mpirun" 2> /dev/null; do
        sleep 0.1
    done
    took=$((SECONDS - began))
    status=0
    wait $runner || status=$?
    reconnect "$host"
    [ -n "$why" ] || why=$(trouble)
    [ -n "$why" ] || grep -qE "mpirun lost a host \\(205\\) .* with 3 ranks on 3 of 4 hosts \\(no answer from $host\\)" \
        err || why="it says: $(grep lockstep-run err)"
    [ -n "$why" ] || [ $took -le 10 ] || why="mpirun went on for $took s"
    [ -n "$why" ] || why=$(differ long/latest.h5 "without-$host/latest.h5")
    verdict "hosts: $host is lost ($2), noticed after $took s; $rest go on" "$why"
}
loses n4 cut_off
loses n1 power_off
