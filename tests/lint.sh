#!/usr/bin/env bash
# Holds the code to its rules; one line "ok RULE" or "FAIL RULE" each, the offenders before it.
#   tests/lint.sh [BUILD]      BUILD: a folder with compile_commands.json, for clang-tidy
set -eu

cd "$(dirname "$0")/.."
build=${1:-}
failed=0
plain=$(mktemp -d) # the sources without their comments
trap 'rm -rf "$plain"' EXIT

list() { # FOLDER...: C files that git knows or would take
    git ls-files --cached --others --exclude-standard -- "$@" | grep -E '\.[ch]$' | sort -u |
        while read -r file; do [ ! -e "$file" ] || echo "$file"; done
}

verdict() { # RULE OFFENDERS
    if [ -z "$2" ]; then
        echo "ok $1"
    else
        printf '%s\nFAIL %s\n' "$2" "$1"
        failed=1
    fi
}

strip_comments() {
    list src comm io launch tests | while read -r file; do
        mkdir -p "$plain/$(dirname "$file")"
        gcc -w -fpreprocessed -dD -E -P "$file" > "$plain/$file"
    done
}

# only RULE PATTERN FOLDERS HOMES: PATTERN stands in FOLDERS only in files that match HOMES
only() {
    local folder folders=()
    for folder in $3; do
        [ ! -d "$plain/$folder" ] || folders+=("$plain/$folder")
    done
    verdict "$1" "$(grep -rE "$2" /dev/null "${folders[@]}" | sed "s|^$plain/||" |
        grep -vE "^($4)")"
}

# call NAME|NAME...: a pattern for calls of these functions, not of ones that end alike
call() {
    echo "(^|[^_[:alnum:].>])($1) ?\\("
}

headers_compile_alone() {
    local flags
    flags=$(pkg-config --cflags hdf5 yaml-0.1 openblas 2> /dev/null || true)
    list src comm io launch tests | grep '\.h$' | while read -r file; do
        # shellcheck disable=SC2086 # the flags are words
        echo "#include \"$file\"" |
            mpicc -std=gnu17 -D_GNU_SOURCE -fsyntax-only -Wall -Wextra -I. $flags -x c - 2>&1 | head -n 3
    done
}

long_files() {
    list src comm io launch tests | xargs wc -l | awk '$1 > 400 && $2 != "total" {print $2 ": " $1 " lines"}'
}

# A function's body is what lies between "{" and "}" at the beginning of a line.
long_functions() {
    list src comm io launch tests | grep '\.c$' | xargs awk '
        FNR == 1 {inside = 0}
        /^{/ {inside = 1; begin = FNR}
        /^}/ {if (inside && FNR - begin + 1 > 70)
                print FILENAME ":" begin ": a function of " FNR - begin + 1 " lines"
            inside = 0}'
}

without_collective() {
    # shellcheck disable=SC2016 # awk's
    list comm io launch | grep '\.h$' | xargs -r awk '
        FNR == 1 {doc = ""}
        /^\/\*\*/ {doc = ""; at = FNR; inside = 1}
        inside {doc = doc $0}
        inside && /\*\// {inside = 0
            if (doc !~ /Collective:/) print FILENAME ":" at ": no Collective: in this comment"}'
}

unlisted_tests() {
    local family kind
    for family in layers losses optim; do
        # shellcheck disable=SC2013 # kinds are words
        for kind in $(grep -hoE '^LS_[A-Z]+\([a-z0-9_]+\)' src/$family/*.def 2> /dev/null |
            sed -E 's/.*\((.*)\)/\1/'); do
            [ -e "tests/src/$family/test_$kind.c" ] || echo "src/$family: $kind has no test"
        done
    done
}

tidy() {
    list src comm io launch | grep '\.c$' |
        xargs -r -P "$(nproc)" -n 1 clang-tidy --quiet -p "$build" 2> /dev/null |
        grep -E '(warning|error):' | sort -u
}

strip_comments
product="src comm io launch"
only "MPI only in comm, launch/main.c and tests" '\bP?MPI_' "$product" 'comm/|launch/main\.c:'
only "HDF5 only in io and tests" '\bH5[A-Za-z]' "$product" 'io/'
only "memory only from src/base/arena.c" \
    "$(call 'malloc|calloc|realloc|free|aligned_alloc|posix_memalign|strdup|strndup')" "$product" \
    'src/base/arena\.c:'
only "exit and abort only in launch/main.c and src/base/status.c" "$(call '_?exit|_Exit|abort')" \
    "$product" 'launch/main\.c:|src/base/status\.c:'
only "printing only in launch, src/base/status.c, src/base/option_help.c and comm/comm.c" \
    "$(call 'v?f?printf|puts|fputs|putchar|putc|fputc|perror')" "$product" \
    'launch/|src/base/status\.c:|src/base/option_help\.c:|comm/comm\.c:'
only "no rand, atoi, sprintf and their kin" \
    "$(call 'v?sprintf|s?rand|random|drand48|atoi|atol|atoll|atof|strcpy|strcat|strtok|gets|alloca')" \
    "$product tests" ' '
only "src includes only src" '^ *# *include "(comm|io|launch|tests)/' "src" ' '
only "comm and io include only src and themselves" '^ *# *include "(launch|tests)/' "comm io" ' '
only "comm does not include io" '^ *# *include "io/' "comm" ' '
only "io does not include comm" '^ *# *include "comm/' "io" ' '
only "includes are written from the root" '^ *# *include "[^/"]+"' "$product tests" ' '
verdict "every header compiles alone" "$(headers_compile_alone)"
verdict "no file over 400 lines" "$(long_files)"
verdict "no function over 70 lines" "$(long_functions)"
verdict "comm, io and launch say whether a function is collective" "$(without_collective)"
verdict "every listed layer, loss and optimiser has a test" "$(unlisted_tests)"
if command -v clang-format > /dev/null; then
    verdict "clang-format" "$(list src comm io launch tests |
        xargs clang-format --dry-run -Werror 2>&1 | grep 'error:' || true)"
fi
if command -v shellcheck > /dev/null; then
    verdict "shellcheck" "$(git ls-files --cached --others --exclude-standard -- '*.sh' .ci/run launch/lockstep-run |
        xargs shellcheck -f gcc 2>&1 || true)"
fi
if command -v clang-tidy > /dev/null && [ -e "$build/compile_commands.json" ]; then
    verdict "clang-tidy" "$(tidy || true)"
fi
exit $failed
