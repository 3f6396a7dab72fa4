"""Travel: legs take their time, cost their price, and are never driven where there is no way."""

from __future__ import annotations

from typing import Any

import pytest
from worlds import charged, closed, codes, full, order, problem, technician, ticket

from dispatch_engine.check import check
from dispatch_engine.errors import InputError
from dispatch_engine.model.plan import Plan
from dispatch_engine.rules.case import Case


@pytest.mark.parametrize(
    ("objective", "price"),
    [
        ({}, 30),
        ({"prices": {"travel_minute": 0.5}}, 15),
        ({"mode": "cost"}, 3000),
        ({"mode": "cost", "prices": {"km": 10}}, 3000 + 300),
        ({"mode": "working_time"}, 0),
    ],
)
def test_price_of_travel(objective: dict[str, Any], price: float):
    """Three legs of 10 minutes and 10 km, the way home included."""
    where = problem([ticket()] * 2, objective=objective)
    assert charged(where, order("K0", "K1"), "travel") == (0, price)


def test_anywhere_has_no_way_home():
    """With ``end: anywhere`` the last leg is not driven and the route ends with the service."""
    where = problem([ticket()] * 2, [technician(end="anywhere")])
    assert charged(where, order("K0", "K1"), "travel") == (0, 20)
    plan = full(where, order("K0", "K1"))
    route = plan["routes"][0]
    assert route["end_at"] == route["stops"][-1]["end"] == "2026-11-23T09:20:00Z"
    route["end_at"] = "2026-11-23T09:20:02Z"
    (found,) = check(where, Plan.from_dict(plan)).violations
    assert (found.code, found.amount) == ("wrong_end_at", 2)
    assert found.message == "T0 in shift 0: the route ends +2 s off the end of its last stop"


def test_wrong_arrival_and_wrong_end():
    """Arrival and end must follow from the legs to the second (and one)."""
    where = problem([ticket()])
    for seconds, expected in ((1, []), (2, ["wrong_end_at"])):
        plan = full(where, order("K0"))
        plan["routes"][0]["end_at"] = f"2026-11-23T08:50:0{seconds}Z"
        assert [v.code for v in check(where, Plan.from_dict(plan)).violations] == expected
    plan = full(where, order("K0"))
    plan["routes"][0]["start_at"] = "2026-11-23T08:00:02Z"
    (found,) = check(where, Plan.from_dict(plan)).violations
    assert (found.code, found.amount) == ("wrong_arrival", 2)
    assert found.message == "T0 in shift 0: the drive to ticket K0 takes 600 s, the plan has 598 s"


def test_unreachable():
    """A missing leg is no leg; the other direction may exist."""
    legs: list[list[float | None]] = [[0, 10, 10], [10, 0, None], [10, 10, 0]]
    where = problem([ticket()] * 2, legs=legs)
    assert codes(where, order("K1", "K0")) == []
    assert codes(where, order("K0", "K1")) == ["unreachable"]
    assert closed(where) == {}


def test_speed_factor():
    """Twice as fast drives half the time; service is the same."""
    route = full(problem([ticket()], [technician(speed_factor=2.0)]), order("K0"))["routes"][0]
    assert (route["travel_minutes"], route["end_at"]) == (10, "2026-11-23T08:40:00Z")


def test_priced_kilometres_need_distances():
    """A price per kilometre without distances is refused, not ignored."""
    where = problem([ticket()], objective={"mode": "cost", "prices": {"km": 10}})
    document = where.travel.model_dump(exclude_unset=True) | {"distances_meters": None}
    blind = where.replace(travel=document)
    with pytest.raises(InputError, match="is required where kilometres have a price"):
        Case.of(blind)
