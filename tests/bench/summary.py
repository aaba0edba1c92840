"""Markdown tables of the raw lines: medians over the repeats, ratios to the floor that only counts.

summary.py [--peers | --connects | --scale] FILE.jsonl
"""

import json
import statistics
import sys
from collections import defaultdict


def main():
    kinds = {"--connects": connects, "--scale": scale, "--peers": peers}
    *flags, path = sys.argv[1:]
    with open(path) as file:
        lines = [json.loads(line) for line in file]
    table = kinds[flags[0]] if flags else comparison
    print("\n".join(table(lines)))


def comparison(lines):
    for server in dict.fromkeys(line["server"] for line in lines):
        groups = grouped([line for line in lines if line["server"] == server], "size", "tool")
        yield f"**{server}**"
        yield ""
        yield from header(
            "subscribers x events/s", "reader", "CPU us/event", "x floor", "idle RSS MB", "lag p50 / p99 ms",
            "p50 / p99 ms", "observers p50 / p99 ms", "runs",
        )
        for (size, tool), group in sorted(groups.items()):
            floor = median(groups.get((size, "floor-count"), []), cpu_per_event)
            yield row(
                f"{size} x {group[0]['rate']}", tool, number(median(group, cpu_per_event), 2),
                number(ratio(median(group, cpu_per_event), floor), 2), number(median(group, idle_mb), 1),
                two(group, "lag"), two(group, "latency"), two(group, "observed"), len(group),
            )
        yield ""
        yield from slopes(groups)


def slopes(groups):
    """KB for each connection: idle memory at the largest size less that at 1,000."""
    sizes = sorted({size for size, _ in groups})
    if 1000 not in sizes or sizes[-1] <= 1000:
        return
    for tool in sorted({tool for _, tool in groups}):
        low, high = groups.get((1000, tool)), groups.get((sizes[-1], tool))
        if low and high:
            kb = (median(high, idle_mb) - median(low, idle_mb)) * 1024 / (sizes[-1] - 1000)
            yield f"- {tool}: {kb:.2f} KB a connection from 1,000 to {sizes[-1]:,}"
    yield ""


def connects(lines):
    yield from header("reader", "run", "connections", "connect s", "connect CPU s", "TIME_WAIT before", "runs")
    for (tool, repeat), group in sorted(grouped(lines, "tool", "repeat").items()):
        yield row(
            tool, repeat, group[0]["size"], number(median(group, connect), 2), number(median(group, connect_cpu), 2),
            number(median(group, lambda line: line["time_wait"]), 0), len(group),
        )
    yield ""


def scale(lines):
    yield from header(
        "reader", "subscribers", "processes", "connected", "events", "of", "p50 / p99 ms", "memory of all MB",
    )
    for (total, tool), group in sorted(grouped(lines, "total", "tool").items()):
        # The floor gives a line for each process; ssecheck one for all.
        runs = group[: -group[0]["processes"] - 1 : -1] if tool.startswith("floor") else group[-1:]
        yield row(
            tool, total, runs[0]["processes"], sum(map(connected, runs)), sum(map(events, runs)),
            sum(map(expected, runs)), two(runs, "latency"), number(runs[0]["memory_kb"] / 1024, 0),
        )
    yield ""


def peers(lines):
    yield from header(
        "peer", "subscribers", "events", "CPU us/event", "idle / peak RSS MB", "connect s", "its p50 / p99 ms",
        "observers p50 / p99 ms", "runs",
    )
    for (size, tool), group in sorted(grouped(lines, "size", "tool").items()):
        memory = f"{number(median(group, idle_mb), 0)} / {number(median(group, peak_mb), 0)}"
        yield row(
            tool, size, number(median(group, events), 0), number(median(group, cpu_per_event), 1), memory,
            number(median(group, connect), 1), two(group, "latency"), two(group, "observed"), len(group),
        )
    yield ""


def grouped(lines, *keys):
    groups = defaultdict(list)
    for line in lines:
        groups[tuple(line[key] for key in keys)].append(line)
    return groups


def median(lines, of):
    values = [value for value in map(of, lines) if value is not None]
    return statistics.median(values) if values else None


def two(lines, what):
    """Two percentiles in ms, each the median of its own."""
    values = [PAIRS[what](line) for line in lines]
    values = [value for value in values if value and None not in value]
    if not values:
        return "-"
    return " / ".join(f"{statistics.median(column) / 1000:.2f}" for column in zip(*values))


def latency(line):
    return percentiles(line, "fanout") if "load" in line else (line.get("p50_us"), line.get("p99_us"))


def lag(line):
    return percentiles(line, "lag") if "load" in line else (line.get("lag_p50_us"), line.get("lag_p99_us"))


def observed(line):
    seen = line.get("observers")
    return (seen["p50_us"], seen["p99_us"]) if seen else None


PAIRS = {"latency": latency, "lag": lag, "observed": observed}


def percentiles(line, metric):
    figures = line["load"].get("latency_us", {}).get(metric)
    return (figures["p50"], figures["p99"]) if figures else None


def events(line):
    return line["load"]["events"]["received"] if "load" in line else line["events"]


def expected(line):
    return line["load"]["events"]["expected"] if "load" in line else line["published"]["published"] * line["connected"]


def connected(line):
    return line["load"]["connections"]["peak"] if "load" in line else line["connected"]


def cpu_per_event(line):
    return line["cpu_s"] * 1e6 / events(line) if line.get("cpu_s") and events(line) else None


def idle_mb(line):
    return line["rss_idle_kb"] / 1024


def peak_mb(line):
    return line["rss_peak_kb"] / 1024


def connect(line):
    return line["connect_seconds"]


def connect_cpu(line):
    return line["connect_cpu_s"]


def ratio(value, base):
    return value / base if value and base else None


def number(value, digits):
    return "-" if value is None else f"{value:,.{digits}f}"


def header(*names):
    return [row(*names), "|" + "---|" * len(names)]


def row(*cells):
    return "| " + " | ".join(map(str, cells)) + " |"


main()
