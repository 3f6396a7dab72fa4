"""Starts from a plan: puts its routes into the engine's state, so that questions can be asked or a search go on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dispatch_engine.model.plan import Plan, TicketStop
from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.register import lower_all
from dispatch_engine.rules.rule import Price
from dispatch_engine.rules.shapes import Shapes
from dispatch_engine.rules.visits import PlanTimes
from dispatch_engine.solver.arrays import compile_data, new_state
from dispatch_engine.solver.decode import decode
from dispatch_engine.solver.kernels.ask import price_everywhere
from dispatch_engine.solver.kernels.data import Data
from dispatch_engine.solver.kernels.polish import load_routes
from dispatch_engine.solver.kernels.route import NOWHERE, evaluate
from dispatch_engine.solver.kernels.state import PRICED_COST, PRICED_PLACE, PRICED_POINTS, State, global_cost
from dispatch_engine.solver.search import EXACT_WEIGHT

ShiftKey = tuple[str, int]
"""A shift: id of the technician, and number within the technician's shifts."""
Orders = Mapping[ShiftKey, Sequence[str]]
"""The tickets of each shift, in order, by id."""


def orders_of(plan: Plan) -> dict[ShiftKey, tuple[str, ...]]:
    """What a plan says about the order of tickets; its times and breaks are left out."""
    return {
        (route.technician, route.shift): tuple(
            stop.ticket for stop in route.stops if isinstance(stop, TicketStop)
        )
        for route in plan.routes
    }


def put_routes(data: Data, state: State, routes: Sequence[Sequence[int]]) -> bool:
    """Load ``routes`` (tickets per shift); False where one of them breaks a rule, the plan is then no plan."""
    most = state.route.shape[1]
    if any(len(route) > most for route in routes):
        return False
    table, length = np.zeros_like(state.route), np.zeros_like(state.length)
    for s, route in enumerate(routes):
        table[s, : len(route)] = route
        length[s] = len(route)
    return bool(load_routes(data, state, table, length))


@dataclass(frozen=True)
class Insertion:
    """The best place of a ticket in a shift: position in the route, and what it costs more."""

    shift: int
    position: int
    price: Price


@dataclass(frozen=True)
class Loaded:
    """A problem with routes for it, as the engine sees both. Build it with :meth:`of`.

    Attributes
    ----------
    is_feasible : whether every route has times and its limits are kept; if not, nothing else may be asked.
    """

    case: Case
    shapes: Shapes
    data: Data
    state: State
    is_feasible: bool

    @classmethod
    def of(cls, problem: Problem | Case, orders: Orders, *, neighbours: int = 0) -> Loaded:
        """Make ``problem`` ready and load ``orders``; every id in them stands in the problem.

        ``neighbours``: nearest tickets listed per ticket; questions need none, a search does.
        """
        case = problem if isinstance(problem, Case) else Case.of(problem)
        shapes, routes = lower_all(case), positions(case, orders)
        if shapes.narrowed:
            # The arrays close some pairs that the rules allow at certain times; what stands in a route is open.
            for s, route in enumerate(routes):
                shapes.closed_by[s, route] = 0
        data = compile_data(shapes, neighbours=neighbours)
        state = new_state(shapes, data, 0)
        return cls(case, shapes, data, state, put_routes(data, state, routes))

    def route(self, shift: int) -> tuple[int, ...]:
        """The tickets of a shift, in order, by position in the case: visits that have begun come first."""
        past = self.case.shifts[shift].past
        ahead = self.state.route[shift, : self.state.length[shift]].tolist()
        return (*(visit.ticket for visit in past), *(ahead[1:] if past else ahead))

    def num_settled(self, shift: int) -> int:
        """How many tickets a shift begins with that can neither be moved nor left out."""
        known = self.case.shifts[shift]
        return len(known.past) + (known.next_stop is not None)

    def is_settled(self, ticket: int) -> bool:
        """Whether a visit has begun, or the technician is on the way to it."""
        return ticket in self.case.past_tickets or ticket in self.case.next_stops

    def times(self) -> PlanTimes:
        """The best times of all routes."""
        return decode(self.case, self.data, self.state)

    def total(self) -> Price:
        """The exact price of the plan."""
        mandatory, points, cost = (int(x) for x in self.state.total)
        return Price(mandatory, points, cost + int(global_cost(self.data, self.state)))

    def insertions(self, ticket: int) -> Iterator[Insertion]:
        """The best place of ``ticket`` in every shift that can still take it, by shift."""
        price_everywhere(self.data, self.state, ticket, ticket + 1, EXACT_WEIGHT)
        yield from self.known_insertions(ticket)

    def known_insertions(self, ticket: int) -> Iterator[Insertion]:
        """The same from prices that are up to date already."""
        span = self.data.ticket[ticket]
        for s in self.data.open_shift[span["shift_from"] : span["shift_to"]].tolist():
            priced = self.state.priced[ticket, s]
            if priced[PRICED_PLACE] != NOWHERE:
                before = max(0, len(self.case.shifts[s].past) - 1)
                price = Price(0, int(priced[PRICED_POINTS]), int(priced[PRICED_COST]))
                yield Insertion(s, before + int(priced[PRICED_PLACE]), price)

    def price_of(self, shift: int, order: Sequence[int]) -> Price | None:
        """What a route costs; None where it has no schedule. Additive limits are not looked at.

        The visits that have begun cost the same in every order, and are in the price.
        """
        route = np.array(as_loaded(self.case, shift, order), np.int64)
        feasible, points, cost, _ = evaluate(
            self.data, shift, route, len(route), self.state.labels, self.state.used
        )
        return Price(0, int(points), int(cost)) if feasible else None

    def left_out(self, ticket: int) -> Price:
        """What it costs to leave ``ticket`` out."""
        row = self.data.ticket[ticket]
        return Price(int(row["out_mandatory"]), int(row["out_points"]), int(row["out_cost"]))


def positions(case: Case, orders: Orders) -> list[list[int]]:
    """``orders`` as the engine has them: for every shift of the case, by position. KeyError for unknown ids."""
    routes: list[Sequence[int]] = [() for _ in case.shifts]
    for key, tickets in orders.items():
        routes[case.shift_index[key]] = [case.ticket_index[ticket] for ticket in tickets]
    return [as_loaded(case, shift, route) for shift, route in enumerate(routes)]


def as_loaded(case: Case, shift: int, order: Sequence[int]) -> list[int]:
    """The tickets of a shift as its route in the arrays, which begins with the last visit that has begun.

    What has begun and what the technician drives to is there whether ``order`` names it or not.
    """
    known = case.shifts[shift]
    settled = {visit.ticket for visit in known.past} | {known.next_stop}
    beginning = [visit.ticket for visit in known.past[-1:]]
    if known.next_stop is not None:
        beginning.append(known.next_stop)
    return [*beginning, *(ticket for ticket in order if ticket not in settled)]
