"""Measures how long a small question waits for its answer while every other child solves a large day.

    python tests/api/live_start.py [--questions 100]

First, how long a child takes from its start until it is ready, with the kernels on disk. Then the whole way of a
question is timed: from before the submission to the final state in the store, with the real engine. What the
engine itself does for the two tickets of the question is part of it, and is timed apart.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from time import monotonic

from deadlines import day
from workers import Service, service, until

from dispatch_engine.api.rehearsal import DAY
from dispatch_engine.api.worker_settings import WorkerSettings

SETTINGS = WorkerSettings(children=2, live_children=1)
LONG_SECONDS = 600.0


def ask(made: Service) -> tuple[float, float]:
    """Milliseconds from submission to the stored answer, and of these from the claim on."""
    before = datetime.now(UTC)
    job = made.ended(made.submit("plan", {"problem": DAY, "options": {"iterations": 1}}))
    assert job.started_at is not None
    assert job.finished_at is not None
    return milliseconds(job.finished_at - before), milliseconds(job.finished_at - job.started_at)


def milliseconds(span: timedelta) -> float:
    return span / timedelta(milliseconds=1)


def main() -> None:
    """Ask the questions, print the percentiles."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--questions", type=int, default=100)
    questions = parser.parse_args().questions
    settings = replace(SETTINGS, live_kinds=frozenset({"plan"}))
    began = monotonic()
    with tempfile.TemporaryDirectory() as folder, service(Path(folder), settings) as made:
        until(lambda: made.supervisor.stats().children_idle == settings.processes)
        print(f"start of a child: {(monotonic() - began) / settings.processes:.2f} s")
        for seed in range(settings.children):
            made.submit("plan", {"problem": day(300, seed)}, limit=LONG_SECONDS)
        until(lambda: made.supervisor.stats().jobs_running == settings.children)
        times = [ask(made) for _ in range(questions)]
    for name, column in zip(
        ("submission to answer", "of which at work"), zip(*times, strict=True), strict=True
    ):
        centiles = quantiles(column, n=100, method="inclusive")
        print(f"{name}: p50 {centiles[49]:.0f} ms, p95 {centiles[94]:.0f} ms, p99 {centiles[98]:.0f} ms")


if __name__ == "__main__":
    main()
