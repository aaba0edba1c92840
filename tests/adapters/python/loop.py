"""The lines of sse-adapter/1, the same for all parsers. An adapter is a module with PACKAGE (the
distribution), NAME (where it differs), CAPS, and `read(chunks, seen, case)`, which feeds a new parser and
tells `seen` what the caller of the parser sees, as it is."""

import base64
import importlib.metadata
import json
import platform

MAX_SAFE = 2**53


class Seen:
    """What the caller of the parser has seen. `k` is the chunk at hand."""

    def __init__(self):
        self.k = 0
        self.out = []
        self.final = {}
        self.error = None

    def event(self, event_type, data, event_id, retry=None, dataless=False):
        record = {"k": self.k, "e": [event_type, data, event_id]}
        if retry is not None:
            record["r"] = time(retry)
        if dataless:
            record["d"] = False
        self.out.append(record)

    def fail(self, error):
        kind = "utf8" if isinstance(error, UnicodeError) else "other"
        self.error = {"k": self.k, "kind": kind, "msg": f"{type(error).__name__}: {error}"}


def time(value):
    """A time as the protocol has it; some interfaces give it as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if isinstance(value, int):
        return value if abs(value) < MAX_SAFE else str(value)
    return {"raw": str(value)}


def each(chunks, seen):
    """Gives the chunks one by one; each is asked for when the last one is dealt with."""
    for seen.k, chunk in enumerate(chunks):
        yield chunk
    seen.k = len(chunks)


def answer(adapter, case):
    seen = Seen()
    try:
        adapter.read([base64.b64decode(chunk) for chunk in case["chunks"]], seen, case)
    except Exception as error:  # what a user of the library gets
        seen.fail(error)
    return {"id": case["id"], "out": seen.out, "final": seen.final, "error": seen.error}


def say(output, line):
    output.write(json.dumps(line, ensure_ascii=True, separators=(",", ":")) + "\n")
    output.flush()


def serve(adapter, cases, output):
    hello = {
        "sse_adapter": 1,
        "parser": getattr(adapter, "NAME", adapter.PACKAGE),
        "version": importlib.metadata.version(adapter.PACKAGE),
        "runtime": f"python {platform.python_version()}",
        "caps": adapter.CAPS,
    }
    say(output, hello)
    for line in cases:
        say(output, answer(adapter, json.loads(line)))
