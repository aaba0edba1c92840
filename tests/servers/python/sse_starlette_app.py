"""A small hub on sse-starlette: one asyncio queue per subscriber."""

import asyncio
from collections import deque

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

history = deque(maxlen=1000)
subscribers = set()
published = 0


def to_event(message):
    return ServerSentEvent(
        data=message.get("data"), event=message.get("event") or None, id=message.get("id") or None
    )


def after(last_id):
    known = list(history)
    for position in range(len(known) - 1, -1, -1):
        if known[position]["id"] == last_id:
            return known[position + 1 :]
    return []


async def events(request):
    async def stream():
        queue = asyncio.Queue()
        replay = after(request.headers.get("last-event-id"))
        subscribers.add(queue)
        try:
            yield ServerSentEvent(retry=3000)
            for message in replay:
                yield to_event(message)
            while True:
                yield to_event(await queue.get())
        finally:
            subscribers.discard(queue)

    return EventSourceResponse(stream())


async def publish(request):
    global published
    message = await request.json()
    published += 1
    message["id"] = message.get("id") or str(published)
    history.append(message)
    for queue in subscribers:
        queue.put_nowait(message)
    return Response(status_code=204)


async def echo(request):
    async def stream():
        yield to_event(request.query_params)

    return EventSourceResponse(stream())


async def stats(request):
    return JSONResponse({"subscribers": len(subscribers)})


async def finished(request):
    return Response(status_code=204)


app = Starlette(
    routes=[
        Route("/events", events),
        Route("/publish", publish, methods=["POST"]),
        Route("/echo", echo),
        Route("/stats", stats),
        Route("/finished", finished),
    ],
    middleware=[Middleware(CORSMiddleware, allow_origins=["*"])],
)
