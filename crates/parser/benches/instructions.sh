#!/bin/sh
# Prints instructions per byte for each corpus, parser and chunk size, counted by valgrind's
# callgrind: two passes minus one pass, so that start-up and building the corpus cancel out.
# CHUNKS, PARSERS and LEN (bytes of a corpus) say what to count.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
cargo build --quiet --profile measure --manifest-path "$here/Cargo.toml" --example instructions
program=${CARGO_TARGET_DIR:-$here/../../target}/measure/examples/instructions
parsers=${PARSERS:-borrowed owned sse-core sse-parse sse-stream eventsource-stream memchr2 memcpy}
len=${LEN:-262144}

count() { # corpus parser chunk passes
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$@" "$len" 2>&1 >/dev/null |
        sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

printf '| corpus | bytes/event | chunk |'
printf ' %s |' $parsers
printf '\n|---|---|---|'
printf -- '---|%.0s' $parsers
printf '\n'
for corpus in tokens json tiny; do
    set -- $("$program" $corpus borrowed 1460 1 "$len")
    bytes=$1 events=$2
    for chunk in ${CHUNKS:-64 1460 16384}; do
        printf '| %s | %d | %d |' $corpus $((bytes / events)) "$chunk"
        for parser in $parsers; do
            one=$(count $corpus "$parser" "$chunk" 1)
            two=$(count $corpus "$parser" "$chunk" 2)
            echo "$one $two $bytes" | awk '{ printf " %.2f |", ($2 - $1) / $3 }'
        done
        printf '\n'
    done
done
