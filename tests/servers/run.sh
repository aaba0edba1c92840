#!/bin/sh
# Runs one of the servers in the foreground on 127.0.0.1: run.sh NAME PORT
# Exit 77: that server is not installed (see install.sh). Exit 2: usage.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
work=$here/.work

usage() {
    echo "usage: run.sh axum|node-http|express|hono|sse-starlette|flask|nchan PORT" >&2
    exit 2
}

need() {
    [ -e "$1" ] && return
    echo "run.sh: $name is not installed: no $1; run tests/servers/install.sh" >&2
    exit 77
}

need_node() {
    command -v node >/dev/null && return
    echo "run.sh: $name is not installed: no node" >&2
    exit 77
}

run_nchan() {
    nginx=$(PATH=$PATH:/usr/sbin command -v nginx) || nginx=/usr/sbin/nginx
    need "$nginx"
    need /usr/lib/nginx/modules/ngx_nchan_module.so
    dir=$work/nchan-$port
    mkdir -p "$dir"
    sed -e "s|@PORT@|$port|g" -e "s|@DIR@|$dir|g" "$here/nchan/nginx.conf.in" >"$dir/nginx.conf"
    exec "$nginx" -e stderr -p "$dir" -c "$dir/nginx.conf"
}

[ $# -eq 2 ] || usage
name=$1
port=$2
case $port in '' | *[!0-9]*) usage ;; esac

case $name in
axum)
    need "$work/target/release/axum-server"
    exec "$work/target/release/axum-server" "$port"
    ;;
node-http)
    need_node
    exec node "$here/node/http.mjs" "$port"
    ;;
express | hono)
    need_node
    need "$here/node/node_modules/$name"
    exec node "$here/node/$name.mjs" "$port"
    ;;
sse-starlette)
    need "$work/venv/bin/uvicorn"
    exec "$work/venv/bin/python" -m uvicorn sse_starlette_app:app --app-dir "$here/python" \
        --host 127.0.0.1 --port "$port" --http httptools --log-level warning
    ;;
flask)
    need "$work/venv/bin/gunicorn"
    exec "$work/venv/bin/python" -m gunicorn flask_app:app --config "$here/python/gunicorn.conf.py" \
        --chdir "$here/python" --bind "127.0.0.1:$port"
    ;;
nchan) run_nchan ;;
*) usage ;;
esac
