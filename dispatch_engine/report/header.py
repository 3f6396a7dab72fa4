"""What the report says about the plan as a whole: which days, how good, proved how far, computed how."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from dispatch_engine.report.localtime import LocalTime, day_words, minute_words, parse

Json = Mapping[str, Any]

STATUS = {
    "optimal": ("Optimal", "proved: no plan is better"),
    "feasible": ("Feasible", "every hard rule is kept; not proved to be the best"),
    "infeasible": ("Infeasible", "mandatory tickets stay unserved; this is the best plan found"),
}
NOT_EVALUATED = ("Not evaluated", "this plan has no verdict yet")
TRAVEL = {
    "geodesic": "straight-line estimate",
    "matrix": "given travel time matrix",
    "osrm": "road network (OSRM)",
    "valhalla": "road network (Valhalla)",
}
STOPPED_BY = {"time_limit": "time limit", "iterations": "iteration limit", "optimal": "proved optimal"}


def header(problem: Json, plan: Json, policy: Json, time: LocalTime, axis: list[list[int]]) -> dict[str, Any]:
    """Return title, days, status in words and a list of facts as ``[label, value]``."""
    words, meaning = STATUS.get(str(plan.get("status")), NOT_EVALUATED)
    return {
        "title": problem.get("name") or plan.get("problem") or "Plan",
        "days": _days(time, axis),
        "zone": time.name,
        "version": (plan.get("solver") or {}).get("version"),
        "status": {"code": plan.get("status") or "unknown", "words": words, "meaning": meaning},
        "facts": [
            [label, value]
            for label, value in _facts(problem, plan, policy, time).items()
            if value is not None
        ],
    }


def _days(time: LocalTime, axis: list[list[int]]) -> str:
    if not axis:
        return "no shifts"
    first = day_words(time.local(axis[0][0]))
    # An axis that ends at midnight does not touch the next day.
    last = day_words(time.local(axis[-1][1]) - timedelta(seconds=1))
    return first if first == last else f"{first} – {last}"


def _facts(problem: Json, plan: Json, policy: Json, time: LocalTime) -> dict[str, str | None]:
    solver = plan.get("solver") or {}
    created = plan.get("created_at")
    return {
        "SLA penalty": _with_bound(plan, "sla_penalty"),
        "Cost": _cost(plan),
        "Gap": _gap(plan),
        "Travel times": TRAVEL.get(plan.get("travel_source") or "", plan.get("travel_source")),
        "SLA policy": policy.get("name"),
        "Planned at": _maybe(problem.get("now"), lambda now: minute_words(parse(now).astimezone(time.zone))),
        "Computed": _maybe(created, lambda text: minute_words(parse(text).astimezone(time.zone))),
        "Solver time": _solver_time(solver),
        "Seed": _maybe(solver.get("seed"), str),
    }


def _with_bound(plan: Json, key: str) -> str | None:
    value, bound = (plan.get("objective") or {}).get(key), (plan.get("bound") or {}).get(key)
    if value is None:
        return None
    if bound is None:
        return number(value)
    proved = bound >= value - 1e-6
    return (
        f"{number(value)} (proved minimal)"
        if proved
        else f"{number(value)} (at least {number(bound)} needed)"
    )


def _cost(plan: Json) -> str | None:
    objective, bound = plan.get("objective") or {}, plan.get("bound") or {}
    if objective.get("cost_cents") is not None:
        return f"{number(objective['cost_cents'] / 100)}"
    if objective.get("working_minutes") is not None:
        return f"{number(objective['working_minutes'])} working minutes"
    if objective.get("cost_minutes") is None:
        return None
    least = bound.get("cost_minutes")
    suffix = "" if least is None else f" (bound {number(least)})"
    return f"{number(objective['cost_minutes'])} min{suffix}"


def _gap(plan: Json) -> str | None:
    gap = (plan.get("bound") or {}).get("gap_percent")
    return None if gap is None else f"{number(gap)} %"


def _solver_time(solver: Json) -> str | None:
    if solver.get("wall_seconds") is None:
        return None
    reason = solver.get("stopped_by")
    stopped = "" if not reason else f" ({STOPPED_BY.get(reason, reason)})"
    return f"{number(solver['wall_seconds'])} s{stopped}"


def number(value: float) -> str:
    """Return a figure with one decimal at most, two below ten, and spaces between thousands: ``12 345.5``."""
    text = f"{value:,.{1 if abs(value) >= 10 else 2}f}".replace(",", "\u202f")
    return text.rstrip("0").rstrip(".")


def _maybe(value: Any, words: Any) -> str | None:
    return None if value is None else words(value)
