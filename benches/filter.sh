#!/bin/sh
# Measures `casefile sanitize` by whole runs of the program, all layers on, on one core: megabytes per CPU-second on a log
# of 100 MB, and the highest memory for 10 MB and for 1 GB. Linux only.
#   benches/filter.sh [PATH-OF-CASEFILE]
set -eu
here=$(dirname "$0")
casefile=${1:-$here/../target/release/casefile}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

generate() { LC_ALL=C awk -v BYTES="$1" -v SEED=1 -f "$here/log.awk"; }

# User and system time, and the highest resident memory in KiB, of one run that reads $1.
run() {
    if command -v taskset >/dev/null; then pin="taskset -c 0"; else pin=""; fi
    # shellcheck disable=SC2086
    /usr/bin/time -o "$work/figures" -f '%U %S %M' $pin "$casefile" sanitize "$1" >/dev/null
    cat "$work/figures"
}

generate 100000000 >"$work/100"
head -c 10000000 "$work/100" >"$work/10"
i=0
while [ $i -lt 10 ]; do cat "$work/100"; i=$((i + 1)); done >"$work/1000"

best=$(for _ in 1 2 3; do run "$work/100"; done | awk '{ s = $1 + $2; if (!best || s < best) best = s } END { print best }')
small=$(run "$work/10" | awk '{ print $3 }')
large=$(run "$work/1000" | awk '{ print $3 }')
awk -v s="$best" -v small="$small" -v large="$large" 'BEGIN {
    printf "throughput  %.0f MB per CPU-second (%.2f s for 100 MB, best of 3)\n", 100 / s, s
    printf "memory      %.1f MB for 10 MB, %.1f MB for 1 GB (%+.1f %%)\n", small / 1024, large / 1024, (large / small - 1) * 100
    exit !(100 / s >= 100 && large <= small * 1.1)
}'
