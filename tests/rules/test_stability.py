"""Stability: promises of a base plan or a pin, what changing them costs, and no visit long before its promise."""

from __future__ import annotations

from typing import Any

from worlds import at, charged, codes, full, order, problem, technician, ticket, violations, window

from dispatch_engine.check import complete_plan
from dispatch_engine.model.plan import Plan

NOTHING = Plan.from_dict({"routes": []})


def promised(arrival: float | None, who: str = "T0", name: str = "K0") -> dict[str, Any]:
    """A base plan with one visit; the arrival in minutes after 08:00."""
    stop = {"kind": "ticket", "ticket": name}
    if arrival is not None:
        stop["arrival"] = at(arrival)
    return {"routes": [{"technician": who, "stops": [stop]}]}


def test_each_change_costs_once():
    """Another technician 30, dropped 60; a ticket that nobody was promised costs nothing."""
    where = problem([ticket(), ticket()], [technician(), technician()], base_plan=promised(10))
    assert charged(where, order("K0", "K1"), "stability") == (0, 0)
    assert charged(where, order("K0", "K1", technician="T1"), "stability") == (0, 30)
    assert charged(where, NOTHING, "stability") == (0, 60)
    assert complete_plan(where, NOTHING).objective.stability == 60


def test_later_than_promised_is_a_step():
    """Promised 10: arrival 25 is fine, 25 minutes and a second is not, and hours cost no more."""
    for now, price in ((15, 0), (15 + 1 / 60, 10), (200, 10)):
        where = problem([ticket()], base_plan=promised(10), now=at(now))
        assert charged(where, order("K0"), "stability") == (0, price)


def test_a_promised_visit_does_not_begin_long_before():
    """Promised 60: he arrives as late as he may and begins at 45; a plan that begins at 40 breaks the rule."""
    where = problem([ticket()], base_plan=promised(60))
    begin = complete_plan(where, order("K0")).routes[0]
    assert (begin.stops[0].start.isoformat(), begin.start_at.isoformat()) == (at(45), at(35))
    early = full(problem([ticket(appointment_at=at(40))]), order("K0"))
    for name in ("objective", "kpis"):
        del early[name]
    (found,) = [v for v in violations(where, Plan.from_dict(early)) if v.code == "before_promise"]
    assert (found.amount, found.unit) == (300, "seconds")
    assert found.message == (
        "service of ticket K0 by T0 starts 300 s earlier than 15 minutes before the arrival promised"
    )


def test_the_departure_waits_no_longer_than_the_promise_allows():
    """A window from 120 on would let him leave at 110, but he was promised for 60: arrival 75 at the latest."""
    where = problem([ticket(time_windows=[window(120, 180)])], base_plan=promised(60))
    assert complete_plan(where, order("K0")).routes[0].start_at.isoformat() == at(65)
    assert codes(where, order("K0")) == []


def test_a_pin_replaces_the_base_plan():
    """Committed to T1 for 100, whatever the base plan said."""
    job = ticket(pinned={"technician": "T1", "status": "committed", "arrival": at(100)})
    where = problem([job], [technician(), technician()], base_plan=promised(10))
    assert charged(where, order("K0", technician="T1"), "stability") == (0, 0)
    later = problem([job], [technician(), technician()], base_plan=promised(10), now=at(110))
    assert charged(later, order("K0", technician="T1"), "stability") == (0, 10)


def test_what_the_customer_agreed_to_since_replaces_the_time():
    """A window that ends before, or an appointment after the promise: nothing is early or late any more."""
    for newer in ({"time_windows": [window(0, 30)]}, {"appointment_at": at(300)}):
        where = problem([ticket(**newer)], base_plan=promised(100))
        assert codes(where, order("K0")) == []
        assert charged(where, order("K0"), "stability") == (0, 0)
        assert charged(where, NOTHING, "stability") == (0, 60)


def test_a_base_plan_may_name_what_is_gone():
    """Its technician left: somebody else costs 30. Tickets that were cancelled count for nothing."""
    where = problem([ticket()], base_plan=promised(None, who="T9"))
    assert charged(where, order("K0"), "stability") == (0, 30)
    where = problem([ticket()], base_plan=promised(10, name="gone"))
    assert charged(where, order("K0"), "stability") == (0, 0)


def test_every_mode_has_its_unit():
    """In `cost` a cost minute is a minute of driving, here 7 cents; `working_time` knows no prices."""
    objective = {"mode": "cost", "prices": {"travel_minute": 7}}
    where = problem([ticket()], base_plan=promised(10), objective=objective)
    assert charged(where, NOTHING, "stability") == (0, 420)
    assert complete_plan(where, NOTHING).objective.stability == 60
    where = problem([ticket()], base_plan=promised(10), objective={"mode": "working_time"})
    assert charged(where, NOTHING, "stability") == (0, 0)
    assert complete_plan(where, NOTHING).objective.stability == 0


def test_prices_and_slack_can_be_set():
    """5 minutes of slack instead of 15, and 7 instead of 10."""
    objective = {"stability": {"later_than_promised": 7, "promise_minutes": 5}}
    where = problem([ticket()], base_plan=promised(10), objective=objective, now=at(6))
    assert charged(where, order("K0"), "stability") == (0, 7)
