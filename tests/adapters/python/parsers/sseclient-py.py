"""SSEClient(iterator of bytes).events()."""

import sseclient
from loop import each

PACKAGE = "sseclient-py"
CAPS = {
    "id": "own",
    "retry": "event",
    "chunks": "exact",
    "empty_chunks": True,
    "dataless": "hidden",
    "window": 64,
}


def read(chunks, seen, _case):
    for event in sseclient.SSEClient(each(chunks, seen)).events():
        seen.event(event.event, event.data, event.id, event.retry)
