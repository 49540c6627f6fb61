#!/usr/bin/env bash
# Times a whole night over one drop: wall time, CPU time, peak memory, bytes per letter, stage times.
#
#   benches/night.sh 100000 400000          records of one drop each, on two threads
#
# Needs GNU time (/usr/bin/time). Builds in release first; drops and outputs lie in a temporary
# directory that is removed at the end.
. "$(dirname "$0")/head.sh"

for records in "$@"; do
    shop=$work/shop-$records
    out=$work/out-$records
    "$night" sample letters --records "$records" --seed 1 --defects 0.01 --senders 1 --out "$shop" >/dev/null
    echo
    echo "== $records records in one drop"
    timed_night "$shop" --out "$out"
    head -n 1 "$work/said"
    letters=$(find "$out/print" -name control.csv -exec tail -n +2 {} + | wc -l)
    bytes=$(find "$out/print" -name '*.pdf' ! -name 'tray*' ! -name 'job*' -printf '%s\n' |
        awk '{ sum += $1 } END { print sum }')
    echo "$letters letters, $((bytes / letters)) bytes a letter in print files"
    "$night" verify-output "$out" | tail -n 1
    rm -rf "$shop" "$out"
done
