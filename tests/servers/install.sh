#!/bin/sh
# Installs what the servers need into .work and node/node_modules; safe to run again.
# Prints `ok NAME` or `missing NAME: reason` for each; exit 1 when one is missing.
set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../once.sh"

say() {
    # say RESULT NAME REASON
    if [ "$1" = 0 ]; then
        echo "ok $2"
    else
        echo "missing $2: $3"
        status=1
    fi
}

build_axum() {
    cd "$here/axum" && CARGO_TARGET_DIR="$work/target" cargo build --release --locked
}

install_node() { npm --prefix "$here/node" ci --omit=dev --no-audit --no-fund; }

install_python() {
    python3 -m venv --clear "$work/venv" &&
        "$work/venv/bin/python" -m pip install --disable-pip-version-check \
            --no-deps -r "$here/python/requirements.txt"
}

nchan_there() { [ -e /usr/lib/nginx/modules/ngx_nchan_module.so ]; }

install_nchan() {
    [ "$(id -u)" = 0 ] && have apt-get || return 1
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q &&
        apt-get install -y -q --no-install-recommends nginx libnginx-mod-nchan
}

axum() {
    have cargo || { say 1 axum "no cargo"; return; }
    key=$(digest "$here/axum/Cargo.toml" "$here/axum/Cargo.lock" "$here/axum/src/main.rs")
    once axum "$key" "$work/target/release/axum-server" build_axum
    say $? axum "the build failed, see $log"
}

node_servers() {
    have node || { for name in node-http express hono; do say 1 $name "no node"; done; return; }
    say 0 node-http
    have npm || { for name in express hono; do say 1 $name "no npm"; done; return; }
    key="$(digest "$here/node/package-lock.json") $(node --version)"
    once node "$key" "$here/node/node_modules" install_node
    result=$?
    for name in express hono; do say $result $name "npm ci failed, see $log"; done
}

python_servers() {
    have python3 || { for name in sse-starlette flask; do say 1 $name "no python3"; done; return; }
    key="$(digest "$here/python/requirements.txt") $(python3 --version)"
    once python "$key" "$work/venv/bin/python" install_python
    result=$?
    for name in sse-starlette flask; do say $result $name "the venv failed, see $log"; done
}

nchan() {
    nchan_there || { echo "== nchan" >>"$log"; install_nchan >>"$log" 2>&1 </dev/null; }
    nchan_there
    say $? nchan "install the Debian packages nginx and libnginx-mod-nchan (as root), see $log"
}

axum
node_servers
python_servers
nchan
exit $status
