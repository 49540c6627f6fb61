# What the benches of a whole night share; they source it, nobody runs it.
#
# Builds in release, gives $night (the program) and $work (a folder that is removed at the end), and
# says on what machine and commit it all runs. Needs GNU time (/usr/bin/time).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cargo build --release --quiet
night=${CARGO_TARGET_DIR:-$PWD/target}/release/lettershop
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

grep -m1 'model name' /proc/cpuinfo
echo "commit $(git rev-parse --short HEAD), $(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg)"

# timed_night OPTION…: runs a night, what it says goes to $work/said; prints its times and memory,
# then the seconds of each stage in the order of their first appearance, then its last line.
timed_night() {
    /usr/bin/time -f 'wall %e s, user %U s, system %S s, peak memory %M kB' \
        "$night" night "$@" --threads 2 2>"$work/stages" >"$work/said"
    awk '/ s  / { t[$3] += $1; if (!($3 in seen)) { seen[$3] = 1; order[++n] = $3 } }
         END { for (i = 1; i <= n; i++) printf "%8.2f s  %s\n", t[order[i]], order[i] }' "$work/stages"
    tail -n 1 "$work/stages"
}
