"""SSEClient with a requests.Session over a connection of our own. The package has the module name of
sseclient-py, so it lives in a folder of its own. At the end of the stream it sleeps and connects again: the
clock of this process does not wait, and the second request fails. Of a chunked body it would read the coding
too, so the body ends with the connection here. Each blank line is an event. `last_id` is a public
attribute."""

import time

import sseclient
import wire

PACKAGE = "sseclient"
CAPS = {
    "id": "own",
    "retry": "event",
    "final": ["last_event_id"],
    "chunks": "exact",
    "empty_chunks": False,
    "dataless": "visible",
    "window": 64,
}
time.sleep = lambda _: None


def read(chunks, seen, _case):
    session = wire.session(chunks, seen, coded=False)
    client = sseclient.SSEClient("http://127.0.0.1/", session=session)
    try:
        for event in client:
            seen.event(event.event, event.data, event.id, event.retry)
    except wire.StreamEnded:
        pass
    seen.final["last_event_id"] = client.last_id
