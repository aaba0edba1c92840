"""GitHub's workflow commands, read as its runner does: no library reads them, so by its documentation.
https://docs.github.com/actions/reference/workflow-commands-for-github-actions"""

import re

COMMAND = re.compile(r"::(error|warning|notice)(?: ([^:]*(?::(?!:)[^:]*)*))?::(.*)$")


def read(path):
    seen = []
    for line in path.read_text(encoding="utf-8").split("\n")[:-1]:
        match = COMMAND.match(line)
        if not match:
            raise ValueError(f"no command: {line[:200]}")
        kind, properties, message = match.groups()
        pairs = [pair.split("=", 1) for pair in (properties or "").split(",") if pair]
        named = {name: unescape(value, True) for name, value in pairs}
        if len(named) != len(pairs) or not set(named) <= {"file", "line", "col", "title"}:
            raise ValueError(f"properties {pairs}")
        seen.append({"kind": kind, **named, "message": unescape(message, False)})
    return seen


def unescape(text, property):
    for code, sign in [("%0D", "\r"), ("%0A", "\n")] + [("%3A", ":"), ("%2C", ",")] * property:
        text = text.replace(code, sign)
    return text.replace("%25", "%")
