"""Locust and sseclient-py under load; BENCH_EXPECTED holds the number of events after which it ends."""

import json
import os
import time

import gevent
import sseclient
from locust import HttpUser, events, task

EXPECTED = int(os.environ["BENCH_EXPECTED"])


class Subscriber(HttpUser):
    @task
    def read(self):
        response = self.client.get("/events", stream=True, headers={"Accept": "text/event-stream"})
        for event in sseclient.SSEClient(response).events():
            latency = time.time() * 1e3 - json.loads(event.data)["t"] / 1e3
            events.request.fire(
                request_type="SSE", name="event", response_time=latency, response_length=len(event.data),
                exception=None, context={},
            )


def entry(environment):
    return environment.stats.get("event", "SSE")


@events.init.add_listener
def watch(environment, **_):
    gevent.spawn(quit_when_done, environment)


def quit_when_done(environment):
    """All came, or nothing for 8 s: sseclient-py hands an event over when the next one arrives."""
    before, idle = 0, 0
    while idle < 8 and before < EXPECTED:
        gevent.sleep(1)
        now = entry(environment).num_requests
        idle = idle + 1 if now and now == before else 0
        before = now
    environment.runner.quit()


@events.quitting.add_listener
def report(environment, **_):
    stats = entry(environment)
    at = lambda quantile: round((stats.get_response_time_percentile(quantile) or 0) * 1000)
    line = {"tool": "locust-sseclient-py", "events": stats.num_requests, "p50_us": at(0.5), "p99_us": at(0.99)}
    print(json.dumps(line | {"max_us": round((stats.max_response_time or 0) * 1000)}), flush=True)
