#!/usr/bin/env bash
# Many subscribers: scale.sh 76000 | 150000. nginx with 8 workers; 4 or 8 client processes, the floor's first,
# then `ssecheck load --processes`. One event a second (150,000: one in 4 s).
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

TOTAL=${1:-76000}
EVENTS=${EVENTS:-10}
SERVER_WORKERS=8
case $TOTAL in
150000) processes=8 interval=4 ;;
*) processes=$(((TOTAL + 18999) / 19000)) interval=1 ;;
esac
# As a rate for ssecheck and for the floor.
rate=$(awk "BEGIN { print 1 / $interval }")
span=$((EVENTS * interval))
each=$((TOTAL / processes))

available_kb() { awk '/^MemAvailable/ { print $2 }' /proc/meminfo; }

scale_floor() {
    local part before during pids=()
    before=$(available_kb)
    start_nchan "$SERVER_WORKERS"
    for part in $(seq "$processes"); do
        floor_run "$work/floor.$part" --connections "$each" --source $((part * 2)) --quiet 8 \
            --seconds $((span + 120)) --events-expected $((each * EVENTS))
        pids+=("$reader_pid")
    done
    publish "$work/published" "$rate" "$span" 200
    during=$(available_kb)
    for part in "${pids[@]}"; do ended "$part" || die "a floor failed"; done
    cat "$work"/floor.*[0-9] | note scale.jsonl total="$TOTAL" processes="$processes" \
        memory_kb=$((before - during)) published="$(cat "$work/published")"
    stop_server
}

scale_ssecheck() {
    local before
    before=$(available_kb)
    start_nchan "$SERVER_WORKERS"
    lowest_memory & watcher=$!
    started+=("$watcher")
    "$SSECHECK" load --target "$target" -c "$TOTAL" --processes "$processes" --ramp 4000/s -d "${span}s" \
        --rate "$rate/s" --allow-doubts --json "$work/ssecheck.json" 2>"$work/ssecheck.err" >&2 ||
        die "ssecheck load: $(tail -n 5 "$work/ssecheck.err")"
    stop "$watcher"
    python3 "$bench/watch.py" --only-report "$work/ssecheck.json" tool=ssecheck |
        note scale.jsonl total="$TOTAL" processes="$processes" memory_kb=$((before - $(cat "$work/lowest")))
    stop_server
}

lowest_memory() {
    local low now
    low=$(available_kb)
    while sleep 0.5; do
        now=$(available_kb)
        if [ "$now" -lt "$low" ]; then low=$now; fi
        echo "$low" >"$work/lowest.new"
        mv "$work/lowest.new" "$work/lowest"
    done
}

bench_begin
need_descriptors $((each + 200))
scale_floor
if [ -x "$SSECHECK" ]; then scale_ssecheck; fi
python3 "$bench/summary.py" --scale "$RAW/scale.jsonl"
