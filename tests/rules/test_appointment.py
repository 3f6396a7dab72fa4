"""Appointment: hard from below."""

from __future__ import annotations

from worlds import at, closed, codes, full, order, problem, ticket, window

from dispatch_engine.check import check
from dispatch_engine.model.plan import Plan


def test_service_waits_for_the_appointment():
    """The technician may arrive earlier and wait at the door."""
    where = problem([ticket(appointment_at=at(45), due_at=at(20))])
    (stop,) = full(where, order("K0"))["routes"][0]["stops"]
    # The departure moves until the arrival meets the deadline at 08:20, no further.
    assert (stop["arrival"], stop["start"]) == ("2026-11-23T08:20:00Z", "2026-11-23T08:45:00Z")
    assert stop["wait_minutes"] == 25


def test_service_before_the_appointment():
    """A start before the appointment is a violation."""
    plan = Plan.from_dict(full(problem([ticket()]), order("K0")))  # starts at 08:10
    where = problem([ticket(appointment_at=at(15))])
    found = check(where, plan).violations[0]
    assert (found.code, found.amount) == ("before_appointment", 300)
    assert found.message == "service of ticket K0 by T0 starts 300 s before its appointment"


def test_appointment_after_the_last_window():
    """No start is possible: the ticket is closed for everybody, with a reason of its own."""
    where = problem([ticket(appointment_at=at(100), time_windows=[window(0, 50), window(60, 99)])])
    assert closed(where) == {"T0 K0": "appointment_outside_windows"}
    assert codes(where, order("K0")) == ["outside_window"]


def test_appointment_at_the_last_moment_of_a_window():
    """A window that ends with the appointment leaves exactly that moment."""
    where = problem([ticket(appointment_at=at(99), time_windows=[window(60, 99)])])
    assert closed(where) == {}
    assert codes(where, order("K0")) == []
