"""VRPTW (Solomon, Gehring and Homberger) as families, under both published conventions."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from benchmarks.families import words
from benchmarks.families.evaluation import Evaluation
from benchmarks.families.family import Family, numbered_routes, solomon_class
from benchmarks.families.solution_file import parse_solution
from benchmarks.families.vrptw_evaluate import (
    VrptwInstance,
    evaluate_hierarchical,
    evaluate_truncated,
    parse_vrptw,
)
from benchmarks.instances import read_text, rows
from dispatch_engine.model.plan import Plan

SECONDS_PER_TENTH = 1
SECONDS_PER_UNIT = 20
"""The longest horizon, 7,697 units, then still fits into a shift of 48 hours."""
METRES_PER_UNIT = 1000


class VrptwFamily(Family):
    """What both conventions share."""

    def class_of(self, name: str) -> str:
        return solomon_class(name)

    def parsed(self, folder: Path, name: str) -> VrptwInstance:
        """The instance as the evaluator reads it."""
        return parse_vrptw(read_text(self.path(folder, name)))


class Truncated(VrptwFamily):
    """Total distance, truncated to one decimal."""

    objective = "least total distance; distances and travel times truncated to one decimal"
    scale = "a tenth of a unit = 1 s: nothing is rounded"
    value_per_cost = 0.1

    def problem(self, folder: Path, name: str) -> dict[str, Any]:
        instance = self.parsed(folder, name)
        travel = words.matrix(_tenths(instance))
        return _problem(name, instance, 10 * SECONDS_PER_TENTH, travel, travel_minute=60)

    def judge(self, folder: Path, name: str, plan: Plan) -> Evaluation:
        return evaluate_truncated(self.parsed(folder, name), list(numbered_routes(plan).values()))


class Hierarchical(VrptwFamily):
    """First the number of vehicles, then distance in double precision."""

    objective = "fewest vehicles, then least total distance in double precision"
    scale = "1 unit = 20 s, legs rounded up to the second (0.05 unit); priced in thousandths of a unit"
    first = "vehicles"
    values = "bks_hierarchical.csv"
    value_per_cost = None

    def problem(self, folder: Path, name: str) -> dict[str, Any]:
        instance = self.parsed(folder, name)
        size = range(len(instance.rows))
        exact = [[instance.exact(a, b) for b in size] for a in size]
        seconds = [[math.ceil(SECONDS_PER_UNIT * d - 1e-6) for d in row] for row in exact]
        metres = [[round(METRES_PER_UNIT * d) for d in row] for row in exact]
        # More than the longest sensible plan, a route for each customer, so that a vehicle less always wins.
        prices = {"km": words.CENTS_PER_KM, "technician_used": 2 * sum(metres[0])}
        return _problem(name, instance, SECONDS_PER_UNIT, words.matrix(seconds, metres), **prices)

    def judge(self, folder: Path, name: str, plan: Plan) -> Evaluation:
        return evaluate_hierarchical(self.parsed(folder, name), list(numbered_routes(plan).values()))


class Solomon(Truncated):
    """100 customers."""

    name = "vrptw_solomon"
    folder = "vrptw_solomon"
    origin = "github.com/VROOM-Project/vroom-scripts, benchmarks/VRPTW/solomon"

    def stored(self, folder: Path, name: str) -> Evaluation | None:
        found = (row["customers"] for row in rows(folder / "bks_routes.csv") if row["instance"] == name)
        routes = [[int(customer) for customer in customers.split()] for customers in found]
        return evaluate_truncated(self.parsed(folder, name), routes) if routes else None


class GehringHomberger(Truncated):
    """200 to 1,000 customers."""

    name = "vrptw_gh"
    folder = "vrptw_gh"
    origin = "github.com/VROOM-Project/vroom-scripts, benchmarks/VRPTW/homberger_*"

    def stored(self, folder: Path, name: str) -> Evaluation | None:
        path = folder / "solutions" / f"{name}.sol"
        if not path.exists():
            return None
        return evaluate_truncated(self.parsed(folder, name), parse_solution(read_text(path)))


class SolomonHierarchical(Hierarchical):
    """100 customers, vehicles first."""

    name = "vrptw_solomon_hierarchical"
    folder = Solomon.folder
    origin = Solomon.origin


class GehringHombergerHierarchical(Hierarchical):
    """200 to 1,000 customers, vehicles first."""

    name = "vrptw_gh_hierarchical"
    folder = GehringHomberger.folder
    origin = GehringHomberger.origin


def _tenths(instance: VrptwInstance) -> list[list[int]]:
    size = range(len(instance.rows))
    return [[SECONDS_PER_TENTH * instance.tenths(a, b) for b in size] for a in size]


def _problem(
    name: str, instance: VrptwInstance, seconds_per_unit: int, travel: dict[str, Any], **prices: float
) -> dict[str, Any]:
    def seconds(units: float) -> int:
        return round(seconds_per_unit * units)

    depot = instance.rows[0]
    technicians = []
    for number in range(1, instance.vehicles + 1):
        vehicle = words.technician(number, 0, seconds(depot.opens), seconds(depot.closes))
        technicians.append({**vehicle, "van_stock": {words.LOAD: int(instance.capacity)}})
    tickets = []
    for number, row in enumerate(instance.rows[1:], 1):
        job = words.ticket(number, number, seconds(row.opens), seconds(row.closes), seconds(row.service))
        tickets.append({**job, "required_parts": {words.LOAD: int(row.demand)}})
    return words.problem(name, technicians, tickets, travel, dict(prices))
