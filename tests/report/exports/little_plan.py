"""A small day with a plan that gives every time: two routes, a break, a late visit, a ticket left out."""

from __future__ import annotations

from typing import Any

from dispatch_engine.check import complete_plan
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem

DAY = "2026-11-23T"


def at(clock: str) -> str:
    """A time of the day in Shanghai."""
    return f"{DAY}{clock}:00+08:00"


def ticket(identity: str, lon: float, **fields: Any) -> dict[str, Any]:
    """An hour of work at a longitude, on the latitude where everything is."""
    return {"id": identity, "location": {"lat": 31.0, "lon": lon}, "duration_minutes": 60, **fields}


def document(**changes: Any) -> dict[str, Any]:
    """The problem; top-level fields may be changed."""
    pause = {"earliest": at("12:00"), "latest": at("13:00"), "minutes": 30}
    shift = {"start": at("08:00"), "end": at("17:00"), "breaks": [pause]}
    return {
        "name": "little",
        "time_zone": "Asia/Shanghai",
        "technicians": [
            {"id": "Ann/1", "name": "Ann Lee", "start": {"lat": 31.0, "lon": 121.0}, "shifts": [shift]},
            {"id": "bob", "start": {"lat": 31.0, "lon": 121.2}, "shifts": [shift]},
        ],
        "tickets": [
            ticket("K1", 121.05, name="=cmd()", address="1 Long Road; Shanghai", required_parts={}),
            ticket("K2", 121.1, due_at=at("09:00"), appointment_at=at("12:30"), attributes={"floor": 3}),
            ticket("K3", 121.25, required_tools=[]),
            ticket("K4", 121.3, required_skills={"gas": 1}, priority="high"),
        ],
        **changes,
    }


def day(**changes: Any) -> tuple[Problem, Plan]:
    """The problem and its completed plan: Ann visits K1 and K2, Bob K3; K4 needs a skill that nobody has."""
    problem = Problem.from_dict(document(**changes))
    orders = {"Ann/1": ["K1", "K2"], "bob": ["K3"]}
    plan = {
        "created_at": "2026-11-22T18:00:30+08:00",
        "routes": [
            {"technician": name, "stops": [{"kind": "ticket", "ticket": which} for which in order]}
            for name, order in orders.items()
        ],
        "unassigned": [
            {"ticket": "K4", "reasons": [{"code": "no_skill", "message": "2 technicians lack gas 1"}]}
        ],
    }
    return problem, complete_plan(problem, Plan.from_dict(plan))
