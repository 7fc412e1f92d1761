#!/usr/bin/env bash
# Wrong jobs, data and files: exit code 2 or 3, one line that says what and where, on 1 and on 3
# ranks, with nothing hanging and nothing written over.
# shellcheck source=tests/tools/cli.sh
. "$(dirname "$0")/../tools/cli.sh"

snapshot() {
    find . -type f ! -path './words/*' ! -path './new*/*' -exec sha256sum {} + | sort
}

# refuse RANKS CODE PATTERN ARGUMENT...: prints why the program does not refuse that well
refuse() {
    local ranks=$1 code=$2 pattern=$3 words=words/$1
    shift 3
    mkdir -p "$words"
    lockstep "$ranks" "${@/#new/new-$ranks}" # runs of their own
    if [ "$status" -ne "$code" ]; then
        echo "exit $status, not $code: $(tail -n 3 "$words/err")"
    elif [ "$(wc -l < "$words/err")" -ne 1 ]; then
        echo "not one line on stderr: $(cat "$words/err")"
    elif ! grep -qE -- "$pattern" "$words/err"; then
        echo "it says: $(cat "$words/err")"
    fi
}

# refused NAME CODE PATTERN ARGUMENT...: the program's exit code and its only line on stderr, alone
# and on 3 ranks at the same time
refused() {
    local name=$1 before why
    shift
    before=$(snapshot)
    refuse 0 "$@" > why.0 &
    refuse 3 "$@" > why.3
    wait $!
    why=$(cat why.0)
    verdict "bad: $name, on 1 rank" "$why"
    why=$(cat why.3)
    rm why.0 why.3
    [ -n "$why" ] || [ "$(snapshot)" = "$before" ] ||
        why="files changed: $(diff <(echo "$before") <(snapshot))"
    verdict "bad: $name, on 3 ranks" "$why"
    rm -rf new-0 new-3
}

# with NAME EXIT PATTERN KEY=VALUE...: the same for training the good job with something changed
with() {
    local name=$1 code=$2 pattern=$3
    shift 3
    refused "$name" "$code" "$pattern" train good.yaml --run new/run "$@"
}

# job NAME EXIT PATTERN SED: the same for a job file made of the good one
job() {
    sed -E "$4" good.yaml > job.yaml
    refused "$1" "$2" "$3" train job.yaml --run new/run
}

"$tools/make_data" h5 good.h5 n=60 x=2,6,6 k=3
cat > good.yaml << 'END'
seed: 1
data:
  train: good.h5
batch: 16
steps: 6
model:
- conv: {out: 4, kernel: 3}
- bn
- relu
- residual:
    body:
    - conv: {out: 4, kernel: 3, pad: same}
    shortcut:
    - conv: {out: 4, kernel: 1}
- global_avg_pool
- dense: 3
loss: cross_entropy
metrics: [accuracy]
optimizer: {sgd: {lr: 0.01}}
schedule: {warmup_steps: 2}
log_every: 1
END
lockstep 3 train good.yaml --run runs/good
verdict "bad: the good job trains" "$(trouble)"

job "a misspelt key" 2 'job\.yaml:4:1: .*bacth.*"?batch"?' 's/^batch:/bacth:/'
job "a misspelt key of a layer" 2 'job\.yaml:7:18: .*kernl.*kernel' 's/4, kernel: 3\}/4, kernl: 3}/'
job "a misspelt key of data" 2 'job\.yaml:3:3: .*trian.*train' 's/  train:/  trian:/'
job "an unknown layer" 2 'job\.yaml:9:3: .*rellu.*relu' 's/- relu/- rellu/'
job "an unknown loss" 2 'job\.yaml:17:[0-9]+: .*cross_entrpy.*cross_entropy' 's/cross_entropy/cross_entrpy/'
job "an unknown optimiser" 2 'job\.yaml:19:[0-9]+: .*sdg.*sgd' 's/sgd/sdg/'
job "an unknown metric" 2 'job\.yaml:18:[0-9]+: .*acuracy.*accuracy' 's/\[accuracy/[acuracy/'
job "a metric of another loss" 2 'job\.yaml:18:[0-9]+: .*rmse' 's/\[accuracy/[rmse/'
job "a wrong type" 2 'job\.yaml:4:8: .*batch.*whole number.*many' 's/^batch: 16/batch: many/'
job "a list where a number belongs" 2 'job\.yaml:4:8: .*batch' 's/^batch: 16/batch: [1, 2]/'
job "a value out of range" 2 'job\.yaml:4:8: .*batch.*from 1' 's/^batch: 16/batch: 0/'
job "a negative learning rate" 2 'job\.yaml:19:[0-9]+: .*lr' 's/lr: 0.01/lr: -1/'
job "a key that is missing" 2 'job\.yaml.*optimizer' '/^optimizer/d'
job "no steps and no epochs" 2 'job\.yaml.*epochs.*steps' '/^steps/d'
job "cosine and step" 2 'job\.yaml:20:[0-9]+: .*(cosine.*step|step.*cosine)' \
    's/warmup_steps: 2/cosine: {to: 0}, step: {at_steps: [3], factor: 0.1}/'
job "a kernel larger than its input" 2 'job\.yaml:7:[0-9]+: .*conv1.*kernel.*9.*6' 's/4, kernel: 3\}/4, kernel: 9}/'
job "branches that differ" 2 'job\.yaml:1[0-4]:[0-9]+: .*residual.*\(4, 4, 4\).*\(5, 4, 4\)' 's/out: 4, kernel: 1/out: 5, kernel: 1/'
job "a from that leads nowhere" 2 'job\.yaml:16:[0-9]+: .*"?nowhere' 's/- dense: 3/- dense: {out: 3, from: nowhere}/'
job "a key given twice" 2 'job\.yaml:5:1: .*batch' 's/^batch: 16/batch: 16\nbatch: 8/'
job "what is not YAML" 2 'job\.yaml:5:[0-9]+: ' 's/^batch: 16/batch: [16/'
job "an empty job" 2 'job\.yaml' 'd'
job "a job that is no map" 2 'job\.yaml:1:1: .*map' '1s/.*/- a/; 2,99d'

refused "a job that is not there" 2 'none\.yaml.*[Nn]o such file' train none.yaml --run new/run
refused "a job that is a folder" 2 'runs' train runs --run new/run
refused "an unknown command" 2 'tarin.*train' tarin good.yaml
refused "an unknown flag" 2 '--resum.*--resume' train good.yaml --resum
refused "an override that is none" 2 'batch' train good.yaml batch --run new/run
refused "no command" 2 '.' ''
with "an unknown key of an override" 2 'bacth.*batch' bacth=3
with "an unknown layer of an override" 2 'command line.*rellu.*relu' model.2=rellu

"$tools/make_data" h5 flat.h5 n=60 x=8 k=3
"$tools/make_data" h5 label.h5 n=60 x=2,6,6 k=3 label=41:3
"$tools/make_data" h5 negative.h5 n=60 x=2,6,6 k=3 label=17:-1
"$tools/make_data" h5 nan.h5 n=60 x=2,6,6 k=3 nan=23
"$tools/make_data" h5 short.h5 n=60 x=2,6,6 k=3 ylen=59
"$tools/make_data" h5 values.h5 n=60 x=2,6,6 values=3
"$tools/make_data" h5 unlabelled.h5 n=60 x=2,6,6
"$tools/make_data" h5 empty.h5 n=0 x=2,6,6 k=3
"$tools/make_data" h5 other.h5 n=60 x=3,6,6 k=3
"$tools/make_data" h5 chunked.h5 n=60 x=2,6,6 k=3 chunk=7
head -c 6000 good.h5 > truncated.h5
head -c 6000 chunked.h5 > truncated-chunked.h5
head -c 5000 /dev/zero > foreign.h5
: > nothing.h5

with "more ranks than shards" 2 'shards' shards=2 threads=3
with "a batch-norm of one value" 2 'bn' \
    'model=[flatten, {dense: 4}, bn, {dense: 3}]' batch=59
with "a class weight for each class but one" 2 'class_weights|class weights' \
    'loss={cross_entropy: {class_weights: [1, 2]}}'
with "augment on features" 2 'augment' data.train=flat.h5 'data.augment=[flip]' \
    'model=[{dense: 3}]'

with "a label above the classes" 3 'label\.h5.*sample 41.*3' data.train=label.h5
with "a label below 0" 3 'negative\.h5.*sample 17.*-1' data.train=negative.h5
with "a label above the classes, weighed" 3 'label\.h5.*sample 41.*3' data.train=label.h5 \
    'loss={cross_entropy: {class_weights: balanced}}'
with "a label above the classes, in valid" 3 'label\.h5.*sample 41.*3' data.valid=label.h5
with "a NaN in x, when asked to check" 3 'nan\.h5.*sample 23' data.train=nan.h5 data.check=true
with "x and y of different length" 3 'short\.h5.*60.*59' data.train=short.h5
with "values where classes belong" 3 'values\.h5.*class' data.train=values.h5
with "classes where values belong" 3 'good\.h5.*' loss=mse
with "no labels" 3 'unlabelled\.h5.*label|/y' data.train=unlabelled.h5
with "no samples" 3 'empty\.h5' data.train=empty.h5
with "valid of another shape" 3 'other\.h5.*\(3, 6, 6\).*\(2, 6, 6\)' data.valid=other.h5
with "an array that is not in the file" 3 'good\.h5.*"?z"?' data.inputs=z
with "a truncated dataset" 3 'truncated\.h5.*truncated' data.train=truncated.h5
with "a truncated chunked dataset" 3 'truncated-chunked\.h5.*truncated' \
    data.train=truncated-chunked.h5
with "a foreign file" 3 'foreign\.h5.*HDF5' data.train=foreign.h5
with "an empty file" 3 'nothing\.h5' data.train=nothing.h5
with "a dataset that is not there" 3 'none\.h5.*[Nn]o such file' data.train=none.h5
with "a dataset that is a folder" 3 'runs' data.train=runs

refused "check finds a NaN" 3 'nan\.h5.*sample 23' check good.yaml data.train=nan.h5
refused "check finds a label" 3 'label\.h5.*sample 41.*3' check good.yaml data.train=label.h5
refused "check finds a job's mistake" 2 'rellu.*relu' check good.yaml model.2=rellu

checkpoint=runs/good/latest.h5
with "weights of another model" 3 \
    'init\.from.*latest\.h5.*another model: .*/model/conv1/weight is \(4, 2, 3, 3\).*\(5, 2, 3, 3\)' \
    init.from=$checkpoint model.0.conv.out=5
with "weights of a file that is none" 3 'good\.h5' init.from=good.h5
refused "a run directory that exists" 2 'runs/good already holds a run.*--resume' \
    train good.yaml --run runs/good
refused "a file in the way of the run" 2 'good\.h5' train good.yaml --run good.h5
refused "a folder that cannot be made" 3 'good\.h5/run' train good.yaml --run good.h5/run
refused "a resume with another model" 3 'another model: .*/model/conv1/weight' \
    train good.yaml model.0.conv.out=5 --run runs/good --resume
refused "a resume with another optimiser" 2 'optimizer: sgd.*adam' \
    train good.yaml 'optimizer={adam: {lr: 0.1}}' --run runs/good --resume
refused "a resume with another model of the same tensors" 2 "model is not the run's.*init\.from" \
    train good.yaml model.2=tanh --run runs/good --resume
refused "a resume with another seed" 2 'seed: 1.*2' \
    train good.yaml seed=2 --run runs/good --resume
refused "a resume with other shards" 2 'shards: 8.*4' \
    train good.yaml shards=4 --run runs/good --resume

refused "eval of a foreign file" 3 'foreign\.h5' eval foreign.h5 --data good.h5
refused "eval of a dataset" 3 'flat\.h5.*checkpoint' eval flat.h5 --data good.h5
refused "eval on samples of another shape" 3 'other\.h5.*\(3, 6, 6\).*\(2, 6, 6\)' \
    eval $checkpoint --data other.h5
refused "eval on labels that are wrong" 3 'label\.h5.*sample 41' eval $checkpoint --data label.h5
refused "eval without --data" 2 '--data' eval $checkpoint
refused "predict over a file that is there" 2 'flat\.h5.*--force' \
    predict $checkpoint --data good.h5 --out flat.h5
refused "predict into a folder that is not there" 3 'none/p\.h5' \
    predict $checkpoint --data good.h5 --out none/p.h5
# a NaN in what is measured or predicted is no error, but is told where no table tells it
for call in "eval $checkpoint --data nan.h5 --json" \
    "predict $checkpoint --data nan.h5 --out new-scores.h5 --force"; do
    for ranks in 0 3; do
        # shellcheck disable=SC2086 # words
        lockstep $ranks $call
        why=$(trouble)
        [ -n "$why" ] || grep -qE 'warning: .* 1 sample .*NaN' err || why="it says: $(cat err)"
        verdict "bad: a NaN in ${call%% *}, on $ranks ranks" "$why"
    done
done
rm -f new-scores.h5

refused "inspect of a foreign file" 3 'foreign\.h5.*HDF5' inspect foreign.h5
refused "compare with a dataset" 3 'flat\.h5' compare $checkpoint flat.h5
refused "import over a file that is there" 2 'flat\.h5.*--force' \
    import npy good.h5 --out flat.h5

# no space left: what is there stays, and once there is room the run goes on from it
mkdir disk
if mount -t tmpfs -o size=3m none disk 2> /dev/null; then
    trap 'umount "$SCRATCH/disk"' EXIT
    lockstep 2 train good.yaml --run disk/run
    verdict "bad: a small disk has room for a run" "$(trouble)"
    for room in 0 20; do
        before=$(sha256sum disk/run/checkpoints/* disk/run/latest.h5)
        head -c 4m /dev/zero 2> /dev/null > disk/full
        truncate -s -${room}k disk/full
        lockstep 2 train good.yaml steps=9 --run disk/run --resume
        why=
        [ "$status" -eq 3 ] || why="exit $status: $(cat err)"
        [ "$(grep -v '^lockstep: warning' err | grep -ci 'no space left')" -eq 1 ] || why="it says: $(cat err)"
        [ "$(sha256sum disk/run/checkpoints/* disk/run/latest.h5)" = "$before" ] ||
            why="checkpoints have changed"
        verdict "bad: no space left but $room KiB" "$why"
    done
    rm disk/full
    lockstep 2 train good.yaml steps=9 --run disk/run --resume
    why=$(trouble)
    [ -n "$why" ] || [ "$(last_step disk/run)" -eq 9 ] || why="$(last_step disk/run) steps, not 9"
    verdict "bad: with room again the run goes on" "$why"
else
    skip "bad: no space left" "mount is not permitted"
fi
