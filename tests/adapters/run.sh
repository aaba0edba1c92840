#!/bin/sh
# Becomes one adapter, which speaks sse-adapter/1 on standard input and output: run.sh NAME
# run.sh --list names them all. Exit 77: that adapter is not installed (see install.sh). Exit 2: usage.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
work=$here/.work

[ $# -eq 1 ] || { echo "usage: run.sh NAME | --list" >&2; exit 2; }
name=$1
if [ "$name" = --list ]; then
    awk '/^[^#]/ {print $1}' "$here/adapters.txt"
    exit
fi

need() {
    [ -e "$1" ] && return
    echo "run.sh: $name is not installed: no $1; run tests/adapters/install.sh $name" >&2
    exit 77
}

part=$(awk -v name="$name" '/^[^#]/ && $1 == name {print $2}' "$here/adapters.txt")
case $part in
node)
    need "$here/node/node_modules"
    exec node "$here/node/main.mjs" "$name"
    ;;
python)
    need "$work/venv/bin/python"
    [ "$name" != sseclient ] || export PYTHONPATH="$work/sseclient"
    exec "$work/venv/bin/python" -B "$here/python/main.py" "$name"
    ;;
rust)
    need "$work/target/release/sse-adapters"
    exec "$work/target/release/sse-adapters" "$name"
    ;;
go)
    need "$work/go-adapters"
    exec "$work/go-adapters" "$name"
    ;;
java)
    need "$work/java/lib"
    exec java -cp "$work/java/classes:$work/java/lib/*" adapters.Main "$name"
    ;;
*)
    echo "run.sh: no adapter $name; run.sh --list names them" >&2
    exit 2
    ;;
esac
