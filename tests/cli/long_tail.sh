#!/usr/bin/env bash
# data.long_tail: check counts what is left, the loss knows the same counts, and the bits do not
# depend on the ranks; what cannot be cut is refused.
# shellcheck source=tests/tools/cli.sh
. "$(dirname "$0")/../tools/cli.sh"

"$tools/make_data" h5 classes.h5 n=600 x=6 k=3
cp "$root/tests/golden/multilabel-bce/train.h5" labels.h5
cat > job.yaml << 'END'
data: {train: classes.h5, valid: 0.2, long_tail: 20, normalize: channel}
batch: 16
epochs: 2
model: [{dense: 8}, tanh, {dense: 3}]
loss: balanced_softmax
optimizer: {sgd: {lr: 0.01}}
END

# counts COLUMN: of the table of classes that check printed
counts() {
    awk -v column="$1" '$1 ~ /^[0-9]+$/ && $3 ~ /%$/ { printf "%s%s", sep, $column; sep = " " }' out
}

lockstep 0 check job.yaml data.long_tail=1
most=$(counts 2 | tr ' ' '\n' | sort -n | tail -n 1)
whole="$(counts 2) $(counts 4)"
lockstep 0 check job.yaml
expected=$(awk -v most="$most" 'BEGIN {
    for (c = 0; c < 3; c++) printf "%s%d", c ? " " : "", most * 20 ^ (-c / 2) + 0.5 }')
# class 0 may have fewer than the largest
expected="$(cut -d ' ' -f 1 <<< "$whole") ${expected#* }"
why=$(trouble)
[ -n "$why" ] || [ "$(counts 2)" = "$expected" ] || why="$(counts 2), expected $expected"
verdict "long_tail: check counts what is left" "$why"
verdict "long_tail: what is held out stays whole" \
    "$([ "$(counts 4)" = "${whole#* * * }" ] || echo "$(counts 4), before ${whole#* * * }")"

for ranks in 0 2 3 5 8; do
    lockstep "$ranks" train job.yaml --run "run$ranks"
    why=$(trouble)
    verdict "long_tail: the same bits on $ranks ranks" \
        "${why:-$(differ run0/latest.h5 "run$ranks/latest.h5")}"
done
said=$(sed -nE '/class_counts:/,/^ *[a-z_]+: *[^-]*$/ s/^ *- *([0-9]+).*/\1/p' run0/job.yaml | xargs)
verdict "long_tail: the loss counts what is left" \
    "$([ "$said" = "$expected" ] || echo "$said, expected $expected")"

# refused NAME PATTERN KEY=VALUE...
refused() {
    local name=$1 pattern=$2 why=
    shift 2
    rm -rf new
    lockstep 2 train job.yaml --run new "$@"
    [ "$status" -eq 2 ] || why="exit $status"
    [ "$(wc -l < err)" -eq 1 ] || why="not one line on stderr: $(cat err)"
    grep -qE -- "$pattern" err || why="it says: $(cat err)"
    verdict "long_tail: $name is refused" "$why"
}
refused "a factor below 1" 'long_tail takes a number of 1 or more, got "0.5"' data.long_tail=0.5
refused "a tail of several labels" 'data.long_tail: the labels of .* are no classes' \
    data.train=labels.h5 loss=bce 'model=[flatten, {dense: 6}]'
