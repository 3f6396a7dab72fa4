"""PyVRP as a solver of the runs: capacities, hard windows, optional tickets, several depots.

Tuned as its documents say: the defaults, one thread. Vehicles that are alike become one vehicle type. Pairs of
vehicle and client that are closed are refused: they would be legs of enormous length in a matrix per vehicle
type, and in our trials version 0.14 then found no feasible plan of skill-rich days, or did not end in time.
"""

from __future__ import annotations

from importlib import import_module, metadata
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.errors import BenchmarkError, UnsupportedError
from benchmarks.solvers.plain import PlainProblem
from benchmarks.solvers.solver import Note
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.travel.times import UNREACHABLE

BEYOND_ALL = 1 << 40
"""A price and a moment beyond every plan and every horizon."""


class PyVRP:
    """The package ``pyvrp``."""

    def version(self) -> str:
        _pyvrp("")
        return f"pyvrp {metadata.version('pyvrp')}"

    def prepare(self) -> None:
        """Nothing to compile."""

    def solve(self, problem: Problem, time_limit: float, seed: int, workers: int, note: Note) -> Plan:  # noqa: ARG002
        start = perf_counter()
        plain = PlainProblem(problem)
        refuse_closed(plain)
        data, types = _data(plain)
        left = max(0.1, time_limit - (perf_counter() - start))
        stop = _Noting(_pyvrp(".stop").MaxRuntime(left), start, note, plain.unit)
        result = _pyvrp("").solve(data, stop, seed=seed, display=False)
        return plain.plan(_routes(result.best, types))


def refuse_closed(plain: PlainProblem) -> None:
    """Raise UnsupportedError where somebody may not serve a ticket, or cannot drive a leg."""
    features = []
    if plain.shapes.closed_by.any():
        features.append("tickets that not every technician may serve")
    if (plain.shapes.travel >= UNREACHABLE).any():
        features.append("places without a way between them")
    if features:
        raise UnsupportedError(*features)


def _pyvrp(module: str) -> Any:
    try:
        return import_module(f"pyvrp{module}")
    except ImportError:
        raise BenchmarkError("pyvrp is not installed; pip install 'dispatch-engine[bench]'") from None


class _Noting:
    """A stopping criterion that also notes each better feasible cost."""

    def __init__(self, inner: Any, start: float, note: Note, unit: int) -> None:
        self.inner, self.start, self.note, self.unit = inner, start, note, unit
        self.best: float | None = None

    def __call__(self, best_cost: float) -> bool:
        if best_cost != self.best and best_cost < BEYOND_ALL:
            self.best = best_cost
            self.note(perf_counter() - self.start, 0.0, best_cost * self.unit / 60_000)
        return bool(self.inner(best_cost))


def _data(plain: PlainProblem) -> tuple[Any, list[list[int]]]:
    """The problem in PyVRP's words, and the shifts of each vehicle type."""
    pyvrp, shapes = _pyvrp(""), plain.shapes
    depots = sorted({*shapes.start_place.tolist(), *shapes.end_place.tolist()})
    places = np.array([*depots, *shapes.place.tolist()])
    zero = (
        min(0, int(shapes.ready.min(initial=0)), *(w[0][0] for w in shapes.windows)) if shapes.windows else 0
    )
    types: dict[bytes, list[int]] = {}
    for shift in range(shapes.num_shifts):
        types.setdefault(_kind(plain, shift), []).append(shift)
    profiles: dict[int, int] = {}
    matrices: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    vehicle_types = []
    for shifts in types.values():
        first = shifts[0]
        kind = int(shapes.kind[first])
        if kind not in profiles:
            profiles[kind] = len(matrices)
            around = np.ix_(places, places)
            matrices.append((plain.leg[kind][around], shapes.travel[kind][around].astype(np.int64)))
        vehicle_types.append(_vehicle_type(plain, shifts, depots, profiles[kind], zero))
    clients = [_client(plain, ticket, len(depots) + ticket, zero) for ticket in range(shapes.num_tickets)]
    data = pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0)] * len(places),
        clients=clients,
        depots=[pyvrp.Depot(location) for location in range(len(depots))],
        vehicle_types=vehicle_types,
        distance_matrices=[prices for prices, _ in matrices],
        duration_matrices=[seconds for _, seconds in matrices],
    )
    return data, list(types.values())


def _kind(plain: PlainProblem, shift: int) -> bytes:
    """Equal for shifts that a vehicle type may hold together."""
    shapes = plain.shapes
    times = (shapes.ready, shapes.latest_end, shapes.start_place, shapes.end_place, shapes.kind)
    numbers = np.array([*(array[shift] for array in times), *shapes.capacity[shift]], np.int64)
    return bytes(numbers.tobytes())


def _vehicle_type(plain: PlainProblem, shifts: list[int], depots: list[int], profile: int, zero: int) -> Any:
    shapes, first = plain.shapes, shifts[0]
    return _pyvrp("").VehicleType(
        num_available=len(shifts),
        capacity=shapes.capacity[first].tolist(),
        start_depot=depots.index(int(shapes.start_place[first])),
        end_depot=depots.index(int(shapes.end_place[first])),
        fixed_cost=plain.vehicle_price,
        tw_early=int(shapes.ready[first]) - zero,
        tw_late=int(shapes.latest_end[first]) - zero,
        unit_duration_cost=plain.duration_price,
        profile=profile,
    )


def _client(plain: PlainProblem, ticket: int, location: int, zero: int) -> Any:
    shapes, left_out = plain.shapes, plain.left_out[ticket]
    opens, closes = shapes.windows[ticket][0]
    return _pyvrp("").Client(
        location,
        delivery=shapes.use[ticket].tolist(),
        service_duration=int(shapes.service[ticket]),
        tw_early=max(0, opens - zero),
        tw_late=min(closes - zero, BEYOND_ALL),
        prize=left_out or 0,
        required=left_out is None,
    )


def _routes(solution: Any, types: list[list[int]]) -> dict[int, list[int]]:
    free = [list(shifts) for shifts in types]
    return {
        free[route.vehicle_type()].pop(0): [stop.idx for stop in route if stop.is_client()]
        for route in solution.routes()
    }
