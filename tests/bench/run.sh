#!/usr/bin/env bash
# The comparison run: floor (count only), floor (with stamps), ssecheck load beside 100 floor observers.
# Each run has a fresh server. Settings by environment, see README.md.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

SERVER=${SERVER:-nchan}
SIZES=${SIZES:-100 1000 5000 10000}
SECONDS_EACH=${SECONDS_EACH:-10}
REPEATS=${REPEATS:-3}
PAYLOAD=${PAYLOAD:-200}

rate_for() { if [ "$1" -ge 10000 ]; then echo 5; else echo 10; fi; }

# measure_floor SIZE REPEAT [--count]
measure_floor() {
    local size=$1 repeat=$2 rate
    shift 2
    rate=$(rate_for "$size")
    start_server "$SERVER"
    floor_run "$work/floor" --connections "$size" "$@" --seconds $((SECONDS_EACH + 60)) \
        --events-expected $((size * rate * SECONDS_EACH))
    publish "$work/published" "$rate" "$SECONDS_EACH" "$PAYLOAD"
    ended "$reader_pid" || die "the floor failed: $(cat "$work/floor.err")"
    note run.jsonl server="$SERVER" size="$size" rate="$rate" payload="$PAYLOAD" repeat="$repeat" \
        published="$(cat "$work/published")" <"$work/floor"
    stop_server
}

# measure_ssecheck SIZE REPEAT: the observers count among the server's subscribers. Connecting takes a second, so
# that the observers find their places among the others; how fast it can be is for connects.sh.
measure_ssecheck() {
    local size=$1 repeat=$2 rate line
    rate=$(rate_for "$size")
    start_server "$SERVER"
    observe "$size" $((SECONDS_EACH + 60))
    python3 "$bench/watch.py" --output "$work/ssecheck.out" --stats "$stats_url" \
        --subscribers $((size + observers)) --report "$work/ssecheck.json" --server-pid "$server_pid" \
        tool=ssecheck connections="$size" -- \
        "$SSECHECK" load --target "$target" -c "$size" --ramp "$size/s" -d "${SECONDS_EACH}s" --rate "$rate/s" \
        --size "$PAYLOAD" --server-pid "$server_pid" --allow-doubts --json "$work/ssecheck.json" \
        >"$work/line" 2>"$work/ssecheck.err" || die "ssecheck load: $(tail -n 5 "$work/ssecheck.err")"
    ended "$reader_pid" || die "the observers failed: $(cat "$work/observers.err")"
    note run.jsonl server="$SERVER" size="$size" rate="$rate" payload="$PAYLOAD" repeat="$repeat" \
        observers="$(cat "$work/observers")" <"$work/line"
    stop_server
}

bench_begin
need_descriptors 10200
[ -x "$SSECHECK" ] || echo "run.sh: no $SSECHECK, only the floor is measured" >&2
for repeat in $(seq "$REPEATS"); do
    for size in $SIZES; do
        measure_floor "$size" "$repeat" --count
        measure_floor "$size" "$repeat"
        if [ -x "$SSECHECK" ]; then measure_ssecheck "$size" "$repeat"; fi
    done
done
python3 "$bench/summary.py" "$RAW/run.jsonl"
