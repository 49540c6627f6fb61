#!/usr/bin/env bash
# Times a whole night over applications: wall time, CPU time, peak memory, stage times, and whether
# every defect came to its end.
#
#   benches/applications.sh 100000          applications for 200 municipalities, 2 % defects
#
# Needs GNU time (/usr/bin/time) and jq. Builds in release first; parcels and outputs lie in a
# temporary directory that is removed at the end.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --release --quiet
night=$PWD/target/release/lettershop
[ -n "${CARGO_TARGET_DIR:-}" ] && night=$CARGO_TARGET_DIR/release/lettershop
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

grep -m1 'model name' /proc/cpuinfo
echo "commit $(git rev-parse --short HEAD), $(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg)"
for count in "$@"; do
    shop=$work/shop-$count
    out=$work/out-$count
    /usr/bin/time -f 'parcels made: wall %e s, user %U s' \
        "$night" sample applications --count "$count" --seed 1 --defects 0.02 --out "$shop" >/dev/null
    echo
    echo "== $count applications"
    /usr/bin/time -f 'wall %e s, user %U s, system %S s, peak memory %M kB' \
        "$night" night "$shop" --out "$out" --now 2026-11-22T02:00:00+09:00 --threads 2 \
        2>"$work/stages" >"$work/said"
    awk '/ s  / { t[$3] += $1; if (!($3 in seen)) { seen[$3] = 1; order[++n] = $3 } }
         END { for (i = 1; i <= n; i++) printf "%8.2f s  %s\n", t[order[i]], order[i] }' "$work/stages"
    tail -n 1 "$work/stages"
    "$night" ledger "$out" | head -n 1
    expected=$(jq -c '.by_end' "$shop/expected.json")
    found=$("$night" ledger "$out" --json | jq -c '.applications[0].ends | with_entries(select(.value > 0))')
    [ "$(jq -cS . <<<"$expected")" = "$(jq -cS . <<<"$found")" ] &&
        echo "every application came to the end that its maker expects"
    "$night" verify-output "$out" | tail -n 1
    "$night" verify finalise "$out" --crl "$shop/crl-later" | head -n 1
    rm -rf "$shop" "$out"
done
