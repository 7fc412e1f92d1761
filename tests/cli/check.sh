#!/usr/bin/env bash
# What `lockstep check` warns of: every sick job of tests/sick/check raises exactly the warning that
# its first line names, with the layer or number in it; healthy jobs raise nothing. The words are
# the same on 1 and on 3 ranks.
# shellcheck source=tests/tools/cli.sh
. "$(dirname "$0")/../tools/cli.sh"

table() { # FILE AWK-EXPRESSION: 300 rows of x0 ... x3 and a class
    awk 'BEGIN {srand(3); for (i = 0; i < 300; i++) {
        c = i % 2; x = c + rand(); y = rand() - c; z = rand(); '"$2"'
        printf "%g,%g,%g,%g\n", x, y, z, c}}' > "$1.csv"
    "$LOCKSTEP" import csv "$1.csv" --out "$1.h5" > /dev/null
}

"$tools/make_data" h5 wide.h5 n=300 x=6 k=3
"$tools/make_data" h5 image.h5 n=300 x=3,9,9 k=3
table constant 'z = 7'
table scale 'y *= 50000'
table tags 'c = 0.5'
table huge 'x *= 3000; y *= 3000; z *= 3000'
table endless 'x *= 1e38; y *= 1e38; z *= 1e38'
cp "$root"/tests/sick/check/*.yaml .

# The warnings of the last check, without what leads them.
warnings() {
    sed -nE 's/^  warning: //p' "$words/out"
}

for job in "$root"/tests/sick/check/*.yaml; do
    name=$(basename "$job" .yaml)
    read -r check place < <(sed -nE '1s/^# warns: //p' "$job")
    for ranks in 1 3; do
        lockstep "$ranks" check "$name.yaml"
        why=$(trouble)
        warnings > "$ranks.warnings"
        [ -n "$why" ] || [ "$(wc -l < "$ranks.warnings")" -eq 1 ] || why="warnings: $(warnings)"
        [ -n "$why" ] || grep -qE "$place\\b.*\\[$check\\]$" "$ranks.warnings" ||
            why="no $check, $place: $(warnings)"
        verdict "check: $name warns of that on $ranks ranks" "$why"
    done
    verdict "check: $name in the same words on 1 and 3 ranks" "$(diff 1.warnings 3.warnings)"
done

# Golden cases are made to cover much, and some of that is unhealthy.
unhealthy='branches conv-mix frozen one-output-bce'
sick_of() {
    case $1 in
    branches) echo bias ;;
    conv-mix) echo stride linear ;;
    frozen) echo bias bn_batch ;;
    one-output-bce) echo shards ;;
    esac
}
for case in "$root"/tests/golden/*/; do
    name=$(basename "$case")
    lockstep 0 check "$case/job.yaml"
    why=$(trouble)
    found=$(warnings | sed -nE 's/.*\[(.*)\]$/\1/p' | xargs)
    [ -n "$why" ] || [ "$found" = "$(sick_of "$name")" ] || why="it warns: $(warnings)"
    [[ " $unhealthy " == *" $name "* ]] && what="warns of what it is made with" || what="is healthy"
    verdict "check: golden $name $what" "$why"
done

"$tools/make_data" h5 cnn.h5 n=1000 x=1,28,28 k=10 type=u8
"$tools/make_data" h5 mlp.h5 n=1000 x=784 k=10
"$tools/make_data" h5 resnet20.h5 n=300 x=3,32,32 k=10
for job in cnn mlp resnet20; do
    sed "s|train: [^}]*|train: $PWD/$job.h5|" "$root/tests/bench/$job.yaml" > "$job.yaml"
    lockstep 0 check $job.yaml batch=100
    why=$(trouble)$(warnings)
    verdict "check: the benchmark's $job is healthy" "$why"
done
lockstep 0 check resnet20.yaml batch=100 init.zero_last_bn=true init.weights=he
verdict "check: residuals that begin at 0 are healthy" "$(trouble)$(warnings)"
lockstep 0 check "$root/examples/fashion/job.yaml" data.train="$PWD/cnn.h5"
verdict "check: examples/fashion is healthy" "$(trouble)$(warnings)"

awk -f "$root/examples/depth/spirals.awk" > spirals.csv
"$LOCKSTEP" import csv spirals.csv --out spirals.h5 > /dev/null
for job in sigmoid elu batch-norm residual; do
    lockstep 0 check "$root/examples/depth/$job.yaml" data.train="$PWD/spirals.h5"
    why=$(trouble)
    found=$(warnings | sed -nE 's/.*\[(.*)\]$/\1/p' | xargs)
    [ $job = sigmoid ] && want=vanishing || want=
    [ -n "$why" ] || [ "$found" = "$want" ] || why="it warns: $(warnings)"
    verdict "check: examples/depth/$job ${want:-is healthy}" "$why"
done
for job in auto class; do
    lockstep 0 check "$root/examples/pretrain/$job.yaml" data.train="$PWD/cnn.h5"
    verdict "check: examples/pretrain/$job is healthy" "$(trouble)$(warnings)"
done
