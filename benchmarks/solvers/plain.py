"""A problem as a plain routing problem with hard windows, or the features that stand in the way.

Peers read the array shapes that all rules lower to, so that one adapter serves every family. What some of them can
do beyond plain routing has a name below; an adapter says which of it it is able to do, the rest is refused.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from benchmarks.errors import UnsupportedError
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.register import lower_all
from dispatch_engine.rules.shapes import NEVER, POINTS, UNITS, Int, Shapes
from dispatch_engine.travel.times import UNREACHABLE

BREAKS = "breaks"
CLOSED_PAIRS = "tickets that not every technician may serve"
ENDS_ANYWHERE = "routes that end anywhere"
NO_WAY = "places without a way between them"
ROUTE_LENGTH = "a price of the length of a route"
SEVERAL_WINDOWS = "several time windows"
SLOPES = "lateness priced by the minute alone"

UNSERVED_SECONDS = 10_000_000
"""In ``working_time`` a served ticket is worth more than any working time: four months."""
POINT_PRICE = 480 * UNITS // POINTS
"""Units that a milli-point weighs for solvers with one sum: an SLA point is eight hours, more than any detour."""


class PlainProblem:
    """What plain routing solvers share; indices are those of the shapes.

    Parameters
    ----------
    able : what the solver can do beyond plain routing, in the words above.

    Attributes
    ----------
    shapes : the lowered rules, of which nothing below stands in a plain solver's way.
    unit : greatest common divisor of all prices; ``price`` values are in this many cost units.
    leg : price of each leg, int64[K, L, L]; forbidden legs are not marked, see ``shapes.travel``.
    left_out : price of leaving a ticket out, per ticket; None where the ticket is mandatory. In ``sla_first`` an SLA
        point weighs ``POINT_PRICE``.
    zero : the first moment of all shifts; it is a peer's 0.
    horizon : the last end of a shift, counted from ``zero``.
    missable : bool[V], whether a visit within the hard windows can miss a deadline that has a price.

    Raises
    ------
    UnsupportedError : with every feature in use that is neither plain routing nor in ``able``.
    """

    def __init__(self, problem: Problem, able: frozenset[str] = frozenset()) -> None:
        self.case = Case.of(problem)
        self.shapes = lower_all(self.case)
        features = sorted(set(_in_the_way(self.shapes)) - able)
        if features:
            raise UnsupportedError(*features)
        legs, prices = _leg_prices(self.shapes), _left_out_prices(self.case, self.shapes)
        duration, vehicle = self.shapes.duration_price, self.shapes.technician_price
        self.missable = _missable(self.shapes) & (self.shapes.late_slope != 0)
        slopes = self.shapes.late_slope[self.missable]
        every = [*np.unique(legs), *np.unique(prices), *np.unique(slopes), duration, vehicle]
        self.unit = int(np.gcd.reduce(every)) or 1
        self.leg: Int = legs // self.unit
        self.duration_price = duration // self.unit
        self.vehicle_price = vehicle // self.unit
        mandatory = self.shapes.mandatory
        self.left_out = [
            None if must else int(price) // self.unit for must, price in zip(mandatory, prices, strict=True)
        ]
        self.zero = int(self.shapes.ready.min()) if self.shapes.num_shifts else 0
        self.horizon = max(0, int(self.shapes.latest_end.max(initial=0)) - self.zero)

    def windows(self, ticket: int) -> list[tuple[int, int]]:
        """The windows of a ticket from ``zero`` on, within the horizon; none: nobody can serve it."""
        moved = [(opens - self.zero, closes - self.zero) for opens, closes in self.shapes.windows[ticket]]
        return [(max(0, a), min(self.horizon, b)) for a, b in moved if b >= 0 and a <= self.horizon]

    def breaks(self, shift: int) -> list[tuple[int, int, int]]:
        """Earliest and latest start, and seconds, of the breaks of a shift, from ``zero`` on."""
        return [
            (max(0, earliest - self.zero), max(0, latest - self.zero), seconds)
            for earliest, latest, seconds in self.shapes.breaks[shift]
        ]

    def skills(self) -> tuple[list[int], list[set[int]]]:
        """Who may serve what, in skills: the one that each ticket asks for, and those that each shift has.

        Tickets that the same shifts may serve ask for the same skill.
        """
        is_open = self.shapes.closed_by == 0
        rows = [bytes(column.tobytes()) for column in is_open.T]
        number = {row: skill for skill, row in enumerate(dict.fromkeys(rows))}
        asked = [number[row] for row in rows]
        return asked, [{asked[v] for v in np.flatnonzero(row).tolist()} for row in is_open]

    def plan(self, routes: dict[int, list[int]]) -> Plan:
        """Routes (shift to tickets in order) as a plan without times."""
        return routes_as_plan(self.case, routes)


def routes_as_plan(case: Case, routes: dict[int, list[int]]) -> Plan:
    """Routes (shift to tickets in order) of ``case`` as a plan without times."""
    tickets, served = case.problem.tickets, {v for route in routes.values() for v in route}
    return Plan.from_dict(
        {
            "routes": [
                {
                    "technician": case.technician_of(s).id,
                    "shift": case.shifts[s].number,
                    "stops": [{"kind": "ticket", "ticket": tickets[v].id} for v in route],
                }
                for s, route in sorted(routes.items())
                if route
            ],
            "unassigned": [{"ticket": t.id} for v, t in enumerate(tickets) if v not in served],
        }
    )


def _in_the_way(shapes: Shapes) -> Iterator[str]:
    """Features in use that plain routing lacks."""
    if any(shapes.fixed) or (shapes.last_start < NEVER).any():
        yield "visits that have begun or come next"
    if shapes.promise_cost.any():
        yield "promised arrivals"
    if any(shapes.breaks):
        yield BREAKS
    if (shapes.latest_end > shapes.end).any():
        yield "overtime"
    if shapes.duration_price:
        yield ROUTE_LENGTH
    yield from _deadlines_in_the_way(shapes)
    if shapes.likely and shapes.second_visit_price:
        yield "likely parts"
    if shapes.assign_price.any():
        yield "preferences"
    if any(len(windows) != 1 for windows in shapes.windows):
        yield SEVERAL_WINDOWS
    if (shapes.end_place < 0).any():
        yield ENDS_ANYWHERE
    if shapes.closed_by.any():
        yield CLOSED_PAIRS
    if (shapes.travel >= UNREACHABLE).any():
        yield NO_WAY
    if len(set(shapes.technician.tolist())) < shapes.num_shifts and shapes.technician_price:
        yield "a price per technician with several shifts"


def _deadlines_in_the_way(shapes: Shapes) -> Iterator[str]:
    """Deadlines that a visit within the hard windows can miss: whoever starts in time has arrived in time."""
    if shapes.largest_late_price and (shapes.due < NEVER).any():
        yield "a price of the largest lateness"
    missable = _missable(shapes)
    if (shapes.late_points[missable] != 0).any() or (shapes.late_cost[missable] != 0).any():
        yield "soft deadlines"
    if (shapes.late_slope[missable] != 0).any():
        yield SLOPES


def _missable(shapes: Shapes) -> NDArray[np.bool_]:
    closes = np.array([windows[-1][1] if windows else -NEVER for windows in shapes.windows], np.int64)
    missable: NDArray[np.bool_] = closes > shapes.due
    return missable


def _leg_prices(shapes: Shapes) -> Int:
    legs: Int = shapes.travel.astype(np.int64) * shapes.travel_price
    if shapes.metres is not None and shapes.metre_price:
        legs = legs + shapes.metres.astype(np.int64) * shapes.metre_price
    return legs


def _left_out_prices(case: Case, shapes: Shapes) -> Int:
    if case.mode == "working_time":
        return shapes.unassigned_points // POINTS * UNSERVED_SECONDS * shapes.duration_price
    return shapes.unassigned_points * POINT_PRICE + shapes.unassigned_cost
