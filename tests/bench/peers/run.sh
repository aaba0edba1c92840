#!/usr/bin/env bash
# Becomes one peer: run.sh NAME URL CONNECTIONS EVENTS_EACH SECONDS
# It prints one line of JSON with what it believes it saw. Exit 77: not installed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${BENCH_CACHE:-${XDG_CACHE_HOME:-/tmp}/ssecheck-bench}
name=$1 url=$2 connections=$3 each=$4 seconds=$5
all=$((connections * each))

need() { [ -e "$1" ] || exit 77; }

case $name in
reqwest-eventsource | eventsource-client)
    need "$cache/rust/release/$name"
    exec "$cache/rust/release/$name" "$url" "$connections" "$all"
    ;;
node-eventsource)
    need "$cache/node/node_modules/eventsource"
    exec node "$cache/node/eventsource.mjs" "$url" "$connections" "$all"
    ;;
aiohttp)
    need "$cache/venv/bin/python"
    exec "$cache/venv/bin/python" "$here/python/aiohttp_client.py" "$url" "$connections" "$all"
    ;;
locust)
    need "$cache/venv/bin/locust"
    BENCH_EXPECTED=$all exec "$cache/venv/bin/locust" -f "$here/python/locustfile.py" --headless --only-summary \
        -u "$connections" -r 500 --run-time "${seconds}s" --host "${url%/events}" --loglevel WARNING
    ;;
k6)
    need "$cache/k6/k6-sse"
    export BENCH_URL=$url BENCH_CONNECTIONS=$connections BENCH_EVENTS=$each BENCH_SECONDS=$seconds
    exec "$cache/k6/k6-sse" run --quiet --no-usage-report --address '' "$here/k6/sse.js"
    ;;
*)
    echo "run.sh: no such peer: $name" >&2
    exit 2
    ;;
esac
