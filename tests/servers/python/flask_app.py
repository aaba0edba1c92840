"""A small hub on Flask, as the tutorials write it: a queue per listener and an f-string."""

import queue
import threading

from flask import Flask, Response, jsonify, request
from flask_cors import CORS

app = Flask(__name__)
CORS(app)

HISTORY = 1000
lock = threading.Lock()
history = []
listeners = []
published = 0


def format_sse(message):
    text = f"data: {message.get('data') or ''}\n\n"
    if message.get("id"):
        text = f"id: {message['id']}\n{text}"
    if message.get("event"):
        text = f"event: {message['event']}\n{text}"
    return text


def after(last_id):
    for position in range(len(history) - 1, -1, -1):
        if history[position]["id"] == last_id:
            return history[position + 1 :]
    return []


def event_stream(body):
    return Response(body, mimetype="text/event-stream", headers={"Cache-Control": "no-cache"})


@app.get("/events")
def events():
    last_id = request.headers.get("Last-Event-ID")

    def stream():
        messages = queue.Queue()
        with lock:
            for old in after(last_id):
                messages.put(old)
            listeners.append(messages)
        try:
            while True:
                yield format_sse(messages.get())
        finally:
            with lock:
                listeners.remove(messages)

    return event_stream(stream())


@app.post("/publish")
def publish():
    global published
    message = request.get_json()
    with lock:
        published += 1
        message["id"] = message.get("id") or str(published)
        history.append(message)
        del history[:-HISTORY]
        for messages in listeners:
            messages.put(message)
    return "", 204


@app.get("/echo")
def echo():
    message = request.args

    def stream():
        yield format_sse(message)

    return event_stream(stream())


@app.get("/stats")
def stats():
    return jsonify(subscribers=len(listeners))


@app.get("/finished")
def finished():
    return "", 204
