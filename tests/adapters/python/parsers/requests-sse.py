"""EventSource with a requests.Session over a connection of our own. Its `on_error` is called when the
stream has ended, before it waits to connect again. It shows no reconnection time. requests reads in
pieces of 512 bytes at most, and never over the end of a chunk."""

import wire
from requests_sse import EventSource

PACKAGE = "requests-sse"
CAPS = {
    "id": "last",
    "retry": "none",
    "chunks": "exact",
    "empty_chunks": False,
    "dataless": "hidden",
    "window": 64,
}


def ended():
    raise wire.StreamEnded


def read(chunks, seen, _case):
    session = wire.session(chunks, seen)
    with EventSource("http://127.0.0.1/", session=session, on_error=ended) as source:
        try:
            for event in source:
                seen.event(event.type, event.data, event.last_event_id)
        except wire.StreamEnded:
            pass
