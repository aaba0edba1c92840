#!/bin/sh
# Installs the foreign readers that the machine formats are held against; safe to run again.
# usage: install.sh [python|node|java]...     none means all
# Prints `ok NAME` or `missing NAME: reason` for each; exit 1 when one is missing, 2 for usage.
set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../once.sh"

install_python() {
    python3 -m venv --clear "$work/venv" &&
        "$work/venv/bin/python" -m pip install --disable-pip-version-check --only-binary :all: \
            --no-deps -r "$here/python/requirements.txt"
}

install_node() {
    npm --prefix "$here/node" ci --no-audit --no-fund --ignore-scripts &&
        chmod +x "$here/node/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"
}

install_java() {
    mvn -q -B -f "$here/java/pom.xml" dependency:copy-dependencies &&
        (cd "$work/java/lib" && sha256sum -c "$here/java/sha256.txt")
}

python_part() {
    have python3 || { reason="no python3"; return 1; }
    once python "$(digest "$here/python/requirements.txt") $(python3 --version)" \
        "$work/venv/bin/python" install_python
}

node_part() {
    { have node && have npm; } || { reason="no node, or no npm"; return 1; }
    once node "$(digest "$here/node/package-lock.json") $(node --version)" \
        "$here/node/node_modules" install_node
}

java_part() {
    { have java && have mvn; } || { reason="no java, or no mvn"; return 1; }
    once java "$(digest "$here/java/pom.xml" "$here/java/sha256.txt")" "$work/java/lib" install_java
}

[ $# != 0 ] || set -- python node java
for part in "$@"; do
    case $part in
    python | node | java) ;;
    *) echo "install.sh: no part $part" >&2; exit 2 ;;
    esac
    reason="it failed, see $log"
    if "${part}_part"; then echo "ok $part"; else
        echo "missing $part: $reason"
        status=1
    fi
done
exit $status
