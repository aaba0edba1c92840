#!/usr/bin/env python3
"""What the live view of `ssecheck load` costs: runs with it and with --quiet, in turns.

Usage: tests/bench/view.py [PAIRS] [SUBSCRIBERS] [EVENTS_PER_SECOND] [SECONDS]

Each run is on a terminal of its own (80 x 24) against the built-in testbed. A line each: processor
time of the generator and its 99th percentile of lag (both from its report), and of the thread that
draws (from /proc). Then the mean difference of the pairs with its 95 % interval. Linux only; a quiet
machine is needed.
"""
import fcntl
import json
import os
import pty
import statistics
import struct
import sys
import tempfile
import termios
import threading
from pathlib import Path

from program import PROGRAM

# Student's t for 95 %, by degrees of freedom from 1.
T95 = [12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.10, 2.09]


def drawing_ns(pid):
    """Processor time of the thread that draws, if there is one and it still runs."""
    for task in Path(f"/proc/{pid}/task").glob("*"):
        try:
            if (task / "comm").read_text().strip() == "progress":
                return int((task / "schedstat").read_text().split()[0])
        except OSError:
            pass  # it has just ended
    return None


def run(arguments):
    """Runs the program on a terminal: what it wrote, and the drawing thread's time in ns."""
    pid, master = pty.fork()
    if pid == 0:
        environment = {k: v for k, v in os.environ.items() if k not in ("CI", "NO_COLOR")}
        environment["TERM"] = "xterm-256color"
        os.execve(PROGRAM, [PROGRAM, *arguments], environment)
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    drawn, ended, written = [0], threading.Event(), []

    def watch():
        while not ended.wait(0.05):
            drawn[0] = drawing_ns(pid) or drawn[0]

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        while part := os.read(master, 65536):
            written.append(part)
    except OSError:
        pass  # Linux says so when nobody has the other end any more
    ended.set()
    watcher.join()
    os.close(master)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), b"".join(written), drawn[0]


def measured(live, plan, folder):
    """CPU of the generator in ms, of the drawing thread in ms, p99 of lag in us."""
    file = os.path.join(folder, "r.json")
    code, written, drawn = run(["load", *plan, "--allow-doubts", "--json", file] + ([] if live else ["-q"]))
    if code != 0:
        sys.exit(f"ssecheck ended with {code}:\n{written.decode(errors='replace')}")
    moved = b"\x1b[J" in written
    if moved != live:
        sys.exit(f"the view was {'not ' * live}drawn: what was to be compared was not run")
    load = json.loads(Path(file).read_text())["load"]
    return load["generator"]["cpu_ms"], drawn / 1e6, load["latency_us"]["lag"]["p99"]


def main():
    given = [int(it) for it in sys.argv[1:]]
    pairs, subscribers, rate, seconds = given + [10, 1000, 20, 8][len(given):]
    plan = ["-c", str(subscribers), "--rate", f"{rate}/s", "-d", f"{seconds}s"]
    print(f"# {' '.join(plan)}: generator CPU ms, drawing thread ms, lag p99 us")
    rows = {True: [], False: []}
    with tempfile.TemporaryDirectory() as folder:
        for pair in range(pairs):
            for live in (pair % 2 == 0, pair % 2 == 1):
                row = measured(live, plan, folder)
                rows[live].append(row)
                print(f"{'live ' if live else 'quiet'} {row[0]:8.0f} {row[1]:7.1f} {row[2]:7.0f}", flush=True)
    quiet = statistics.mean(row[0] for row in rows[False])
    drawing = statistics.mean(row[1] for row in rows[True])
    print(f"drawing thread: {drawing:.1f} ms of {quiet:.0f} ms, {100 * drawing / quiet:.2f} %")
    for name, column in (("generator CPU", 0), ("lag p99", 2)):
        base = statistics.mean(row[column] for row in rows[False])
        shares = [100 * (a[column] - b[column]) / base for a, b in zip(rows[True], rows[False])]
        mean = statistics.mean(shares)
        if len(shares) > 1:
            t = T95[min(len(shares) - 2, len(T95) - 1)]
            around = t * statistics.stdev(shares) / len(shares) ** 0.5
            print(f"{name}: {mean:+.1f} % with the view, 95 % interval {mean - around:+.1f} to {mean + around:+.1f} %")


main()
