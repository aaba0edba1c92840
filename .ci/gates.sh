#!/usr/bin/env bash
# The rules of the house that neither rustc nor clippy can hold. See CONTRIBUTING.md.
# usage: .ci/gates.sh [--root DIR] [GATE...]      no GATE means all of them
set -euo pipefail

if ! command -v python3 >/dev/null; then
    echo "gates: python3 is missing, nothing was checked" >&2
    exit 1
fi
for tool in cargo git; do
    if ! command -v "$tool" >/dev/null; then
        echo "gates: $tool is missing, nothing was checked" >&2
        exit 1
    fi
done
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec python3 -B "$here/gates.py" "$@" </dev/null
