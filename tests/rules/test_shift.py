"""Shift: ready times, the end with overtime, and the latest departure."""

from __future__ import annotations

from typing import Any

import pytest
from worlds import at, charged, closed, codes, full, order, problem, technician, ticket, violations

from dispatch_engine.check import check
from dispatch_engine.model.plan import Plan
from dispatch_engine.rules.case import Case


@pytest.mark.parametrize(
    ("staff", "now", "ready"),
    [
        (technician(), None, 0),
        (technician(), at(-30), 0),
        (technician(), at(15), 15),
        (technician(available_from=at(40)), at(15), 40),
        (technician(available_from=at(-40)), None, 0),
    ],
)
def test_ready_is_the_latest_of_three(staff: dict[str, Any], now: str | None, ready: int):
    """Shift start, ``now`` and ``available_from``: the latest counts."""
    case = Case.of(problem([ticket()], [staff], now=now))
    assert (
        case.shifts[0].ready == case.clock.seconds(case.problem.technicians[0].shifts[0].start) + ready * 60
    )


def test_departure_before_ready():
    """A plan made for 08:00 cannot begin once ``now`` has passed."""
    plan = Plan.from_dict(full(problem([ticket()]), order("K0")))
    found = check(problem([ticket()], now=at(2)), plan).violations[0]
    assert (found.code, found.amount, found.unit) == ("before_ready", 120, "seconds")
    assert found.message == "route of T0 in shift 0 begins 120 s before the technician is ready"


@pytest.mark.parametrize(
    ("objective", "price"),
    [
        ({}, 20),
        ({"mode": "cost"}, 2000),
        ({"prices": {"overtime_minute": 0.5}}, 5),
        ({"mode": "working_time"}, 0),
    ],
)
def test_overtime_costs(objective: dict[str, Any], price: float):
    """10 + 30 + 10 minutes in a shift of 40 minutes: 10 minutes of overtime."""
    where = problem(
        [ticket()], [technician({"end": at(40), "max_overtime_minutes": 10})], objective=objective
    )
    assert codes(where, order("K0")) == []
    assert charged(where, order("K0"), "shift") == (0, price)


def test_end_after_all_overtime():
    """One minute more than allowed: no times for the order, and a violation for a plan that states them."""
    plan = Plan.from_dict(full(problem([ticket()]), order("K0")))  # ends at 08:50
    where = problem([ticket()], [technician({"end": at(40), "max_overtime_minutes": 9})])
    late = [v for v in check(where, plan).violations if v.code == "after_shift_end"]
    assert [(v.amount, v.message) for v in late] == [
        (60, "route of T0 in shift 0 ends 60 s after the shift's end with all allowed overtime")
    ]
    (found,) = violations(where, order("K0"))
    assert found.code == "after_shift_end"
    assert found.message.startswith("T0, shift 0: the order has no feasible times: the route ends 60 s after")
    assert closed(where) == {"T0 K0": "shift_full"}


def test_start_at_must_be_the_latest():
    """Leaving at 08:00 to wait until 09:00 at the door is not what a plan may state."""
    where = problem([ticket(appointment_at=at(60))])
    document = full(where, order("K0"))
    route = document["routes"][0]
    assert route["start_at"] == "2026-11-23T08:50:00Z"
    route["start_at"] = "2026-11-23T08:40:00Z"
    route["stops"][0] |= {"arrival": "2026-11-23T08:50:00Z", "wait_minutes": 10}
    route["stops"][0]["confirm_call_at"] = "2026-11-23T08:20:00Z"
    (found,) = check(where, Plan.from_dict(document)).violations
    assert (found.code, found.amount) == ("wrong_start_at", 600)
    assert found.message == (
        "route of T0 in shift 0 could start 600 s later with the same services, breaks and lateness"
    )


def test_current_location_starts_the_shift_under_way():
    """The first shift that is not over begins where the technician is, later shifts at the start."""
    days = [{"start": at(d * 1440), "end": at(d * 1440 + 480)} for d in range(3)]
    person = technician(current_location={"matrix_index": 1}, shifts=days)
    case = Case.of(problem([ticket()], [person], now=at(1440 + 60)))
    here = case.tickets[0].place
    assert [shift.start_place == here for shift in case.shifts] == [False, True, False]
