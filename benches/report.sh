#!/usr/bin/env bash
# Runs all benchmarks and writes docs/benchmarks.md and its charts: bash benches/report.sh [--quick] [--page] [--out DIRECTORY]
#
# --quick  few and short rounds: to see that everything runs, not for figures
# --page   writes the page anew from the last run, and measures nothing
# --out    writes there, and not to docs
#
# benches/reasons.md, if it is there, says why goals are missed: a heading `## id` for each row, and the reason under it.
# The rows' ids are in benches/src/report/goals. Honours CARGO_TARGET_DIR, SIGSLOT_HPP, SIGSLOT_VERSION, PEER_PYTHON, CXX.
set -euo pipefail
from=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")"

# What a path means to who gave it.
given() { case "$1" in /*) echo "$1" ;; *) echo "$from/$1" ;; esac; }

quick=
is_page_only=
docs=../docs
while [ $# -gt 0 ]; do
    case "$1" in
        --quick) quick=--quick ;;
        --page) is_page_only=yes ;;
        --out) shift; docs=$(given "${1:?--out needs a directory}") ;;
        *) echo "usage: bash benches/report.sh [--quick] [--page] [--out DIRECTORY]" >&2; exit 2 ;;
    esac
    shift
done

if [ -n "${CARGO_TARGET_DIR:-}" ]; then
    CARGO_TARGET_DIR=$(given "$CARGO_TARGET_DIR")
else
    CARGO_TARGET_DIR=$(cd .. && pwd)/target/benches
fi
export CARGO_TARGET_DIR
if [ -n "${SIGSLOT_HPP:-}" ]; then
    SIGSLOT_HPP=$(given "$SIGSLOT_HPP")
    export SIGSLOT_HPP
fi
# Of before the build, which is a load itself.
load=unknown
if [ -r /proc/loadavg ]; then load=$(cut -d ' ' -f 1-3 /proc/loadavg); fi

mkdir -p "$CARGO_TARGET_DIR"
results=$CARGO_TARGET_DIR/benchmarks.jsonl

cargo build --release --bins
bin=$CARGO_TARGET_DIR/release

fact() { printf '{"fact": "%s", "value": "%s"}\n' "$1" "$2"; }

measure() {
    if [ -n "$quick" ]; then fact run quick; else fact run full; fi
    fact date "$(date -u +%Y-%m-%d)"
    fact load "$load"
    # A process for each question: none sees what another has left in the allocator.
    local binary question
    for binary in bench-time bench-count; do
        for question in $("$bin/$binary" --list); do
            "$bin/$binary" $quick "$question"
        done
    done
    bash peers/cpp.sh "$CARGO_TARGET_DIR" $quick
    bash peers/python.sh "$CARGO_TARGET_DIR" $quick
}

if [ -z "$is_page_only" ]; then
    start=$SECONDS
    measure >"$results.part"
    mv "$results.part" "$results"
    echo "measured in $((SECONDS - start)) s" >&2
fi
"$bin/bench-report" "$results" "$docs"
echo "written: benchmarks.md and benchmarks/*.svg, in $docs" >&2
