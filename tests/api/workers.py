"""A worker with fake children, and how tests talk to it and wait for it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from dispatch_engine.api.jobs import Document, Job
from dispatch_engine.api.sqlite_store import SqliteStore
from dispatch_engine.api.store import Store
from dispatch_engine.api.worker import Supervisor
from dispatch_engine.api.worker_settings import WorkerSettings

FAKE_CHILD = (sys.executable, str(Path(__file__).with_name("fake_child.py")))
PATIENCE = 60.0
"""Longer than anything takes on the slowest machine; only a failing test waits so long."""
FAST = WorkerSettings(
    children=2,
    live_children=0,
    memory_mb=256,
    nice=5,
    lease_seconds=5.0,
    poll_seconds=0.05,
    publish_seconds=0.05,
    cancel_seconds=0.3,
    child_command=FAKE_CHILD,
)


def until(condition: Callable[[], bool], what: str = "the condition") -> None:
    """Wait until it holds."""
    end = monotonic() + PATIENCE
    while not condition():
        assert monotonic() < end, f"{what} did not come true within {PATIENCE:g} seconds"
        sleep(0.01)


class Service:
    """A store and a worker on it."""

    def __init__(self, store: Store, settings: WorkerSettings = FAST) -> None:
        self.store = store
        self.supervisor = Supervisor(store, settings)

    def submit(self, kind: str, request: object = None, *, limit: float = 30.0) -> Job:
        """A job of one of the fake kinds."""
        body = request.encode() if isinstance(request, str) else json.dumps(request).encode()
        job, _ = self.store.submit("ann", kind, body, time_limit_seconds=limit, request_hash="h")
        self.supervisor.wake()
        return job

    def get(self, job: Job) -> Job:
        found = self.store.get("ann", job.id)
        assert found is not None
        return found

    def running(self, job: Job) -> Job:
        """The job, once it has a first plan."""
        until(lambda: self.get(job).plan is not None, f"the first plan of {job.kind}")
        return self.get(job)

    def ended(self, job: Job) -> Job:
        """The job, once it has ended."""
        until(lambda: self.get(job).state.is_final, f"the end of {job.kind}")
        return self.get(job)

    def names(self, job: Job, name: str = "state") -> list[Document]:
        """What its events of one name say."""
        return [event.data for event in self.store.events("ann", job.id, 0, 10_000) if event.name == name]


def plan_of(job: Job) -> Document:
    """The plan of a job, parsed."""
    assert job.plan is not None
    return dict(json.loads(job.plan))


@contextmanager
def service(folder: Path, settings: WorkerSettings = FAST) -> Iterator[Service]:
    """A service in ``folder``, drained at the end."""
    store = SqliteStore(folder / "jobs.db", busy_seconds=0.2)
    made = Service(store, settings)
    made.supervisor.start()
    try:
        yield made
    finally:
        made.supervisor.drain(0.0)
        store.close()
