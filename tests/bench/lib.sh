# Common parts of the bench scripts (bash): start and end servers, wait, write down results.
# A script sources this file, then calls `bench_begin`.

bench=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(dirname "$(dirname "$bench")")
target_dir=${CARGO_TARGET_DIR:-$repository/target}
FLOOR=${FLOOR:-$target_dir/release/floor}
SSECHECK=${SSECHECK:-$target_dir/release/ssecheck}
RAW=${RAW:-$repository/reports/latency/raw}

# Processes that this script started, and its folder; both are gone when it ends.
started=()
work=

die() {
    echo "${0##*/}: $*" >&2
    exit 3
}

bench_begin() {
    [ -x "$FLOOR" ] || die "no $FLOOR: cargo build --release -p ssecheck-tests --bin floor"
    work=$(mktemp -d)
    # Workers of nginx run as another user when the master is root, and need the folder.
    chmod 755 "$work"
    trap bench_end EXIT
    trap 'exit 130' INT TERM
    mkdir -p "$RAW"
}

bench_end() {
    local pid
    for pid in "${started[@]}"; do stop "$pid"; done
    rm -rf "$work"
}

# stop PID: SIGTERM, and SIGKILL after 5 s.
stop() {
    local pid=$1 turn
    kill "$pid" 2>/dev/null || return 0
    for turn in $(seq 50); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    # Of nginx the workers too: they outlive a master that was killed.
    kill -KILL $(children "$pid") "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
}

stop_server() {
    stop "$server_pid"
    started=($(printf '%s\n' "${started[@]}" | grep -vx "$server_pid" || true))
}

children() { cat "/proc/$1/task/$1/children" 2>/dev/null; }

# await SECONDS WHAT COMMAND...: until the command succeeds.
await() {
    local until=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" 2>/dev/null; do
        [ "$SECONDS" -lt "$until" ] || die "$what did not happen in time"
        sleep 0.05
    done
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

listens() { (: <"/dev/tcp/127.0.0.1/$1"); }

# start_nchan WORKERS: sets server_pid, events_url, publish_url, publish_form (for the floor), stats_url
# and target (for `ssecheck load`).
start_nchan() {
    local port dir module nginx
    module=${NCHAN_MODULE:-/usr/lib/nginx/modules/ngx_nchan_module.so}
    nginx=$(PATH=$PATH:/usr/sbin command -v nginx) || die "no nginx"
    [ -e "$module" ] || die "no $module: install the Debian packages nginx and libnginx-mod-nchan"
    port=$(free_port)
    dir=$(mktemp -d "$work/nginx.XXXX")
    chmod 755 "$dir"
    sed -e "s|@PORT@|$port|" -e "s|@DIR@|$dir|" -e "s|@WORKERS@|$1|" -e "s|@NCHAN@|$module|" \
        "$bench/nchan.conf.in" >"$dir/nginx.conf"
    "$nginx" -e "$dir/error.log" -p "$dir" -c "$dir/nginx.conf" &
    server_pid=$!
    started+=("$server_pid")
    await 10 "the start of nginx" listens "$port"
    events_url=http://127.0.0.1:$port/events
    publish_url=http://127.0.0.1:$port/pub
    stats_url=$publish_url
    publish_form=
    target_file nchan "$port"
}

# target_file SERVER PORT: sets target, a file for `ssecheck load --target`.
target_file() {
    target=$work/$1-$2.yaml
    sed "s|@PORT@|$2|" "$bench/$1-target.yaml.in" >"$target"
}

# start_testbed: likewise for `ssecheck serve`; publishing needs JSON there.
start_testbed() {
    local port
    [ -x "$SSECHECK" ] || die "no $SSECHECK: cargo build --release -p ssecheck"
    port=$(free_port)
    "$SSECHECK" serve --listen "127.0.0.1:$port" >"$work/serve.log" 2>&1 &
    server_pid=$!
    started+=("$server_pid")
    await 10 "the start of the testbed" listens "$port"
    events_url=http://127.0.0.1:$port/events
    publish_url=http://127.0.0.1:$port/publish
    stats_url=http://127.0.0.1:$port/stats
    publish_form=--json
    target_file testbed "$port"
}

# start_server nchan|testbed [WORKERS]
start_server() {
    case $1 in
    nchan) start_nchan "${2:-1}" ;;
    testbed) start_testbed ;;
    *) die "no such server: $1" ;;
    esac
}

time_wait() { awk '/^TCP:/ { for (i = 1; i < NF; i++) if ($i == "tw") print $(i + 1) }' /proc/net/sockstat; }

# need_descriptors N: the soft limit of this shell is raised to the hard one, which must do.
need_descriptors() {
    ulimit -S -n "$(ulimit -H -n)"
    [ "$(ulimit -n)" -ge "$1" ] || die "$1 descriptors are needed, the limit is $(ulimit -n)"
}

# note FILE KEY=VALUE... <lines: adds keys to JSON lines and appends them to a raw file; see note.py.
note() {
    local file=$1
    shift
    python3 "$bench/note.py" "$@" | tee -a "$RAW/$file" >&2
}

# floor_run OUT ARGUMENT...: the floor's reader in the background, connected when this returns; sets reader_pid.
floor_run() {
    local out=$1
    shift
    rm -f "$out.ready"
    "$FLOOR" read --url "$events_url" --ready "$out.ready" "$@" >"$out" 2>"$out.err" &
    reader_pid=$!
    started+=("$reader_pid")
    await 180 "the floor's connecting ($(cat "$out.err" 2>/dev/null))" ready_or_dead "$out" "$reader_pid"
    [ -e "$out.ready" ] || die "the floor failed: $(cat "$out.err")"
}

# observe SIZE SECONDS: observers in the background, which connect while SIZE others do; sets reader_pid and
# observers, their number: 100, but never more than a tenth, so that they hardly add to the load.
observe() {
    observers=$(($1 < 1000 ? $1 / 10 : 100))
    "$FLOOR" read --url "$events_url" --connections "$observers" --source 200 --seconds "$2" --beside "$1" \
        --stats "$stats_url" >"$work/observers" 2>"$work/observers.err" &
    reader_pid=$!
    started+=("$reader_pid")
}

ready_or_dead() { [ -e "$1.ready" ] || ! kill -0 "$2" 2>/dev/null; }

# publish OUT RATE SECONDS SIZE
publish() {
    "$FLOOR" publish --url "$publish_url" $publish_form --rate "$2" --seconds "$3" --size "$4" >"$1"
}

# ended PID: waits for a process of ours; its status.
ended() {
    local status=0
    wait "$1" || status=$?
    started=($(printf '%s\n' "${started[@]}" | grep -vx "$1" || true))
    return "$status"
}
