#!/bin/sh
# Fuzzes all three targets one after the other and prints what came of each.
# usage: crates/parser/fuzz/run.sh [RUNS]      so many executions of each target, 20 million if not said
# Needs cargo-fuzz and a nightly toolchain. The corpus stays in fuzz/corpus, the logs in fuzz/artifacts.
# No sanitizer: there is no unsafe code in the parser, and assertions and overflow checks are on.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.."
runs=${1:-20000000}
mkdir -p fuzz/artifacts
python3 fuzz/seeds.py fuzz/corpus
for target in parse encode differential; do
    log=fuzz/artifacts/$target.log
    mkdir -p "fuzz/corpus/$target"
    nice -n 19 cargo +nightly fuzz run --sanitizer none "$target" -- -runs="$runs" -max_len=400 \
        -dict=fuzz/sse.dict -print_final_stats=1 -verbosity=1 >"$log" 2>&1 || {
        tail -n 40 "$log"
        exit 1
    }
    echo "$target: $(grep -E '^Done ' "$log"), $(grep -oE 'cov: [0-9]+ ft: [0-9]+ corp: [0-9]+/[0-9A-Za-z]+' "$log" | tail -n 1)"
done
