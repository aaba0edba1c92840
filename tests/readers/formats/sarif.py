"""SARIF, opened by sarif-tools."""

import json

from sarif import loader


def read(path):
    file = loader.load_sarif_file(str(path))
    report = file.get_report()
    severities = file.get_severities(include_none=True)
    counts = {it: report.get_issue_count_for_severity(it) for it in severities}
    return {
        "tools": file.get_distinct_tool_names(),
        "count": file.get_result_count(),
        "severities": {name: count for name, count in counts.items() if count},
        "records": file.get_records(),
        "rules": [rules(file, it) for it in file.get_results()],
        "document": json.loads(path.read_text(encoding="utf-8")),
    }


def rules(file, result):
    found = file.get_rules_by_id(result["ruleId"])
    if len(found) != 1:
        raise ValueError(f"{result['ruleId']} is the id of {len(found)} rules")
    return found[0]["fullDescription"]["text"]
