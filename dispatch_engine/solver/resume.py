"""Solve a problem on from a plan that is known: the same run, begun with that plan and searched less wildly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.case import Case
from dispatch_engine.solver.budget import Stop
from dispatch_engine.solver.kernels.route import evaluate
from dispatch_engine.solver.search import Search
from dispatch_engine.solver.solve import Progress, Run, available_cores, make_warm, refuse_bad_options
from dispatch_engine.solver.start import Orders, as_loaded
from dispatch_engine.solver.tuning import DEFAULTS, Tuning

COOLER = replace(DEFAULTS, heat=0.1, taper_share=0.2)
"""A search that begins with a good plan begins cool, or it would throw most of it away."""

SECONDS_WORTH_A_MASTER = 3.0


def resume(
    problem: Problem,
    orders: Orders,
    *,
    time_limit: float = 10.0,
    seed: int = 0,
    workers: int | None = None,
    iterations: int | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    on_plan: Callable[[Plan], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Plan:
    """Find the best plan for ``problem``, beginning with ``orders``; everything else is as in ``solve``.

    Parameters
    ----------
    orders : tickets of each shift, by id. What does not fit together any more (a technician who is late, a part that
        is gone) is taken out where it first hurts, and placed anew along with the tickets that ``orders`` lack.

    Raises
    ------
    InputError, EngineError : as :func:`~dispatch_engine.solver.solve.solve`.
    """
    refuse_bad_options(time_limit, seed, workers, iterations)
    make_warm(time_limit, on_progress)
    if workers is None:
        workers = available_cores()
    run = _Resumed(
        problem, time_limit, seed, workers, iterations, on_progress, on_plan, Stop(should_stop), orders
    )
    return run.plan()


@dataclass
class _Resumed(Run):
    """One call of :func:`resume`."""

    orders: Orders
    tuning: ClassVar[Tuning] = COOLER

    @property
    def master_seconds(self) -> float:
        """None in a run so short that loading the master's solver would take most of it."""
        if self.iterations is None and self.time_limit < SECONDS_WORTH_A_MASTER:
            return 0.0
        return super().master_seconds

    def first_plan(self) -> None:
        """The plan given, as far as it still works."""
        self.search.begin_with(what_fits(self.case, self.search, self.orders), self.may_construct)


def what_fits(case: Case, search: Search, orders: Orders) -> list[list[int]]:
    """``orders`` by position, each ticket left out that its route cannot serve after those before it."""
    wanted: list[Sequence[int]] = [() for _ in case.shifts]
    taken: set[int] = set()
    for (technician, number), tickets in orders.items():
        shift = case.shift_index.get((technician, number))
        if shift is not None:
            known = [case.ticket_index[name] for name in tickets if name in case.ticket_index]
            wanted[shift] = [v for v in known if v not in taken]
            taken.update(wanted[shift])
    return [_fitting(case, search, shift, route) for shift, route in enumerate(wanted)]


def _fitting(case: Case, search: Search, shift: int, route: Sequence[int]) -> list[int]:
    """The tickets of ``route`` that still fit, in order: the whole of it where it does, else one after the other."""
    whole = as_loaded(case, shift, route)
    fixed = as_loaded(case, shift, ())
    if _is_possible(search, shift, whole):
        return whole
    kept = list(fixed)
    for ticket in whole[len(fixed) :]:
        if _is_possible(search, shift, [*kept, ticket]):
            kept.append(ticket)
    return kept


def _is_possible(search: Search, shift: int, route: list[int]) -> bool:
    """Whether a route has times, is open for all of its tickets, and keeps its limits."""
    data, state = search.data, search.states[0]
    if len(route) > state.route.shape[1] or not data.is_open[shift, route].all():
        return False
    load = np.zeros(data.stock.shape[1], np.int64)
    for row in data.ticket[route]:
        for resource, amount in data.need[row["need_from"] : row["need_to"]].tolist():
            load[resource] += amount
    if len(route) and (load > data.stock[shift]).any():
        return False
    order = np.array(route, np.int64)
    return bool(evaluate(data, shift, order, len(route), state.labels, state.used)[0])
