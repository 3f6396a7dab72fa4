"""Kills submitters, workers and children with SIGKILL at random moments, and counts what became of every job.

    python tests/api/chaos.py --rounds 300 --seed 1 [--engine]

One round: a submitter puts jobs into the store until it is killed; a worker does them; at a random moment one of
submitter, worker and child is killed; a killed worker is started again at once. Then all jobs are awaited. Held
against the promises: each id that the submitter was told is in the store, each job has one final state and one
result, and each job that a kill interrupted is at work again within the lease and 3 seconds.

``--engine`` does the work with the real engine; otherwise fake children do, which start faster.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic, sleep, time
from typing import NoReturn

from workers import FAST, PATIENCE

from dispatch_engine.api.jobs import Document, Job, JobState
from dispatch_engine.api.sqlite_store import SqliteStore
from dispatch_engine.api.worker import Supervisor
from dispatch_engine.api.worker_settings import CHILD

LEASE_SECONDS = 1.0
SLACK_SECONDS = 3.0
LIMIT_SECONDS = 0.4
VICTIMS = ("submitter", "worker", "child")


@dataclass
class Report:
    """What a run of the chaos has seen."""

    kills: Counter[str] = field(default_factory=Counter)
    jobs: int = 0
    interrupted: int = 0
    latest_restart: float = 0.0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        kills = ", ".join(f"{name} {count}" for name, count in sorted(self.kills.items()))
        return (
            f"kills: {kills}; jobs: {self.jobs}, of which interrupted: {self.interrupted}; slowest restart "
            f"{self.latest_restart:.2f} s after the kill, with leases of {LEASE_SECONDS:g} s; faults: "
            f"{'; '.join(self.faults) or 'none'}"
        )


class Chaos:
    """A store, the processes around it, and what they promised."""

    def __init__(self, folder: Path, seed: int, slack: float, *, engine: bool = False) -> None:
        self.report = Report()
        self._latest = LEASE_SECONDS + slack
        self._folder = folder
        self._engine = engine
        self._random = random.Random(seed)
        self._store = SqliteStore(folder / "jobs.db")
        self._accepted: list[str] = []
        self._worker = self._start("work")

    def close(self) -> None:
        """Kill the worker and let go of the store."""
        self._kill(self._worker)
        self._store.close()

    def round(self) -> None:
        """One kill, and all jobs to their end."""
        submitter = self._start("submit")
        assert submitter.stdout is not None
        first = submitter.stdout.readline().strip()
        assert first, "the submitter did not come up"
        self._accepted.append(first)
        victim = self._random.choice(VICTIMS)
        sleep(self._random.uniform(0.1, 1.2))
        known = [self._job(job_id) for job_id in self._ids()]
        killed_at = time()
        if victim == "worker":
            self._kill(self._worker)
            self._worker = self._start("work")
        elif victim == "child":
            victim = self._kill_a_child()
        self._kill(submitter)  # a last line that broke off was not heard, so it promises nothing
        self.report.kills[victim] += 1
        self._accepted += [line.strip() for line in submitter.stdout if line.endswith("\n")]
        self._await()
        self._judge(known, killed_at)

    def _start(self, role: str) -> subprocess.Popen[str]:
        command = [sys.executable, __file__, "--role", role, "--folder", str(self._folder)]
        return subprocess.Popen(
            [*command, *(["--engine"] if self._engine else [])], stdout=subprocess.PIPE, text=True
        )

    @staticmethod
    def _kill(process: subprocess.Popen[str]) -> None:
        process.kill()
        process.wait()

    def _kill_a_child(self) -> str:
        """One child of the worker, busy or not; there may be none."""
        tasks = Path(f"/proc/{self._worker.pid}/task").glob("*/children")
        children = [int(pid) for task in tasks for pid in task.read_text(encoding="ascii").split()]
        if not children:
            return "nobody"
        os.kill(self._random.choice(children), signal.SIGKILL)
        return "child"

    def _ids(self) -> list[str]:
        """All jobs in the store."""
        with self._store._file.read() as connection:
            return [row["id"] for row in connection.execute("SELECT id FROM jobs")]

    def _job(self, job_id: str) -> Job:
        job = self._store.get("chaos", job_id)
        assert job is not None, f"{job_id} is lost"
        return job

    def _await(self) -> None:
        """Wait until every job has ended, those included that nobody was told of."""
        end = monotonic() + PATIENCE
        while any(not self._job(job_id).state.is_final for job_id in {*self._accepted, *self._ids()}):
            assert monotonic() < end, f"jobs did not end: {self.report}"
            sleep(0.05)

    def _judge(self, known: list[Job], killed_at: float) -> None:
        """Hold the jobs of this round against the promises."""
        self.report.jobs += len(self._accepted)
        for job_id in self._accepted:
            self._judge_end(self._job(job_id))
        self._accepted.clear()
        for job in known:
            if job.state is JobState.RUNNING:
                self._judge_restart(job.id, killed_at)

    def _judge_end(self, job: Job) -> None:
        events = [
            event.data["state"]
            for event in self._store.events("chaos", job.id, 0, 1000)
            if event.name == "state"
        ]
        final = [state for state in events if JobState(state).is_final]
        if final != ["succeeded"] or job.state is not JobState.SUCCEEDED or job.plan is None:
            self.report.faults.append(f"{job.id} ended as {final} with {job.error}")

    def _judge_restart(self, job_id: str, killed_at: float) -> None:
        """A job that ran when the kill came: either it went on, or it began again in time."""
        begins = [
            event.at.timestamp() - killed_at
            for event in self._store.events("chaos", job_id, 0, 1000)
            if event.data.get("state") == "running" and event.at.timestamp() > killed_at
        ]
        if not begins:
            return
        self.report.interrupted += 1
        self.report.latest_restart = max(self.report.latest_restart, begins[0])
        if begins[0] > self._latest:
            self.report.faults.append(f"{job_id} was begun again only after {begins[0]:.2f} s")


def submit_for_ever(store: SqliteStore, *, engine: bool) -> NoReturn:
    """Put jobs into the store, and print the id of each that was accepted."""
    request = _small_day() if engine else {"seconds": LIMIT_SECONDS}
    while True:
        job, _ = store.submit(
            "chaos",
            "plan" if engine else "steady",
            json.dumps(request).encode(),
            time_limit_seconds=LIMIT_SECONDS,
            request_hash="h",
        )
        print(job.id, flush=True)
        sleep(0.3)


def _small_day() -> Document:
    from dispatch_engine.api.rehearsal import DAY  # loads the engine, which fake children do without

    return {"problem": DAY, "options": {"time_limit_seconds": LIMIT_SECONDS}}


def work_for_ever(store: SqliteStore, *, engine: bool) -> NoReturn:
    """A worker with short leases."""
    settings = replace(FAST, lease_seconds=LEASE_SECONDS, memory_mb=1024)
    Supervisor(store, replace(settings, child_command=CHILD) if engine else settings).start()
    while True:
        sleep(60)


def run_rounds(
    folder: Path, rounds: int, seed: int, *, slack: float = SLACK_SECONDS, engine: bool = False
) -> Report:
    """So many rounds on a new store in ``folder``; work begins again within the lease and ``slack`` seconds."""
    chaos = Chaos(folder, seed, slack, engine=engine)
    try:
        for _ in range(rounds):
            chaos.round()
    finally:
        chaos.close()
    return chaos.report


def main() -> None:
    """Run from the command line: the chaos itself, or one of its processes."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", action="store_true", help="with the real engine")
    parser.add_argument("--role", choices=["work", "submit"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.role is not None:
        role = {"work": work_for_ever, "submit": submit_for_ever}[given.role]
        role(SqliteStore(given.folder / "jobs.db"), engine=given.engine)
    with tempfile.TemporaryDirectory() as folder:
        report = run_rounds(Path(folder), given.rounds, given.seed, engine=given.engine)
    print(report)
    sys.exit(bool(report.faults))


if __name__ == "__main__":
    main()
