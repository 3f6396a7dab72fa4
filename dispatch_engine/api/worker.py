"""The worker: claims jobs, has children do them, and keeps the store tidy; inside the server, or as a process."""

from __future__ import annotations

import argparse
import logging
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

from dispatch_engine.api.child_process import ChildProcess
from dispatch_engine.api.children import Children
from dispatch_engine.api.counters import Counters, Totals
from dispatch_engine.api.jobs import Claim
from dispatch_engine.api.run import WAKE, Run
from dispatch_engine.api.store import Store, StoreUnavailable
from dispatch_engine.api.store_url import open_store
from dispatch_engine.api.worker_settings import WorkerSettings
from dispatch_engine.errors import DispatchEngineError, InputError

log = logging.getLogger(__name__)
CHILD_SECONDS = 0.5
"""How long an idle worker waits for a child before it looks whether it has to leave."""
STORE_SECONDS = 1.0
"""Between tries while the store is unavailable."""
PURGE_SECONDS = 600.0
"""Between two looks for jobs past their retention."""
LEAVE_SECONDS = 5.0
"""What returning the running jobs to the queue may take at the end of a drain."""


@dataclass(frozen=True)
class Stats:
    """The worker as an operator sees it: its children now, and what it has done."""

    children_idle: int
    children_busy: int
    jobs_running: int
    totals: Totals


class Supervisor:
    """Works on the jobs of ``store`` until it is drained.

    Each of its threads takes a child, claims a job, and sees it through (:class:`Run`). No solving happens in
    this process, so it may be the server's. A job is claimed only when a child is ready for it; until then it
    stays queued, and its time limit does not run.
    """

    def __init__(self, store: Store, settings: WorkerSettings | None = None) -> None:
        self._store = store
        self._settings = settings or WorkerSettings()
        self._counters = Counters()
        self._children = Children(self._settings)
        self._running: set[ChildProcess] = set()
        self._woken = threading.Condition()
        self._wakes = 0
        self._is_draining = threading.Event()
        self._is_abandoned = threading.Event()
        self._name = f"{socket.gethostname()}-{os.getpid()}"
        lanes: list[Collection[str] | None] = [None] * self._settings.children
        lanes += [self._settings.live_kinds] * self._settings.live_children
        self._threads = [
            threading.Thread(target=self._work, args=(kinds,), name=f"worker-{number}", daemon=True)
            for number, kinds in enumerate(lanes)
        ]
        self._housekeeper = threading.Thread(target=self._keep_house, name="housekeeper", daemon=True)

    def start(self) -> None:
        """Begin to work; returns at once."""
        self._children.start()
        for thread in (*self._threads, self._housekeeper):
            thread.start()

    def wake(self) -> None:
        """Look at the store now: a job was submitted, or a running one cancelled or deleted."""
        with self._woken:
            self._wakes += 1
            for child in self._running:
                child.inbox.put(WAKE)
            self._woken.notify_all()

    @property
    def warm(self) -> bool:
        """Whether a child is ready or at work, so that kernels are compiled and jobs get done."""
        counts = self._children.counts()
        return counts.idle + counts.busy > 0

    def stats(self) -> Stats:
        """What the children do, and what was done."""
        with self._woken:
            running = len(self._running)
        counts = self._children.counts()
        # A thread that looks for a job holds a child for a moment; such a one is not busy.
        idle = max(0, counts.idle + counts.busy - running)
        return Stats(idle, running, running, self._counters.totals())

    def drain(self, seconds: float) -> bool:
        """Take no more jobs, give the running ones ``seconds`` to end, and return the rest to the queue.

        Returns whether all of them ended. The worker is over afterwards.
        """
        self._is_draining.set()
        self.wake()
        until = monotonic() + seconds
        is_done = _joined(self._threads, until)
        self._is_abandoned.set()
        self.wake()
        _joined(self._threads, monotonic() + LEAVE_SECONDS)
        self._children.close()
        return is_done

    # --- one thread --------------------------------------------------------------------------------------

    def _work(self, kinds: Collection[str] | None) -> None:
        """Do job after job of ``kinds`` (None: any) until the worker is drained."""
        while not self._is_draining.is_set():
            seen = self._wakes
            child = self._children.take(CHILD_SECONDS)
            if child is None:
                continue
            worker_id = f"{self._name}-{secrets.token_hex(8)}"
            claim = self._claim(worker_id, kinds)
            if claim is None:
                self._children.give_back(child)
                self._wait(seen)
            else:
                self._see_through(claim, worker_id, child)

    def _claim(self, worker_id: str, kinds: Collection[str] | None) -> Claim | None:
        try:
            return self._store.claim(worker_id, self._settings.lease_seconds, kinds)
        except StoreUnavailable as error:
            log.warning("no job can be claimed: %s", error)
            self._is_draining.wait(STORE_SECONDS)
            return None

    def _wait(self, seen: int) -> None:
        """Until somebody wakes the worker after ``seen`` wakes, or it is time to look again."""
        with self._woken:
            self._woken.wait_for(lambda: self._wakes != seen, self._settings.poll_seconds)

    def _see_through(self, claim: Claim, worker_id: str, child: ChildProcess) -> None:
        """Run the job; whatever happens, the child is returned and this thread lives on."""
        with self._woken:
            self._running.add(child)
        is_fit = False
        try:
            run = Run(
                self._store, self._settings, self._counters, claim, worker_id, child, self._is_abandoned
            )
            is_fit = run.until_end()
        except Exception:
            # The lease expires, and the job is begun again; its attempts are counted.
            log.exception("work on a job broke off", extra={"job_id": claim.job.id})
        finally:
            with self._woken:
                self._running.discard(child)
            self._children.give_back(child, is_fit=is_fit)

    # --- the store ---------------------------------------------------------------------------------------

    def _keep_house(self) -> None:
        """End lost jobs and remove old ones, now and then."""
        next_purge = monotonic()
        while not self._is_draining.wait(self._settings.lease_seconds / 2):
            self._try(self._store.reap)
            if monotonic() >= next_purge:
                next_purge = monotonic() + PURGE_SECONDS
                self._try(lambda: self._store.purge(datetime.now(UTC) - self._settings.retention))

    def _try(self, chore: Callable[[], int]) -> None:
        try:
            chore()
        except StoreUnavailable as error:
            log.warning("the job store was not tidied: %s", error)


def _joined(threads: list[threading.Thread], until: float) -> bool:
    """Wait for the threads; whether all ended in time."""
    for thread in threads:
        thread.join(max(0.0, until - monotonic()))
    return not any(thread.is_alive() for thread in threads)


def main() -> None:
    """Work on the jobs of a store until SIGTERM or Ctrl-C, then drain."""
    given = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        store = open_store(given.store)
    except DispatchEngineError as error:
        print(error, file=sys.stderr)
        sys.exit(2 if isinstance(error, InputError) else 3)
    supervisor = Supervisor(store, WorkerSettings(children=given.children, memory_mb=given.memory_mb))
    supervisor.start()
    stop.wait()
    supervisor.drain(given.drain_seconds)
    store.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m dispatch_engine.api.worker",
        description="Works on the jobs that servers on this machine put into a store.",
    )
    parser.add_argument("--store", default="sqlite:///dispatch-engine.db", help="as in `serve`")
    parser.add_argument("--children", type=_positive, default=WorkerSettings.children, help="jobs at a time")
    parser.add_argument("--memory-mb", type=_positive, default=WorkerSettings.memory_mb, help="of one job")
    parser.add_argument("--drain-seconds", type=float, default=25.0, help="for running jobs, at the end")
    return parser.parse_args()


def _positive(text: str) -> int:
    """A number of at least 1; argparse says what was expected."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of at least 1")
    return int(text)


if __name__ == "__main__":
    main()
