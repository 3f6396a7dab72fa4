"""Follows a job: until it has ended, or event by event as a stream that can be taken up again."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from time import monotonic

import anyio

from dispatch_engine.api.jobs import Job, JobEvent, JobState
from dispatch_engine.api.problems import Refusal
from dispatch_engine.api.service import Service

FIRST_LOOK_SECONDS = 0.05
LONGEST_LOOK_SECONDS = 0.5
"""Between two looks at the store: soon after something happened, less often while nothing does."""
EVENTS_AT_ONCE = 200
RETRY_MILLISECONDS = 2000
"""How soon a browser comes back after a stream broke."""


async def wait_for_end(service: Service, job: Job, seconds: float) -> Job:
    """The job once it has ended, or as it stands after ``seconds``, or when the service is about to stop."""
    until = monotonic() + seconds
    pauses = _pauses()
    while not job.state.is_final and not service.is_stopping and (left := until - monotonic()) > 0:
        await anyio.sleep(min(next(pauses), left))
        found = await look(service, job)
        if found is None:
            return job
        job = found
    return job


async def look(service: Service, job: Job) -> Job | None:
    """The job as it stands now, without its plan."""
    return await service.ask(lambda: service.store.get(job.owner, job.id, with_plan=False))


async def event_stream(service: Service, job: Job, after: int) -> AsyncIterator[bytes]:
    """The events of a job with a number above ``after``, as server-sent events, until it has ended.

    A comment goes out after every silence of ``ping_seconds``, so that nobody between takes the connection
    for dead. The stream also ends when the job is deleted and when the service is about to stop; a client
    that comes back with ``Last-Event-ID`` misses nothing.
    """
    service.streams += 1
    try:
        yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
        spoke, pauses = monotonic(), _pauses()
        while not service.is_stopping:
            is_over, events = await _news(service, job, after)
            if events:
                after = events[-1].seq
                yield b"".join(map(as_sse, events))
                spoke, pauses = monotonic(), _pauses()
            elif monotonic() - spoke >= service.settings.ping_seconds:
                yield b": ping\n\n"
                spoke = monotonic()
            if is_over:
                return
            await anyio.sleep(next(pauses))
    finally:
        service.streams -= 1


async def _news(service: Service, job: Job, after: int) -> tuple[bool, list[JobEvent]]:
    """Whether nothing more will come, and what happened; while the store is away, nothing does."""
    try:
        found = await look(service, job)
        if found is None or found.version <= after:
            return found is None or found.state.is_final, []
        events = await service.ask(service.store.events, job.owner, job.id, after, EVENTS_AT_ONCE)
    except Refusal:
        return False, []
    return found.state.is_final and (not events or _is_end(events[-1])), events


def as_sse(event: JobEvent) -> bytes:
    """One event as it goes over the wire."""
    data = json.dumps(event.data, ensure_ascii=False, separators=(",", ":"))
    return f"id: {event.seq}\nevent: {event.name}\ndata: {data}\n\n".encode()


def _is_end(event: JobEvent) -> bool:
    return event.name == "state" and JobState(event.data["state"]).is_final


def _pauses() -> Iterator[float]:
    pause = FIRST_LOOK_SECONDS
    while True:
        yield pause
        pause = min(1.5 * pause, LONGEST_LOOK_SECONDS)
