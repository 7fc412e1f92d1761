#!/usr/bin/env bash
# Metrics from outside: tables at the end of training and from eval, metrics.jsonl, best.h5.
# shellcheck source=tests/tools/cli.sh
. "$(dirname "$0")/../tools/cli.sh"

"$tools/make_data" h5 data.h5 n=160 x=6 k=3
"$tools/make_data" h5 valid.h5 n=203 x=6 k=3
cat > job.yaml << 'END'
seed: 2
data: {train: data.h5, valid: valid.h5}
batch: 20
epochs: 6
model: [{dense: 8}, relu, {dense: 3}]
loss: cross_entropy
metrics: [auroc, average_precision, weighted_f1, kappa, calibration_error]
optimizer: {sgd: {lr: 0.05}}
END

epochs_of() { # RUN
    grep '"kind": "epoch"' "$1/metrics.jsonl"
}

# Why best.h5 of RUN is not that of the epochs with the best KEY, the first of equals, or nothing.
#   wrong_best RUN KEY ORDER [FIRST]     ORDER: r (highest) or empty; FIRST: the first step asked
wrong_best() {
    local step
    step=$(epochs_of "$1" | sed -nE "s/.*\"step\": ([0-9]+),.*\"$2\": ([0-9.e-]+).*/\\2 \\1/p" |
        awk -v first="${4:-0}" '$2 >= first' | sort -k1,1g"$3" -k2,2g | head -n 1 | cut -d' ' -f2)
    local want
    want=$(printf 'checkpoints/step-%09d.h5' "$step")
    [ "$(readlink "$1/best.h5")" = "$want" ] ||
        echo "best.h5 is $(readlink "$1/best.h5"), not $want"
}

lockstep 1 train job.yaml --run one
why=$(trouble)
cp out table
[ -n "$why" ] || grep -qE '^  class  precision  recall +F1 +AUROC +AP +support$' table ||
    why="no table: $(cat table)"
[ -n "$why" ] || grep -q 'confusion matrix' table || why="no matrix: $(cat table)"
[ -n "$why" ] || [ "$(grep -cE '^  (auroc|average_precision|kappa|calibration_error) ' table)" -eq 4 ] ||
    why="not all metrics: $(cat table)"
verdict "metrics: training ends with tables" "$why"

why=
[ "$(epochs_of one | wc -l)" -eq 6 ] || why="not 6 epochs"
for key in loss auroc average_precision weighted_f1 kappa calibration_error; do
    [ "$(epochs_of one | grep -cE "\"$key\": [0-9.e-]+[,}]")" -eq 6 ] || why="no $key in an epoch"
done
[ "$(epochs_of one | grep -c '"classes"')" -eq 1 ] || why="classes in another record than the last"
for key in precision recall f1 support auroc average_precision; do
    epochs_of one | tail -n 1 | grep -qE "\"classes\": \\{\"0\": \\{[^}]*\"$key\": [0-9.e-]+" ||
        why="no $key of class 0"
done
epochs_of one | tail -n 1 | grep -qE '"confusion": \[\[[0-9, ]+\], \[[0-9, ]+\], \[[0-9, ]+\]\]\}$' ||
    why="no confusion: $(tail -n 1 one/metrics.jsonl)"
verdict "metrics: metrics.jsonl has them, the last epoch those of each class" "$why"

for ranks in 2 3 5; do
    lockstep $ranks train job.yaml --run ranks-$ranks
    why=$(trouble)
    [ -n "$why" ] || why=$(diff <(epochs_of one) <(epochs_of ranks-$ranks) | head -n 3)
    [ -n "$why" ] || why=$(diff <(tail -n +2 table) <(tail -n +2 out) | head -n 3)
    verdict "metrics: the same on $ranks ranks" "$why"
done

verdict "metrics: best.h5 is by the first of metrics" "$(wrong_best one auroc r)"
lockstep 2 train job.yaml checkpoint.best=calibration_error --run error
why=$(trouble)
verdict "metrics: best.h5 by an error is that of the lowest" \
    "${why:-$(wrong_best error calibration_error '')}"
lockstep 2 train job.yaml checkpoint.best=loss optimizer.sgd.lr=0.9 --run loss
why=$(trouble)
verdict "metrics: best.h5 by the loss" "${why:-$(wrong_best loss loss '')}"
lockstep 2 train job.yaml metrics=accuracy checkpoint.best=macro_f1 --run other
why=$(trouble)
[ -n "$why" ] || grep -q 'macro_f1 [0-9.]* on valid' out || why="it says: $(head -n 1 out)"
verdict "metrics: best.h5 by a metric that is not among the job's" \
    "${why:-$(wrong_best other macro_f1 r)}"

# at the loss's best the run goes on by kappa: what was the best says nothing about it
lockstep 1 train job.yaml epochs=3 checkpoint.best=loss --run turned
lockstep 2 train job.yaml checkpoint.best=kappa --run turned --resume
why=$(trouble)
verdict "metrics: a run that goes on by another metric chooses anew" \
    "${why:-$(wrong_best turned kappa r 25)}"

lockstep 1 train job.yaml checkpoint.best=auroq --run wrong
why=
[ "$status" -eq 2 ] || why="exit $status"
grep -q 'no metric "auroq" (did you mean "auroc"?)' err || why="it says: $(cat err)"
verdict "metrics: a wrong checkpoint.best is refused" "$why"

lockstep 0 eval one/latest.h5 --data valid.h5
why=$(trouble)
[ -n "$why" ] || why=$(diff <(tail -n +2 table | grep -v accuracy) \
    <(tail -n +2 out | grep -v accuracy) | head -n 3)
verdict "metrics: eval prints what training ended with" "$why"
lockstep 0 eval one/latest.h5 --data valid.h5 --metrics kappa,accuracy
why=$(trouble)
[ -n "$why" ] || [ "$(sed -n '2,/^$/p' out | awk '{print $1}' | xargs)" = "loss kappa accuracy" ] ||
    why="it says: $(cat out)"
[ -n "$why" ] || ! grep -q AUROC out || why="it says: $(cat out)"
verdict "metrics: eval --metrics leaves the others out" "$why"
lockstep 0 eval one/latest.h5 --data valid.h5 --metrics mae
why=
[ "$status" -eq 2 ] || why="exit $status"
grep -q 'does not apply to targets that are classes' err || why="it says: $(cat err)"
verdict "metrics: eval refuses a metric that does not apply" "$why"

lockstep 0 eval one/latest.h5 --data valid.h5 --json
why=$(trouble)
cp out eval.json
members() { # of the last epoch's record or eval's, from the classes on
    sed -E 's/.*("classes": .*)/\1/' "$1"
}
[ -n "$why" ] || [ "$(members eval.json)" = "$(members <(tail -n 1 one/metrics.jsonl))" ] ||
    why="classes differ: $(cat eval.json)"
[ -n "$why" ] || python3 -m json.tool eval.json > parsed.json || why="no JSON: $(cat eval.json)"
for ranks in 2 5; do
    lockstep $ranks eval one/latest.h5 --data valid.h5 --json
    [ -n "$why" ] || why=$(trouble)
    [ -n "$why" ] || why=$(diff eval.json out)
done
verdict "metrics: eval --json is the last epoch's record, at any number of ranks" "$why"
