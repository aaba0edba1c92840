"""Runs one client of a stream and measures it from outside; prints one line of JSON.

watch.py --output FILE --stats URL --subscribers N [--settle SECONDS] [--publish 'COMMAND'] [--report FILE]
         [--server-pid PID] [KEY=VALUE]... -- CLIENT ARGUMENT...

CPU and memory are those of the client and all its children, from the moment when the server counts
N subscribers (then SETTLE seconds of quiet) to the last look, ten a second, at which it still does.
With --publish, that command publishes in between; without, the client does so itself. The last line
of JSON on the client's standard output (kept in FILE), or its ssecheck report, is joined in.
`watch.py --only-report FILE [KEY=VALUE]...` prints such a report as a line.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
import time
import urllib.error
import urllib.request

LOOK_EVERY = 0.1
CONNECT_WITHIN = 180
DRAIN_WITHIN = 60
KEPT = ("connections", "events", "publishing", "latency_us", "generator", "server", "doubts")


def main():
    if sys.argv[1] == "--only-report":
        print(json.dumps(dict(map(pair, sys.argv[3:])) | report(sys.argv[2])))
    else:
        watch()


def watch():
    arguments, client = read_arguments()
    start = time.monotonic()
    with open(arguments.output, "w+") as out:
        process = subprocess.Popen(client, stdout=out)
        try:
            line = measure(arguments, process, start)
        finally:
            end(process)
        out.seek(0)
        line |= last_json(out.read())
    line |= {"exit": process.returncode} | report(arguments.report)
    print(json.dumps(dict(map(pair, arguments.pairs)) | line))


def read_arguments():
    words = sys.argv[1:]
    split = words.index("--")
    parser = argparse.ArgumentParser()
    parser.add_argument("--stats", required=True)
    parser.add_argument("--subscribers", type=int, required=True)
    parser.add_argument("--settle", type=float, default=0)
    parser.add_argument("--publish")
    parser.add_argument("--report")
    parser.add_argument("--server-pid", type=int)
    parser.add_argument("--output", required=True)
    parser.add_argument("pairs", nargs="*")
    return parser.parse_args(words[:split]), words[split + 1 :]


def measure(arguments, process, start):
    wait_for_subscribers(arguments, process, start)
    connected, connect_cpu = time.monotonic(), cpu(process.pid)
    time.sleep(arguments.settle)
    idle, cpu_before = memory(process.pid, "VmRSS"), cpu(process.pid)
    server_before = cpu(arguments.server_pid)
    publisher = subprocess.Popen(shlex.split(arguments.publish), stdout=subprocess.PIPE) if arguments.publish else None
    peak, cpu_after = look_until_over(arguments, process, publisher)
    line = {
        "connect_seconds": round(connected - start, 3), "connect_cpu_s": round(connect_cpu, 3),
        "cpu_s": round(cpu_after - cpu_before, 4), "rss_idle_kb": idle, "rss_peak_kb": peak,
        "server_cpu_s": round(cpu(arguments.server_pid) - server_before, 3),
    }
    if publisher:
        line["published"] = last_json(publisher.communicate()[0].decode())
    return line


def wait_for_subscribers(arguments, process, start):
    while (now := subscribers(arguments.stats)) < arguments.subscribers:
        if process.poll() is not None:
            sys.exit(f"watch: the client ended (status {process.returncode}) with {now} subscribers")
        if time.monotonic() - start > CONNECT_WITHIN:
            sys.exit(f"watch: {now} subscribers after {CONNECT_WITHIN} s")
        time.sleep(0.02)


def look_until_over(arguments, process, publisher):
    """The client's peak memory, and its CPU at the last look while all were still subscribed."""
    peak, used, drained_at = 0, cpu(process.pid), None
    while process.poll() is None:
        now, high = cpu(process.pid), memory(process.pid, "VmHWM")
        if subscribers(arguments.stats) < arguments.subscribers:
            break
        peak, used = max(peak, high), max(used, now)
        if publisher and publisher.poll() is not None:
            drained_at = drained_at or time.monotonic() + DRAIN_WITHIN
            if time.monotonic() > drained_at:
                break
        time.sleep(LOOK_EVERY)
    return peak, used


def subscribers(url):
    """As the server counts them; a channel that nobody used yet is a 404 of nchan's."""
    request = urllib.request.Request(url, headers={"Accept": "text/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)["subscribers"]
    except urllib.error.HTTPError:
        return 0


def tree(pid):
    """A process and all that came of it; what is gone meanwhile is left out."""
    pids = [pid]
    for parent in pids:
        try:
            threads = os.listdir(f"/proc/{parent}/task")
            for thread in threads:
                with open(f"/proc/{parent}/task/{thread}/children") as file:
                    pids += map(int, file.read().split())
        except OSError:
            continue
    return pids


def cpu(pid):
    """CPU seconds so far, by the CPU clock of each process (clock_getcpuclockid(3))."""
    if pid is None:
        return 0
    total = 0
    for one in tree(pid):
        try:
            total += time.clock_gettime((~one << 3) | 2)
        except OSError:
            continue
    return total


def memory(pid, key):
    total = 0
    for one in tree(pid):
        try:
            with open(f"/proc/{one}/status") as file:
                total += sum(int(line.split()[1]) for line in file if line.startswith(key + ":"))
        except OSError:
            continue
    return total


def end(process):
    """Waits for the client's own end; then SIGTERM, then SIGKILL."""
    for seconds, act in ((30, process.terminate), (5, process.kill)):
        try:
            process.wait(seconds)
            return
        except subprocess.TimeoutExpired:
            act()
    process.wait()


def last_json(text):
    for line in reversed(text.splitlines()):
        if line.startswith("{"):
            return json.loads(line)
    return {}


def report(path):
    """What matters of an ssecheck report, without histograms and series."""
    if not path or not os.path.exists(path):
        return {}
    with open(path) as file:
        load = json.load(file)["load"]
    kept = {key: load[key] for key in KEPT if key in load}
    for metric in kept.get("latency_us", {}).values():
        if isinstance(metric, dict):
            metric.pop("histogram", None)
    return {"load": kept}


def pair(text):
    key, _, value = text.partition("=")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value


main()
