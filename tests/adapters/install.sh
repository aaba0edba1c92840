#!/bin/sh
# Installs what the adapters need into .work and node/node_modules; safe to run again.
# usage: install.sh [NAME...]     adapters, or parts (node python rust go java); none means all
# Prints `ok NAME` or `missing NAME: reason` for each; exit 1 when one is missing, 2 for usage.
set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../once.sh"

install_node() { npm --prefix "$here/node" ci --no-audit --no-fund --ignore-scripts; }

install_python() {
    python3 -m venv --clear "$work/venv" &&
        "$work/venv/bin/python" -m pip install --disable-pip-version-check \
            --no-deps -r "$here/python/requirements.txt" &&
        "$work/venv/bin/python" -m pip install --disable-pip-version-check \
            --no-deps --upgrade --target "$work/sseclient" -r "$here/python/requirements-sseclient.txt"
}

install_rust() {
    cd "$here/rust" && CARGO_TARGET_DIR="$work/target" cargo build --release --locked
}

install_go() { cd "$here/go" && GOFLAGS=-mod=readonly go build -o "$work/go-adapters" .; }

install_java() { mvn -q -B -f "$here/java/pom.xml" compile dependency:copy-dependencies; }

node_part() {
    { have node && have npm; } || { reason="no node, or no npm"; return 1; }
    once node "$(digest "$here/node/package-lock.json") $(node --version)" \
        "$here/node/node_modules" install_node
}

python_part() {
    have python3 || { reason="no python3"; return 1; }
    once python "$(digest "$here"/python/requirements*.txt) $(python3 --version)" \
        "$work/venv/bin/python" install_python
}

rust_part() {
    have cargo || { reason="no cargo"; return 1; }
    once rust "$(digest "$here"/rust/Cargo.* "$here"/rust/src/*.rs)" \
        "$work/target/release/sse-adapters" install_rust
}

go_part() {
    have go || { reason="no go"; return 1; }
    once go "$(digest "$here"/go/go.* "$here"/go/*.go) $(go env GOVERSION)" \
        "$work/go-adapters" install_go
}

java_part() {
    { have java && have mvn; } || { reason="no java, or no mvn"; return 1; }
    once java "$(digest "$here"/java/pom.xml "$here"/java/src/main/java/adapters/*.java)" \
        "$work/java/lib" install_java
}

# Lines of adapters.txt whose first or second word is $1; all without.
chosen() { awk -v want="${1-}" '/^[^#]/ && (want == "" || want == $1 || want == $2)' "$here/adapters.txt"; }

if [ $# = 0 ]; then lines=$(chosen); else
    lines=
    for want in "$@"; do
        some=$(chosen "$want")
        [ -n "$some" ] || { echo "install.sh: no adapter or part $want" >&2; exit 2; }
        lines="$lines$some
"
    done
fi

for part in $(echo "$lines" | awk 'NF {print $2}' | awk '!known[$0]++'); do
    reason="it failed, see $log"
    "${part}_part"
    result=$?
    [ $result = 0 ] || status=1
    for name in $(echo "$lines" | awk -v part="$part" '$2 == part {print $1}'); do
        if [ $result = 0 ]; then echo "ok $name"; else echo "missing $name: $reason"; fi
    done
done
exit $status
