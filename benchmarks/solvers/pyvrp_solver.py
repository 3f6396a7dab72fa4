"""PyVRP as a solver of the runs: capacities, hard windows, optional tickets, several depots.

Driven as its documents say: the defaults, one thread. Vehicles that are alike become one vehicle type. Who may serve
whom is said by routing profiles, as its tutorial on access restrictions does: a vehicle's legs from and to a client
that is closed to it are longer than the day. So each combination of skills needs matrices of its own; where they
would fill too much memory, the day is refused.
"""

from __future__ import annotations

from importlib import import_module, metadata
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.errors import BenchmarkError, UnsupportedError
from benchmarks.solvers.plain import CLOSED_PAIRS, ROUTE_LENGTH, PlainProblem
from benchmarks.solvers.solver import Note
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem

ABLE = frozenset({CLOSED_PAIRS, ROUTE_LENGTH})
FAR = 10
"""Prices of closed legs, in prices of the dearest open one."""
MOST_BYTES = 5_000_000_000
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
        plain = PlainProblem(problem, ABLE)
        data, types = _data(plain)
        left = max(0.1, time_limit - (perf_counter() - start))
        stop = _Noting(_pyvrp(".stop").MaxRuntime(left), start, note, plain.unit)
        result = _pyvrp("").solve(data, stop, seed=seed, display=False)
        return plain.plan(_routes(result.best, types))


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
    zero = plain.zero
    types: dict[bytes, list[int]] = {}
    for shift in range(shapes.num_shifts):
        types.setdefault(_kind(plain, shift), []).append(shift)
    profiles: dict[bytes, int] = {}
    matrices: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    vehicle_types = []
    _refuse_large(len({_profile(plain, shifts[0]) for shifts in types.values()}), len(places))
    for shifts in types.values():
        profile = _profile(plain, shifts[0])
        if profile not in profiles:
            profiles[profile] = len(matrices)
            matrices.append(_matrices(plain, shifts[0], places, len(depots)))
        vehicle_types.append(_vehicle_type(plain, shifts, depots, profiles[profile], zero))
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


def _profile(plain: PlainProblem, shift: int) -> bytes:
    """Equal for shifts that travel alike and may serve the same tickets."""
    closed = plain.shapes.closed_by[shift] != 0
    return bytes(plain.shapes.kind[shift].tobytes() + closed.tobytes())


def _refuse_large(profiles: int, places: int) -> None:
    needed = 2 * 8 * profiles * places**2
    if needed > MOST_BYTES:
        raise UnsupportedError(f"{profiles} kinds of technicians: matrices of {needed / 1e9:.1f} GB")


def _matrices(
    plain: PlainProblem, shift: int, places: NDArray[np.int64], depots: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Prices and seconds between places; legs from and to tickets that are closed for ``shift`` are far."""
    shapes, around = plain.shapes, np.ix_(places, places)
    kind = int(shapes.kind[shift])
    prices, seconds = plain.leg[kind][around], shapes.travel[kind][around].astype(np.int64)
    closed = depots + np.flatnonzero(shapes.closed_by[shift])
    for matrix, far in ((prices, FAR * int(plain.leg.max(initial=0))), (seconds, 2 * plain.horizon + 1)):
        matrix[closed, :] = far
        matrix[:, closed] = far
        np.fill_diagonal(matrix, 0)
    return prices, seconds


def _kind(plain: PlainProblem, shift: int) -> bytes:
    """Equal for shifts that a vehicle type may hold together."""
    shapes = plain.shapes
    times = (shapes.ready, shapes.latest_end, shapes.start_place, shapes.end_place, shapes.kind)
    numbers = np.array([*(array[shift] for array in times), *shapes.capacity[shift]], np.int64)
    return bytes(numbers.tobytes()) + _profile(plain, shift)


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
        tw_late=max(0, min(closes - zero, BEYOND_ALL)),
        prize=left_out or 0,
        required=left_out is None,
    )


def _routes(solution: Any, types: list[list[int]]) -> dict[int, list[int]]:
    free = [list(shifts) for shifts in types]
    return {
        free[route.vehicle_type()].pop(0): [stop.idx for stop in route if stop.is_client()]
        for route in solution.routes()
    }
