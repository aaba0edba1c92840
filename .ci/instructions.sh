#!/usr/bin/env bash
# Instructions per byte of the parser, which do not depend on how busy the machine is: not above the
# limits beside this file, and no more than linear in the shapes T1 to T3. Then the same figures against
# limits that are too low, to prove that this check can fail.
# LIMIT_SCALE=0.5 scales all limits; UPDATE_LIMITS=1 writes them anew: what was counted and 10 % more.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
limits=.ci/instructions.limits
if ! command -v valgrind >/dev/null; then
    echo "!! skipped: valgrind is missing, so nothing was counted and nothing is proved"
    exit 0
fi
if [ "$(uname -m)" != x86_64 ]; then
    echo "!! skipped: the limits are for x86_64"
    exit 0
fi
target=${CARGO_TARGET_DIR:-target}
cargo build --quiet --locked --profile measure -p ssecheck-parser --example instructions
program=$target/measure/examples/instructions
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

total() { # CORPUS PARSER CHUNK PASSES LEN: instructions of the whole program
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$@" 2>&1 >/dev/null |
        sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

passes() { # CORPUS PARSER CHUNK LEN: instructions of one pass, without the start of the program
    local one three
    one=$(total "$1" "$2" "$3" 1 "$4")
    three=$(total "$1" "$2" "$3" 3 "$4")
    echo $(((three - one) / 2))
}

LEN=65536
for corpus in tokens json tiny; do
    bytes=$("$program" "$corpus" borrowed 1460 1 $LEN | cut -d' ' -f1)
    for parser in borrowed owned; do
        for chunk in 64 1460; do
            count=$(passes "$corpus" "$parser" "$chunk" $LEN)
            awk -v n="$count" -v b="$bytes" -v k="$corpus $parser $chunk" 'BEGIN { printf "%s %.3f\n", k, n / b }'
        done
    done
done | tee "$work/counted"
# Time of 16 times the bytes over time of the bytes: 16 is linear, 256 quadratic.
for shape in "T1 64" "T2 10000000" "T3 1460"; do
    set -- $shape
    small=$(passes "$1" borrowed "$2" 8192)
    large=$(passes "$1" borrowed "$2" 131072)
    awk -v s="$small" -v l="$large" -v k="$1 borrowed ratio" 'BEGIN { printf "%s %.3f\n", k, l / s }'
done | tee -a "$work/counted"

if [ "${UPDATE_LIMITS:-}" = 1 ]; then
    awk '{ printf "%s %s %s %.2f\n", $1, $2, $3, $3 == "ratio" ? 20 : $4 * 1.1 }' "$work/counted" >"$limits"
    echo "written: $limits"
fi

judge() { # SCALE: one line for each figure above its limit, or without one
    awk -v scale="$1" '
        NR == FNR { limit[$1, $2, $3] = $4; known += 1; next }
        !(($1, $2, $3) in limit) { print "no limit for " $1, $2, $3; next }
        { seen += 1 }
        $4 > limit[$1, $2, $3] * scale { print $1, $2, $3 ": " $4 ", limit " limit[$1, $2, $3] * scale }
        END { if (seen != known || seen == 0) print seen + 0 " figures for " known + 0 " limits" }
    ' "$limits" "$work/counted"
}

if [ "$(judge 0.5 | wc -l)" != "$(wc -l <"$limits")" ]; then
    echo "!! this check cannot fail: with half the limits only these are red:"
    judge 0.5
    exit 1
fi
above=$(judge "${LIMIT_SCALE:-1}")
if [ -n "$above" ]; then
    printf '!! above the limit:\n%s\n' "$above"
    exit 1
fi
echo "all within $limits; with half the limits all are red"
