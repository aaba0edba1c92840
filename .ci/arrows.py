"""Who may use whom: arrows run to lower floors only, and nothing else is allowed."""

import json
import subprocess

# Folder under crates/ -> folders it may use. A crate that is not here is an error.
MAY_USE = {
    "parser": set(),
    "model": set(),
    "transport": set(),
    "testbed": {"parser"},
    "conformance": {"parser", "model", "transport"},
    "parsertest": {"parser", "model"},
    "load": {"parser", "model", "transport"},
    "report": {"model"},
}
LIBRARIES = set(MAY_USE)
MAY_USE |= {"cli": LIBRARIES, "tests": LIBRARIES | {"cli"}}
# The ground and the gallery wait for nothing, so a runtime has no business there.
WITHOUT_RUNTIME = ["parser", "model", "report"]
RUNTIMES = {"tokio", "mio", "hyper"}
# Libraries say what went wrong in types.
ONLY_IN_CLI = {"anyhow", "clap"}


def package_name(folder):
    return "ssecheck" if folder == "cli" else f"ssecheck-{folder}"


FOLDERS = {package_name(folder): folder for folder in MAY_USE}


def findings(root):
    try:
        yield from all_findings(root)
    except subprocess.CalledProcessError as error:
        yield f"not proved, this failed: {' '.join(error.cmd)}"


def all_findings(root):
    command = ["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"]
    packages = json.loads(run(root, command))["packages"]
    for package in packages:
        yield from of_package(root, package)
    there = {package["name"] for package in packages}
    if package_name("parser") in there:
        yield from parser_stands_alone(root)
    for folder in WITHOUT_RUNTIME:
        if package_name(folder) in there:
            yield from no_runtime(root, folder)


def of_package(root, package):
    name = package["name"]
    folder = FOLDERS.get(name)
    if folder is None:
        yield f"{name}: unknown crate: give it a place in .ci/arrows.py"
        return
    place = f"{root}/{'tests' if folder == 'tests' else f'crates/{folder}'}/Cargo.toml"
    if package["manifest_path"] != place:
        yield f"{name}: the folder is not named {folder}"
    # Cargo's kind is None for a normal dependency; those of tests are free.
    used = {d["name"] for d in package["dependencies"] if d["kind"] in (None, "build")}
    for other in sorted(used):
        if other.startswith("ssecheck") and FOLDERS.get(other) not in MAY_USE[folder]:
            yield f"{name}: may not use {other}"
        if other in ONLY_IN_CLI and folder not in ("cli", "tests"):
            yield f"{name}: {other} is for cli alone"


def parser_stands_alone(root):
    """A stranger gets one crate by default, whatever the target."""
    lines = tree(root, "parser", [])
    if len(lines) != 1:
        yield f"ssecheck-parser: brings other crates by default: {', '.join(lines[1:])}"


def no_runtime(root, folder):
    for line in tree(root, folder, ["--all-features"]):
        if line in RUNTIMES:
            yield f"{package_name(folder)}: brings {line}"


def tree(root, folder, flags):
    """Names of the crates that a user of this one compiles."""
    command = ["cargo", "tree", "--package", package_name(folder), "--edges", "normal,build"]
    command += ["--target", "all", "--prefix", "none", "--format", "{p}", "--locked", *flags]
    return list(dict.fromkeys(line.split()[0] for line in run(root, command).splitlines() if line))


def run(root, command):
    return subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE, text=True).stdout
