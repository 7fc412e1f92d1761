#!/usr/bin/env bash
# Every loss trains, with the same bits on 1 and 3 ranks, and its checkpoint is evaluated to the
# loss that training found; what a loss cannot do is refused.
# shellcheck source=tests/tools/cli.sh
. "$(dirname "$0")/../tools/cli.sh"

"$tools/make_data" h5 classes.h5 n=90 x=6 k=3
cp "$root/tests/golden/multilabel-bce/train.h5" labels.h5 # 6 labels each
cat > job.yaml << 'END'
data: {train: classes.h5, valid: classes.h5}
batch: 16
steps: 8
model: [{dense: 8}, tanh, {dense: 3}]
loss: cross_entropy
optimizer: {sgd: {lr: 0.01}}
log_every: 1
END

# same_loss LOSS: why the last evaluation of training found another, or nothing
same_loss() {
    local trained
    trained=$(sed -nE 's/.*"kind": "epoch".*"loss": ([^,}]+).*/\1/p' one/metrics.jsonl | tail -n 1)
    awk -v a="$1" -v b="$trained" 'BEGIN { d = a - b; if (a == "" || b == "" ||
        d * d > 1e-10 * b * b) print "eval finds loss " a ", training " b }'
}

# trains LOSS [KEY=VALUE...]: on 1 and on 3 ranks
trains() {
    local loss=$1 why
    shift
    rm -rf one three
    lockstep 0 train job.yaml "loss=$loss" --run one "$@"
    why=$(trouble)
    if [ -z "$why" ]; then
        lockstep 3 train job.yaml "loss=$loss" --run three "$@"
        why=$(trouble)
    fi
    [ -n "$why" ] || why=$(differ one/latest.h5 three/latest.h5)
    if [ -z "$why" ]; then
        lockstep 0 eval one/latest.h5 --data "${data:-classes.h5}"
        why=$(trouble)
        [ -n "$why" ] || why=$(same_loss "$(sed -nE 's/^ +loss +([^ ]+).*/\1/p' out)")
    fi
    verdict "losses: $loss" "$why"
}

# refused NAME PATTERN LOSS [KEY=VALUE...]
refused() {
    local name=$1 pattern=$2 loss=$3 why=
    shift 3
    rm -rf new
    lockstep 0 train job.yaml "loss=$loss" --run new "$@"
    [ "$status" -eq 2 ] || why="exit $status"
    [ "$(wc -l < err)" -eq 1 ] || why="not one line on stderr: $(cat err)"
    grep -qE -- "$pattern" err || why="it says: $(cat err)"
    verdict "losses: $name is refused" "$why"
}

trains '{cross_entropy: {class_weights: {effective: 0.99}, class_weights_from_epoch: 1}}'
trains '{focal: {gamma: 0.5, alpha: 0.25}}'
trains '{focal: {alpha: [0.2, 0.5, 0.3], class_weights: balanced}}'
trains poly1
trains balanced_softmax
trains '{balanced_softmax: 1.5}'
trains '{ldam: {max_margin: 0.5, scale: 30, class_weights: {effective: 0.9}, class_weights_from_epoch: 1}}'
trains '{cross_entropy: {mine: {keep: 0.25}}}'
trains '{focal: {mine: {negatives_per_positive: 0.5, at_least: 2}}}'
# the weights begin with step 7: a run that stops before and goes on after, on other ranks
loss='{focal: {class_weights: balanced, class_weights_from_epoch: 1, mine: {keep: 0.4}}}'
trains "$loss"
lockstep 2 train job.yaml "loss=$loss" --run cut steps=4
lockstep 3 train job.yaml "loss=$loss" --run cut --resume
why=$(trouble)
verdict "losses: deferred weights and mining go on after a restart" \
    "${why:-$(differ one/latest.h5 cut/latest.h5)}"
lockstep 0 train job.yaml "loss=${loss/epoch: 1/epoch: 0}" --run early
verdict "losses: deferred weights are not those from the start" \
    "$([ -n "$(differ one/latest.h5 early/latest.h5)" ] || echo "the same bits")"

data=labels.h5
labels=(data.train=labels.h5 data.valid=labels.h5 'model=[flatten, {dense: 6}]')
trains 'focal_bce' "${labels[@]}"
trains '{focal_bce: {gamma: 0.5, alpha: 0.25, mine: {negatives_per_positive: 3}}}' "${labels[@]}"
trains '{bce: {mine: {keep: 0.5}}}' "${labels[@]}"
trains '{mse: {mine: {keep: 0.5}}}' "${labels[@]}"

refused "weights by a word" '\{effective: BETA\}' '{focal: {class_weights: even}}'
refused "BETA above 1" 'effective takes a number from 0 to 1, got "2"' \
    '{focal: {class_weights: {effective: 2}}}'
refused "an epoch without weights" 'no class_weights to begin with' \
    '{ldam: {class_weights_from_epoch: 3}}'
refused "weights of a loss without classes" 'bce: unknown key "class_weights"' \
    '{bce: {class_weights: balanced}}' "${labels[@]}"
refused "a misspelt option" 'max_margn.*max_margin' '{ldam: {max_margn: 1}}'
refused "an alpha for each class but one" 'alpha lists 2 numbers, but the model has 3' \
    '{focal: {alpha: [0.5, 0.5]}}'
refused "an alpha above 1" 'alpha takes a number from 0 to 1' '{focal_bce: {alpha: 3}}' \
    "${labels[@]}"
refused "counts of too few classes" 'class_counts lists 2 numbers' \
    '{balanced_softmax: {class_counts: [4, 5]}}'
refused "mining by two rules" 'give one' '{poly1: {mine: {keep: 0.5, negatives_per_positive: 3}}}'
refused "mining of nothing" 'share above 0' '{poly1: {mine: {keep: 0}}}'
refused "mining without a rule" '\{keep: SHARE\}' '{poly1: {mine: {at_least: 3}}}'
refused "mining negatives of values" 'no positives and negatives' \
    '{mse: {mine: {negatives_per_positive: 3}}}' "${labels[@]}"
