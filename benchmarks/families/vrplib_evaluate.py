"""VRPLIB variants (site-dependent, multi-depot, prize-collecting, explicit times): reads and judges routes.

Places are numbered from 0, as in the ``.sol`` files: place p is node p + 1 of the ``.vrp`` file.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from benchmarks.families.evaluation import Evaluation, visit_faults
from benchmarks.families.timing import Visit, timing

Sections = dict[str, list[list[str]]]


@dataclass(frozen=True)
class Rounding:
    """Times are multiplied by ``factor``; distances too and then rounded, or else truncated."""

    factor: int
    truncate: bool

    def distance(self, exact: float) -> int:
        """A distance of the plane in whole units."""
        return math.floor(self.factor * exact) if self.truncate else math.floor(self.factor * exact + 0.5)


THOUSANDTHS = Rounding(1000, truncate=False)
TENTHS = Rounding(10, truncate=True)
WHOLE = Rounding(1, truncate=True)


@dataclass(frozen=True)
class Vehicle:
    """One vehicle: where it starts and ends, what it carries, how long it may be out, whom it may visit."""

    depot: int
    capacity: int
    max_duration: int | None
    allowed: frozenset[int] | None


@dataclass(frozen=True)
class VrplibInstance:
    """All times and distances in whole units of the rounding; per place where a list.

    ``prizes`` holds what leaving a client out costs; None: every client must be visited.
    """

    distance: tuple[tuple[int, ...], ...]
    demand: tuple[int, ...]
    opens: tuple[int, ...]
    closes: tuple[int, ...]
    service: tuple[int, ...]
    prizes: tuple[int, ...] | None
    depots: tuple[int, ...]
    vehicles: tuple[Vehicle, ...]

    @property
    def clients(self) -> list[int]:
        """Places that are no depot."""
        return [place for place in range(len(self.demand)) if place not in self.depots]


def parse_vrplib(text: str, rounding: Rounding) -> VrplibInstance:
    """The instance in the text of a ``.vrp`` file."""
    header, sections = _split(text)
    size = int(header["DIMENSION"])
    windows = [(int(a), int(b)) for _, a, b in sections["TIME_WINDOW_SECTION"]]
    prizes = _column(sections, "PRIZE_SECTION", size, None)
    times = _column(sections, "SERVICE_TIME_SECTION", size, header.get("SERVICE_TIME"))
    depots = tuple(int(row[0]) - 1 for row in sections.get("DEPOT_SECTION", [["1"]]) if row[0] != "-1")
    scale = rounding.factor
    service = [0 if place in depots else scale * (times[place] if times else 0) for place in range(size)]
    return VrplibInstance(
        distance=_distances(sections, rounding),
        demand=tuple(_column(sections, "DEMAND_SECTION", size, None) or [0] * size),
        opens=tuple(scale * a for a, _ in windows),
        closes=tuple(scale * b for _, b in windows),
        service=tuple(service),
        prizes=tuple(scale * prize for prize in prizes) if prizes else None,
        depots=depots,
        vehicles=tuple(_vehicles(header, sections, scale)),
    )


def evaluate_vrplib(instance: VrplibInstance, routes: Sequence[Sequence[int]]) -> Evaluation:
    """Total distance plus the prizes of clients left out; route k belongs to vehicle k."""
    clients, used = set(instance.clients), [list(route) for route in routes]
    broken = visit_faults(clients, used, all_needed=instance.prizes is None)
    if len(used) > len(instance.vehicles):
        broken.append(f"{len(used)} routes are given, there are {len(instance.vehicles)} vehicles")
    distance = 0
    for number, (vehicle, route) in enumerate(zip(instance.vehicles, used, strict=False), 1):
        if route and clients.issuperset(route):
            distance += sum(_legs(instance, vehicle, route))
            broken += [f"route {number}: {fault}" for fault in _route_faults(instance, vehicle, route)]
    left_out = clients - {client for route in used for client in route}
    prizes = sum(instance.prizes[client] for client in left_out) if instance.prizes else 0
    parts: dict[str, float] = {
        "distance": distance,
        "prizes": prizes,
        "vehicles": sum(map(bool, used)),
        "left out": len(left_out),
    }
    return Evaluation(distance + prizes, tuple(broken), parts=parts)


def _route_faults(instance: VrplibInstance, vehicle: Vehicle, route: list[int]) -> list[str]:
    faults = []
    load = sum(instance.demand[client] for client in route)
    if load > vehicle.capacity:
        faults.append(f"carries {load}, more than {vehicle.capacity}")
    if vehicle.allowed is not None:
        faults += [f"may not visit client {client}" for client in route if client not in vehicle.allowed]
    visits = [Visit(f"client {c}", instance.opens[c], instance.closes[c], instance.service[c]) for c in route]
    depot = vehicle.depot
    times = timing(instance.opens[depot], visits, _legs(instance, vehicle, route), instance.closes[depot])
    faults += times.broken
    if vehicle.max_duration is not None and times.duration > vehicle.max_duration:
        faults.append(f"lasts {times.duration:g}, more than {vehicle.max_duration}")
    return faults


def _legs(instance: VrplibInstance, vehicle: Vehicle, route: list[int]) -> list[int]:
    stops = [vehicle.depot, *route, vehicle.depot]
    return [instance.distance[a][b] for a, b in pairwise(stops)]


def _split(text: str) -> tuple[dict[str, str], Sections]:
    header: dict[str, str] = {}
    sections: Sections = {}
    rows: list[list[str]] = []
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        if line.strip().endswith("_SECTION"):
            rows = sections.setdefault(line.strip(), [])
        elif colon:
            header[key.strip()] = value.strip()
        elif line.strip() not in ("", "EOF"):
            rows.append(line.split())
    return header, sections


def _column(sections: Sections, name: str, size: int, common: str | None) -> list[int]:
    """The values of a section by place; ``common`` for all where there is no section; else empty."""
    if name in sections:
        return [int(row[1]) for row in sections[name]]
    return [] if common is None else [int(common)] * size


def _distances(sections: Sections, rounding: Rounding) -> tuple[tuple[int, ...], ...]:
    if "EDGE_WEIGHT_SECTION" in sections:
        return tuple(tuple(int(cell) for cell in row) for row in sections["EDGE_WEIGHT_SECTION"])
    points = [(float(row[1]), float(row[2])) for row in sections["NODE_COORD_SECTION"]]
    return tuple(tuple(rounding.distance(math.dist(a, b)) for b in points) for a in points)


def _vehicles(header: dict[str, str], sections: Sections, scale: int) -> list[Vehicle]:
    limit = header.get("VEHICLES_MAX_DURATION")
    found = []
    for index in range(int(header["VEHICLES"])):
        capacity = header["CAPACITY"] if "CAPACITY" in header else sections["CAPACITY_SECTION"][index][1]
        depot = sections["VEHICLES_DEPOT_SECTION"][index][1] if "VEHICLES_DEPOT_SECTION" in sections else "1"
        allowed = sections.get("VEHICLES_ALLOWED_CLIENTS_SECTION")
        found.append(
            Vehicle(
                depot=int(depot) - 1,
                capacity=int(capacity),
                max_duration=None if limit is None else scale * int(limit),
                allowed=frozenset(int(node) - 1 for node in allowed[index][1:]) if allowed else None,
            )
        )
    return found
