"""Unassigned: exactly once, and what leaving out costs."""

from __future__ import annotations

from typing import Any

import pytest
from worlds import at, charged, full, order, problem, ticket

from dispatch_engine.check import check
from dispatch_engine.model.plan import Plan
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.register import lower_all
from dispatch_engine.rules.shapes import POINTS


@pytest.mark.parametrize(
    ("job", "points"),
    [
        ({}, 2),
        ({"due_at": at(480)}, 6),
        ({"due_at": at(480 + 1 / 60)}, 2),
        ({"due_at": at(480), "priority": "emergency"}, 24),
        ({"unassigned_price": 0.5, "due_at": at(480)}, 0.5),
        ({"unassigned_price": 0}, 0),
    ],
)
def test_points_by_the_horizon(job: dict[str, Any], points: float):
    """Three times the weight if due by the latest shift end (16:00), once if later or never due."""
    where = problem([ticket(**job)])
    assert charged(where, Plan(), "unassigned") == (points, 0)
    assert lower_all(Case.of(where)).unassigned_points.tolist() == [points * POINTS]


def test_horizon_without_overtime():
    """Overtime does not move the horizon."""
    shifts = {"shifts": [{"start": at(0), "end": at(100), "max_overtime_minutes": 60}]}
    assert charged(problem([ticket(due_at=at(101))], [shifts]), Plan(), "unassigned") == (2, 0)
    assert charged(problem([ticket(due_at=at(100))], [shifts]), Plan(), "unassigned") == (6, 0)


def test_no_shift_at_all():
    """Without any shift every unassigned ticket counts three times."""
    assert charged(problem([ticket()], []), Plan(), "unassigned") == (6, 0)


@pytest.mark.parametrize(
    ("objective", "points", "cost"),
    [
        ({"unassigned_factor": 1.5}, 3, 0),
        ({"mode": "cost"}, 0, 20000),
        ({"mode": "cost", "prices": {"unassigned": 7}}, 0, 7),
        ({"mode": "working_time"}, 1, 0),
    ],
)
def test_other_objectives(objective: dict[str, Any], points: float, cost: float):
    """A ticket due today under other objectives; the working time only counts tickets."""
    where = problem([ticket(due_at=at(100))], objective=objective)
    assert charged(where, Plan(), "unassigned") == (points, cost)


def test_own_price_in_cents():
    """In mode ``cost`` the ticket's own price replaces the mode's."""
    where = problem([ticket(unassigned_price=123)], objective={"mode": "cost"})
    assert charged(where, Plan(), "unassigned") == (0, 123)


@pytest.mark.parametrize("mode", ["sla_first", "cost", "working_time"])
def test_mandatory_counts_first(mode: str):
    """An unserved mandatory ticket makes the plan infeasible, in every mode."""
    where = problem([ticket(mandatory=True), ticket()], objective={"mode": mode})
    assert check(where, Plan()).price.mandatory == 1
    assert check(where, order("K0")).price.mandatory == 0
    assert full(where, Plan())["status"] == "infeasible"
    assert full(where, order("K0"))["status"] == "feasible"


def test_every_ticket_exactly_once():
    """Twice, in both lists, or nowhere: three violations that name the ticket."""
    where = problem([ticket()] * 2)
    plan = full(where, order("K0"))
    plan["unassigned"] = [{"ticket": "K0"}]
    found = [(v.code, v.ticket, v.message) for v in check(where, Plan.from_dict(plan)).violations]
    assert found == [
        ("assigned_and_unassigned", "K0", "ticket K0 is served and listed as unassigned"),
        ("ticket_missing", "K1", "ticket K1 is neither in a route nor listed as unassigned"),
    ]
    twice = check(where, order("K0", "K0", "K1")).violations
    assert [(v.code, v.message) for v in twice] == [
        ("duplicate_ticket", "ticket K0 stands in the plan 2 times")
    ]


def test_bare_order_need_not_list_the_rest():
    """Without the field ``unassigned`` whatever is not served is left out."""
    assert check(problem([ticket()] * 2), order("K0")).ok
