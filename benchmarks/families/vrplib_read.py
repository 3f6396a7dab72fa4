"""Site-dependent, multi-depot and prize-collecting VRPTW and the EURO-NeurIPS days as families."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from benchmarks.errors import UnsupportedError
from benchmarks.families import words
from benchmarks.families.evaluation import Evaluation
from benchmarks.families.family import Family, numbered_routes
from benchmarks.families.solution_file import parse_solution
from benchmarks.families.vrplib_evaluate import (
    TENTHS,
    THOUSANDTHS,
    WHOLE,
    Rounding,
    Vehicle,
    VrplibInstance,
    evaluate_vrplib,
    parse_vrplib,
)
from benchmarks.instances import read_text
from dispatch_engine.model.plan import Plan

PYVRP_INSTANCES = "github.com/PyVRP/Instances, folder "


class VrplibFamily(Family):
    """What the four sets share; ``units_per_second`` whole units of the set are a second of the problem."""

    rounding: ClassVar[Rounding]
    units_per_second: ClassVar[int] = 1
    suffixes = (".vrp", ".txt.gz")

    def stored(self, folder: Path, name: str) -> Evaluation | None:
        path = folder / "instances" / f"{name}.sol"
        if not path.exists():
            return None
        return evaluate_vrplib(self.parsed(folder, name), parse_solution(read_text(path)))

    def problem(self, folder: Path, name: str) -> dict[str, Any]:
        instance = self.parsed(folder, name)
        technicians = [self.technician(instance, k, v) for k, v in enumerate(instance.vehicles, 1)]
        tickets = [self.ticket(instance, client) for client in instance.clients]
        return words.problem(name, technicians, tickets, self.travel(instance), self.prices())

    def judge(self, folder: Path, name: str, plan: Plan) -> Evaluation:
        instance, routes = self.parsed(folder, name), numbered_routes(plan)
        return evaluate_vrplib(instance, [routes.get(k, []) for k in range(1, len(instance.vehicles) + 1)])

    def parsed(self, folder: Path, name: str) -> VrplibInstance:
        """The instance as the evaluator reads it."""
        return parse_vrplib(read_text(self.path(folder, name)), self.rounding)

    def seconds(self, units: int) -> int:
        """Whole units as seconds, rounded up."""
        return -(-units // self.units_per_second)

    def travel(self, instance: VrplibInstance) -> dict[str, Any]:
        """Seconds rounded up; where that loses something, the whole units as metres too."""
        seconds = [[self.seconds(units) for units in row] for row in instance.distance]
        return words.matrix(seconds, instance.distance if self.units_per_second > 1 else None)

    def prices(self) -> dict[str, float]:
        """One cent per whole unit of distance."""
        if self.units_per_second > 1:
            return {"km": words.CENTS_PER_KM}
        return {"travel_minute": 60}

    def technician(self, instance: VrplibInstance, number: int, vehicle: Vehicle) -> dict[str, Any]:
        """A vehicle with its load, depot and longest duration."""
        depot = vehicle.depot
        opens, closes = self.seconds(instance.opens[depot]), instance.closes[depot] // self.units_per_second
        found = words.technician(number, depot, opens, closes)
        found["van_stock"] = {words.LOAD: vehicle.capacity}
        if vehicle.max_duration is not None:
            raise UnsupportedError(
                "a longest duration of routes that counts waiting (max_work_minutes does not)"
            )
        return found

    def ticket(self, instance: VrplibInstance, client: int) -> dict[str, Any]:
        """A client with its load, its price of being left out, and the vehicles that may come."""
        closes = instance.closes[client] // self.units_per_second
        found = words.ticket(
            client,
            client,
            self.seconds(instance.opens[client]),
            closes,
            self.seconds(instance.service[client]),
        )
        if instance.demand[client]:
            found["required_parts"] = {words.LOAD: instance.demand[client]}
        if instance.prizes is not None:
            found |= {"mandatory": False, "unassigned_price": instance.prizes[client]}
        allowed = [k for k, v in enumerate(instance.vehicles, 1) if v.allowed is None or client in v.allowed]
        if len(allowed) < len(instance.vehicles):
            found["required_technicians"] = [f"T{k}" for k in allowed]
        return found


class SiteDependent(VrplibFamily):
    """A client admits only some vehicles: skills."""

    name = "sdvrptw"
    folder = "sdvrptw"
    objective = "least total distance, in thousandths; each client admits only some vehicles"
    scale = "1 unit = 100 s, legs rounded up to the second (0.01 unit); priced in thousandths"
    origin = PYVRP_INSTANCES + "SDVRPTW"
    rounding = THOUSANDTHS
    units_per_second = 10


class MultiDepot(VrplibFamily):
    """Several bases, each with its vehicles."""

    name = "mdvrptw"
    folder = "mdvrptw"
    objective = "least total distance, in thousandths; every vehicle returns to its own depot"
    scale = SiteDependent.scale
    origin = PYVRP_INSTANCES + "MDVRPTW"
    rounding = THOUSANDTHS
    units_per_second = 10


class PrizeCollecting(VrplibFamily):
    """Clients are optional at the price of their prize."""

    name = "pcvrptw"
    folder = "pcvrptw"
    objective = "least total distance plus prizes of the clients left out, in tenths, distances truncated"
    scale = "a tenth of a unit = 1 s: nothing is rounded"
    origin = PYVRP_INSTANCES + "PCVRPTW"
    rounding = TENTHS


class EuroNeurips(VrplibFamily):
    """Real asymmetric road times of one city day, static version."""

    name = "euro_neurips_2022"
    folder = "euro_neurips_2022"
    objective = "least total travel time in seconds, from the file's asymmetric matrix"
    scale = "the file's whole seconds: nothing is rounded"
    origin = "github.com/ortec/euro-neurips-vrp-2022-quickstart, instances (CC BY-NC 4.0)"
    suffixes = (".txt.gz", ".txt")
    rounding = WHOLE
