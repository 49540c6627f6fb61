#!/usr/bin/env bash
# Counts the instructions that a letter takes, stage by stage, and compares them with the figures of
# instructions.txt: a gate against slow changes that does not depend on the machine or its load.
#
#   benches/instructions.sh            fails when a stage is more than 5 % off, either way
#   benches/instructions.sh --write    writes the figures anew
#
# A stage is run for N and for 2 N items under callgrind; the difference leaves out what is done once.
# valgrind is installed where it is missing; without it the gate fails. Processor features that
# callgrind does not know (AVX-512) are not used under it.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-$PWD/target}
figures=benches/instructions.txt
tolerance=5

if ! command -v valgrind >/dev/null; then
    echo "installing valgrind"
    as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends valgrind >/dev/null
fi
valgrind --version

cargo build --release --quiet -p intake --example decode_speed
cargo build --release --quiet -p address --example resolve_speed
(cd benches/render && CARGO_TARGET_DIR="$target" \
    cargo build --release --quiet --no-default-features --bin render-letters)

instructions() {
    local log
    log=$(mktemp)
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>"$log" >/dev/null
    awk '/Collected :/ { print $NF }' "$log"
    rm -f "$log"
}

# each NAME COUNT COMMAND…: the instructions of one item; the count is the command's last word.
each() {
    local name=$1 count=$2 once twice
    shift 2
    once=$(instructions "$@" "$count")
    twice=$(instructions "$@" "$((2 * count))")
    echo "$name $(((twice - once) / count))"
}

found=$(
    each "decode-record" 4000 "$target/release/examples/decode_speed" csv
    each "resolve-address" 4000 "$target/release/examples/resolve_speed"
    each "set-and-write-letter" 512 "$target/release/render-letters"
)
if [ "${1:-}" = --write ]; then
    { grep '^#' "$figures" || true; echo "$found"; } >"$figures.new"
    mv "$figures.new" "$figures"
    cat "$figures"
    exit
fi
status=0
while read -r name now; do
    then=$(awk -v name="$name" '$1 == name { print $2 }' "$figures")
    off=$(awk -v a="$now" -v b="${then:-0}" 'BEGIN { print b ? 100 * (a - b) / b : 999 }')
    printf '%-22s %9d instructions, %9d recorded, %+.1f %%\n' "$name" "$now" "${then:-0}" "$off"
    awk -v off="$off" -v most="$tolerance" 'BEGIN { exit !(off > most || off < -most) }' && status=1
done <<<"$found"
[ "$status" = 0 ] || echo "more than $tolerance % off: mend the change, or record it with --write and say why" >&2
exit "$status"
