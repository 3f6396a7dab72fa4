"""kill -9 of submitters, workers and children: nothing accepted is lost, and every job has one result."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from chaos import run_rounds
from workers import PATIENCE, Service, plan_of, until

from dispatch_engine.api.jobs import JobState
from dispatch_engine.api.sqlite_store import SqliteStore

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for children in /proc")


def test_ten_kills_lose_nothing(tmp_path: Path):
    """Ten rounds at random moments; `make chaos` runs three hundred, and some with the real engine."""
    # Other tests run beside this one: how soon work begins again is measured by `make chaos`.
    report = run_rounds(tmp_path, rounds=10, seed=7, slack=PATIENCE)
    assert report.faults == []
    assert sum(report.kills.values()) == 10
    assert report.jobs > 10
    assert report.interrupted > 0
    connection = sqlite3.connect(tmp_path / "jobs.db")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_children_die_with_their_worker(tmp_path: Path):
    """kill -9 of the worker: the kernel ends its children, however busy, and no work goes on unseen."""
    script = Path(__file__).with_name("chaos.py")
    worker = subprocess.Popen([sys.executable, script, "--role", "work", "--folder", tmp_path])
    store = SqliteStore(tmp_path / "jobs.db")
    try:
        job, _ = store.submit("ann", "stubborn", b"", time_limit_seconds=PATIENCE, request_hash="h")
        made = Service(store)
        made.running(job)
        tasks = Path(f"/proc/{worker.pid}/task").glob("*/children")
        children = [int(pid) for task in tasks for pid in task.read_text(encoding="ascii").split()]
        assert children
    finally:
        worker.kill()
        worker.wait()
    until(lambda: not any(is_running(pid) for pid in children), "the death of the children")
    store.close()


def is_running(pid: int) -> bool:
    """Whether there is such a process, zombies aside."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return False


def test_a_worker_process_drains_on_sigterm(tmp_path: Path):
    """With the real engine: it does the job that waits, and ends in good order when told to."""
    from dispatch_engine.api.rehearsal import DAY

    store = SqliteStore(tmp_path / "jobs.db")
    made = Service(store)
    job = made.submit("plan", {"problem": DAY, "options": {"iterations": 20}})
    command = [sys.executable, "-m", "dispatch_engine.api.worker", "--children", "1"]
    worker = subprocess.Popen(
        [*command, "--store", f"sqlite:///{tmp_path}/jobs.db"], stderr=subprocess.PIPE, text=True
    )
    try:
        ended = made.ended(job)
        os.kill(worker.pid, signal.SIGTERM)
        _, errors = worker.communicate(timeout=PATIENCE)
    finally:
        worker.kill()
    assert ended.state is JobState.SUCCEEDED
    assert plan_of(ended)["status"] == "optimal"
    assert worker.returncode == 0, errors
    store.close()


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--store", "jobs.db"], 2, "names no store; write sqlite:///"),
        (["--store", "sqlite:////missing/jobs.db"], 3, "No such file or directory"),
        (["--children", "0"], 2, "'0' is no number of at least 1"),
    ],
)
def test_a_worker_process_says_why_it_does_not_begin(options: list[str], code: int, message: str):
    """In one line, without a traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "dispatch_engine.api.worker", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
