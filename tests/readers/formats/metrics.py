"""OpenMetrics text, parsed by the client library of Prometheus."""

from prometheus_client.openmetrics.parser import text_string_to_metric_families


def read(path):
    families = text_string_to_metric_families(path.read_text(encoding="utf-8"))
    return [
        {
            "name": it.name,
            "type": it.type,
            "unit": it.unit,
            "help": it.documentation,
            "samples": [[one.name, one.labels, one.value] for one in it.samples],
        }
        for it in families
    ]
