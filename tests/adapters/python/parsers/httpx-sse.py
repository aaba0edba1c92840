"""EventSource(response).iter_sse(), over an httpx.Response whose body is the chunks. An event for a block
without data looks like one with empty data."""

import httpx
from httpx_sse import EventSource
from loop import each

PACKAGE = "httpx-sse"
CAPS = {
    "id": "last",
    "retry": "event",
    "chunks": "exact",
    "empty_chunks": True,
    "dataless": "visible",
    "window": 64,
}
HEADERS = {"content-type": "text/event-stream"}


class Body(httpx.SyncByteStream):
    def __init__(self, chunks):
        self.chunks = chunks

    def __iter__(self):
        return self.chunks


def read(chunks, seen, _case):
    response = httpx.Response(200, headers=HEADERS, stream=Body(each(chunks, seen)))
    for event in EventSource(response).iter_sse():
        seen.event(event.event, event.data, event.id, event.retry)
