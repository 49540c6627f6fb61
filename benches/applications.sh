#!/usr/bin/env bash
# Times a whole night over applications: wall time, CPU time, peak memory, stage times, and whether
# every defect came to its end.
#
#   benches/applications.sh 100000          applications for 200 municipalities, 2 % defects
#
# Needs GNU time (/usr/bin/time) and jq. Builds in release first; parcels and outputs lie in a
# temporary directory that is removed at the end.
. "$(dirname "$0")/head.sh"

for count in "$@"; do
    shop=$work/shop-$count
    out=$work/out-$count
    /usr/bin/time -f 'parcels made: wall %e s, user %U s' \
        "$night" sample applications --count "$count" --seed 1 --defects 0.02 --out "$shop" >/dev/null
    echo
    echo "== $count applications"
    timed_night "$shop" --out "$out" --now 2026-11-22T02:00:00+09:00
    "$night" ledger "$out" | head -n 1
    expected=$(jq -c '.by_end' "$shop/expected.json")
    found=$("$night" ledger "$out" --json | jq -c '.applications[0].ends | with_entries(select(.value > 0))')
    [ "$(jq -cS . <<<"$expected")" = "$(jq -cS . <<<"$found")" ] &&
        echo "every application came to the end that its maker expects"
    "$night" verify-output "$out" | tail -n 1
    "$night" verify finalise "$out" --crl "$shop/crl-later" | head -n 1
    rm -rf "$shop" "$out"
done
