#!/usr/bin/env bash
# Builds everything and runs every test: units, the program from outside, units under the
# sanitizers, the lint. Ends with a line "N passed, M failed"; exit status 1 when M > 0.
#   tests/run.sh [--quick]     --quick: without the sanitizers
# Writes below build/ of the checkout, or below $LOCKSTEP_BUILD.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
quick=no
case "${1:-}" in
'') ;;
--quick) quick=yes ;;
*)
    echo "usage: tests/run.sh [--quick]" >&2
    exit 2
    ;;
esac

launch/setup.sh --tests
mkdir -p "${LOCKSTEP_BUILD:-build}"
build=$(cd "${LOCKSTEP_BUILD:-build}" && pwd)
log=$build/tests.log
passed=0
failed=0

export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1} OPENBLAS_NUM_THREADS=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1
export OMPI_MCA_hwloc_base_binding_policy=none
if [ "$(id -u)" -eq 0 ]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi

say() {
    echo "== $*"
}

# One more case that failed.
fail() {
    echo "FAIL $*"
    failed=$((failed + 1))
}

# Adds up the lines "ok ..." and "FAIL ..." of the log; $1 is its status, $2 its name. A failure
# that no line tells of counts as one.
count_lines() {
    local ok bad
    ok=$(grep -c '^ok ' "$log" || true)
    bad=$(grep -c '^FAIL ' "$log" || true)
    passed=$((passed + ok))
    failed=$((failed + bad))
    if [ "$1" -ne 0 ] && [ "$bad" -eq 0 ]; then
        fail "$2: status $1"
    elif [ $((ok + bad)) -eq 0 ] && ! grep -q '^skip ' "$log"; then
        fail "$2: says neither ok nor FAIL nor skip"
    fi
}

# compile FOLDER OPTION...: everything, warnings being errors
compile() {
    local folder=$1
    shift
    say "build into $folder"
    if ! { cmake -S . -B "$folder" -DLOCKSTEP_WERROR=ON -DCMAKE_EXPORT_COMPILE_COMMANDS=ON "$@" &&
        cmake --build "$folder" -j "$(nproc)" --target tests; } > "$log" 2>&1; then
        grep -E -A5 'error|Error|undefined' "$log" | head -n 60 || tail -n 40 "$log"
        fail "build into $folder"
        return 1
    fi
}

units() { # FOLDER
    local out
    say "unit tests of $1"
    (cd "$1" && ctest -j 2 --timeout 600 --output-on-failure) > "$log" 2>&1 || true
    out=$(grep -E ' tests failed out of [0-9]+$' "$log" || true)
    if [ -z "$out" ]; then
        tail -n 20 "$log"
        fail "ctest in $1 found no tests"
        return
    fi
    local bad all
    bad=$(sed -E 's/.*, ([0-9]+) tests failed.*/\1/' <<< "$out")
    all=$(sed -E 's/.* out of ([0-9]+)$/\1/' <<< "$out")
    [ "$bad" -eq 0 ] || grep -vE '^ *[0-9]+/[0-9]+ .* Passed |^ +Start ' "$log" || true
    echo "$((all - bad)) of $all"
    passed=$((passed + all - bad))
    failed=$((failed + bad))
}

program() { # FOLDER
    local script status
    for script in tests/cli/*.sh; do
        [ -e "$script" ] || continue
        say "$script"
        rm -rf "$build/scratch"
        mkdir -p "$build/scratch"
        status=0
        LOCKSTEP=$1/lockstep SCRATCH=$build/scratch bash "$script" > "$log" 2>&1 || status=$?
        cat "$log"
        count_lines "$status" "$script"
    done
    rm -rf "$build/scratch"
}

if compile "$build/ci"; then
    units "$build/ci"
    program "$build/ci"
fi

if [ "$quick" = no ] && compile "$build/sanitize" -DLOCKSTEP_SANITIZE=ON; then
    export ASAN_OPTIONS=detect_leaks=1:fast_unwind_on_malloc=0:abort_on_error=0:allocator_may_return_null=1
    export LSAN_OPTIONS=suppressions=$root/tests/sanitize/lsan.supp:print_suppressions=0
    export UBSAN_OPTIONS=print_stacktrace=1
    units "$build/sanitize"
    unset ASAN_OPTIONS LSAN_OPTIONS UBSAN_OPTIONS
fi

say "lint"
status=0
tests/lint.sh "$build/ci" > "$log" 2>&1 || status=$?
grep -v '^ok ' "$log" || true
count_lines "$status" lint

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
