"""The usual Python load-test loop over aiohttp, to compare with.

    client.py throughput URL CONCURRENCY REQUESTS
    client.py stamps URL STREAMS SETTLE_SECONDS

One asyncio loop on one thread; streams are split on blank lines, every event is parsed with json.loads and stamped
once it is parsed, as LLM benchmark clients built on aiohttp do. They also keep records and write reports: this client
does not, so it is a little faster than they are.

`throughput` keeps CONCURRENCY requests in flight until REQUESTS are done. `stamps` opens STREAMS streams at once, one
request each, and compares the arrival stamp of each token with the moment the target wrote it, which the target puts
into the token's text; both read CLOCK_MONOTONIC. Counted from SETTLE_SECONDS after the first token until the first
stream ends, that is while all are open.

Prints one JSON object.
"""

import asyncio
import json
import sys
import time

import aiohttp

BODY = json.dumps(
    {
        "model": "target",
        "max_tokens": 64,
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [
            {"role": "user", "content": "One prompt of about forty tokens, the same for each client that is compared. " * 2}
        ],
    }
)
HEADERS = {"content-type": "application/json", "accept": "text/event-stream"}


class Answer:
    """What one request leaves: its times in seconds, its text, and the arrival of each token in microseconds."""

    def __init__(self):
        self.started = time.perf_counter()
        self.first = self.last = 0.0
        self.gaps = []
        self.text = ""
        self.usage = None
        self.arrivals = []

    def take(self, payload, keep_arrivals):
        event = json.loads(payload)
        now = time.perf_counter()
        choices = event.get("choices")
        if choices and (content := choices[0]["delta"].get("content")):
            if self.first:
                self.gaps.append(now - self.last)
            else:
                self.first = now
            self.last = now
            self.text += content
            if keep_arrivals:
                self.arrivals.append((time.clock_gettime_ns(time.CLOCK_MONOTONIC) / 1000, content))
        if usage := event.get("usage"):
            self.usage = usage


async def send(session, url, keep_arrivals=False):
    answer = Answer()
    buffer = ""
    async with session.post(url, data=BODY, headers=HEADERS) as response:
        response.raise_for_status()
        async for chunk in response.content.iter_any():
            buffer += chunk.decode()
            while (end := buffer.find("\n\n")) >= 0:
                message, buffer = buffer[:end], buffer[end + 2 :]
                payload = message.removeprefix("data:").strip()
                if payload and payload != "[DONE]":
                    answer.take(payload, keep_arrivals)
    return answer


def open_session(connections):
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=connections), timeout=aiohttp.ClientTimeout(total=600)
    )


def percentile(ascending, share):
    return ascending[min(len(ascending) - 1, int(share * len(ascending)))]


def summary(values, scale, digits):
    ascending = sorted(values)
    return {
        "n": len(ascending),
        "mean": round(sum(ascending) / len(ascending) * scale, digits),
        "p50": round(percentile(ascending, 0.5) * scale, digits),
        "p99": round(percentile(ascending, 0.99) * scale, digits),
        "max": round(ascending[-1] * scale, digits),
    }


async def throughput(url, concurrency, requests):
    latencies, ttfts = [], []
    left = requests

    async def loop(session):
        nonlocal left
        while left > 0:
            left -= 1
            answer = await send(session, url)
            latencies.append(answer.last - answer.started)
            ttfts.append(answer.first - answer.started)

    async with open_session(concurrency) as session:
        cpu, wall = time.process_time(), time.perf_counter()
        await asyncio.gather(*[loop(session) for _ in range(concurrency)])
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {
        "client": "aiohttp " + aiohttp.__version__,
        "rps": requests / wall,
        "cpuUsPerRequest": cpu / requests * 1e6,
        "latencyMs": summary(latencies, 1e3, 3),
        "ttftMs": summary(ttfts, 1e3, 3),
    }


async def stamps(url, streams, settle_seconds):
    async with open_session(streams) as session:
        answers = await asyncio.gather(*[send(session, url, True) for _ in range(streams)])
    timed = [[(arrived, int(text)) for arrived, text in answer.arrivals] for answer in answers]
    settled = min(stream[0][1] for stream in timed) + settle_seconds * 1e6
    first_end = min(stream[-1][1] for stream in timed)
    errors = [arrived - written for stream in timed for arrived, written in stream if settled <= written <= first_end]
    return {"client": "aiohttp " + aiohttp.__version__, "errorMs": summary(errors, 1e-3, 4)}


def main():
    mode, url, count, last = sys.argv[1:5]
    if mode == "throughput":
        result = throughput(url, int(count), int(last))
    elif mode == "stamps":
        result = stamps(url, int(count), float(last))
    else:
        sys.exit(f'client.py: unknown mode "{mode}": throughput or stamps')
    print(json.dumps(asyncio.run(result)))


main()
