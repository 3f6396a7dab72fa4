"""What an operator may choose about the work on jobs: how many at a time, how much memory, how long kept."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import timedelta

CHILD = (sys.executable, "-m", "dispatch_engine.api.child")
GRACE_SECONDS = 1.5
GRACE_SHARE = 0.08


@dataclass(frozen=True)
class WorkerSettings:
    """How jobs are worked on.

    Attributes
    ----------
    children : jobs worked on at the same time, each in a process of its own.
    live_children : further processes that take only jobs of ``live_kinds``, so that a question from the phone
        never waits for a long plan.
    live_kinds : kinds of job that are answered at once.
    memory_mb : what one job may use beyond what its process uses when it begins.
    nice : added to the niceness of the processes.
    jobs_per_child : after so many jobs a process is replaced.
    lease_seconds : a job whose worker has not been heard of for so long is given to another.
    poll_seconds : how often idle workers look for jobs that another process submitted.
    publish_seconds : how often progress is stored, the lease extended and a cancel noticed.
    cancel_seconds : a cancelled job that has not ended by itself after so long is killed.
    start_seconds : a process that is not ready after so long is replaced; compiling the kernels is part of it.
    retention : ended jobs are removed after that time.
    child_command : how a child is started; its limits are added as options.
    """

    children: int = 2
    live_children: int = 1
    live_kinds: frozenset[str] = frozenset({"replan"})
    memory_mb: int = 2048
    nice: int = 10
    jobs_per_child: int = 50
    lease_seconds: float = 10.0
    poll_seconds: float = 0.5
    publish_seconds: float = 0.5
    cancel_seconds: float = 1.0
    start_seconds: float = 600.0
    retention: timedelta = timedelta(days=7)
    child_command: tuple[str, ...] = field(default=CHILD)

    @property
    def processes(self) -> int:
        """Children in all."""
        return self.children + self.live_children


def grace_seconds(time_limit_seconds: float) -> float:
    """How long past its limit a job may go on before it is killed."""
    return max(GRACE_SECONDS, GRACE_SHARE * time_limit_seconds)
