"""A problem as a plain routing problem with hard windows, or the features that stand in the way.

Peers read the array shapes that all rules lower to, so that one adapter serves every family.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.errors import UnsupportedError
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.register import lower_all
from dispatch_engine.rules.shapes import NEVER, POINTS, Int, Shapes

UNSERVED_SECONDS = 10_000_000
"""In ``working_time`` a served ticket is worth more than any working time: four months."""


class PlainProblem:
    """What plain routing solvers share; indices are those of the shapes.

    Attributes
    ----------
    shapes : the lowered rules, of which nothing below stands in a plain solver's way.
    unit : greatest common divisor of all prices; ``price`` values are in this many cost units.
    leg : price of each leg, int64[K, L, L]; forbidden legs are not marked, see ``shapes.travel``.
    left_out : price of leaving a ticket out, int64[V]; None where the ticket is mandatory.
    """

    def __init__(self, problem: Problem) -> None:
        self.case = Case.of(problem)
        self.shapes = lower_all(self.case)
        features = sorted(set(_in_the_way(self.case, self.shapes)))
        if features:
            raise UnsupportedError(*features)
        legs, prices = _leg_prices(self.shapes), _left_out_prices(self.case, self.shapes)
        duration, vehicle = self.shapes.duration_price, self.shapes.technician_price
        self.unit = int(np.gcd.reduce([*np.unique(legs), *np.unique(prices), duration, vehicle])) or 1
        self.leg: Int = legs // self.unit
        self.duration_price = duration // self.unit
        self.vehicle_price = vehicle // self.unit
        mandatory = self.shapes.mandatory
        self.left_out = [
            None if must else int(price) // self.unit for must, price in zip(mandatory, prices, strict=True)
        ]

    def plan(self, routes: dict[int, list[int]]) -> Plan:
        """Routes (shift to tickets in order) as a plan without times."""
        problem, served = self.case.problem, {v for route in routes.values() for v in route}
        return Plan.from_dict(
            {
                "routes": [
                    {
                        "technician": self.case.technician_of(s).id,
                        "shift": self.case.shifts[s].number,
                        "stops": [{"kind": "ticket", "ticket": problem.tickets[v].id} for v in route],
                    }
                    for s, route in sorted(routes.items())
                    if route
                ],
                "unassigned": [{"ticket": t.id} for v, t in enumerate(problem.tickets) if v not in served],
            }
        )


def _in_the_way(case: Case, shapes: Shapes) -> Iterator[str]:
    """Features in use that plain routing lacks."""
    if case.mode == "sla_first":
        yield "mode sla_first"
    if any(shapes.breaks):
        yield "breaks"
    if (shapes.latest_end > shapes.end).any():
        yield "overtime"
    if (shapes.due < NEVER).any():
        yield "soft deadlines"
    if shapes.likely and shapes.second_visit_price:
        yield "likely parts"
    if shapes.assign_price.any():
        yield "preferences"
    if any(len(windows) != 1 for windows in shapes.windows):
        yield "several time windows"
    if (shapes.end_place < 0).any():
        yield "routes that end anywhere"
    if len(set(shapes.technician.tolist())) < shapes.num_shifts and shapes.technician_price:
        yield "a price per technician with several shifts"


def _leg_prices(shapes: Shapes) -> Int:
    legs: Int = shapes.travel.astype(np.int64) * shapes.travel_price
    if shapes.metres is not None and shapes.metre_price:
        legs = legs + shapes.metres.astype(np.int64) * shapes.metre_price
    return legs


def _left_out_prices(case: Case, shapes: Shapes) -> Int:
    if case.mode == "working_time":
        return shapes.unassigned_points // POINTS * UNSERVED_SECONDS * shapes.duration_price
    return shapes.unassigned_cost
