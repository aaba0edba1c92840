"""HdrHistogram: interval logs by its Python port, percentile distributions as its plotters take them."""

import re

from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader

ROW = re.compile(r" *([0-9.]+) +([01]\.[0-9]{12}) +([0-9]+)(?: +([0-9.]+))?$")


def log(path):
    reader = HistogramLogReader(str(path), HdrHistogram(1, 3_600_000_000, 3))
    seen = []
    while (it := reader.get_next_interval_histogram()) is not None:
        seen.append(
            {
                "tag": it.get_tag(),
                "start": it.get_start_time_stamp(),
                "end": it.get_end_time_stamp(),
                "count": it.get_total_count(),
                "percentiles": [it.get_value_at_percentile(p) for p in (50, 90, 99, 99.9, 100)],
            }
        )
    lines = path.read_text(encoding="utf-8").splitlines()
    intervals = [line for line in lines if not line.startswith(("#", '"'))]
    if not seen or len(seen) != len(intervals):
        raise ValueError(f"{len(seen)} of {len(intervals)} intervals can be read")
    return seen


def distribution(path):
    header, empty, *lines = path.read_text(encoding="utf-8").splitlines()
    if header.split() != ["Value", "Percentile", "TotalCount", "1/(1-Percentile)"] or empty:
        raise ValueError("no header of a percentile distribution")
    rows = [ROW.match(line) for line in lines if not line.startswith("#[")]
    if not rows or not all(rows):
        raise ValueError("a line is no row")
    rows = [[float(field) for field in row.groups()[:3]] for row in rows]
    if rows != sorted(rows) or rows[-1][1] != 1:
        raise ValueError("the rows do not rise to 100 %")
    return rows
