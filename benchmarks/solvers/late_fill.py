"""A peer on a problem that it cannot express: it plans what can be in time, and we place the rest as well as we can.

The peer gets the same day with hard deadlines, without overtime, preferences and parts that are only likely
(``hardened``); everything else, breaks and parts included, stays. Its routes are then taken as they are, and the
tickets that it left out are inserted one by one, the one with the largest regret first, at its best place of all
routes, late or with overtime where that is better than leaving it out. Every insertion is priced exactly by the
tiers of the full problem, as the checker prices it. So a peer gets the same rules for its leftovers as our own first
plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.errors import BenchmarkError
from benchmarks.solvers.plain import routes_as_plan
from benchmarks.solvers.solver import Note, Solver
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem, Shift, Ticket, TimeWindow
from dispatch_engine.rules.case import Case, TicketCase
from dispatch_engine.rules.register import lower_all

if TYPE_CHECKING:
    from dispatch_engine.rules.shapes import Shapes


@dataclass(frozen=True)
class LateFill:
    """``inner`` on the hardened problem, and the rest filled in."""

    inner: Solver

    def version(self) -> str:
        return f"{self.inner.version()} with late fill"

    def prepare(self) -> None:
        from dispatch_engine.solver.warm import warm_kernels

        self.inner.prepare()
        warm_kernels()

    def solve(self, problem: Problem, time_limit: float, seed: int, workers: int, note: Note) -> Plan:  # noqa: ARG002 (its costs are those of another problem)
        def unheard(seconds: float, points: float, cost: float) -> None:
            """What the peer says on the way is about the hardened problem."""

        planned = self.inner.solve(hardened(problem), time_limit, seed, workers, unheard)
        case = Case.of(problem)
        return routes_as_plan(case, dict(enumerate(filled(lower_all(case), routes_of(case, planned)))))


def hardened(problem: Problem) -> Problem:
    """The problem with hard deadlines and without overtime, preferences and likely parts.

    Tickets that nobody could reach in time under these rules are left out of it.
    """
    case = Case.of(problem)
    tickets = [_in_time(case, ticket) for ticket in case.tickets]
    technicians = [
        technician.replace(shifts=[_without_overtime(shift) for shift in technician.shifts])
        for technician in problem.technicians
    ]
    return problem.replace(technicians=technicians, tickets=[t for t in tickets if t is not None])


def _without_overtime(shift: Shift) -> Shift:
    return shift.replace(max_overtime_minutes=0) if shift.max_overtime_minutes else shift


def _in_time(case: Case, timed: TicketCase) -> Ticket | None:
    ticket = case.problem.tickets[timed.index]
    windows = _windows_in_time(case, timed)
    if timed.due is not None and not windows:
        return None
    return ticket.replace(
        time_windows=[
            TimeWindow(start=case.clock.datetime(opens), end=case.clock.datetime(closes))
            for opens, closes in windows
        ],
        likely_parts={},
        preferred_technicians=(),
    )


def _windows_in_time(case: Case, timed: TicketCase) -> list[tuple[int, int]]:
    """The ticket's windows up to its deadline; from its appointment, else from now on, where it has none."""
    if timed.due is None:
        return list(timed.windows)
    since = timed.appointment if timed.appointment is not None else case.clock.now
    given = timed.windows or ((since, timed.due),)
    return [(opens, min(closes, timed.due)) for opens, closes in given if opens <= timed.due]


def routes_of(case: Case, plan: Plan) -> list[list[int]]:
    """Tickets in order by shift of ``case``, of a plan that names only technicians and tickets."""
    routes: list[list[int]] = [[] for _ in case.shifts]
    for route in plan.routes:
        tickets = [case.ticket_index[stop.ticket] for stop in route.stops if stop.kind == "ticket"]
        routes[case.shift_index[route.technician, route.shift]] = tickets
    return routes


def filled(shapes: Shapes, routes: list[list[int]]) -> list[list[int]]:
    """The routes with every ticket inserted that makes the plan better, by regret.

    Raises
    ------
    BenchmarkError : the routes break a rule of the problem.
    """
    from dispatch_engine.solver.kernels.construct import construct, look_around_first
    from dispatch_engine.solver.search import EXACT_WEIGHT, Search

    search = Search(shapes, seed=0, workers=1)
    if search.offer(routes) is None:
        raise BenchmarkError("the peer's routes break a rule of the problem that it was given")
    tickets = shapes.num_tickets
    best, state = (np.full(tickets, -1, np.int64), np.zeros(tickets), np.zeros(tickets)), search.states[0]
    look_around_first(search.data, state, EXACT_WEIGHT, 0, tickets, *best)
    construct(search.data, state, EXACT_WEIGHT, tickets, *best, np.zeros(tickets))
    search.offer([state.route[s, : state.length[s]].tolist() for s in range(shapes.num_shifts)])
    search.settle()
    return search.best_routes()
