"""The search over one day's arrays: construct, then anneal on every thread, then keep the best plan."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from dispatch_engine.errors import EngineError
from dispatch_engine.rules.shapes import POINTS, UNITS, Shapes
from dispatch_engine.solver.arrays import compile_data, new_pool, new_state
from dispatch_engine.solver.budget import Budget, Stop
from dispatch_engine.solver.kernels.anneal import anneal
from dispatch_engine.solver.kernels.construct import construct, look_around_first
from dispatch_engine.solver.kernels.data import Data
from dispatch_engine.solver.kernels.polish import fill, load_routes
from dispatch_engine.solver.kernels.pool import Pool
from dispatch_engine.solver.kernels.route import evaluate
from dispatch_engine.solver.kernels.state import ITERATIONS, State, clear, commit, keep_if_best
from dispatch_engine.solver.master import Column, Master, pool_columns
from dispatch_engine.solver.tuning import DEFAULTS, Tuning

CONSTRUCT_WEIGHT = 480 * UNITS / POINTS
"""Units per milli-point while constructing: an SLA point is worth eight hours of cost."""
CONSTRUCT_AT_ONCE = 200
"""Tickets inserted, or looked at, between two looks at the clock."""
EXACT_WEIGHT = 1e9
"""Units per milli-point that put points before every cost, for the last insertions."""
POLL_SECONDS = 0.05

Total = tuple[int, int, int]
"""Unserved mandatory tickets, milli-points, units: compared in this order."""


@dataclass(frozen=True)
class Schedule:
    """How the weight of an SLA point and the temperature change over the budget.

    The weight rises geometrically from ``low`` to ``high`` over ``taper_share`` of the budget: with the full
    weight from the start no step ever crosses a tier. The temperature falls geometrically. Units per
    milli-point, and units.
    """

    low: float
    high: float
    hot: float
    cold: float
    taper_share: float

    @classmethod
    def of(
        cls, accepted: np.ndarray, cost: int, tickets: int, tuning: Tuning, *, by_duration: bool
    ) -> Schedule:
        """From the ``accepted`` insertion prices of the construction and the ``cost`` it ended with, in units.

        ``by_duration``: prices hold the service itself, so that a low weight would leave most tickets out.
        """
        middle, dear = np.percentile(accepted, [50, 95]) if len(accepted) else (UNITS, UNITS)
        middle, dear = max(float(middle), 1.0), max(float(dear), 1.0)
        cold = max(tuning.final_temperature * cost / max(tickets, 1), 1e-3)
        low = tuning.lowest * dear if by_duration else middle
        hot = max(tuning.heat * middle, cold)
        return cls(low / POINTS, tuning.height * dear / POINTS, hot, cold, tuning.taper_share)

    def weight(self, used: float) -> float:
        """Units per milli-point after the share ``used`` of the budget."""
        rise = min(1.0, used / self.taper_share) if self.taper_share else 1.0
        return float(self.low * (self.high / self.low) ** rise)

    def temperature(self, used: float) -> float:
        """Units, after the share ``used`` of the budget."""
        return float(self.hot * (self.cold / self.hot) ** used)


class Search:
    """Plans of one day under improvement, one state a thread.

    Parameters
    ----------
    shapes : the day.
    seed : thread i draws from a stream of its own, derived from ``(seed, i)``.
    workers : number of threads, at least 1.
    tuning : the numbers that steer the search.
    """

    def __init__(self, shapes: Shapes, seed: int, workers: int, tuning: Tuning = DEFAULTS) -> None:
        self.data: Data = compile_data(shapes, tuning)
        self.states: list[State] = [new_state(shapes, self.data, seed * 1009 + i) for i in range(workers)]
        self.pools: list[Pool] = [new_pool(shapes) for _ in range(workers)]
        self._shapes = shapes
        self._seed = seed
        self._tuning = tuning
        self._accepted = np.zeros(0)
        self._weight = CONSTRUCT_WEIGHT
        self._best_lock = threading.Lock()
        self._best_by = 0
        self._desk: State | None = None
        self._best_route = np.zeros_like(self.states[0].route)
        self._best_length = np.zeros_like(self.states[0].length)
        self.best_total: Total | None = None

    @property
    def iterations(self) -> int:
        """Iterations of all threads together."""
        return sum(int(state.counter[ITERATIONS]) for state in self.states)

    def construct(self, may_go_on: Callable[[], bool] = lambda: True) -> None:
        """Build the first plan and hand it to every thread; it is left as it is once ``may_go_on`` says no."""
        clear(self.data, self.states[0])
        self._accepted = self._complete(may_go_on)

    def begin_with(self, routes: list[list[int]], may_go_on: Callable[[], bool] = lambda: True) -> None:
        """Begin with a plan instead: ``routes`` keep the rules; what they lack is inserted where it costs least.

        How hot the search starts and what a point weighs follows from what each ticket of the routes costs where
        it is.
        """
        if not self._load(self.states[0], routes):
            raise EngineError("a search was to begin with routes that break a rule")
        prices = np.array([price for s, route in enumerate(routes) for price in self._prices_in(s, route)])
        self._accepted = np.concatenate([self._complete(may_go_on), prices])

    def _prices_in(self, shift: int, route: list[int]) -> Iterator[float]:
        """What each ticket of a route costs there: softened, and only where that is more than nothing."""
        whole = self.column(shift, route)
        for position in range(len(route)):
            rest = self.column(shift, [*route[:position], *route[position + 1 :]])
            price = CONSTRUCT_WEIGHT * (whole.points - rest.points) + whole.cost - rest.cost
            if price > 0:
                yield price

    def _complete(self, may_go_on: Callable[[], bool]) -> NDArray[np.float64]:
        """Insert what the first state lacks, hand its plan to every thread; the prices of what was inserted."""
        first = self.states[0]
        accepted = np.concatenate([np.zeros(0), *self._insertions(first, may_go_on)])
        keep_if_best(self.data, first)
        commit(first)
        for state in self.states[1:]:
            load_routes(self.data, state, first.best_route, first.best_length)
            keep_if_best(self.data, state)
        self._note_best(first)
        return accepted

    def _insertions(self, state: State, may_go_on: Callable[[], bool]) -> Iterator[NDArray[np.float64]]:
        """Insert by regret, some tickets at a time; the prices paid for them."""
        tickets = len(state.shift_of)
        best = np.full(tickets, -1, np.int64), np.zeros(tickets), np.zeros(tickets)
        for begin in range(0, tickets, CONSTRUCT_AT_ONCE):
            if not may_go_on():
                break
            end = min(tickets, begin + CONSTRUCT_AT_ONCE)
            look_around_first(self.data, state, CONSTRUCT_WEIGHT, begin, end, *best)
        count = CONSTRUCT_AT_ONCE
        while count == CONSTRUCT_AT_ONCE and may_go_on():
            paid = np.zeros(count)
            count = construct(self.data, state, CONSTRUCT_WEIGHT, count, *best, paid)
            yield paid[:count]

    def anneal(self, budget: Budget, stop: Stop, watch: Callable[[], object] | None = None) -> None:
        """Improve on all threads until ``budget`` or ``stop`` ends it; ``watch`` is called now and then."""
        first = self.states[0]
        if len(self._accepted) == 0 and not np.any(self.data.is_open):
            return
        cost, by_duration = int(first.best_total[2]), self._shapes.duration_price > 0
        schedule = Schedule.of(
            self._accepted, cost, len(first.shift_of), self._tuning, by_duration=by_duration
        )
        self._weight = schedule.high
        with ThreadPoolExecutor(len(self.states)) as pool:
            jobs = [pool.submit(self._anneal_one, i, schedule, budget, stop) for i in range(len(self.states))]
            try:
                while wait(jobs, POLL_SECONDS, FIRST_EXCEPTION).not_done:
                    stop()
                    if watch is not None:
                        watch()
                    for job in jobs:
                        if job.done():
                            job.result()
            finally:
                # Whatever ends the wait, an interrupt included: the threads must end before their pool can.
                if any(not job.done() for job in jobs):
                    stop.now()
        for job in jobs:
            job.result()

    def column(self, shift: int, tickets: list[int]) -> Column:
        """A feasible route of ``shift`` as a column, priced anew."""
        state, route = self.states[0], np.array(tickets, np.int64)
        _, points, cost, _ = evaluate(self.data, shift, route, len(route), state.labels, state.used)
        return Column(shift, tuple(tickets), int(points), int(cost))

    def best_routes(self) -> list[list[int]]:
        """The best plan of all threads as tickets per shift."""
        route, length, _ = self._best()
        return [route[s, : length[s]].tolist() for s in range(len(length))]

    def copy_of_best(self) -> tuple[Total, State]:
        """The best plan of all threads with its total, in a state of its own; threads may go on meanwhile."""
        if self._desk is None:
            self._desk = new_state(self._shapes, self.data, 0, with_prices=False)
        route, length, total = self._best()
        assert total is not None
        load_routes(self.data, self._desk, route, length)
        return total, self._desk

    def settle(self) -> State:
        """Load the best plan into a state's routes, insert what still improves it, and return the state."""
        state = self.states[0]
        route, length, _ = self._best()
        load_routes(self.data, state, route, length)
        keep_if_best(self.data, state)
        if fill(self.data, state, EXACT_WEIGHT) and not keep_if_best(self.data, state):
            # Prices that belong to the whole plan, such as the largest lateness, made it dearer after all.
            load_routes(self.data, state, route, length)
        self._note_best(state)
        return state

    def offer(self, routes: list[list[int]]) -> Total | None:
        """Price ``routes`` (tickets per shift) and keep them if they are the best; None if one is infeasible."""
        state = self.states[0]
        if not self._load(state, routes):
            return None
        keep_if_best(self.data, state)
        self._note_best(state)
        return self.best_total

    def recombine(self, seconds: float, stop: Stop, *, deterministic: bool = False) -> bool:
        """Let the master choose among all routes remembered, after the threads ended. True if it found better."""
        began = monotonic()
        columns = [*pool_columns(self.pools), *self._beginnings()]
        incumbent = self.best_routes()
        before = self.best_total
        chosen = Master(self._shapes, columns).choose(
            incumbent,
            self._weight,
            seconds=seconds if deterministic else seconds - (monotonic() - began),
            seed=self._seed,
            deterministic=deterministic,
            should_stop=stop,
        )
        if chosen is not None and chosen.routes != incumbent:
            self.offer(chosen.routes)
        return self.best_total != before

    def _beginnings(self) -> list[Column]:
        """The routes of shifts with fixed stops, with nothing after those: no plan lacks these shifts."""
        return [self.column(s, list(fixed)) for s, fixed in enumerate(self._shapes.fixed) if fixed]

    def _load(self, state: State, routes: list[list[int]]) -> bool:
        table, length = np.zeros_like(state.route), np.zeros_like(state.length)
        for s, route in enumerate(routes):
            table[s, : len(route)] = route
            length[s] = len(route)
        return bool(load_routes(self.data, state, table, length))

    def _anneal_one(self, number: int, schedule: Schedule, budget: Budget, stop: Stop) -> None:
        state, pool = self.states[number], self.pools[number]
        seconds_per_iteration = 1e-4
        while not stop():
            done = int(state.counter[ITERATIONS])
            chunk = budget.next_chunk(done, seconds_per_iteration)
            if chunk <= 0:
                return
            used, began = budget.share_used(done), monotonic()
            found = anneal(self.data, state, pool, chunk, schedule.weight(used), schedule.temperature(used))
            seconds_per_iteration = (monotonic() - began) / chunk
            if found:
                self._note_best(state, number)

    def _best(self) -> tuple[NDArray[np.int64], NDArray[np.int64], Total | None]:
        with self._best_lock:
            return self._best_route.copy(), self._best_length.copy(), self.best_total

    def _note_best(self, state: State, number: int = 0) -> None:
        """Keep a copy of the best plan of ``state``, whose thread is the caller, if it beats all others' so far.

        Of equal plans the one of the thread with the lowest number is kept, whichever came first.
        """
        mandatory, points, cost = (int(x) for x in state.best_total)
        with self._best_lock:
            known = self.best_total
            if known is None or ((mandatory, points, cost), number) < (known, self._best_by):
                self.best_total, self._best_by = (mandatory, points, cost), number
                self._best_route[:] = state.best_route
                self._best_length[:] = state.best_length
