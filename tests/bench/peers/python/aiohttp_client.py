"""aiohttp and a minimal parser under load: URL CONNECTIONS EXPECTED"""

import asyncio
import json
import sys
import time

import aiohttp


class Tally:
    def __init__(self, expected):
        self.expected = expected
        self.latencies = []
        self.done = asyncio.Event()

    def event(self, data):
        self.latencies.append(time.time() * 1e6 - json.loads(data)["t"])
        if len(self.latencies) >= self.expected:
            self.done.set()

    async def until_done(self):
        """All came, or nothing for 5 s."""
        before, idle = 0, 0
        while idle < 5 and not self.done.is_set():
            await asyncio.sleep(1)
            now = len(self.latencies)
            idle = idle + 1 if now and now == before else 0
            before = now

    def line(self):
        ordered = sorted(self.latencies)
        at = lambda quantile: round(ordered[min(len(ordered) - 1, int(len(ordered) * quantile))])
        return {"tool": "aiohttp", "events": len(ordered), "p50_us": at(0.5), "p99_us": at(0.99), "max_us": at(1)}


async def read(session, url, tally):
    data = []
    async with session.get(url, headers={"Accept": "text/event-stream"}) as response:
        async for line in response.content:
            line = line.rstrip(b"\r\n")
            if line.startswith(b"data:"):
                data.append(line[5:].lstrip())
            elif not line and data:
                tally.event(b"\n".join(data))
                data.clear()


async def main():
    url, connections, expected = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    tally = Tally(expected)
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        tasks = [asyncio.create_task(read(session, url, tally)) for _ in range(connections)]
        await tally.until_done()
        print(json.dumps(tally.line()), flush=True)
        for task in tasks:
            task.cancel()


asyncio.run(main())
