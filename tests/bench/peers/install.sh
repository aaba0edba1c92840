#!/usr/bin/env bash
# Installs the peers into a cache folder; safe to run again. Prints `ok NAME` or `missing NAME: reason`.
# Exit 0 when at least one is there.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${BENCH_CACHE:-${XDG_CACHE_HOME:-/tmp}/ssecheck-bench}
log=$cache/install.log
mkdir -p "$cache"
: >"$log"
there=0

# part NAMES COMMAND: runs it, tells for each name whether it is there.
part() {
    local name
    if "$2" >>"$log" 2>&1 </dev/null; then
        for name in $1; do echo "ok $name"; done
        there=$((there + 1))
    else
        for name in $1; do echo "missing $name: see $log"; done
    fi
}

rust() { cargo build --release --locked --manifest-path "$here/rust/Cargo.toml" --target-dir "$cache/rust"; }

node() {
    mkdir -p "$cache/node"
    cp "$here/node/"* "$cache/node/" && npm --prefix "$cache/node" ci --omit=dev --no-audit --no-fund
}

python() {
    [ -x "$cache/venv/bin/python" ] || python3 -m venv "$cache/venv"
    "$cache/venv/bin/python" -m pip install --disable-pip-version-check -q -r "$here/python/requirements.txt"
}

# A module proxy that does not carry the extension makes this fail: then there is no k6 row.
k6() {
    mkdir -p "$cache/k6"
    cp "$here/k6/main.go" "$cache/k6/" && cp "$here/k6/go.mod.in" "$cache/k6/go.mod"
    cd "$cache/k6" && timeout 600 go get go.k6.io/k6@v1.8.1 github.com/phymbert/xk6-sse@a835a4b &&
        timeout 900 go build -o k6-sse .
}

part "reqwest-eventsource eventsource-client" rust
part "node-eventsource" node
part "aiohttp locust" python
part "k6" k6
[ "$there" -gt 0 ]
