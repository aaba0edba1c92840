#!/usr/bin/env python3
"""Judges every adapter and publishes what came out: reports/parsers/NAME.json, matrix.json and README.md.

Everything random comes from the seed, and of times only whether they grow linearly is kept; so two runs give the
same files but for when and how long they were, unless a parser hangs on one of them only.

usage: matrix.py [--ssecheck PROGRAM] [--seed N] [--properties N | --vectors] [--render] [NAME...]
Without NAME: all that are installed. --render: judge nothing, write matrix.json and README.md again.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
OUT = ROOT / "reports" / "parsers"
RUN = "tests/adapters/run.sh"
NOT_INSTALLED = 77
LEVELS = ["core", "browser", "advisory"]

# How a class is shown in a table: by what was wrong, worst first.
ASPECTS = {
    "error": "!",
    "events": "E",
    "id": "i",
    "final-id": "f",
    "retry": "r",
    "comment": "c",
    "late": "L",
    "time": "S",
}
WHOLE = {"pass": ".", "unobservable": "-", "not-run": " ", "crash": "C", "timeout": "T"}
FINE = ("pass", "unobservable", "not-run")
LEGEND = """\
`.` as the standard says, `E` wrong events, `!` an error (or a panic) ends the stream, `C` a panic, or the process dies,
`T` no answer any more, `i` wrong id, `f` wrong last event ID at the end, `r` wrong reconnection time, `c` wrong
comment, `L` later than needed, `S` more than linear time, `-` cannot be seen through its interface, blank:
not run, usually because something else that is wrong hides it."""


def names():
    listed = subprocess.run([HERE / "run.sh", "--list"], check=True, stdout=subprocess.PIPE)
    return listed.stdout.decode("ascii").split()


def installed(name):
    """Starts the adapter with nothing to do; it introduces itself and ends."""
    tried = subprocess.run(
        [HERE / "run.sh", name], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, timeout=120,
    )
    if tried.returncode == NOT_INSTALLED:
        print(f"matrix: SKIPPED {name}: {tried.stderr.decode().strip()}", file=sys.stderr)
        return False
    return True


def extent(options):
    return ["--vectors"] if options.vectors else ["--properties", str(options.properties)]


def judged(name, options):
    """The report of one adapter, or None."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [options.ssecheck, "parser", "--json", report, "--seed", str(options.seed)]
        command += [*extent(options), "--", RUN, name]
        ended = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        if ended.returncode not in (0, 1, 3) or not report.exists():
            print(f"matrix: {name}: ssecheck ended with {ended.returncode}", file=sys.stderr)
            return None
        return json.loads(report.read_text(encoding="utf-8"))


def without_times(report):
    parser = report.get("parser", {"deviations": []})
    for timing in parser.get("timing", []):
        timing.pop("ms", None)
        timing.pop("ratio", None)
    for deviation in parser["deviations"]:
        # Only those of the clock have numbers of their own.
        if deviation["class"].startswith("time."):
            deviation["example"]["actual"] = "more than linear time"
    return report


def write(path, value):
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=False)
    path.write_text(text + "\n", encoding="utf-8")


def judge_all(options):
    """Whether all went well."""
    OUT.mkdir(parents=True, exist_ok=True)
    well = True
    for name in options.names or [name for name in names() if installed(name)]:
        print(f"matrix: {name}", file=sys.stderr, flush=True)
        report = judged(name, options)
        well = well and report is not None
        if report is not None:
            write(OUT / f"{name}.json", without_times(report))
    return well


def marks(result):
    verdict = result["verdict"]
    if verdict in WHOLE:
        return WHOLE[verdict]
    shows = result.get("shows", [])
    return "".join(mark for aspect, mark in ASPECTS.items() if aspect in shows) or "E"


def row(name, parser):
    classes = parser["classes"]
    wrong = [c["level"] for c in classes if c["verdict"] not in FINE]
    vectors = parser["vectors"]
    return {
        "adapter": name,
        "parser": parser["subject"]["name"],
        "version": parser["subject"].get("version", ""),
        "runtime": parser["subject"].get("runtime", ""),
        "verdict": parser["verdict"],
        "vectors": {key: vectors[key] for key in ("total", "passed", "late", "varying", "unobservable")},
        "deviating": {level: wrong.count(level) for level in LEVELS},
        "classes": {c["class"]: marks(c) for c in classes},
    }


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(cells) + " |" for cells in rows]


def overview(rows):
    head = ["adapter", "version", "verdict", "vectors passed", "late", "vary with the cuts", "not observable",
            "core", "browser", "advisory"]
    cells = [
        [f"[{r['adapter']}]({r['adapter']}.json)", r["version"], r["verdict"],
         f"{r['vectors']['passed']} of {r['vectors']['total']}", str(r["vectors"]["late"]),
         str(r["vectors"]["varying"]), str(r["vectors"]["unobservable"]),
         *(str(r["deviating"][level]) for level in LEVELS)]
        for r in rows
    ]
    return table(head, cells)


def groups(rows):
    """The classes by the first part of their code, in the order of the reports."""
    found = {}
    for code in rows[0]["classes"]:
        found.setdefault(code.split(".")[0], []).append(code)
    return found


def page(rows, settings):
    yield "# Parsers judged"
    yield ""
    yield f"What `ssecheck parser` says of {len(rows)} parsers, each behind its adapter in `tests/adapters`. `NAME.json` has, for"
    yield "every class that deviates, the smallest stream that shows it, as a `printf` line; `matrix.json` has the"
    yield "tables of this page. Written by `tests/adapters/matrix.py`; do not edit."
    yield ""
    yield "```"
    yield "tests/adapters/install.sh              # the parsers, in the versions below"
    yield f"ssecheck parser {settings} -- {RUN} NAME    # one of them"
    yield f"tests/adapters/matrix.py --ssecheck target/release/ssecheck {settings}    # this page"
    yield "```"
    yield ""
    yield "## All"
    yield ""
    yield "The last three columns count the classes that deviate: those that bind every user agent (core), those"
    yield "that follow from the dispatch steps and bind web browsers (browser), and advice (late, slow)."
    yield ""
    yield from overview(rows)
    yield ""
    yield "## By class"
    yield ""
    yield LEGEND
    for group, codes in groups(rows).items():
        yield ""
        yield f"### {group}"
        yield ""
        cells = [[r["adapter"], *(r["classes"].get(code, " ") for code in codes)] for r in rows]
        yield from table(["adapter", *(code.split(".", 1)[1] for code in codes)], cells)


def render(options):
    rows = []
    for name in names():
        path = OUT / f"{name}.json"
        if path.exists():
            rows.append(row(name, json.loads(path.read_text(encoding="utf-8"))["parser"]))
    if not rows:
        sys.exit("matrix: nothing was judged")
    settings = " ".join(["--seed", str(options.seed), *extent(options)])
    write(OUT / "matrix.json", {"settings": settings, "parsers": rows})
    text = "\n".join(page(rows, settings)) + "\n"
    (OUT / "README.md").write_text(text, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ssecheck", default="ssecheck")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--properties", type=int, default=150)
    parser.add_argument("--vectors", action="store_true", help="no random streams, no timing")
    parser.add_argument("--render", action="store_true")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    unknown = set(options.names) - set(names())
    if unknown:
        parser.error(f"no such adapter: {', '.join(sorted(unknown))}")
    well = options.render or judge_all(options)
    render(options)
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
