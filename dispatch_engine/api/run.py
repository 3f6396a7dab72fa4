"""One claimed job from its start in a child to its final state in the store."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from time import monotonic

from dispatch_engine.api.child_process import ChildProcess
from dispatch_engine.api.counters import Counters
from dispatch_engine.api.job_errors import NO_PLAN_IN_TIME, OUT_OF_MEMORY
from dispatch_engine.api.jobs import Claim, Document, JobState
from dispatch_engine.api.store import Lease, Store, StoreUnavailable
from dispatch_engine.api.worker_settings import WorkerSettings, grace_seconds
from dispatch_engine.model.plan import Plan

log = logging.getLogger(__name__)
WAKE: Document = {"wake": True}
"""Put into the inbox of a child at work, it makes the run look at the store at once."""
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 2.0
"""Between tries to store the end of a job while the store is unavailable."""


class Ending(StrEnum):
    """Why the work on a job is over."""

    DONE = "done"
    """The child gave its result or its error."""
    DIED = "died"
    """The child is gone and nobody here ended it."""
    OVERRUN = "overrun"
    """The watchdog ended it."""
    CANCELLED = "cancelled"
    """It was cancelled and did not end by itself."""
    LOST = "lost"
    """The job was deleted, or belongs to another worker now."""
    ABANDONED = "abandoned"
    """This worker has to leave."""


@dataclass
class _News:
    """What the child told and the store does not know yet."""

    progress: Document | None = None
    plan: str | None = None
    prices: Document | None = None
    log: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return self.progress is None and self.plan is None and not self.log


class Run:
    """The parent's side of one job.

    Parameters
    ----------
    claim, worker_id : the job, and by whom it was claimed, which was just now.
    child : ready, and for this run alone.
    is_abandoned : set when the worker has to leave; running jobs are then returned to the queue.
    """

    def __init__(
        self,
        store: Store,
        settings: WorkerSettings,
        counters: Counters,
        claim: Claim,
        worker_id: str,
        child: ChildProcess,
        is_abandoned: threading.Event,
    ) -> None:
        self._store = store
        self._settings = settings
        self._counters = counters
        self._claim = claim
        self._worker_id = worker_id
        self._child = child
        self._is_abandoned = is_abandoned
        self._began = monotonic()
        limit = claim.job.time_limit_seconds
        self._deadline = self._began + limit + grace_seconds(limit)
        self._cancel_deadline: float | None = None
        self._next_publish = self._began
        self._news = _News()
        self._best: tuple[str, Document | None] | None = None
        self._outcome: Document = {}

    def until_end(self) -> bool:
        """Work the job to its end; whether the child is fit for another one."""
        self._child.begin(
            self._claim.job.kind,
            self._claim.request,
            time_limit_seconds=self._claim.job.time_limit_seconds,
            spent_seconds=monotonic() - self._began,
        )
        ending = None
        while ending is None:
            ending = self._step()
        is_fit = ending is Ending.DONE and bool(self._outcome["is_fit"])
        if not is_fit:
            self._child.kill()
        self._store_end(ending)
        return is_fit

    # --- while it runs -----------------------------------------------------------------------------------

    def _step(self) -> Ending | None:
        """Hear one message, or wait for the next thing to do."""
        try:
            message = self._child.inbox.get(timeout=max(0.0, self._next_moment() - monotonic()))
        except queue.Empty:
            return self._look()
        if message is None:
            return Ending.DIED
        if message is WAKE:
            self._next_publish = 0.0
        elif "done" in message:
            self._outcome = message
            return Ending.DONE
        else:
            self._hear(message)
        return self._look()

    def _next_moment(self) -> float:
        return min(self._next_publish, self._deadline, self._cancel_deadline or self._deadline)

    def _hear(self, message: Document) -> None:
        """Keep what the child tells until it is stored."""
        if "progress" in message:
            self._news.progress = message["progress"]
        elif "plan" in message:
            self._best = (message["plan"], message["prices"])
            self._news.plan, self._news.prices = self._best
        elif "log" in message:
            self._news.log.append(message["log"])

    def _look(self) -> Ending | None:
        """Do what the time asks for: kill, leave, or report to the store."""
        now = monotonic()
        if now >= self._deadline:
            return Ending.OVERRUN
        if self._cancel_deadline is not None and now >= self._cancel_deadline:
            return Ending.CANCELLED
        if self._is_abandoned.is_set():
            return Ending.ABANDONED
        return self._publish(now) if now >= self._next_publish else None

    def _publish(self, now: float) -> Ending | None:
        """Store the news, keep the lease, and hear whether to go on."""
        self._next_publish = now + self._settings.publish_seconds
        try:
            lease = self._report()
        except StoreUnavailable as error:
            log.warning("the job store did not take a report: %s", error, extra=self._tags)
            return None  # the news are kept; the lease lives on unless somebody else takes the job
        self._news = _News()
        if lease is Lease.LOST:
            return Ending.LOST
        if lease is Lease.CANCEL and self._cancel_deadline is None:
            self._child.cancel()
            self._cancel_deadline = now + self._settings.cancel_seconds
        return None

    def _report(self) -> Lease:
        job_id, lease_seconds, news = self._claim.job.id, self._settings.lease_seconds, self._news
        if news.is_empty:
            return self._store.heartbeat(job_id, self._worker_id, lease_seconds)
        return self._store.publish(
            job_id,
            self._worker_id,
            lease_seconds,
            progress=news.progress,
            plan=news.plan,
            prices=news.prices,
            log=news.log,
        )

    # --- at its end --------------------------------------------------------------------------------------

    def _store_end(self, ending: Ending) -> None:
        """Write down how the job ended, however long the store takes to be there again."""
        seconds = monotonic() - self._began
        self._count(ending)
        figures = {"seconds": round(seconds, 3), "peak_mb": self._outcome.get("peak_mb")}
        log.info("work on a job is over: %s", ending, extra={**self._tags, **figures})
        if ending is Ending.LOST:
            return
        if ending is Ending.ABANDONED or (ending is Ending.DIED and not self._is_out_of_memory()):
            if ending is Ending.DIED:
                text = "a child died by %s while it worked on a job: %s"
                log.error(text, self._child.ended_by(), self._child.last_words, extra=self._tags)
            self._persist(lambda: self._give_back(is_blamed=ending is Ending.DIED))
            return
        state, plan, prices, error = self._final(ending)

        def finish() -> bool:
            return self._flush() and self._store.finish(
                self._claim.job.id, self._worker_id, state, plan=plan, prices=prices, error=error
            )

        if self._persist(finish):
            self._counters.count_end(state.value, seconds)

    def _give_back(self, *, is_blamed: bool) -> bool:
        """Return the job to the queue, with the best plan so far."""
        return self._flush() and self._store.give_back(
            self._claim.job.id, self._worker_id, is_blamed=is_blamed
        )

    def _flush(self) -> bool:
        """Store what the child told last; whether the job is still ours."""
        if not self._news.is_empty and self._report() is Lease.LOST:
            return False
        self._news = _News()
        return True

    def _final(self, ending: Ending) -> tuple[JobState, str | None, Document | None, Document | None]:
        """State, plan, prices and error of a job that is over."""
        plan, prices = self._best or (None, None)
        if ending is Ending.DIED:
            return JobState.FAILED, plan, prices, OUT_OF_MEMORY
        if ending is Ending.OVERRUN and plan is None and self._cancel_deadline is None:
            return JobState.FAILED, None, None, NO_PLAN_IN_TIME
        if "error" in self._outcome:
            return JobState.FAILED, plan, prices, self._outcome["error"]
        if ending is Ending.DONE:
            result = self._outcome["result"]
            plan, prices = result["plan"], result["prices"]
        else:
            stopped_by = "watchdog" if ending is Ending.OVERRUN else "interrupted"
            plan = None if plan is None else _stopped(plan, stopped_by)
        is_cancelled = self._cancel_deadline is not None
        return JobState.CANCELLED if is_cancelled else JobState.SUCCEEDED, plan, prices, None

    def _is_out_of_memory(self) -> bool:
        """Whether a library of the child ended it because the system refused memory."""
        return any(word in self._child.last_words for word in ("bad_alloc", "MemoryError"))

    def _persist(self, write: Callable[[], bool]) -> bool:
        """Do ``write``, again and again while the store is unavailable, until the worker has to leave."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                return write()
            except StoreUnavailable as error:
                log.warning("the end of a job cannot be stored yet: %s", error, extra=self._tags)
                if self._is_abandoned.wait(pause):
                    return False  # the lease will expire, and the work be done again
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _count(self, ending: Ending) -> None:
        if ending is Ending.OVERRUN:
            self._counters.count(kills=1, overruns=1)
        elif ending is Ending.CANCELLED:
            self._counters.count(kills=1)
        elif ending is Ending.DIED:
            self._counters.count(deaths=1)
        elif "result" in self._outcome:
            result = self._outcome["result"]
            self._counters.count(tickets=result["tickets"], unassigned=result["unassigned"])

    @property
    def _tags(self) -> Document:
        """What log lines about the job carry."""
        job = self._claim.job
        return {"job_id": job.id, "attempt": job.attempt, "child": self._child.pid}


def _stopped(plan: str, stopped_by: str) -> str:
    """The plan with a note of what ended the search for it."""
    best = Plan.from_json(plan)
    if best.solver is None:
        return plan
    return best.replace(solver=best.solver.model_copy(update={"stopped_by": stopped_by})).to_json()
