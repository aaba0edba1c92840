#!/usr/bin/env bash
# Proves that each gate can fail: breaks one rule at a time in a copy of the tree, and wants the gate
# red with the finding that was put there. What only looks like a violation must stay green.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
# Broken manifests get their lock file mended from what is here already.
export CARGO_NET_OFFLINE=true
# The interpreter itself, not a version manager's shim in front of it, which is slow to start.
PATH=$(dirname "$(python3 -c 'import sys; print(sys.executable)')"):$PATH
passed=0
failed=0

lay_copy() {
    cd "$root"
    git ls-files -z -co --exclude-standard | while IFS= read -r -d '' name; do
        if [ -f "$name" ]; then printf '%s\0' "$name"; fi
    done | tar --null --files-from=- -cf - | tar -xf - -C "$copy"
    cd "$copy"
    git init --quiet
    git add --all
    git -c user.name=gates -c user.email=gates@localhost commit --quiet --message=copy
}

restore() { git reset --quiet --hard && git clean --quiet -fd; }

verdict() { # verdict GOOD|BAD TEXT
    if [ "$1" = GOOD ]; then
        passed=$((passed + 1))
        echo "ok    $2"
    else
        failed=$((failed + 1))
        echo "WRONG $2"
        sed 's/^/      /' <<<"$output"
    fi
}

run_gate() { # run_gate GATE: sets output and status
    status=0
    output=$("$here/gates.sh" --root "$copy" "$1" 2>&1) || status=$?
}

red() { # red GATE FINDING: the finding must be there, and turn the exit status
    run_gate "$1"
    if [ "$status" = 1 ] && grep -qF -- "  $1: $2" <<<"$output"; then
        verdict GOOD "$1 turns red: $2"
    else
        verdict BAD "$1 should turn red: $2"
    fi
    restore
}

silent() { # silent GATE FILE: no finding names the file
    run_gate "$1"
    if grep -qF "gate $1: " <<<"$output" && ! grep -qF -- "$2" <<<"$output"; then
        verdict GOOD "$1 stays silent about $2"
    else
        verdict BAD "$1 should stay silent about $2"
    fi
    restore
}

use() { # use FOLDER LINE: adds a normal dependency
    sed -i "0,/^\[dependencies\]\$/s//[dependencies]\n$2/" "crates/$1/Cargo.toml"
    cargo metadata --format-version 1 >/dev/null 2>&1 || true
}

put() { mkdir -p "$(dirname "$1")" && cat >"$1"; }

rust_rules() {
    { for _ in $(seq 501); do echo '// line'; done; } | put crates/model/src/bad.rs
    red length 'crates/model/src/bad.rs: 501 lines'
    { for _ in $(seq 500); do echo '// line'; done; } | put crates/model/src/good.rs
    silent length good.rs
    put crates/model/tests/suite/bad.rs <<<'#[allow(dead_code)] fn f() {}'
    red allow 'crates/model/tests/suite/bad.rs:1:'
    put tests/suite/bad.rs <<<'#![cfg_attr(unix, allow(dead_code))]'
    red allow 'tests/suite/bad.rs:1:'
    put crates/transport/src/bad.rs <<<'fn f() { eprintln!("x"); }'
    red print 'crates/transport/src/bad.rs:1:'
    put crates/parser/src/bad.rs <<<$'#[cfg(test)]\nmod tests { fn g() {} }\nfn f() { println!("x"); }'
    red print 'crates/parser/src/bad.rs:3:'
    put crates/conformance/src/bad.rs <<<'fn f() { let _ = std::env::var("X"); }'
    red environment 'crates/conformance/src/bad.rs:1:'
    put crates/cli/src/bad.rs <<<$'use std::{\n    env, fs};'
    red environment 'crates/cli/src/bad.rs:1:'
    put crates/model/src/bad.rs <<<$'#[serde(\n    deny_unknown_fields,\n    tag = "kind"\n)]\nenum E {}'
    red serde 'crates/model/src/bad.rs:1:'
    put crates/model/src/bad.rs <<<'#[serde(untagged)] enum E {}'
    red serde 'crates/model/src/bad.rs:1:'
    put crates/model/src/bad.rs <<<'struct S { #[serde(flatten)] rest: Map }'
    red serde 'crates/model/src/bad.rs:1:'
    put crates/model/src/bad.rs <<<'use serde_saphyr::Error;'
    red yaml 'crates/model/src/bad.rs:1:'
    put crates/testbed/src/bad.rs <<<$'/* a */ fn f() {\n    unsafe { g() }\n}'
    red unsafe 'crates/testbed/src/bad.rs:2:'
    put crates/report/src/html/mod.rs <<<'pub fn f() {}'
    red modrs 'crates/report/src/html/mod.rs:1:'
}

lookalikes() {
    put crates/model/src/good.rs <<'RUST'
//! #[allow(x)] println!("unsafe") std::env::var #[serde(flatten)]
/* /* unsafe */ println!() */
const A: &str = r#"unsafe { "println!" std::env::var }"#;
const B: [char; 2] = ['"', '\''];
const C: &str = "a \" unsafe #[allow(x)] #[serde(untagged)]";
const D: &str = env!("CARGO_PKG_VERSION");
fn lifetime<'a>(text: &'a str) -> impl Iterator + 'a { text.lines().map(Some).flatten() }
#[cfg(test)]
mod tests {
    fn f() { println!("{:?}", std::env::temp_dir()); }
}
RUST
    for gate in allow print environment serde unsafe; do
        cp crates/model/src/good.rs "$copy.rs"
        silent "$gate" good.rs
        put crates/model/src/good.rs <"$copy.rs"
    done
    rm -f "$copy.rs"
    restore
}

file_rules() {
    put scenarios/bad.yaml <<<"file: /""home/me/events"
    red paths 'scenarios/bad.yaml:1:'
    put scenarios/good.yaml <<<'url: http://127.0.0.1/home/events'
    silent paths good.yaml
    sed -i '/^\[lints\]/,+1d' crates/model/Cargo.toml
    red lints 'crates/model/Cargo.toml: does not take the lints'
    sed -i 's/^unsafe_code = .*/unsafe_code = "warn"/' Cargo.toml
    red lints 'Cargo.toml: a lint is missing: unsafe_code'
}

arrow_rules() {
    use parser 'httparse.workspace = true'
    red arrows 'ssecheck-parser: brings other crates by default: httparse'
    use parser 'ssecheck-model = { workspace = true, optional = true }'
    red arrows 'ssecheck-parser: may not use ssecheck-model'
    use model 'ssecheck-parser.workspace = true'
    red arrows 'ssecheck-model: may not use ssecheck-parser'
    use transport 'ssecheck-parser.workspace = true'
    red arrows 'ssecheck-transport: may not use ssecheck-parser'
    use conformance 'ssecheck-report.workspace = true'
    red arrows 'ssecheck-conformance: may not use ssecheck-report'
    use report 'ssecheck-transport.workspace = true'
    red arrows 'ssecheck-report: may not use ssecheck-transport'
    use report 'tokio.workspace = true'
    red arrows 'ssecheck-report: brings tokio'
    use testbed 'ssecheck-model.workspace = true'
    red arrows 'ssecheck-testbed: may not use ssecheck-model'
    use transport 'anyhow.workspace = true'
    red arrows 'ssecheck-transport: anyhow is for cli alone'
    put crates/novel/src/lib.rs <<<'//! New.'
    put crates/novel/Cargo.toml <<<$'[package]\nname = "ssecheck-novel"\nedition = "2024"'
    red arrows 'ssecheck-novel: unknown crate'
    echo 'nonsense' >>Cargo.toml
    red arrows 'not proved, this failed: cargo metadata'
}

bad_use() {
    status=0
    output=$("$here/gates.sh" no-such-gate 2>&1) || status=$?
    if [ "$status" = 1 ]; then verdict GOOD 'an unknown gate is an error'; else verdict BAD 'an unknown gate is an error'; fi
    status=0
    output=$(PATH=$copy/bin /bin/bash "$here/gates.sh" 2>&1) || status=$?
    if [ "$status" = 1 ] && grep -qF 'python3 is missing' <<<"$output"; then
        verdict GOOD 'without python3 the gates fail and say so'
    else
        verdict BAD 'without python3 the gates fail and say so'
    fi
}

lay_copy
rust_rules
lookalikes
file_rules
arrow_rules
bad_use
echo "gates-test: $passed proofs hold, $failed do not"
[ "$failed" = 0 ]
