"""SSEDecoder of anthropic._streaming: the decoder under the SDK's Stream, which itself shows JSON values only.
A private module. An event for a block without data looks like one with empty data."""

from loop import each
from anthropic._streaming import SSEDecoder

PACKAGE = "anthropic"
NAME = "anthropic-python"
CAPS = {
    "id": "last",
    "retry": "event",
    "chunks": "exact",
    "empty_chunks": True,
    "dataless": "visible",
    "window": 64,
}


def read(chunks, seen, _case):
    for event in SSEDecoder().iter_bytes(each(chunks, seen)):
        seen.event(event.event, event.data, event.id, event.retry)
