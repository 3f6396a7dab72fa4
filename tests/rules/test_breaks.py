"""Breaks: between stops, once, in order, for every route that ends after their earliest start."""

from __future__ import annotations

from typing import Any

import pytest
from worlds import at, closed, codes, full, order, pause, problem, technician, ticket, window

from dispatch_engine.check import check
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem


def day(*breaks: dict[str, Any], jobs: int = 2, **fields: Any) -> Problem:
    return problem([ticket() for _ in range(jobs)], [technician({"breaks": list(breaks)})], **fields)


def spoiled(where: Problem, plan: dict[str, Any]) -> list[tuple[str, float | None]]:
    found = check(where, Plan.from_dict(plan)).violations
    own = ("missing_break", "unexpected_break", "break_outside_window", "wrong_break_length", "overlap")
    return [(violation.code, violation.amount) for violation in found if violation.code in own]


def test_break_before_leaving_and_at_the_door():
    """Both places are fine: the stop before a ticket, with the ticket's arrival after or before it."""
    plan = full(where := day(pause(40, 60, 15)), order("K0", "K1"))
    kinds = [stop["kind"] for stop in plan["routes"][0]["stops"]]
    assert kinds == ["ticket", "break", "ticket"]
    # K0 08:10-08:40, break 08:40-08:55, K1 at 09:05. At the door instead: arrive 08:50, break to 09:05.
    assert plan["routes"][0]["stops"][2]["arrival"] == "2026-11-23T09:05:00Z"
    plan["routes"][0]["stops"][1] |= {"start": "2026-11-23T08:50:00Z", "end": "2026-11-23T09:05:00Z"}
    plan["routes"][0]["stops"][2] |= {"arrival": "2026-11-23T08:50:00Z"}
    plan["routes"][0]["stops"][2] |= {"confirm_call_at": "2026-11-23T08:20:00Z"}
    assert check(where, Plan.from_dict(plan)).violations == ()


def test_break_within_a_drive_is_wrong():
    """A break that begins on the road delays the arrival beyond the leg."""
    plan = full(where := day(pause(40, 60, 15)), order("K0", "K1"))
    plan["routes"][0]["stops"][1] |= {"start": "2026-11-23T08:45:00Z", "end": "2026-11-23T09:00:00Z"}
    codes_found = [violation.code for violation in check(where, Plan.from_dict(plan)).violations]
    assert codes_found == ["wrong_arrival"]


def test_short_route_needs_no_break():
    """A route that ends at the break's earliest start takes none; a longer one must."""
    # One ticket ends at 08:50.
    assert full(day(pause(50, 60, 15), jobs=1), order("K0"))["routes"][0]["stops"][-1]["kind"] == "ticket"
    plan = full(day(pause(50, 60, 15), jobs=1), order("K0"))
    assert spoiled(day(pause(49, 60, 15), jobs=1), plan) == [("missing_break", 1)]


def test_late_route_takes_its_break_before_leaving():
    """A route that begins after the break's latest start takes it before its departure."""
    where = problem([ticket(time_windows=[window(200, 200)])], [technician({"breaks": [pause(30, 60, 15)]})])
    route = full(where, order("K0"))["routes"][0]
    assert route["stops"][0] == {
        "kind": "break",
        "start": "2026-11-23T08:30:00Z",
        "end": "2026-11-23T08:45:00Z",
    }
    assert route["start_at"] == route["stops"][0]["start"]


@pytest.mark.parametrize(
    ("breaks", "expected"),
    [
        ((pause(40, 60, 16),), [("wrong_break_length", 60)]),
        ((pause(40, 60, 14),), [("wrong_break_length", 60)]),
        ((pause(41, 60, 15),), [("break_outside_window", 60)]),
        ((pause(30, 39, 15),), [("break_outside_window", 60)]),
        ((), [("unexpected_break", 1)]),
        ((pause(40, 60, 15), pause(60, 80, 15)), [("missing_break", 1)]),
    ],
)
def test_wrong_breaks(breaks: tuple[dict[str, Any], ...], expected: list[tuple[str, float]]):
    """The break taken from 08:40 to 08:55, judged by other shifts."""
    plan = full(day(pause(40, 60, 15)), order("K0", "K1"))
    assert spoiled(day(*breaks), plan) == expected


def test_two_breaks_in_order():
    """Both are taken, the first one first."""
    where = day(pause(0, 200, 15), pause(40, 200, 15))
    assert codes(where, order("K0", "K1")) == []
    stops = full(where, order("K0", "K1"))["routes"][0]["stops"]
    assert [stop["kind"] for stop in stops].count("break") == 2


def test_missed_break_closes_the_shift():
    """Ready after the latest start: no route of the shift can take the break."""
    assert closed(day(pause(0, 10, 15), jobs=1, now=at(10))) == {}
    where = day(pause(0, 10, 15), jobs=1, now=at(11))
    assert closed(where) == {"T0 K0": "shift_full"}
    assert codes(where, order("K0")) == ["missing_break"]
