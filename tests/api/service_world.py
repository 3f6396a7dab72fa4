"""A service for tests: a real store in a file, a worker that does nothing, and a client for its calls."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from dispatch_engine.api.app import create_app
from dispatch_engine.api.counters import Totals
from dispatch_engine.api.jobs import Document, JobState
from dispatch_engine.api.keys import KeyFile, Keyring, new_key
from dispatch_engine.api.service import Service
from dispatch_engine.api.settings import Settings
from dispatch_engine.api.sqlite_store import SqliteStore
from dispatch_engine.api.worker import Stats

LOOPBACK = "http://127.0.0.1:8000"

PROBLEM: Document = {
    "name": "two-visits",
    "technicians": [
        {
            "id": "T1",
            "start": {"lat": 31.23, "lon": 121.47},
            "shifts": [{"start": "2026-11-23T08:00:00+08:00", "end": "2026-11-23T17:00:00+08:00"}],
        }
    ],
    "tickets": [
        {"id": "K1", "location": {"lat": 31.19, "lon": 121.43}, "duration_minutes": 45},
        {"id": "K2", "location": {"lat": 31.25, "lon": 121.5}, "duration_minutes": 60},
    ],
}
PLAN: Document = {
    "routes": [
        {
            "technician": "T1",
            "stops": [{"kind": "ticket", "ticket": "K1"}, {"kind": "ticket", "ticket": "K2"}],
        }
    ]
}


class IdleWorker:
    """Stands where the worker stands, and leaves the jobs to the test."""

    def __init__(self) -> None:
        self.warm = True
        self.wakes = 0
        self.is_drained = False
        self.on_wake: Callable[[], None] = lambda: None

    def start(self) -> None:
        pass

    def wake(self) -> None:
        self.wakes += 1
        self.on_wake()

    def drain(self, seconds: float) -> bool:
        self.is_drained = True
        return True

    def stats(self) -> Stats:
        totals = Totals(
            ended={"succeeded": 3},
            kills=2,
            overruns=1,
            seconds_by_bucket=(1, 2, *(0,) * 10),
            seconds=2.5,
            tickets=40,
            unassigned=10,
        )
        return Stats(children_idle=2, children_busy=1, jobs_running=1, totals=totals)


class World:
    """A service with its parts, and what a worker would do to its jobs."""

    def __init__(self, service: Service, worker: IdleWorker, store: SqliteStore, client: TestClient) -> None:
        self.service = service
        self.worker = worker
        self.store = store
        self.client = client

    def submit(self, problem: object = PROBLEM, **fields: Any) -> Document:
        """A job that is queued."""
        headers = fields.pop("headers", {})
        answer = self.client.post("/v1/plans", json={"problem": problem, **fields}, headers=headers)
        assert answer.status_code in (200, 202), answer.text
        return dict(answer.json())

    def run(self) -> str:
        """Claim the oldest job; its id."""
        claim = self.store.claim("w1", 60)
        assert claim is not None
        return claim.job.id

    def publish(self, job_id: str, cost: float, plan: Document | None = None) -> None:
        """News of a running job."""
        progress = {
            "phase": "search",
            "seconds": 0.5,
            "sla_penalty": 0.0,
            "cost_minutes": cost,
            "bound": None,
        }
        text = None if plan is None else json.dumps(plan)
        prices = None if plan is None else {"travel": {"cost_minutes": cost}}
        self.store.publish(job_id, "w1", 60, progress=progress, plan=text, prices=prices)

    def finish(self, job_id: str, state: JobState = JobState.SUCCEEDED, **fields: Any) -> None:
        """The end of a running job."""
        assert self.store.finish(job_id, "w1", state, **fields)


@contextmanager
def world(
    folder: Path, *, keys: dict[str, tuple[str, ...]] | None = None, **settings: Any
) -> Iterator[World]:
    """A running service in ``folder``; with ``keys`` (scopes by name) ``world.secrets`` has them."""
    store = SqliteStore(folder / "jobs.db", max_queued=settings.get("max_queued", 1000))
    keyring, secrets = None, {}
    if keys is not None:
        secrets = write_keys(folder / "keys.json", keys)
        keyring = Keyring(folder / "keys.json")
    worker = IdleWorker()
    service = Service(Settings(**settings), store, worker, keyring=keyring)  # type: ignore[arg-type]
    with TestClient(create_app(service), base_url=LOOPBACK) as client:
        made = World(service, worker, store, client)
        made.secrets = secrets  # type: ignore[attr-defined]
        yield made
    store.close()


def write_keys(path: Path, keys: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """Make keys by name and scopes; their secrets by name."""
    file, secrets = KeyFile(), {}
    for name, scopes in keys.items():
        secrets[name], key = new_key(name, name, scopes)
        file = file.with_key(key)
    file.write(path)
    return secrets


def bearer(secret: str) -> dict[str, str]:
    """The header with a key."""
    return {"Authorization": f"Bearer {secret}"}


def refused(answer: Any, status: int, code: str) -> Document:
    """Assert that the answer is a complete problem document with this status and code; the document."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document = dict(answer.json())
    assert {"type", "title", "status", "detail", "code"} <= set(document)
    assert (document["status"], document["code"]) == (status, code), document
    assert document["type"] == f"urn:dispatch-engine:problem:{code}"
    return document
