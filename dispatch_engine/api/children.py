"""The pool of children: always so many, ready before they are needed, replaced when used up or killed."""

from __future__ import annotations

import logging
import threading
from collections import deque
from dataclasses import dataclass

from dispatch_engine.api.child_process import ChildProcess
from dispatch_engine.api.worker_settings import WorkerSettings

log = logging.getLogger(__name__)
LOOK_SECONDS = 1.0
"""How often idle children are looked after."""
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
"""Between starts while children do not come up."""


@dataclass(frozen=True)
class PoolCounts:
    """How many children are ready, how many at work."""

    idle: int
    busy: int


class Children:
    """So many children as the settings say, started one after the other by a thread of their own.

    One after the other, because the first one on a machine compiles the kernels and the next ones find them
    on disk; and because several starting at once would take the processor from the jobs that run.
    """

    def __init__(self, settings: WorkerSettings) -> None:
        self._settings = settings
        self._changed = threading.Condition()
        self._idle: deque[ChildProcess] = deque()
        self._busy: set[ChildProcess] = set()
        self._starting: ChildProcess | None = None
        self._is_closed = False
        self._thread = threading.Thread(target=self._keep_up, name="children", daemon=True)

    def start(self) -> None:
        """Begin to start children."""
        self._thread.start()

    def counts(self) -> PoolCounts:
        """How many there are now."""
        with self._changed:
            return PoolCounts(idle=len(self._idle), busy=len(self._busy))

    def take(self, timeout: float) -> ChildProcess | None:
        """A child that is ready, for the caller alone; None where none is within ``timeout`` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or self._has_idle(), timeout)
            if self._is_closed or not self._idle:
                return None
            child = self._idle.popleft()
            self._busy.add(child)
            return child

    def give_back(self, child: ChildProcess, *, is_fit: bool = True) -> None:
        """Return a child; one that is not fit, or has done enough, is ended and replaced."""
        keep = is_fit and child.is_alive and child.jobs < self._settings.jobs_per_child
        if not keep:
            child.kill()
        with self._changed:
            self._busy.discard(child)
            if keep and not self._is_closed:
                # The one used last is the one whose memory is still in the processor's caches.
                self._idle.appendleft(child)
            elif keep:
                child.kill()
            self._changed.notify_all()

    def close(self) -> None:
        """End all children, also those at work."""
        with self._changed:
            self._is_closed = True
            doomed = [*self._idle, *self._busy, *([self._starting] if self._starting else [])]
            self._idle.clear()
            self._changed.notify_all()
        for child in doomed:
            child.kill()
        if self._thread.is_alive():
            self._thread.join()

    def _has_idle(self) -> bool:
        self._bury()
        return bool(self._idle)

    def _bury(self) -> None:
        """Forget idle children that somebody else killed."""
        dead = [child for child in self._idle if not child.is_alive]
        for child in dead:
            log.warning("an idle child died by %s", child.ended_by(), extra={"child": child.pid})
            self._idle.remove(child)
        if dead:
            self._changed.notify_all()

    def _keep_up(self) -> None:
        """Start children whenever there are too few, until the pool is closed."""
        pause = FIRST_PAUSE_SECONDS
        while self._wait_for_a_gap():
            if self._start_one():
                pause = FIRST_PAUSE_SECONDS
                continue
            with self._changed:
                self._changed.wait_for(lambda: self._is_closed, pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _wait_for_a_gap(self) -> bool:
        """Wait until a child is missing; False once the pool is closed."""
        with self._changed:
            while not self._is_closed:
                self._bury()
                if len(self._idle) + len(self._busy) < self._settings.processes:
                    return True
                self._changed.wait(LOOK_SECONDS)
            return False

    def _start_one(self) -> bool:
        """Start a child and wait until it is ready; whether it came up."""
        try:
            child = ChildProcess(self._settings)
        except (OSError, RuntimeError) as error:  # no process, or no thread to listen to it
            log.error("no child could be started: %s", error)
            return False
        with self._changed:
            self._starting = child
        is_ready = not self._is_closed and child.is_ready_within(self._settings.start_seconds)
        with self._changed:
            self._starting = None
            if is_ready and not self._is_closed:
                self._idle.append(child)
                self._changed.notify_all()
                return True
        child.kill()
        if not self._is_closed:
            log.error("a child did not come up (%s): %s", child.ended_by(), child.last_words)
        return False
