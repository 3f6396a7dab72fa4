"""Tiny problems for tests: technicians and tickets in a row, all legs 10 minutes, everything else as asked.

>>> problem([ticket(), ticket(priority="high")])          # two tickets K0, K1, one technician T0
>>> order("K0", "K1")                                       # a plan that gives only the order of T0

Times are minutes after 08:00 UTC of Monday, 23 November 2026: ``at(90)`` is 09:30.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from dispatch_engine.check import check, complete_plan
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.reading import read_plan
from dispatch_engine.rules.register import lower_all
from dispatch_engine.rules.rule import NOTHING, Price, Violation
from dispatch_engine.rules.shapes import POINTS, UNITS
from dispatch_engine.rules.worth import price_by_rule

MORNING = datetime.fromisoformat("2026-11-23T08:00:00+00:00")
Document = dict[str, Any]


def at(minutes: float) -> str:
    """The moment ``minutes`` after 08:00."""
    return (MORNING + timedelta(minutes=minutes)).isoformat()


def window(opens: float, closes: float) -> Document:
    """A time window in minutes after 08:00."""
    return {"start": at(opens), "end": at(closes)}


def pause(earliest: float, latest: float, minutes: float) -> Document:
    """A break of a shift, in minutes after 08:00."""
    return {"earliest": at(earliest), "latest": at(latest), "minutes": minutes}


def ticket(**fields: Any) -> Document:
    """A ticket of 30 minutes without any demand; the id and the place are filled in by ``problem``."""
    return {"duration_minutes": 30, **fields}


def technician(shift: Document | None = None, **fields: Any) -> Document:
    """A technician with a shift from 08:00 to 16:00 that ``shift`` changes."""
    return {"shifts": [{"start": at(0), "end": at(480), **(shift or {})}], **fields}


def problem(
    tickets: list[Document],
    technicians: list[Document] | None = None,
    *,
    legs: list[list[float | None]] | None = None,
    arrival_hours: float | None = None,
    late_measured_at: str = "arrival",
    objective: Document | None = None,
    **fields: Any,
) -> Problem:
    """Technicians T0, T1, … at places 0, 1, …, tickets K0, K1, … at the places after them.

    ``legs`` is the matrix of minutes (default 10 between any two places); distances are 1000 metres a minute.
    Without ``arrival_hours`` no ticket has a deadline but its own ``due_at``.
    """
    staff = [technician()] if technicians is None else technicians
    size = len(staff) + len(tickets)
    minutes = legs or [[0 if i == j else 10 for j in range(size)] for i in range(size)]
    first = len(staff)
    document: Document = {
        "technicians": [
            {"id": f"T{i}", "start": {"matrix_index": i}, **person} for i, person in enumerate(staff)
        ],
        "tickets": [
            {"id": f"K{i}", "location": {"matrix_index": first + i}, **job} for i, job in enumerate(tickets)
        ],
        "policy": {
            "extends": "home-appliance",
            "arrival_hours": {"urban": arrival_hours},
            "late_measured_at": late_measured_at,
        },
        "travel": {
            "provider": "matrix",
            "durations_seconds": [[None if m is None else round(m * 60) for m in row] for row in minutes],
            "distances_meters": [[None if m is None else round(m * 1000) for m in row] for row in minutes],
        },
        "objective": objective or {},
        **fields,
    }
    return Problem.from_dict(document)


def order(*tickets: str, technician: str = "T0", shift: int = 0) -> Plan:
    """A plan with one route that gives only its order."""
    return orders({(technician, shift): tickets})


def orders(routes: dict[tuple[str, int], tuple[str, ...]]) -> Plan:
    """A plan with several such routes, by (technician, shift)."""
    return Plan.from_dict(
        {
            "routes": [
                {
                    "technician": technician,
                    "shift": shift,
                    "stops": [{"kind": "ticket", "ticket": name} for name in tickets],
                }
                for (technician, shift), tickets in routes.items()
            ]
        }
    )


def full(where: Problem, plan: Plan) -> Document:
    """``plan`` with all its fields, as the JSON object that a test may spoil."""
    return complete_plan(where, plan).model_dump(mode="json")


def violations(where: Problem, plan: Plan) -> list[Violation]:
    """What the checker finds wrong."""
    return list(check(where, plan).violations)


def codes(where: Problem, plan: Plan) -> list[str]:
    """The codes of what the checker finds wrong."""
    return [violation.code for violation in violations(where, plan)]


def closed(where: Problem) -> dict[str, str]:
    """Reason codes of the closed pairs, by ``"T0 K1"`` (of several shifts the last one counts)."""
    case = Case.of(where)
    shapes = lower_all(case)
    pairs = [(s, t) for s in range(shapes.num_shifts) for t in range(shapes.num_tickets)]
    found = {(s, t): shapes.reason(s, t) for s, t in pairs}
    return {
        f"{case.technician_of(s).id} {where.tickets[t].id}": reason
        for (s, t), reason in found.items()
        if reason is not None
    }


def charged(where: Problem, plan: Plan, rule: str) -> tuple[float, float]:
    """SLA points and price (cost minutes or cents) that ``rule`` charges a plan."""
    case = Case.of(where)
    price: Price = price_by_rule(case, read_plan(case, plan).times).get(rule, NOTHING)
    return price.points / POINTS, price.cost / UNITS
