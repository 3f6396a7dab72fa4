"""The shared strategies give valid problems, and all the variety they promise."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from strategies import problems

from dispatch_engine.model.problem import Problem

SEEN: Counter[str] = Counter()


@settings(max_examples=150, derandomize=True, deadline=None, database=None)
@given(problems(min_tickets=1))
def collect(problem: Problem) -> None:
    """Count what occurs."""
    SEEN[problem.objective.mode] += 1
    SEEN[problem.travel.provider] += 1
    for technician in problem.technicians:
        SEEN["several shifts"] += len(technician.shifts) > 1
        SEEN["anywhere"] += technician.end == "anywhere"
        for shift in technician.shifts:
            SEEN["two breaks"] += len(shift.breaks) == 2
            SEEN["overtime"] += shift.max_overtime_minutes > 0
            SEEN["max_tickets"] += shift.max_tickets is not None
    for ticket in problem.tickets:
        for field in ticket.model_fields_set:
            SEEN[field] += 1
        SEEN["several windows"] += len(ticket.time_windows) > 1


def test_problems_mix_all_rules():
    """Every mode, provider and kind of demand occurs among 150 problems."""
    collect()
    wanted = ["sla_first", "cost", "working_time", "matrix", "geodesic", "several shifts", "anywhere"]
    wanted += ["two breaks", "overtime", "max_tickets", "several windows", "appointment_at", "due_at"]
    wanted += [
        "required_parts",
        "likely_parts",
        "required_skills",
        "required_certifications",
        "required_tags",
    ]
    wanted += ["required_tools", "required_technicians", "excluded_technicians", "preferred_technicians"]
    wanted += ["mandatory", "unassigned_price"]
    assert [name for name in wanted if SEEN[name] == 0] == []
