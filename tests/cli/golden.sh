#!/usr/bin/env bash
# PyTorch's parameters, losses and gradient norms, at several numbers of ranks.
# shellcheck source=tests/tools/cli.sh
. "$(dirname "$0")/../tools/cli.sh"
on_each_engine

for case in "$root"/tests/golden/*/; do
    name=$(basename "$case")
    for ranks in 1 2 3 5; do
        run=$name-$ranks
        lockstep "$ranks" train "$case/job.yaml" engine="$ENGINE" --run "$run"
        why=$(trouble)
        if [ -z "$why" ]; then
            figures=$("$tools/golden" "$run" "$case/expect.h5" "$case/init.h5" 2>&1) ||
                why=${figures:-golden cannot read the files}
        fi
        verdict "golden $name with $ENGINE on $ranks ranks" "$why"
    done
    why=$(differ "$name-1/latest.h5" "$name-5/latest.h5")
    verdict "golden $name with $ENGINE has the same bits on 1 and 5 ranks" "$why"
done
