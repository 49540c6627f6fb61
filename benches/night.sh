#!/usr/bin/env bash
# Times a whole night over one drop: wall time, CPU time, peak memory, bytes per letter, stage times.
#
#   benches/night.sh 100000 400000          records of one drop each, on two threads
#
# Needs GNU time (/usr/bin/time). Builds in release first; drops and outputs lie in a temporary
# directory that is removed at the end.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --release --quiet
night=$PWD/target/release/lettershop
[ -n "${CARGO_TARGET_DIR:-}" ] && night=$CARGO_TARGET_DIR/release/lettershop
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

grep -m1 'model name' /proc/cpuinfo
echo "commit $(git rev-parse --short HEAD), $(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg)"
for records in "$@"; do
    shop=$work/shop-$records
    out=$work/out-$records
    "$night" sample letters --records "$records" --seed 1 --defects 0.01 --senders 1 --out "$shop" >/dev/null
    echo
    echo "== $records records in one drop"
    /usr/bin/time -f 'wall %e s, user %U s, system %S s, peak memory %M kB' \
        "$night" night "$shop" --out "$out" --threads 2 2>"$work/stages" >"$work/said"
    head -n 1 "$work/said"
    awk '/ s  / { t[$3] += $1; if (!($3 in seen)) { seen[$3] = 1; order[++n] = $3 } }
         END { for (i = 1; i <= n; i++) printf "%8.2f s  %s\n", t[order[i]], order[i] }' "$work/stages"
    tail -n 1 "$work/stages"
    letters=$(find "$out/print" -name control.csv -exec tail -n +2 {} + | wc -l)
    bytes=$(find "$out/print" -name '*.pdf' ! -name 'tray*' ! -name 'job*' -printf '%s\n' |
        awk '{ sum += $1 } END { print sum }')
    echo "$letters letters, $((bytes / letters)) bytes a letter in print files"
    "$night" verify-output "$out" | tail -n 1
    rm -rf "$shop" "$out"
done
