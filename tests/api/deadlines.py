"""Puts days of many sizes to the service, with the real engine, and holds every answer against its time limit.

    python tests/api/deadlines.py [--most 5000]

Prints a line for each day, with the most memory that its process ever held (Linux). The answer may come
max(2 s, 10 %) after the limit, counted from when the job began to run, and must hold a plan, whatever had to be
done to get it in time.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from random import Random

from workers import FAST, Service, service, until

from dispatch_engine.api.jobs import Document, Job, JobState
from dispatch_engine.api.worker_settings import CHILD, WorkerSettings

LIMITS = (1.0, 2.0, 5.0, 10.0)
SIZES = (10, 30, 60, 100, 200, 500, 1000, 2000, 3000, 5000)
TICKETS_PER_TECHNICIAN = 10
ENGINE = WorkerSettings(
    children=1, live_children=0, publish_seconds=FAST.publish_seconds, child_command=CHILD
)


@dataclass(frozen=True)
class Answer:
    """How one day was answered."""

    tickets: int
    limit: float
    seconds: float
    job: Job
    peak_mb: int | None

    @property
    def is_in_time(self) -> bool:
        return self.seconds <= self.limit + max(2.0, 0.1 * self.limit)

    @property
    def stopped_by(self) -> str:
        return json.loads(self.job.plan)["solver"]["stopped_by"] if self.job.plan else "no plan"

    def __str__(self) -> str:
        verdict = "in time" if self.is_in_time else "LATE"
        return (
            f"{self.tickets:5} tickets, limit {self.limit:4g} s: {self.seconds:6.2f} s, {verdict}, "
            f"{self.job.state}, {self.stopped_by}, {self.peak_mb} MB"
        )


def day(tickets: int, seed: int) -> Document:
    """So many tickets of 30 minutes in a town of forty kilometres, ten for each technician."""
    random = Random(seed)

    def place() -> Document:
        return {"lat": 31.2 + random.uniform(-0.2, 0.2), "lon": 121.4 + random.uniform(-0.2, 0.2)}

    shift = {"start": "2026-11-23T08:00:00+08:00", "end": "2026-11-23T17:00:00+08:00"}
    return {
        "technicians": [
            {"id": f"T{n}", "start": place(), "shifts": [shift]}
            for n in range(tickets // TICKETS_PER_TECHNICIAN + 1)
        ],
        "tickets": [{"id": f"K{n}", "location": place(), "duration_minutes": 30} for n in range(tickets)],
    }


def answer(made: Service, tickets: int, limit: float, seed: int) -> Answer:
    """Solve one day and take the time."""
    request = {"problem": day(tickets, seed), "options": {"time_limit_seconds": limit}}
    job = made.submit("plan", request, limit=limit)
    until(lambda: made.get(job).state is not JobState.QUEUED)
    pids = [child.pid for child in made.supervisor._running]
    job = made.ended(job)
    assert job.started_at is not None
    assert job.finished_at is not None
    return Answer(tickets, limit, (job.finished_at - job.started_at).total_seconds(), job, peak_mb(pids))


def peak_mb(pids: list[int]) -> int | None:
    """The most memory that these processes held; None where they are gone, or the system does not tell."""
    status = [Path(f"/proc/{pid}/status") for pid in pids]
    texts = [path.read_text(encoding="ascii") for path in status if path.exists()]
    return max((int(text.split("VmHWM:")[1].split()[0]) // 1000 for text in texts), default=None)


def main() -> None:
    """All sizes with all limits."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--most", type=int, default=SIZES[-1], help="leave larger days out")
    most = parser.parse_args().most
    faults = 0
    with tempfile.TemporaryDirectory() as folder, service(Path(folder), ENGINE) as made:
        for size in (size for size in SIZES if size <= most):
            for limit in LIMITS:
                found = answer(made, size, limit, seed=size)
                print(found, flush=True)
                faults += not found.is_in_time or found.job.plan is None
    print(f"{faults} faults")
    sys.exit(faults > 0)


if __name__ == "__main__":
    main()
