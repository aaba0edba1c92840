#!/usr/bin/env bash
# Makes the published reports anew: reports/regenerate.sh [interop|latency|kill-matrix|parsers|pages|images]...
# Without a part: all of them, some twenty minutes on a quiet machine. `pages` renders what is saved, and
# measures nothing. Needs `cargo build --release -p ssecheck -p ssecheck-tests` and the installed servers and
# parsers (tests/servers/install.sh, tests/adapters/install.sh); what is missing is told, and nothing of it changes.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../tests/bench/lib.sh"

reports=$repository/reports
servers=(axum node-http express hono sse-starlette flask nchan)

# judged COMMAND...: a report was written, with whatever verdict.
judged() {
    local status=0
    "$@" >"$work/out" 2>&1 || status=$?
    case $status in 0 | 1) ;; *) die "exit code $status: $* : $(tail -n 5 "$work/out")" ;; esac
}

interop() {
    local name port
    for name in "${servers[@]}"; do
        echo "interop: $name" >&2
        port=$(free_port)
        sh "$repository/tests/servers/run.sh" "$name" "$port" >"$work/$name.log" 2>&1 &
        server_pid=$!
        started+=("$server_pid")
        await 30 "the start of $name ($(tail -n 1 "$work/$name.log"))" listens "$port"
        SSECHECK_PORT=$port judged "$SSECHECK" run --target "$repository/tests/servers/targets/$name.yaml" \
            --json "$reports/interop/$name.json"
        stop_server
    done
}

# measured NAME WORKERS ARGUMENT...: a report of `ssecheck load` on nginx with nchan.
measured() {
    local out=$reports/latency/$1
    start_nchan "$2"
    shift 2
    echo "latency: ${out##*/}" >&2
    judged "$SSECHECK" load --target "$target" --size 200 --server-pid "$server_pid" --allow-doubts "$@" \
        --json "$out.json"
    stop_server
    "$SSECHECK" report --from "$out.json" --allow-doubts >"$out.txt" || true
}

latency() {
    need_descriptors 19200
    measured nchan-10000 1 -c 10000 --ramp 5000/s -d 20s --rate 5/s \
        --threshold 'lost == 0' --threshold 'fanout.p99 < 500ms'
    "$SSECHECK" report --from "$reports/latency/nchan-10000.json" --allow-doubts \
        --hgrm "$reports/latency/nchan-10000.hgrm" || true
    measured nchan-76000 8 -c 76000 --processes 4 --ramp 4000/s -d 10s --rate 1/s
}

kill_matrix() {
    echo "kill-matrix: $("$SSECHECK" --version)" >&2
    judged "$SSECHECK" selftest --json "$reports/kill-matrix/matrix.json" --markdown "$work/kill.md"
    # The heading and the paragraphs before the first `##` are by hand.
    sed '/^## /,$d' "$reports/kill-matrix/README.md" >"$work/page.md"
    sed 's/^# /## /' "$work/kill.md" >>"$work/page.md"
    cp "$work/page.md" "$reports/kill-matrix/README.md"
}

parsers() {
    "$repository/tests/adapters/matrix.py" --ssecheck "$SSECHECK" --seed 0 --vectors
}

# The files of the columns, in their order.
columns() {
    local name
    for name in "${@:2}"; do
        if [ -e "$reports/$1/$name.json" ]; then echo "$reports/$1/$name.json"; fi
    done
}

pages() {
    local name
    mapfile -t files < <(columns interop "${servers[@]}")
    "$SSECHECK" matrix "${files[@]}" --html "$reports/interop/matrix.html"
    mapfile -t files < <(columns parsers $("$repository/tests/adapters/run.sh" --list))
    "$SSECHECK" matrix "${files[@]}" --html "$reports/parsers/matrix.html"
    for name in interop/axum latency/nchan-10000 latency/nchan-76000 kill-matrix/matrix; do
        judged "$SSECHECK" report --from "$reports/$name.json" --allow-doubts --html "$reports/$name.html"
    done
}

images() {
    SSECHECK_SCREENSHOTS=docs/images cargo test -q -p ssecheck-tests --test suite pages::pictures >"$work/out" 2>&1 ||
        die "$(tail -n 20 "$work/out")"
}

all=(interop latency kill-matrix parsers pages images)
bench_begin
[ -x "$SSECHECK" ] || die "no $SSECHECK: cargo build --release -p ssecheck"
for part in "${@:-${all[@]}}"; do
    case $part in
    interop | latency | parsers | pages | images) "$part" ;;
    kill-matrix) kill_matrix ;;
    *) die "no such part: $part; there are ${all[*]}" ;;
    esac
done
