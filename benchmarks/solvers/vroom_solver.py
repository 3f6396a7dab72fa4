"""VROOM as a solver of the runs, through the package ``pyvroom``.

Driven as its documents say: exploration level 5, the highest; all threads; the time limit as its own (the first
heuristics do not look at it, so large days run over). Its objective is fixed: the largest sum of priorities 0 to
100, then the most tickets, then the least cost. So it knows SLA points as a tier, but cannot weigh a ticket against
travel.
"""

from __future__ import annotations

from datetime import timedelta
from functools import reduce
from importlib import import_module, metadata
from math import gcd
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.errors import BenchmarkError, UnsupportedError
from benchmarks.solvers.plain import BREAKS, CLOSED_PAIRS, ENDS_ANYWHERE, SEVERAL_WINDOWS, PlainProblem
from benchmarks.solvers.solver import Note
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.shapes import Shapes

ABLE = frozenset({BREAKS, CLOSED_PAIRS, ENDS_ANYWHERE, SEVERAL_WINDOWS})
EXPLORATION = 5
HIGHEST_PRIORITY = 100
LARGEST = (1 << 32) - 1
"""Times and prices of VROOM's matrices have 32 bits."""


class Vroom:
    """The package ``pyvroom``."""

    def version(self) -> str:
        _vroom()
        return f"pyvroom {metadata.version('pyvroom')}"

    def prepare(self) -> None:
        """Nothing to compile."""

    def solve(self, problem: Problem, time_limit: float, seed: int, workers: int, note: Note) -> Plan:  # noqa: ARG002 (it has no seed, and tells nothing on the way)
        start = perf_counter()
        plain = PlainProblem(problem, ABLE)
        model = _input(plain)
        left = max(0.1, time_limit - (perf_counter() - start))
        found = model.solve(
            exploration_level=EXPLORATION, nb_threads=workers, timeout=timedelta(seconds=left)
        )
        return plain.plan(_routes(found))


def _vroom() -> Any:
    try:
        return import_module("vroom")
    except ImportError:
        raise BenchmarkError("pyvroom is not installed; pip install 'dispatch-engine[bench]'") from None


def priorities(shapes: Shapes) -> list[int]:
    """VROOM's priority of each ticket: its SLA points, brought to 0 to 100.

    Raises
    ------
    UnsupportedError : where its fixed order of tiers is another than the problem's.
    """
    points, mandatory = shapes.unassigned_points, shapes.mandatory
    if shapes.unassigned_cost[~mandatory].any():
        raise UnsupportedError("a price of leaving a ticket out that is weighed against travel")
    if mandatory.any() and not mandatory.all():
        raise UnsupportedError("mandatory tickets beside others")
    if mandatory.all() or not shapes.num_tickets:
        return [0] * shapes.num_tickets
    unit = reduce(gcd, points.tolist())
    if (points == 0).any() or points.max() // unit > HIGHEST_PRIORITY:
        raise UnsupportedError(f"SLA points that no priorities 1 to {HIGHEST_PRIORITY} are in proportion to")
    return [int(value) // unit for value in points]


def _input(plain: PlainProblem) -> Any:
    vroom, shapes = _vroom(), plain.shapes
    model = vroom.Input()
    _set_matrices(model, plain)
    asked, had = plain.skills()
    limits = shapes.use.shape[1]
    for ticket, priority in enumerate(priorities(shapes)):
        windows = plain.windows(ticket)
        if not windows:
            continue
        model.add_job(
            vroom.Job(
                ticket,
                location=int(shapes.place[ticket]),
                default_service=int(shapes.service[ticket]),
                delivery=shapes.use[ticket].tolist() if limits else (),
                skills={asked[ticket]},
                priority=priority,
                time_windows=windows,
            )
        )
    for shift in range(shapes.num_shifts):
        model.add_vehicle(_vehicle(plain, shift, had[shift]))
    return model


def _set_matrices(model: Any, plain: PlainProblem) -> None:
    """Seconds, and prices in their common unit, per kind of travel."""
    unit = int(np.gcd.reduce([*np.unique(plain.leg), plain.vehicle_price])) or 1
    if plain.leg.max(initial=0) // unit > LARGEST or plain.vehicle_price // unit > LARGEST:
        raise UnsupportedError("prices beyond 32 bits")
    for kind, seconds in enumerate(plain.shapes.travel):
        model.set_durations_matrix(str(kind), seconds)
        model.set_costs_matrix(str(kind), plain.leg[kind] // unit)


def _vehicle(plain: PlainProblem, shift: int, skills: set[int]) -> Any:
    vroom, shapes = _vroom(), plain.shapes
    end = int(shapes.end_place[shift])
    unit = int(np.gcd.reduce([*np.unique(plain.leg), plain.vehicle_price])) or 1
    return vroom.Vehicle(
        shift,
        start=int(shapes.start_place[shift]),
        end=None if end < 0 else end,
        profile=str(int(shapes.kind[shift])),
        capacity=shapes.capacity[shift].tolist(),
        skills=skills,
        time_window=(int(shapes.ready[shift]) - plain.zero, int(shapes.latest_end[shift]) - plain.zero),
        breaks=[
            vroom.Break(number, time_windows=[(earliest, latest)], service=seconds)
            for number, (earliest, latest, seconds) in enumerate(plain.breaks(shift))
        ],
        costs=vroom.VehicleCosts(fixed=plain.vehicle_price // unit),
    )


def _routes(found: Any) -> dict[int, list[int]]:
    steps = found.routes
    jobs = steps[steps["type"] == "job"]
    routes: dict[int, list[int]] = {}
    for shift, ticket in zip(jobs["vehicle_id"].tolist(), jobs["id"].tolist(), strict=True):
        routes.setdefault(int(shift), []).append(int(ticket))
    return routes
