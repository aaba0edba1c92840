#!/usr/bin/env bash
# Writes reports/latency/tables.md from the raw lines: the machine, the versions, and a table of each kind.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

out=$(dirname "$RAW")/tables.md

# table TITLE FILE FLAG...
table() {
    local title=$1 file=$RAW/$2
    shift 2
    [ -s "$file" ] || return 0
    printf '## %s\n\n' "$title"
    python3 "$bench/summary.py" "$@" "$file"
    echo
}

machine() {
    local nginx
    nginx=$(PATH=$PATH:/usr/sbin command -v nginx) && nginx=$("$nginx" -v 2>&1 | sed 's/.*: //')
    echo "- $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) processors," \
        "$(awk '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo), Linux $(uname -r)"
    echo "- ${nginx:-no nginx}, nchan $(dpkg-query -W -f '${Version}' libnginx-mod-nchan 2>/dev/null || echo of unknown version)"
    echo "- descriptors of a process: $(ulimit -H -n); ports: $(tr '\t' ' ' </proc/sys/net/ipv4/ip_local_port_range)"
    echo "- $("$SSECHECK" --version 2>/dev/null || echo "no ssecheck"), $(date -u +%Y-%m-%d)"
}

{
    echo "# Tables"
    echo
    echo "Written by \`tests/bench/report.sh\` from \`raw/\`; what was measured, and how, is in \`tests/bench/README.md\`."
    echo
    machine
    echo
    table "Cost and truth, against the floor" run.jsonl
    table "Connects, three times back to back" connects.jsonl --connects
    table "Many subscribers" scale.jsonl --scale
    table "Peers" peers.jsonl --peers
} >"$out.new"
mv "$out.new" "$out"
echo "$out"
