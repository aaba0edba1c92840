"""What each reader sees in a document, as plain data."""

from . import annotations, histograms, junit, markdown, metrics, sarif, table, tap

READERS = {
    "csv": table.read,
    "github": annotations.read,
    "hgrm": histograms.distribution,
    "hlog": histograms.log,
    "junit": junit.read,
    "markdown": markdown.read,
    "openmetrics": metrics.read,
    "sarif": sarif.read,
    "tap": tap.read,
}
