"""Pricing of all groups of shifts under one set of duals, on threads, watched by a clock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from queue import SimpleQueue
from time import monotonic
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from dispatch_engine.solver.kernels import pricing_data as layout
from dispatch_engine.solver.kernels.pricing import collect, collect_all, find_routes
from dispatch_engine.solver.kernels.pricing_data import Local, Scratch

Int = NDArray[np.int64]
T = TypeVar("T")

POLL_SECONDS = 0.02
"""How often the clock is read while threads price."""
LABELS = 400_000
"""Labels per thread (38 MB); a shift that needs more gives no bound."""
QUICK_ROUTES, EXACT_ROUTES = 12, 24
"""Routes taken from one group in one round."""
LONGEST_ROUTE = 64
"""Longer routes are not handed to the master."""


@dataclass(frozen=True)
class Weights:
    """Integer prices, all on one scale: of a cost unit, of a step of points, of serving each ticket, per group.

    ``threshold`` int64[G], each <= 0: only routes below it are looked for.
    """

    cost: int
    step: int
    ticket: Int
    threshold: Int


@dataclass(frozen=True)
class Priced:
    """A route from pricing: ``group``, its tickets in order (with revisits), integer price, steps of points."""

    group: int
    tickets: tuple[int, ...]
    price: int
    steps: int


@dataclass(frozen=True)
class Answer:
    """What pricing found: routes below the thresholds; per group the least price, None where not proved."""

    routes: list[Priced]
    least: list[int] | None


def new_scratch(locals_: list[Local], stop: Int) -> Scratch:
    """Memory for one pricing thread, large enough for each of ``locals_``."""
    most = max((len(local.node) for local in locals_), default=0)
    rests = max((len(local.rest) for local in locals_), default=0)
    grid = max((int(local.clock[layout.GRID_SIZE]) for local in locals_), default=0)

    def numbers(*shape: int) -> Int:
        return np.zeros(shape, np.int64)

    return Scratch(
        arc=numbers(most + 1, most + 1),
        label=numbers(LABELS, layout.LABEL_COLUMNS),
        head=numbers(most, layout.BUCKETS),
        low=numbers(most, layout.BUCKETS),
        end=numbers(most, 2),
        leave_best=numbers(rests + 1, most, grid),
        leave_other=numbers(rests + 1, most, grid),
        leave_first=numbers(rests + 1, most, grid),
        reach_best=numbers(rests + 1, most, grid),
        reach_other=numbers(rests + 1, most, grid),
        reach_first=numbers(rests + 1, most, grid),
        stop=stop,
        counter=numbers(2),
    )


class Pricing:
    """Prices groups of shifts; ``out_of_time`` is asked while it runs, and ends it at once when true."""

    def __init__(
        self, locals_: list[Local], tickets: list[Int], workers: int, out_of_time: Callable[[], bool]
    ) -> None:
        self._locals = locals_
        self._tickets = tickets
        self._out_of_time = out_of_time
        self._stop = np.zeros(1, np.int64)
        self._scratches: SimpleQueue[Scratch] = SimpleQueue()
        self._workers = max(1, min(workers, len(locals_)))
        for _ in range(self._workers):
            self._scratches.put(new_scratch(locals_, self._stop))
        self.labels = 0
        self._lock = threading.Lock()
        self.seconds_of = np.zeros(len(locals_))

    def replace(self, locals_: list[Local]) -> None:
        """Price other versions of the same groups from now on."""
        self._locals = locals_

    def every_route(self, weights: Weights, most: int) -> list[list[tuple[int, ...]]] | None:
        """Per group the cheapest orders of every set of tickets below the threshold.

        The groups must remember all their tickets (`with_full_memory`). None when time or memory is up, or there
        are more than ``most`` routes of one group.
        """
        found = self._on_threads(lambda g: self._every_route_of(g, weights, most))
        if found is None or any(routes is None for routes in found):
            return None
        return [routes for routes in found if routes is not None]

    def _every_route_of(self, g: int, weights: Weights, most: int) -> list[tuple[int, ...]] | None:
        scratch = self._scratches.get()
        try:
            local, tickets = self._locals[g], self._tickets[g]
            weight = np.array(
                [weights.cost, weights.step, int(weights.threshold[g]), layout.ALL_SETS], np.int64
            )
            find_routes(local, scratch, weights.ticket[tickets], weight)
            if not scratch.counter[layout.IS_COMPLETE]:
                return None
            routes, found = np.zeros((0, LONGEST_ROUTE), np.int64), np.zeros((0, 3), np.int64)
            count = collect_all(local, scratch, weight, routes, found)
            if count > most:
                return None
            routes, found = np.zeros((count, LONGEST_ROUTE), np.int64), np.zeros((count, 3), np.int64)
            collect_all(local, scratch, weight, routes, found)
        finally:
            self._scratches.put(scratch)
        if count and not found[:, 2].all():
            return None
        return [tuple(tickets[routes[i, : found[i, 2]]].tolist()) for i in range(count)]

    def price(self, weights: Weights, exact: bool) -> Answer | None:
        """Price every group; None when time is up."""
        answers = self._on_threads(lambda g: self._price_one(g, weights, exact))
        if answers is None:
            return None
        routes = [route for routes, _, _ in answers for route in routes]
        proved = exact and all(complete for _, _, complete in answers)
        return Answer(routes, [least for _, least, _ in answers] if proved else None)

    def _on_threads(self, work: Callable[[int], T]) -> list[T] | None:
        """``work`` done for every group; None when time is up."""
        # The slowest first, so that the threads end together.
        order = np.argsort(-self.seconds_of, kind="stable").tolist()
        with ThreadPoolExecutor(self._workers) as pool:
            jobs = {g: pool.submit(work, g) for g in order}
            try:
                while wait(jobs.values(), POLL_SECONDS).not_done:
                    if self._out_of_time():
                        self._stop[0] = 1
            finally:
                if any(not job.done() for job in jobs.values()):
                    self._stop[0] = 1
        if self._stop[0]:
            return None
        return [jobs[g].result() for g in range(len(self._locals))]

    def _price_one(self, g: int, weights: Weights, exact: bool) -> tuple[list[Priced], int, bool]:
        began = monotonic()
        scratch = self._scratches.get()
        try:
            local, tickets = self._locals[g], self._tickets[g]
            threshold = int(weights.threshold[g])
            weight = np.array([weights.cost, weights.step, threshold, exact], np.int64)
            least = int(find_routes(local, scratch, weights.ticket[tickets], weight))
            limit = EXACT_ROUTES if exact else QUICK_ROUTES
            routes, found = np.zeros((limit, LONGEST_ROUTE), np.int64), np.zeros((limit, 3), np.int64)
            count = collect(local, scratch, threshold, routes, found)
            complete = bool(scratch.counter[layout.IS_COMPLETE])
            with self._lock:
                self.labels += int(scratch.counter[layout.COUNT])
        finally:
            self._scratches.put(scratch)
            self.seconds_of[g] = monotonic() - began
        priced = [
            Priced(g, tuple(tickets[routes[i, : found[i, 2]]].tolist()), int(found[i, 0]), int(found[i, 1]))
            for i in range(count)
        ]
        return priced, least, complete
