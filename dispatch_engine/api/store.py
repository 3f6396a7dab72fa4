"""Where jobs are kept, as the rest of the service sees it: one interface, any database behind it.

StoreError
├── StoreUnavailable   the database cannot be read or written now (locked, read-only, full); try again later
├── QueueFull          as many jobs wait as may wait
├── KeyReused          an idempotency key came back with another request
└── KeyInFlight        the first request with this key is still being stored
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from dispatch_engine.api.jobs import Claim, Delivery, DeliveryTry, Document, Job, JobEvent, JobState
from dispatch_engine.errors import DispatchEngineError

MAX_ATTEMPTS = 3
"""Work on a job is begun at most so often; one that was lost each time fails with ``worker_lost``."""
KEY_HOURS = 24
"""An idempotency key is remembered for so long."""
MAX_QUEUED = 1000
"""Jobs that may wait, unless the operator says otherwise."""
WORKER_LOST: Document = {
    "title": "The work was lost",
    "status": 500,
    "code": "worker_lost",
    "detail": f"The process that worked on this job died {MAX_ATTEMPTS} times. The best plan it had found, if "
    "any, is kept. Submit the job again; if that ends the same way, the request makes the engine fail: "
    "please report it.",
}
"""The error of a job whose every attempt died."""


class StoreError(DispatchEngineError):
    """The store did not do as asked."""


class StoreUnavailable(StoreError):
    """The database cannot be read or written now; nothing was changed, and it may work again later."""


class QueueFull(StoreError):
    """As many jobs wait as may wait; the message says how many."""


class KeyReused(StoreError):
    """An idempotency key was used before, with another request."""


class KeyInFlight(StoreError):
    """The first request with this key is still being stored.

    Raised only by stores that cannot make the second request wait for the first.
    """


class Lease(StrEnum):
    """What a worker hears when it reports on its job."""

    HELD = "held"
    CANCEL = "cancel"
    """Still held, but somebody asked for the end."""
    LOST = "lost"
    """The job was deleted, or another worker has it: drop the work."""


class Store(Protocol):
    """Jobs, their requests, plans and events, and the webhook calls they owe.

    All methods may be called from any thread; each is one transaction, and is on disk when it returns. Every
    method raises :class:`StoreUnavailable` where the database fails, and works again once the database does.
    Methods with an ``owner`` know only the jobs of that owner.
    """

    # --- for callers -------------------------------------------------------------------------------------

    def submit(
        self,
        owner: str,
        kind: str,
        request: bytes,
        *,
        time_limit_seconds: float,
        request_hash: str,
        idempotency_key: str | None = None,
        webhook: Document | None = None,
    ) -> tuple[Job, bool]:
        """Accept a job; with a key that was used in the last 24 hours, the job of then.

        Parameters
        ----------
        request : the validated JSON body, kept as given.
        request_hash : tells requests with the same key apart.
        webhook : ``{"url", "secret"}``, called when the job has ended.

        Returns
        -------
        The job, and whether it was made now.

        Raises
        ------
        KeyReused : the key came with another ``request_hash`` before.
        QueueFull : too many jobs wait.
        """

    def get(self, owner: str, job_id: str, *, with_plan: bool = True) -> Job | None:
        """The job, or None; ``with_plan=False`` spares reading a large plan."""

    def request_text(self, owner: str, job_id: str) -> bytes | None:
        """The request as it was accepted."""

    def events(self, owner: str, job_id: str, after: int, limit: int) -> list[JobEvent]:
        """The first ``limit`` events with a number above ``after``; of many progress events some are dropped."""

    def request_cancel(self, owner: str, job_id: str) -> Job | None:
        """Ask for the end: a queued job is cancelled at once, a running one when its worker hears of it.

        A job that has ended stays as it is. Returns the job afterwards, or None.
        """

    def delete(self, owner: str, job_id: str) -> bool:
        """Remove the job with all its data, running or not; whether it was there."""

    def open_jobs(self, owner: str) -> int:
        """How many jobs of ``owner`` are queued or running."""

    # --- for workers -------------------------------------------------------------------------------------

    def claim(
        self, worker_id: str, lease_seconds: float, kinds: Collection[str] | None = None
    ) -> Claim | None:
        """Take the oldest job that is queued, or running with an expired lease; its attempt counts one more.

        Parameters
        ----------
        worker_id : a fresh one for every claim, so that an earlier claim of the same worker is a stranger.
        kinds : only jobs of these kinds; None: all.
        """

    def heartbeat(self, job_id: str, worker_id: str, lease_seconds: float) -> Lease:
        """Extend the lease, also an expired one that nobody took over."""

    def publish(
        self,
        job_id: str,
        worker_id: str,
        lease_seconds: float,
        *,
        progress: Document | None = None,
        plan: str | None = None,
        prices: Document | None = None,
        log: Collection[str] = (),
    ) -> Lease:
        """Store what is new about a running job, and extend its lease; nothing is stored where it was lost.

        A ``plan`` becomes the best plan so far and makes an ``incumbent`` event, ``progress`` a ``progress``
        event, each line of ``log`` a ``log`` event.
        """

    def finish(
        self,
        job_id: str,
        worker_id: str,
        state: JobState,
        *,
        plan: str | None = None,
        prices: Document | None = None,
        error: Document | None = None,
    ) -> bool:
        """End a running job; False, and nothing stored, where the worker no longer holds it.

        Without ``plan`` the best plan so far stays. The webhook call is owed from this moment.
        """

    def give_back(self, job_id: str, worker_id: str, *, is_blamed: bool) -> bool:
        """Return a running job to the queue; whether the worker still held it.

        Parameters
        ----------
        is_blamed : the work died, so the attempt counts: after the last one the job fails with
            ``worker_lost``. False: the worker ends in good order, and the attempt does not count.
        """

    def reap(self) -> int:
        """End what nobody will run again: jobs with an expired lease that used up their attempts or were
        asked to end. Returns how many.
        """

    # --- for webhooks ------------------------------------------------------------------------------------

    def due_deliveries(self, now: datetime, *, hold: timedelta, limit: int = 20) -> list[Delivery]:
        """Webhook calls to be made now; nobody else is given them for the time ``hold``."""

    def record_delivery(
        self, delivery_id: int, outcome: DeliveryTry, *, is_delivered: bool, next_try: datetime | None
    ) -> None:
        """Note a try; without success and without ``next_try`` the call is given up."""

    def deliveries(self, owner: str, job_id: str) -> list[DeliveryTry]:
        """The tries to tell about the job, oldest first."""

    # --- for operators -----------------------------------------------------------------------------------

    def queue_depth(self) -> int:
        """How many jobs wait."""

    def oldest_queued_seconds(self) -> float:
        """How long the oldest of them has waited; 0 where none does."""

    def ping(self) -> None:
        """Write something, to see that the store works."""

    def purge(self, older_than: datetime) -> int:
        """Remove jobs that ended before ``older_than``, and keys past their time; how many jobs."""

    def close(self) -> None:
        """Let go of the database."""
