#!/usr/bin/env python3
"""Runs the suite again and again and tells every outcome that changes.

usage: tests/stability.py [--runs 100] [--server-runs 20] [--servers axum,express,nchan]
                          [--ssecheck target/release/ssecheck]

The built-in testbed is judged --runs times while a busy loop holds the last processor; then each
server of tests/servers --server-runs times (tests/servers/install.sh installs them). One line for
each subject on standard output; exit code 1 when an outcome or a reason was not the same in all runs.
"""

import argparse
import collections
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUSY = "import os; os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})\nwhile True: pass"


def judge(command, env):
    """One run: outcome and reason by check id, and the seconds it took."""
    start = time.monotonic()
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=600)
    took = time.monotonic() - start
    try:
        conformance = json.loads(done.stdout)["conformance"]
    except (ValueError, KeyError):
        sys.exit(f"no report from {command}: {done.stderr}")
    if "aborted" in conformance:
        print(f"aborted: {conformance['aborted']}", flush=True)
    checks = conformance["checks"]
    return {check["id"]: (check["outcome"], check.get("reason", "")) for check in checks}, took


def repeat(name, runs, command, env):
    """Judges a subject `runs` times; gives how many checks changed."""
    seen, times = collections.defaultdict(collections.Counter), []
    for _ in range(runs):
        outcomes, took = judge(command, env)
        times.append(took)
        for check, outcome in outcomes.items():
            seen[check][outcome] += 1
    changed = {check: counts for check, counts in seen.items() if len(counts) > 1}
    times.sort()
    middle, longest = times[len(times) // 2], times[-1]
    print(f"{name}: {runs} runs, {len(seen)} checks, {len(changed)} changed; "
          f"median {middle:.1f} s, longest {longest:.1f} s", flush=True)
    for check, counts in sorted(changed.items()):
        told = ", ".join(f"{n}x {' '.join(outcome).strip()}" for outcome, n in counts.most_common())
        print(f"  {check}: {told}", flush=True)
    return len(changed)


def end(process):
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=3)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def on_server(name, args):
    port = free_port()
    process = subprocess.Popen([ROOT / "tests/servers/run.sh", name, str(port)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while socket.socket().connect_ex(("127.0.0.1", port)) != 0:
            if time.monotonic() > deadline or process.poll() is not None:
                sys.exit(f"{name} does not start; see tests/servers/install.sh")
            time.sleep(0.05)
        target = ROOT / f"tests/servers/targets/{name}.yaml"
        command = [args.ssecheck, "run", "--target", str(target), "--json", "-"]
        return repeat(name, args.server_runs, command, {**os.environ, "SSECHECK_PORT": str(port)})
    finally:
        end(process)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--server-runs", type=int, default=20)
    parser.add_argument("--servers", default="axum,express,nchan")
    parser.add_argument("--ssecheck", default=str(ROOT / "target/release/ssecheck"))
    args = parser.parse_args()
    changed = 0
    if args.runs:
        busy = subprocess.Popen([sys.executable, "-c", BUSY])
        try:
            command = [args.ssecheck, "run", "--json", "-"]
            changed += repeat("testbed, with a busy loop", args.runs, command, dict(os.environ))
        finally:
            end(busy)
    if args.server_runs:
        changed += sum(on_server(name, args) for name in args.servers.split(",") if name)
    sys.exit(1 if changed else 0)


if __name__ == "__main__":
    main()
