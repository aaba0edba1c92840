"""The gates. Each yields its findings; one finding makes the run red. Called by gates.sh."""

import argparse
import re
import subprocess
import sys
from pathlib import Path

import arrows
import rust_source

MAX_LINES = 500
ALLOW = re.compile(r"#!?\[\s*(cfg_attr\([^\]]*,\s*)?allow\s*\(")
PRINT = re.compile(r"\b(e?print(ln)?|dbg)!|\bstd(out|err)\(\)")
# `env!` is read by the compiler, not by the program, and `env::consts` is what it was compiled for.
ENVIRONMENT = re.compile(r"\bstd::env\b(?!::consts\b)|\buse\s+std::\{[^;]*\benv\b(?!!)")
SERDE = re.compile(r"\bserde\s*\([^\]]*?\b(flatten|untagged|tag\s*=)")
UNSAFE = re.compile(r"\bunsafe\b")
SAPHYR = re.compile(r"\bserde_saphyr\b")
FUNCTION = re.compile(r"\bfn\s+\w+")
# Somebody's own folders; a URL's path does not start there.
MACHINE_PATH = re.compile(r"(?<![\w.~\-/])/(?:[r]oot|[w]ork|[h]ome|[U]sers|tmp/[t]arget)[/\-]")
LINTS = re.compile(r"^\[lints\]\nworkspace = true$", re.MULTILINE)
ROOT_LINTS = ['unsafe_code = "forbid"', 'too_many_lines = "', 'unwrap_used = "', 'allow_attributes = "']


class Tree:
    """The files of the repository, committed or about to be."""

    def __init__(self, root):
        self.root = root
        command = ["git", "-C", str(root), "ls-files", "-z", "-co", "--exclude-standard"]
        listed = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
        names = sorted({name for name in listed.decode().split("\0") if name})
        self.names = [name for name in names if (root / name).is_file()]

    def text(self, name):
        return (self.root / name).read_bytes().decode("utf-8", "replace")

    def rust(self, pattern=""):
        return [name for name in self.names if name.endswith(".rs") and re.match(pattern, name)]

    def sources(self, pattern="crates/[^/]+/src/"):
        """Rust files of the product; a test module in a file of its own is no product."""
        return [name for name in self.rust(pattern) if not re.search(r"(^|[/_])tests?\.rs$", name)]


def matches(tree, names, strip, pattern, message):
    for name in names:
        text = strip(tree.text(name))
        for found in pattern.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield f"{name}:{line}: {message}"


def gate_length(tree):
    for name in tree.rust():
        lines = tree.text(name).count("\n")
        if lines > MAX_LINES:
            yield f"{name}: {lines} lines, the limit is {MAX_LINES}"


def gate_allow(tree):
    names = tree.rust("crates/|tests/")
    return matches(tree, names, rust_source.code, ALLOW, "use #[expect], not #[allow]")


def gate_print(tree):
    names = tree.sources(r"crates/(?!cli/|report/)[^/]+/src/")
    return matches(tree, names, rust_source.product, PRINT, "only cli and report print")


def gate_environment(tree):
    names = [name for name in tree.sources() if name != "crates/cli/src/settings.rs"]
    message = "only cli::settings reads the environment"
    return matches(tree, names, rust_source.product, ENVIRONMENT, message)


def gate_serde(tree):
    names = tree.sources("crates/model/src/")
    message = "flatten, untagged and internally tagged types lose the place in the YAML"
    return matches(tree, names, rust_source.code, SERDE, message)


def gate_yaml(tree):
    names = [name for name in tree.sources() if name != "crates/model/src/yaml.rs"]
    message = "serde-saphyr stays in crates/model/src/yaml.rs"
    return matches(tree, names, rust_source.code, SAPHYR, message)


def gate_unsafe(tree):
    return matches(tree, tree.rust(), rust_source.code, UNSAFE, "unsafe is forbidden")


def gate_modrs(tree):
    names = [name for name in tree.rust() if name.endswith("/mod.rs")]
    return matches(tree, names, rust_source.product, FUNCTION, "no logic in mod.rs")


def gate_paths(tree):
    for name in tree.names:
        for number, line in enumerate(tree.text(name).split("\n"), 1):
            if found := MACHINE_PATH.search(line):
                yield f"{name}:{number}: a path of somebody's machine: {found[0]}"


def gate_lints(tree):
    for name in tree.names:
        member = re.fullmatch(r"(crates/[^/]+|tests)/Cargo\.toml", name)
        if member and not LINTS.search(tree.text(name)):
            yield f"{name}: does not take the lints of the workspace"
    for lint in ROOT_LINTS:
        if lint not in tree.text("Cargo.toml"):
            yield f"Cargo.toml: a lint is missing: {lint}"


def gate_arrows(tree):
    return arrows.findings(tree.root)


GATES = {name[5:]: gate for name, gate in list(globals().items()) if name.startswith("gate_")}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=Path, default=Path(__file__).parent.parent)
    parser.add_argument("gates", nargs="*", metavar="GATE", help=", ".join(GATES))
    arguments = parser.parse_args()
    unknown = [name for name in arguments.gates if name not in GATES]
    if unknown:
        sys.exit(f"gates: no such gate: {', '.join(unknown)}")
    tree = Tree(arguments.root.resolve())
    if not tree.rust("crates/"):
        sys.exit(f"gates: no crate under {arguments.root}, nothing was checked")
    sys.exit(1 if report(tree, arguments.gates or list(GATES)) else 0)


def report(tree, names):
    """Prints the findings and says how many there were."""
    total = 0
    for name in names:
        found = list(GATES[name](tree))
        total += len(found)
        print(f"gate {name}: {'red' if found else 'green'}")
        for finding in found:
            print(f"  {name}: {finding}")
    return total


if __name__ == "__main__":
    main()
