"""The parts of a running service in one place: what every route may ask for, and nothing about HTTP paths."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread

from dispatch_engine.api.body import Intake
from dispatch_engine.api.keys import Keyring
from dispatch_engine.api.metrics import Metrics
from dispatch_engine.api.problems import Refusal, later, refusal_of
from dispatch_engine.api.rate import Rates
from dispatch_engine.api.settings import Settings
from dispatch_engine.api.store import KeyInFlight, KeyReused, QueueFull, Store, StoreUnavailable
from dispatch_engine.api.targets import Gate
from dispatch_engine.api.worker import Supervisor
from dispatch_engine.errors import InputError

T = TypeVar("T")

STORE_THREADS = 8
"""Calls of the store side by side; each is short."""
STORE_WAIT_SECONDS = 2
QUEUE_WAIT_SECONDS = 5
DRAIN_WAIT_SECONDS = 10
PING_FRESH_SECONDS = 1.0
"""A store that took a write so recently is not asked again, however often somebody wants to know."""


class Service:
    """A running service.

    Attributes
    ----------
    is_draining : whether the end was asked for: no new work is taken.
    is_stopping : whether the end has come: streams and waiting calls are ended.
    streams : how many event streams are open.
    """

    def __init__(
        self, settings: Settings, store: Store, worker: Supervisor, *, keyring: Keyring | None = None
    ) -> None:
        self.settings = settings
        self.store = store
        self.worker = worker
        self.keyring = keyring
        self.gate = Gate(settings.webhook_allow)
        self.rates = Rates(settings)
        self.metrics = Metrics(store, worker)
        self.intake = Intake(
            settings.max_body_bytes, int(settings.max_bodies_mb * 1_000_000), settings.body_seconds
        )
        self.is_draining = False
        self.is_stopping = False
        self._pinged_at = -PING_FRESH_SECONDS
        self.streams = 0
        self._store_threads = CapacityLimiter(STORE_THREADS)
        self._compute_threads = CapacityLimiter(settings.compute_threads)

    async def ask(self, function: Callable[..., T], *arguments: Any) -> T:
        """Call the store in a thread.

        Raises
        ------
        Refusal : the answer to whatever the store cannot do.
        """
        try:
            return await to_thread.run_sync(function, *arguments, limiter=self._store_threads)
        except StoreUnavailable:
            detail = "The store of jobs cannot be read or written now; try again."
            raise later("store_unavailable", detail, STORE_WAIT_SECONDS) from None
        except QueueFull:
            raise later(
                "queue_full", "As many jobs wait as may wait; try again.", QUEUE_WAIT_SECONDS
            ) from None
        except KeyReused:
            detail = (
                "Another request came with this Idempotency-Key before; use a fresh key for each request."
            )
            raise Refusal("key_reused", detail) from None
        except KeyInFlight:
            detail = "The first request with this Idempotency-Key is still being stored; try again."
            raise later("key_in_flight", detail, 1) from None

    async def compute(self, function: Callable[..., T], *arguments: Any) -> T:
        """Call a function that takes a while in one of the few threads for that.

        Raises
        ------
        Refusal : the answer to bad input.
        """
        try:
            return await to_thread.run_sync(function, *arguments, limiter=self._compute_threads)
        except InputError as error:
            raise refusal_of(error) from None
        except MemoryError:
            raise later("busy", "There is not enough memory for this now; send less, or later.", 5) from None

    def refuse_new_work(self) -> None:
        """Refuse where the service is about to stop."""
        if self.is_draining:
            detail = "The service is about to stop and takes no new work; try again."
            raise later("draining", detail, DRAIN_WAIT_SECONDS)

    async def ping(self) -> None:
        """Refuse where the store cannot be written."""
        if monotonic() - self._pinged_at >= PING_FRESH_SECONDS:
            await self.ask(self.store.ping)
            self._pinged_at = monotonic()

    def drain(self) -> None:
        """Take no more work, let running jobs end within the time for that, and hand back the rest; blocks."""
        self.is_draining = True
        self.worker.drain(self.settings.drain_seconds)
        self.is_stopping = True
