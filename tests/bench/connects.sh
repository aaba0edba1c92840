#!/usr/bin/env bash
# Connects CONNECTIONS streams three times back to back, for the floor and for `ssecheck load`: time, CPU
# and the number of sockets in TIME_WAIT before each.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

CONNECTIONS=${CONNECTIONS:-10000}

# The server stays the same for the three: its port is what makes TIME_WAIT hurt.
floor_connects() {
    local waiting=$1 repeat=$2
    floor_run "$work/floor" --connections "$CONNECTIONS" --count --seconds 1
    ended "$reader_pid" || die "the floor failed: $(cat "$work/floor.err")"
    note connects.jsonl size="$CONNECTIONS" repeat="$repeat" time_wait="$waiting" <"$work/floor"
}

ssecheck_connects() {
    local waiting=$1 repeat=$2
    python3 "$bench/watch.py" --output "$work/ssecheck.out" --stats "$stats_url" --subscribers "$CONNECTIONS" \
        --report "$work/ssecheck.json" tool=ssecheck connections="$CONNECTIONS" -- \
        "$SSECHECK" load --target "$target" -c "$CONNECTIONS" --ramp 1000000/s -d 2s --rate 1/s --allow-doubts \
        --json "$work/ssecheck.json" >"$work/line" 2>"$work/ssecheck.err" ||
        die "ssecheck load: $(tail -n 5 "$work/ssecheck.err")"
    note connects.jsonl size="$CONNECTIONS" repeat="$repeat" time_wait="$waiting" <"$work/line"
}

# three NAME COMMAND
three() {
    local repeat
    start_nchan 1
    for repeat in 1 2 3; do
        "$1" "$(time_wait)" "$repeat"
        await 10 "the end of all subscribers" nobody_subscribed
    done
    stop_server
}

nobody_subscribed() {
    curl -s -H 'Accept: text/json' "$stats_url" | grep -Eq '"subscribers": *0|not found'
}

bench_begin
need_descriptors $((CONNECTIONS + 200))
three floor_connects
if [ -x "$SSECHECK" ]; then three ssecheck_connects; fi
python3 "$bench/summary.py" --connects "$RAW/connects.jsonl"
