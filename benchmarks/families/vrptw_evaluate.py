"""VRPTW in Solomon's text format: reads an instance and judges routes under both published conventions."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.families.evaluation import Evaluation, visit_faults
from benchmarks.families.timing import Visit, timing

_NUMBERS = re.compile(r"(\s*-?\d+(\.\d*)?)+\s*")


@dataclass(frozen=True)
class Customer:
    """A row of the file; row 0 is the depot."""

    x: float
    y: float
    demand: float
    opens: float
    closes: float
    service: float


@dataclass(frozen=True)
class VrptwInstance:
    """Rows in the file's order, so many vehicles of one capacity."""

    rows: tuple[Customer, ...]
    vehicles: int
    capacity: float

    def tenths(self, origin: int, goal: int) -> int:
        """Euclidean distance in tenths, truncated: the DIMACS and CVRPLIB convention."""
        return math.floor(10 * self.exact(origin, goal))

    def exact(self, origin: int, goal: int) -> float:
        """Euclidean distance in double precision: the SINTEF convention."""
        a, b = self.rows[origin], self.rows[goal]
        return math.hypot(a.x - b.x, a.y - b.y)


def parse_vrptw(text: str) -> VrptwInstance:
    """The instance in the text of a Solomon or Gehring-Homberger file."""
    numbers = [[float(word) for word in line.split()] for line in text.splitlines() if _is_numeric(line)]
    fleet = next(row for row in numbers if len(row) == 2)
    rows = tuple(Customer(*row[1:]) for row in numbers if len(row) == 7)
    return VrptwInstance(rows, int(fleet[0]), fleet[1])


def evaluate_truncated(instance: VrptwInstance, routes: Sequence[Sequence[int]]) -> Evaluation:
    """Total distance, every distance and travel time truncated to one decimal; any number of vehicles."""
    tenths = [[instance.tenths(a, b) for a, b in _legs(route)] for route in routes if route]
    exact_sum = sum(sum(legs) for legs in tenths) / 10
    return _evaluation(instance, routes, [[leg / 10 for leg in legs] for legs in tenths], exact_sum, 0)


def evaluate_hierarchical(instance: VrptwInstance, routes: Sequence[Sequence[int]]) -> Evaluation:
    """First the number of vehicles, then total distance, in double precision."""
    legs = [[instance.exact(a, b) for a, b in _legs(route)] for route in routes if route]
    return _evaluation(instance, routes, legs, sum(sum(route) for route in legs), len(legs))


def _evaluation(
    instance: VrptwInstance,
    routes: Sequence[Sequence[int]],
    legs: list[list[float]],
    distance: float,
    vehicles: int,
) -> Evaluation:
    used = [list(route) for route in routes if route]
    broken = visit_faults(set(range(1, len(instance.rows))), used)
    if len(used) > instance.vehicles:
        broken.append(f"{len(used)} vehicles are used, there are {instance.vehicles}")
    depot = instance.rows[0]
    for number, (route, route_legs) in enumerate(zip(used, legs, strict=True), 1):
        load = sum(instance.rows[c].demand for c in route)
        if load > instance.capacity:
            broken.append(f"route {number} carries {load:g}, more than {instance.capacity:g}")
        visits = [_visit(instance, customer) for customer in route]
        times = timing(depot.opens, visits, route_legs, depot.closes)
        broken += [f"route {number}: {fault}" for fault in times.broken]
    return Evaluation(distance, tuple(broken), vehicles, parts={"vehicles": len(used)})


def _visit(instance: VrptwInstance, customer: int) -> Visit:
    row = instance.rows[customer]
    return Visit(f"customer {customer}", row.opens, row.closes, row.service)


def _legs(route: Sequence[int]) -> list[tuple[int, int]]:
    return list(zip([0, *route], [*route, 0], strict=True))


def _is_numeric(line: str) -> bool:
    return bool(_NUMBERS.fullmatch(line))
