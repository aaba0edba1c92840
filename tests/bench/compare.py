#!/usr/bin/env python3
"""How often `ssecheck compare` finds what is not there, and how often what is.

Usage: tests/bench/compare.py [GROUPS] [DELAY_MS]...

GROUPS comparisons (30 by default) of three runs with three of the same testbed, first in turns
(A B A B A B), then the same runs in blocks (A A A B B B); then as many, in turns, with a testbed
whose deliveries are late by each DELAY_MS (2 and 5 by default). No run is used in two comparisons of
a kind. Runs are 50 subscribers for 2 s. A line for each kind: verdicts, and the figures that were
called worse or better.
"""
import collections
import json
import os
import subprocess
import sys
import tempfile

from program import PROGRAM

SIDE = 3


class Testbed:
    """A testbed in a process of its own."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([PROGRAM, "serve", *arguments], stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().split()[0]

    def load(self, file):
        plan = ["--publish", "/publish", "-c", "50", "-d", "2s", "-q", "--allow-doubts"]
        done = subprocess.run([PROGRAM, "load", self.url, *plan, "--json", file], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"load ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return file

    def end(self):
        self.process.kill()
        self.process.wait()


def compared(a, b):
    command = [PROGRAM, "compare", *a, "--with", *b, "--allow-doubts", "--json", "-"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"compare ended with {done.returncode}:\n{done.stderr}")
    return json.loads(done.stdout)


def tell(kind, groups):
    verdicts, figures = collections.Counter(), collections.Counter()
    for a, b in groups:
        comparison = compared(a, b)
        verdicts[comparison["verdict"]] += 1
        for it in comparison["figures"] + comparison["facts"]:
            if it["finding"] in ("worse", "better"):
                figures[f"{it['name']} {it['finding']}"] += 1
    count = lambda counter: ", ".join(f"{name} {n}" for name, n in counter.most_common()) or "none"
    print(f"{kind}: {len(groups)} comparisons: {count(verdicts)}; figures: {count(figures)}", flush=True)


def turns(folder, name, first, second, groups):
    """Groups of runs, one of each testbed after the other."""
    made = []
    for group in range(groups):
        sides = ([], [])
        for turn in range(SIDE):
            for side, testbed in enumerate((first, second)):
                sides[side].append(testbed.load(os.path.join(folder, f"{name}-{group}-{turn}-{side}.json")))
        made.append(sides)
    return made


def main():
    given = [int(it) for it in sys.argv[1:]]
    groups, delays = (given or [30])[0], given[1:] or [2, 5]
    same = Testbed()
    testbeds = [same]
    try:
        with tempfile.TemporaryDirectory() as folder:
            made = turns(folder, "same", same, same, groups)
            tell("the same, in turns", made)
            blocks = [[run for pair in zip(a, b) for run in pair] for a, b in made]
            tell("the same, in blocks", [(runs[:SIDE], runs[SIDE:]) for runs in blocks])
            for delay in delays:
                late = Testbed("--fault", f"load-delay=fixed:{delay}ms")
                testbeds.append(late)
                tell(f"late by {delay} ms, in turns", turns(folder, f"late-{delay}", same, late, groups))
    finally:
        for testbed in testbeds:
            testbed.end()


main()
