#!/usr/bin/env bash
# Installs the Debian packages that Lockstep needs; costs nothing where they are all there.
#   launch/setup.sh           to build, run and try it out
#   launch/setup.sh --tests   and what the tests need besides
# This is the one place that lists them.
set -eu

packages=(build-essential cmake pkg-config openmpi-bin libopenmpi-dev libopenblas-dev libdnnl-dev
    libhdf5-dev libyaml-dev zlib1g-dev libpng-dev libjpeg-dev libcmocka-dev dataset-fashion-mnist)
test_packages=(python3-h5py python3-numpy clang-format clang-tidy shellcheck
    iproute2 util-linux slurm-wlm munge)

case "${1:-}" in
'') ;;
--tests) packages+=("${test_packages[@]}") ;;
*)
    echo "usage: launch/setup.sh [--tests]" >&2
    exit 2
    ;;
esac

if ! command -v dpkg-query > /dev/null; then
    echo "setup: not a Debian system; this system's equivalents of these are needed: ${packages[*]}" >&2
    exit 0
fi

missing=()
for package in "${packages[@]}"; do
    status=$(dpkg-query -W -f='${Status}' "$package" 2> /dev/null || true)
    [ "$status" = "install ok installed" ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2> /dev/null; then
        echo "setup: missing packages; run: sudo apt-get install ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo -n)
fi
echo "setup: installing ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${as_root[@]}" apt-get update &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "${missing[@]}"; } > "$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "setup: apt-get could not install: ${missing[*]}" >&2
    exit 1
fi
