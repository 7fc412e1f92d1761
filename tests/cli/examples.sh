#!/usr/bin/env bash
# The examples in short, on synthetic data of their shapes: every job and method passes check, the
# runner trains, evaluates and makes the table, and its figures are what it says.
# shellcheck source=tests/tools/cli.sh
. "$(dirname "$0")/../tools/cli.sh"

# shape NAME KEY=VALUE...: data in place of what data.sh fetches
shape() {
    mkdir -p "made/$1"
    "$tools/make_data" h5 "made/$1/train.h5" n=400 "${@:2}"
    "$tools/make_data" h5 "made/$1/test.h5" n=150 "${@:2}"
}
shape heartbeats x=3,256 k=5 type=i16
shape shuttle x=9 k=7
shape fashion-lt x=1,28,28 k=10 type=u8
shape ratio x=1,28,28 k=2 type=u8

# methods NAME: its lines
methods() {
    local file=$root/examples/$1/methods
    [ -e "$file" ] || file=$root/examples/methods
    grep -vE '^(#|$)' "$file"
}

for name in heartbeats shuttle fashion-lt ratio; do
    job=$root/examples/$name/job.yaml
    data=("data.train=$PWD/made/$name/train.h5" "data.valid=$PWD/made/$name/test.h5")
    while IFS= read -r line; do
        overrides=${line#*:}
        IFS='|' read -r -a overrides <<< "${overrides// | /|}"
        lockstep 0 check "$job" "${data[@]}" "${overrides[@]# }" < /dev/null
        verdict "examples: $name, check of ${line%%:*}" "$(trouble)"
    done <<< "$(methods "$name")"

    chosen=()
    while IFS= read -r line; do
        chosen+=("$line | epochs=0 | steps=3 | schedule=")
    done <<< "$(methods "$name" | sed -n '1p;4p')"
    why=
    LOCKSTEP=$LOCKSTEP OUT=$PWD/made SEEDS="1 2" PARALLEL=2 "$root/examples/run.sh" "$name" \
        "${chosen[@]}" > table 2> err || why="exit $?: $(tail -n 1 err)"
    [ -n "$why" ] || [ "$(grep -cE '^\| [^|]+ \| [01]\.[0-9]{3} ± 0\.[0-9]{3} \|' table)" -eq 2 ] ||
        why="no table of two methods: $(cat table)"
    verdict "examples: $name runs" "$why"
done

why=
rm -r made/shuttle/*.json
LOCKSTEP=$LOCKSTEP OUT=$PWD/made SEEDS=1 "$root/examples/run.sh" --held-out shuttle \
    "plain: epochs=0 | steps=3 | schedule=" > table 2> err || why="exit $?: $(tail -n 1 err)"
[ -n "$why" ] || grep -q '^| plain | [01]' table || why="no table: $(cat table)"
[ ! -e made/shuttle/plain-1.json ] || why="it evaluated the test set"
verdict "examples: held out" "$why"

echo '{"kappa": 0.5, "classes": {"a": {"precision": 0, "recall": 0.25}, "b": {"precision": 1, "recall": 0.75}}}' > m-1.json
echo '{"kappa": 0.7, "classes": {"a": {"precision": 0, "recall": 0.5}, "b": {"precision": 1, "recall": 1}}}' > m-2.json
row=$(awk -v columns='kappa recall:a recall:a,b' -f "$root/examples/table.awk" m-1.json m-2.json | tail -n 1)
want='| m | 0.600 ± 0.141 | 0.375 ± 0.177 | 0.625 ± 0.177 |'
verdict "examples: mean and spread" "$([ "$row" = "$want" ] || echo "$row, not $want")"

for seed in 1 2; do
    for epoch in 1 2; do
        echo "{\"kind\": \"epoch\", \"epoch\": $epoch, \"average_precision\": 0.$seed$epoch}"
    done > "1% plain-$seed.epochs"
done
curves=(-f "$root/examples/ratio/curves.awk" "$root/examples/ratio/methods" ./*.epochs)
row=$(awk "${curves[@]}" | tail -n 1)
verdict "examples: curves" "$(grep -q '^| 1% plain | 0.160 ± 0.071 | 0.170 ± 0.071 |' <<< "$row" || echo "$row")"
verdict "examples: the picture of them" \
    "$(awk -v svg=1 "${curves[@]}" | grep -q '<polyline points=.60,[0-9.]* 310,' || echo "no curve")"
