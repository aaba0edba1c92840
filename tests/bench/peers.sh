#!/usr/bin/env bash
# The peers on the same hub and with the same publisher as the floor; what each believes it saw is kept beside
# what the floor saw. peers/install.sh first. Settings by environment, see README.md.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

SIZES=${SIZES:-1000 5000}
PEERS=${PEERS:-reqwest-eventsource eventsource-client node-eventsource aiohttp locust k6}
SECONDS_EACH=${SECONDS_EACH:-10}
REPEATS=${REPEATS:-1}
RATE=10
PAYLOAD=200

# measure_peer NAME SIZE REPEAT: observers of the floor read beside it, as beside ssecheck.
measure_peer() {
    local name=$1 size=$2 repeat=$3 status=0
    start_nchan 1
    observe "$size" $((SECONDS_EACH + 240))
    python3 "$bench/watch.py" --output "$work/peer.out" --stats "$stats_url" --settle 2 \
        --subscribers $((size + observers)) --server-pid "$server_pid" \
        --publish "$FLOOR publish --url $publish_url --rate $RATE --seconds $SECONDS_EACH --size $PAYLOAD" \
        tool="$name" connections="$size" -- \
        "$bench/peers/run.sh" "$name" "$events_url" "$size" $((RATE * SECONDS_EACH)) $((SECONDS_EACH + 120)) \
        >"$work/line" 2>"$work/peer.err" || status=$?
    if [ "$status" = 0 ]; then
        ended "$reader_pid" || die "the observers failed: $(cat "$work/observers.err")"
        note peers.jsonl server=nchan size="$size" rate="$RATE" repeat="$repeat" \
            observers="$(cat "$work/observers")" <"$work/line"
    else
        echo "peers.sh: $name at $size gave nothing: $(tail -n 3 "$work/peer.err")" >&2
        stop "$reader_pid"
    fi
    stop_server
}

bench_begin
need_descriptors 5200
for repeat in $(seq "$REPEATS"); do
    for size in $SIZES; do
        for peer in $PEERS; do measure_peer "$peer" "$size" "$repeat"; done
    done
done
python3 "$bench/summary.py" --peers "$RAW/peers.jsonl"
