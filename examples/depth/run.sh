#!/usr/bin/env bash
# Trains the jobs of this folder and prints the norm of the gradient by depth, at the first step
# and at the last that was watched, and what became of the training; draws depth.svg beside them.
#   examples/depth/run.sh
# In the environment, with defaults: LOCKSTEP (build/lockstep), OUT (build/examples).
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
here=$root/examples/depth
lockstep=${LOCKSTEP:-$root/build/lockstep}
mkdir -p "${OUT:-$root/build/examples}/depth"
work=$(cd "${OUT:-$root/build/examples}/depth" && pwd)
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

for data in spirals chain; do
    [ ! -e "$work/$data.h5" ] || continue
    awk -f "$here/$data.awk" > "$work/$data.csv"
    "$lockstep" import csv "$work/$data.csv" --out "$work/$data.h5" > "$work/log"
done

train() { # NAME JOB DATA ARGUMENT...: its exit code, 4 where it diverges, is in $status
    rm -rf "${work:?}/$1"
    status=0
    "$lockstep" train "$here/$2.yaml" "data.train=$work/$3.h5" "${@:4}" --run "$work/$1" \
        > "$work/$1.log" 2>&1 || status=$?
    [ "$status" -eq 0 ] || [ "$status" -eq 4 ]
}

# gradients RUN STEP: of the dense layers 1, 10, 20 ... 50, as columns of Markdown
gradients() {
    awk -v step="$2" '/"kind": "watch"/ && $0 ~ "\"step\": " step "," && /"layer": "dense/ {
            match($0, /"grad_norm": [^,]+/)
            if (++n == 1 || n % 10 == 0)
                printf " %.1e |", substr($0, RSTART + 13, RLENGTH - 13)
        }' "$1/metrics.jsonl"
}

figure() { # RUN PATTERN: the last number behind it
    grep -oE "\"$2\": [^,}]+" "$1/metrics.jsonl" | tail -n 1 | sed 's/.*: //'
}

echo '| 50 layers | step | 1 | 10 | 20 | 30 | 40 | 50 | accuracy at the end |'
echo '|---|---|---|---|---|---|---|---|---|'
jobs=(sigmoid elu batch-norm residual)
for job in "${jobs[@]}"; do
    train "$job" "$job" spirals
    last=$(grep '"kind": "watch"' "$work/$job/metrics.jsonl" | tail -n 1 |
        sed -nE 's/.*"step": ([0-9]+).*/\1/p')
    echo "| $job | 1 |$(gradients "$work/$job" 1) |"
    echo "| | $last |$(gradients "$work/$job" "$last") $(figure "$work/$job" accuracy) |"
done
"$lockstep" watch "${jobs[@]/#/$work/}" --step 1 --plot "$here/depth.svg"

echo
echo '| linear chain | 1 | 10 | 20 | 30 | 40 | 50 | training |'
echo '|---|---|---|---|---|---|---|---|'
for clip in none norm; do
    arguments=()
    [ $clip = none ] || arguments=(clip.norm=1)
    train "chain-$clip" chain chain "${arguments[@]}"
    if [ "$status" -eq 4 ]; then
        end="diverges: $(grep -oE 'step [0-9]+: [^;(]+' "$work/chain-$clip/log.txt" | tail -n 1)"
    else
        losses=$(grep '"kind": "step"' "$work/chain-$clip/metrics.jsonl" |
            sed -nE 's/.*"loss": ([^,]+),.*/\1/p' | sed -n '1p;$p' | xargs printf '%.3g %.3g')
        end="loss of a batch ${losses% *} at step 10, ${losses#* } at the end"
    fi
    echo "| clip: $clip |$(gradients "$work/chain-$clip" 1) $end |"
done
