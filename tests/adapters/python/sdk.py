"""What the SDKs of OpenAI and Anthropic have in common: SSEDecoder, the decoder under their Stream, which itself
shows JSON values only. A private module. An event for a block without data looks like one with empty data."""

from loop import each

CAPS = {
    "id": "last",
    "retry": "event",
    "chunks": "exact",
    "empty_chunks": True,
    "dataless": "visible",
    "window": 64,
}


def reader(decoder):
    """The function that reads a case with a new decoder of this class."""

    def read(chunks, seen, _case):
        for event in decoder().iter_bytes(each(chunks, seen)):
            seen.event(event.event, event.data, event.id, event.retry)

    return read
