"""TAP, opened by tap.py, which reads TAP 13 and so knows no escapes."""

from tap.parser import Parser


def read(path):
    lines = list(Parser().parse_text(path.read_text(encoding="utf-8")))
    unknown = [line for line in lines if line.category == "unknown"]
    if unknown:
        raise ValueError(f"{len(unknown)} lines are nothing of TAP")
    plans = [line.expected_tests for line in lines if line.category == "plan"]
    points = [line for line in lines if line.category == "test"]
    if plans != [len(points)]:
        raise ValueError(f"plans {plans} for {len(points)} test points")
    return {
        "ok": sum(point.ok for point in points),
        "skipped": sum(bool(point.skip) for point in points),
        "todo": sum(bool(point.todo) for point in points),
        "blocks": sum(point.yaml_block is not None for point in points),
        "bail": [line.reason for line in lines if line.category == "bail"],
    }
