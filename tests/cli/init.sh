#!/usr/bin/env bash
# Weights to begin with: initialisers, loading by layer, freezing for some epochs, and an
# autoencoder whose encoder goes into a classifier; the same bits on any number of ranks and through
# a restart.
# shellcheck source=tests/tools/cli.sh
. "$(dirname "$0")/../tools/cli.sh"

"$tools/make_data" h5 data.h5 n=203 x=2,6,6 k=3

cat > net.yaml << 'END'
seed: 4
data: {train: data.h5, normalize: channel}
batch: 24
epochs: 4
model:
- conv: {out: 5, kernel: 3, bias: false, lr_scale: 0.3}
- bn
- relu
- residual: [conv: {out: 5, kernel: 3, pad: same, bias: false}, bn]
- relu
- flatten
- dense: {out: 12, init: orthogonal}
- elu
- dense: 3
loss: cross_entropy
optimizer: {adam: {lr: 0.01}}
checkpoint: {every_steps: 100}
END

# bits NAME JOB ARGUMENT...: on 1, 2, 3, 5 and 8 ranks
bits() {
    local name=$1 job=$2 ranks why
    shift 2
    for ranks in 1 2 3 5 8; do
        lockstep $ranks train "$job" "$@" --run "$name-$ranks"
        why=$(trouble)
        [ -n "$why" ] || why=$(differ "$name-1/latest.h5" "$name-$ranks/latest.h5")
        verdict "init: $name has the same bits on $ranks ranks" "$why"
    done
}

for kind in he xavier lsuv '{normal: 0.1}'; do
    bits "$(tr -dc '[:lower:]' <<< "$kind")" net.yaml "init.weights=$kind" init.zero_last_bn=true epochs=1
done
bits remedies net.yaml clip.adaptive=0.02 gradient_noise.eta=0.01 regularize.max_norm=1 epochs=2

# all that was loaded, left out, of another shape, frozen
sed 's/dense: 3$/dense: 4/' net.yaml > four.yaml
"$tools/make_data" h5 four.h5 n=203 x=2,6,6 k=4
lockstep 0 train four.yaml data.train=four.h5 init.from=he-1/latest.h5 init.strict=false \
    'init.freeze=[conv1, bn1]' epochs=1 --run loaded
why=$(trouble)
for line in '  conv1 +loaded, frozen' '  bn2 +loaded$' '  dense1 +loaded$' \
    '  dense2 +left out: another shape: /model/dense2/weight is \(3, 12\), the model has \(4, 12\)$' \
    '  /model/dense2/weight +in the file, not taken$'; do
    [ -n "$why" ] || grep -qE "^$line" err || why="no line $line in: $(cat err)"
    [ -n "$why" ] || grep -qE "init: $line" loaded/log.txt || why="not in log.txt: $line"
done
verdict "init: tells what was loaded, left out, of another shape, frozen" "$why"

refused() { # NAME CODE PATTERN ARGUMENT...
    lockstep 2 train four.yaml data.train=four.h5 epochs=1 init.from=he-1/latest.h5 "${@:4}" --run no
    why=
    [ "$status" -eq "$2" ] || why="exit $status"
    grep -qE "$3" err || why="$(cat err)"
    verdict "init: refuses $1" "$why"
}
refused 'another shape' 3 'dense2'
refused 'another shape of a chosen layer' 3 'dense2: left out: another shape' 'init.only=[dense2]'
refused 'an unknown layer in only' 2 'init.only: the model has no layer "dens2" \(did you mean "dense2"' \
    'init.only=[dens2]'
refused 'a name that is not in the file' 3 'conv1: left out: the file has no /model/stem/weight' \
    init.rename.stem=conv1 'init.skip=[dense2]'

# frozen layers stay until their epoch, and then move
frozen=("init.from=he-1/latest.h5" "init.freeze=[conv1, bn1]" init.unfreeze_at_epoch=2)
bits thawed net.yaml "${frozen[@]}"
lockstep 0 train net.yaml "${frozen[@]}" epochs=2 --run half
same_as_file() { # LAYERS of half and he-1 that are equal
    "$LOCKSTEP" compare half/latest.h5 he-1/latest.h5 2> /dev/null | grep -oE "/model/(conv1|bn1)/[a-z_]+" | sort -u
}
why=$(trouble)
[ -n "$why" ] || why=$(same_as_file)
verdict "init: what is frozen stays, running statistics too" "$why"
moved=$("$LOCKSTEP" compare thawed-1/latest.h5 he-1/latest.h5 2> /dev/null |
    grep -cE "/model/(conv1/weight|bn1/weight|bn1/bias|bn1/running_mean|bn1/running_var)")
why=
[ "$moved" -eq 5 ] || why="$moved of 5 tensors moved"
verdict "init: what thaws moves, running statistics too" "$why"
for stop in 1 2 3; do
    lockstep 2 train net.yaml "${frozen[@]}" epochs=$stop --run "again-$stop"
    lockstep 3 train net.yaml "${frozen[@]}" --run "again-$stop" --resume
    why=$(trouble)
    [ -n "$why" ] || why=$(differ thawed-1/latest.h5 "again-$stop/latest.h5")
    verdict "init: a restart after epoch $stop keeps the bits of a thaw in epoch 3" "$why"
done

# an autoencoder, without labels; its encoder into a classifier
"$tools/make_data" h5 bare.h5 n=203 x=2,6,6 k=3
cat > auto.yaml << 'END'
seed: 5
data: {train: bare.h5, valid: 0.2, normalize: channel, noise: {mask: 0.3}, augment: flip}
batch: 24
epochs: 6
model:
- conv: {out: 5, kernel: 3, pad: same, bias: false, name: first}
- bn: {name: first_bn}
- relu
- max_pool: 2
- flatten
- dense: {out: 12, name: code}
- relu
- dense: 45
- relu
- reshape: {shape: [5, 3, 3]}
- upsample: {scale: 2}
- conv: {out: 2, kernel: 3, pad: same}
- flatten
loss: {mse: {target: input}}
metrics: [rmse]
optimizer: {adam: {lr: 0.01}}
END
bits mask auto.yaml
bits noise auto.yaml 'data.noise={normal: 0.5}'
why=
[[ $(sed -nE 's/.*"kind": "epoch".*"rmse": ([0-9.]+).*/\1/p' mask-1/metrics.jsonl | sed -n '1p;$p' | xargs) =~ ^(.*)\ (.*)$ ]]
awk -v a="${BASH_REMATCH[1]}" -v b="${BASH_REMATCH[2]}" 'BEGIN {exit !(b < 0.9 * a)}' ||
    why="rmse ${BASH_REMATCH[0]}"
verdict "init: an autoencoder learns" "$why"
lockstep 0 eval mask-1/latest.h5 --data bare.h5
verdict "init: an autoencoder is evaluated" "$(trouble)"
cat > class.yaml << 'END'
seed: 6
data: {train: data.h5, normalize: channel}
batch: 24
epochs: 2
model:
- conv: {out: 5, kernel: 3, pad: same, bias: false}
- bn
- relu
- max_pool: 2
- flatten
- dense: 12
- relu
- dense: 3
loss: cross_entropy
optimizer: {adam: {lr: 0.01}}
init:
  from: mask-1/latest.h5
  only: [conv1, bn1, dense1]
  rename: {first: conv1, first_bn: bn1, code: dense1}
END
lockstep 2 train class.yaml --run class
why=$(trouble)
[ -n "$why" ] || [ "$(grep -cE '^  (conv1|bn1|dense1) +loaded from (first|first_bn|code)$' err)" -eq 3 ] || why="$(cat err)"
[ -n "$why" ] || grep -qE '^  dense2 +left out: not chosen$' err || why="$(cat err)"
verdict "init: an encoder goes into a classifier" "$why"
sed 's/dense: 45/dense: 40/; s/\[5, 3, 3\]/[10, 2, 2]/' auto.yaml > bad.yaml
lockstep 0 train bad.yaml --run bad
why=
[ "$status" -eq 2 ] || why="exit $status: $(cat err)"
grep -q 'target: input: the model gives 32 outputs, but a sample has 72 values' err || why="$(cat err)"
verdict "init: an autoencoder of another size is refused" "$why"
lockstep 3 check auto.yaml
verdict "init: an autoencoder is checked, and healthy" "$(trouble)$(grep warning: out)"

# the range test
lockstep 0 lr_find net.yaml --plot one.svg
mv out one.out
lockstep 3 lr_find net.yaml --plot three.svg
why=$(trouble)
[ -n "$why" ] || why=$(diff one.out out | head -n 3; cmp one.svg three.svg)
[ -n "$why" ] || [ ! -e runs ] || why="it makes runs"
[ -n "$why" ] || grep -qE '^suggestion: lr: [0-9.e-]+$' out || why="$(cat out)"
[ -n "$why" ] || [[ $(head -c 4 one.svg) = '<svg' && $(tail -n 1 one.svg) = '</svg>' ]] || why="no SVG"
verdict "lr_find: the same table and plot on 1 and 3 ranks" "$why"
"$tools/make_data" h5 values.h5 n=203 x=2,6,6 values=3
sed 's/loss: cross_entropy/loss: mse/; s/adam: {lr: 0.01}/sgd: {lr: 0.01}/; s/train: data.h5/train: values.h5/' \
    net.yaml > values.yaml
lockstep 2 lr_find values.yaml --to 1e6
why=$(trouble)
[ -n "$why" ] || grep -q '^the loss explodes at lr ' out || why="$(cat out)"
verdict "lr_find: stops when the loss explodes" "$why"
lockstep 2 lr_find net.yaml --from 1 --to 0.1
why=
[ "$status" -eq 2 ] || why="exit $status"
verdict "lr_find: refuses a range without rates" "$why"
