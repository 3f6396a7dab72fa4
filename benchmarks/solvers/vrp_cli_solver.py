"""reinterpretcat/vrp as a solver of the runs, through the package ``vrp-cli`` and its pragmatic format.

Driven as its documents say: the default heuristic, all threads in one pool, and the time limit as its termination;
objectives tier by tier: value of the tickets served, then tickets, then cost. It takes no seed. Loads have at most
eight kinds. Its breaks are soft: it may leave one out, so a route that we cannot give its break is refused by our
checker.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from importlib import import_module, metadata
from time import perf_counter
from typing import Any

from benchmarks.errors import BenchmarkError, UnsupportedError
from benchmarks.solvers.plain import BREAKS, CLOSED_PAIRS, ENDS_ANYWHERE, SEVERAL_WINDOWS, PlainProblem
from benchmarks.solvers.solver import Note
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.shapes import POINTS

ABLE = frozenset({BREAKS, CLOSED_PAIRS, ENDS_ANYWHERE, SEVERAL_WINDOWS})
MOST_LIMITS = 8
BEGIN = datetime(2000, 1, 1, tzinfo=UTC)
BREAK_WEIGHT = 1000
"""Weight of a break left out, in tickets and in value: breaks are hard with us."""


class VrpCli:
    """The package ``vrp-cli``."""

    def version(self) -> str:
        _vrp_cli()
        return f"vrp-cli {metadata.version('vrp-cli')}"

    def prepare(self) -> None:
        """Nothing to compile."""

    def solve(self, problem: Problem, time_limit: float, seed: int, workers: int, note: Note) -> Plan:  # noqa: ARG002 (it has no seed, and tells nothing on the way)
        start = perf_counter()
        plain = PlainProblem(problem, ABLE)
        text, matrices = json.dumps(pragmatic(plain)), [json.dumps(matrix) for matrix in _matrices(plain)]
        left = max(1, int(time_limit - (perf_counter() - start)))
        config = {
            "termination": {"maxTime": left},
            "environment": {
                "parallelism": {"numThreadPools": 1, "threadsPerPool": workers},
                "logging": {"enabled": False},
            },
            "telemetry": {"progress": {"enabled": False}},
        }
        found = json.loads(_vrp_cli().solve_pragmatic(text, matrices, json.dumps(config)))
        return plain.plan(_routes(found))


def _vrp_cli() -> Any:
    try:
        return import_module("vrp_cli")
    except ImportError:
        raise BenchmarkError(
            "vrp-cli is not installed; pip install 'dispatch-engine[bench]' (wheels exist for Python 3.11 and 3.12)"
        ) from None


def pragmatic(plain: PlainProblem) -> dict[str, Any]:
    """The problem in the pragmatic format.

    Raises
    ------
    UnsupportedError : where its loads or its tiers cannot say it.
    """
    shapes = plain.shapes
    if shapes.use.shape[1] > MOST_LIMITS:
        raise UnsupportedError(f"more than {MOST_LIMITS} kinds of parts and limits")
    if shapes.unassigned_cost[~shapes.mandatory].any():
        raise UnsupportedError("a price of leaving a ticket out that is weighed against travel")
    if shapes.mandatory.any() and not shapes.mandatory.all():
        raise UnsupportedError("mandatory tickets beside others")
    asked, had = plain.skills()
    return {
        "plan": {"jobs": [_job(plain, v, asked[v]) for v in range(shapes.num_tickets) if plain.windows(v)]},
        "fleet": {
            "vehicles": [_vehicle(plain, s, had[s]) for s in range(shapes.num_shifts)],
            "profiles": [{"name": str(kind)} for kind in range(len(shapes.travel))],
        },
        "objectives": _objectives(plain),
    }


def _objectives(plain: PlainProblem) -> list[list[dict[str, Any]]]:
    unassigned: dict[str, Any] = {"type": "minimize-unassigned"}
    if any(plain.shapes.breaks):
        unassigned["breaks"] = BREAK_WEIGHT
    tiers: list[list[dict[str, Any]]] = [[unassigned], [{"type": "minimize-cost"}]]
    if plain.shapes.unassigned_points.any():
        tiers.insert(0, [{"type": "maximize-value", "breaks": BREAK_WEIGHT}])
    return tiers


def _job(plain: PlainProblem, ticket: int, skill: int) -> dict[str, Any]:
    shapes = plain.shapes
    place = {
        "location": {"index": int(shapes.place[ticket])},
        "duration": int(shapes.service[ticket]),
        "times": [[_moment(a), _moment(b)] for a, b in plain.windows(ticket)],
    }
    task: dict[str, Any] = {"places": [place]}
    job: dict[str, Any] = {"id": str(ticket), "skills": {"allOf": [str(skill)]}}
    if shapes.use[ticket].any():
        job["deliveries"] = [{**task, "demand": shapes.use[ticket].tolist()}]
    else:
        job["services"] = [task]
    if shapes.unassigned_points[ticket]:
        job["value"] = float(shapes.unassigned_points[ticket]) / POINTS
    return job


def _vehicle(plain: PlainProblem, shift: int, skills: set[int]) -> dict[str, Any]:
    shapes, zero = plain.shapes, plain.zero
    start, end = int(shapes.start_place[shift]), int(shapes.end_place[shift])
    ready, latest = int(shapes.ready[shift]) - zero, int(shapes.latest_end[shift]) - zero
    duty: dict[str, Any] = {"start": {"earliest": _moment(ready), "location": {"index": start}}}
    if end >= 0:
        duty["end"] = {"latest": _moment(latest), "location": {"index": end}}
    if shapes.breaks[shift]:
        duty["breaks"] = [
            {"time": [_moment(a), _moment(b)], "places": [{"duration": seconds}]}
            for a, b, seconds in plain.breaks(shift)
        ]
    return {
        "typeId": f"type {shift}",
        "vehicleIds": [str(shift)],
        "profile": {"matrix": str(int(shapes.kind[shift]))},
        "costs": {"fixed": float(plain.vehicle_price), "distance": 1.0, "time": 0.0},
        "shifts": [duty],
        "capacity": shapes.capacity[shift].tolist() or [0],
        "skills": [str(skill) for skill in sorted(skills)],
    }


def _matrices(plain: PlainProblem) -> list[dict[str, Any]]:
    """Seconds as travel times, prices as distances, whose cost per unit is 1."""
    return [
        {
            "profile": str(kind),
            "travelTimes": seconds.ravel().tolist(),
            "distances": plain.leg[kind].ravel().tolist(),
        }
        for kind, seconds in enumerate(plain.shapes.travel)
    ]


def _moment(seconds: int) -> str:
    return (BEGIN + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _routes(found: dict[str, Any]) -> dict[int, list[int]]:
    """Vehicle to jobs in order."""
    kinds = ("service", "delivery")
    return {
        int(tour["vehicleId"]): [
            int(activity["jobId"])
            for stop in tour["stops"]
            for activity in stop["activities"]
            if activity["type"] in kinds
        ]
        for tour in found["tours"]
    }
