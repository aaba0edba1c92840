"""EventSource with a session of our own, whose response holds a real aiohttp.StreamReader. Its
`on_error` is called when the stream has ended, before it waits to connect again. It shows no reconnection
time."""

import asyncio

import aiohttp
import yarl
from aiohttp.base_protocol import BaseProtocol
from aiohttp_sse_client.client import EventSource

PACKAGE = "aiohttp-sse-client"
CAPS = {
    "id": "last",
    "retry": "none",
    "chunks": "exact",
    "empty_chunks": True,
    "dataless": "hidden",
    "window": 64,
}
READ_BUFFER = 2**16  # what aiohttp.ClientSession gives its reader
loop = asyncio.new_event_loop()


class Response:
    status = 200
    content_type = "text/event-stream"
    headers = {"Content-Type": content_type}
    real_url = yarl.URL("http://127.0.0.1/")

    def __init__(self, content):
        self.content = content

    def close(self):
        pass


class Session:
    """As much of aiohttp.ClientSession as it uses."""

    def __init__(self, content):
        self.content = content

    async def request(self, *_, **__):
        return Response(self.content)


class StreamEnded(Exception):
    pass


def ended():
    raise StreamEnded


async def feed(content, chunks, seen):
    for seen.k, chunk in enumerate(chunks):
        content.feed_data(chunk)
        # Twice: once to wake the reader, once for it to deal with the chunk.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    seen.k = len(chunks)
    content.feed_eof()


async def listen(chunks, seen):
    protocol = BaseProtocol(loop)
    protocol.connection_made(asyncio.Transport())
    content = aiohttp.StreamReader(protocol, READ_BUFFER, loop=loop)
    session = Session(content)
    async with EventSource("http://127.0.0.1/", session=session, on_error=ended) as source:
        feeding = asyncio.ensure_future(feed(content, chunks, seen))
        try:
            async for event in source:
                seen.event(event.type, event.data, event.last_event_id)
        except StreamEnded:
            pass
        finally:
            feeding.cancel()


def read(chunks, seen, _case):
    loop.run_until_complete(listen(chunks, seen))
