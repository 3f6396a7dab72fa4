"""Events applied to tiny days: what becomes of problem and plan, and every contradiction by its pointer."""

from __future__ import annotations

from typing import Any

import pytest
from worlds import at, order, orders, pause, problem, technician, ticket

from dispatch_engine.errors import InputError
from dispatch_engine.live.happenings import Applied, apply_events
from dispatch_engine.model.events import Events
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem

Document = dict[str, Any]


def day(**fields: Any) -> Problem:
    """T0 and T1, three tickets; all legs 10 minutes, work 30."""
    return problem([ticket(), ticket(), ticket()], [technician(), technician()], **fields)


PLAN = orders({("T0", 0): ("K0", "K1"), ("T1", 0): ("K2",)})
"""T0: K0 10 to 40, K1 50 to 80. T1: K2 10 to 40."""


def happen(now: float, *events: Document, where: Problem | None = None, plan: Plan = PLAN) -> Applied:
    """Apply events at ``now`` minutes after 08:00."""
    return apply_events(
        where or day(), plan, Events.from_dict({"now": at(now), "events": list(events)})
    )


def status(found: Applied) -> dict[str, str]:
    """Pins by ticket."""
    return {t.id: t.pinned.status for t in found.problem.tickets if t.pinned is not None}


def finding(now: float, *events: Document, where: Problem | None = None) -> tuple[str, str, str]:
    """Pointer, code and message of the only thing that is wrong."""
    with pytest.raises(InputError) as caught:
        happen(now, *events, where=where)
    (found,) = caught.value.findings
    return found.pointer, found.code, found.message


# ---------------------------------------------------------------- what becomes of the day


def test_time_alone_pins_what_has_begun() -> None:
    """At 60 K0 and K2 are done, K1 is under way; the plan so far is what was promised."""
    found = happen(60)
    assert status(found) == {"K0": "done", "K1": "on_site", "K2": "done"}
    assert found.orders == {("T0", 0): ("K0", "K1"), ("T1", 0): ("K2",)}
    assert found.problem.base_plan is not None
    first = found.problem.base_plan.routes[0].stops[0]
    assert (first.ticket, first.arrival.isoformat()) == ("K0", at(10))
    assert found.tickets == frozenset()


def test_a_ticket_comes_in() -> None:
    """It is in no route, and wants a place."""
    found = happen(5, {"type": "ticket_added", "ticket": _new("N1")})
    assert [t.id for t in found.problem.tickets] == ["K0", "K1", "K2", "N1"]
    assert found.tickets == {"N1"}


def _new(name: str, **fields: Any) -> Document:
    return {"id": name, "location": {"matrix_index": 3}, "duration_minutes": 30, **fields}


def test_a_ticket_goes() -> None:
    """K1 leaves T0's route; T0 is concerned."""
    found = happen(5, {"type": "ticket_cancelled", "ticket": "K1"})
    assert [t.id for t in found.problem.tickets] == ["K0", "K2"]
    assert found.orders["T0", 0] == ("K0",)
    assert found.technicians == {"T0"}


def test_who_was_on_the_way_turns_round() -> None:
    """At 45 T0 drives to K1, which is cancelled: he is free now, at his last customer."""
    found = happen(45, {"type": "ticket_cancelled", "ticket": "K1"})
    t0 = found.problem.technicians[0]
    assert (t0.available_from, t0.current_location) == (None, None)
    assert status(found) == {"K0": "done", "K2": "done"}


def test_a_ticket_changes() -> None:
    """Fields are replaced, null is the default again, the rest stays."""
    where = problem([ticket(priority="high", due_at=at(100), required_tools=["pump"])])
    found = happen(
        0,
        {"type": "ticket_changed", "ticket": "K0", "changes": {"due_at": None, "duration_minutes": 45}},
        where=where,
        plan=Plan(),
    )
    (changed,) = found.problem.tickets
    assert (changed.due_at, changed.duration_minutes, changed.priority) == (None, 45, "high")
    assert changed.required_tools == ("pump",)


def test_reports_override_the_plan() -> None:
    """K0 was begun at 20 instead of 10 and ended at 70; the parts used are those reported."""
    found = happen(
        75,
        {"type": "visit_started", "at": at(20), "ticket": "K0", "arrived_at": at(15)},
        {"type": "visit_finished", "at": at(70), "ticket": "K0", "parts_used": {"valve": 2}},
    )
    k0, k1, _ = found.problem.tickets
    assert k0.pinned is not None
    assert k1.pinned is not None
    times = (k0.pinned.arrival, k0.pinned.started_at, k0.pinned.finished_at)
    assert [moment.isoformat() for moment in times if moment] == [at(15), at(20), at(70)]
    assert k0.required_parts == {"valve": 2}
    assert k1.pinned.status == "en_route"


def test_a_visit_that_only_ended_began_as_planned() -> None:
    """K0 ended at 35: it began at 10 as planned; ended at 5, before that, it began at once."""
    found = happen(40, {"type": "visit_finished", "at": at(35), "ticket": "K0"})
    pin = found.problem.tickets[0].pinned
    assert pin is not None
    assert pin.started_at is not None
    assert pin.started_at.isoformat() == at(10)


def test_somebody_else_may_have_been_there() -> None:
    """T1 makes K1, says the report: it is his, T0 is free of it."""
    found = happen(60, {"type": "visit_started", "at": at(55), "ticket": "K1", "technician": "T1"})
    assert found.orders == {("T0", 0): ("K0",), ("T1", 0): ("K2", "K1")}


def test_a_technician_is_late() -> None:
    """K1 is under way until 80 at 60; 20 minutes more are 100."""
    found = happen(60, {"type": "technician_delayed", "technician": "T0", "minutes": 20})
    pin = found.problem.tickets[1].pinned
    assert pin is not None
    assert pin.finished_at is not None
    assert pin.finished_at.isoformat() == at(100)


def test_a_technician_is_absent_from_now_on() -> None:
    """Until the end of the day, local time: nothing of T0's day but what has begun is left to him."""
    found = happen(0, {"type": "technician_absent", "technician": "T0"})
    free = found.problem.technicians[0].available_from
    assert free is not None
    assert free.isoformat() == "2026-11-24T00:00:00+00:00"


def test_an_absence_ahead_cuts_the_shift() -> None:
    """From 120 to 240 of a shift of 480 minutes: two shifts, the second at the end of the list; breaks that fit."""
    breaks = [pause(60, 60, 30), pause(130, 150, 30), pause(300, 310, 30)]
    where = problem([ticket(), ticket(), ticket()], [technician({"breaks": breaks}), technician()])
    found = happen(
        0, {"type": "technician_absent", "technician": "T0", "from": at(120), "until": at(240)}, where=where
    )
    first, second = found.problem.technicians[0].shifts
    assert (first.end.isoformat(), second.start.isoformat(), second.end.isoformat()) == (at(120), at(240), at(480))
    assert [b.earliest.isoformat() for b in first.breaks] == [at(60)]
    assert [b.earliest.isoformat() for b in second.breaks] == [at(300)]


def test_an_absence_for_a_whole_shift_ahead_leaves_its_number() -> None:
    """The second shift is gone but for a minute, the third keeps its number."""
    days = [{"start": at(0 + d), "end": at(480 + d)} for d in (0, 1440, 2880)]
    where = problem([ticket(), ticket(), ticket()], [technician(shifts=days), technician()])
    found = happen(
        0, {"type": "technician_absent", "technician": "T0", "from": at(1400), "until": at(2000)}, where=where
    )
    shifts = found.problem.technicians[0].shifts
    assert len(shifts) == 3
    assert (shifts[1].end - shifts[1].start).total_seconds() == 60


def test_a_technician_and_parts() -> None:
    """One more technician; a piece used and two missing of five."""
    where = problem([ticket(), ticket(), ticket()], [technician(van_stock={"valve": 5}), technician()])
    found = happen(
        0,
        {"type": "technician_added", "technician": {"id": "T9", "start": {"matrix_index": 0}, "shifts": []}},
        {"type": "part_used", "technician": "T0", "part": "valve"},
        {"type": "part_found_missing", "technician": "T0", "part": "valve", "quantity": 2},
        where=where,
    )
    assert found.problem.technicians[0].van_stock == {"valve": 2}
    assert found.problem.technicians[2].id == "T9"
    assert found.technicians == {"T0", "T9"}


def test_what_was_applied_can_be_gone_on_from() -> None:
    """Events at 20 and then at 60 lead where all of them lead at 60."""
    first = happen(20, {"type": "ticket_added", "at": at(15), "ticket": _new("N1")})
    plan = orders({("T0", 0): ("K0", "K1"), ("T1", 0): ("K2", "N1")})
    second = apply_events(first.problem, plan, Events.from_dict({"now": at(60)}))
    assert status(second) == {"K0": "done", "K1": "on_site", "K2": "done", "N1": "on_site"}


# ---------------------------------------------------------------- contradictions


@pytest.mark.parametrize(
    ("event", "pointer", "code"),
    [
        ({"type": "ticket_added", "ticket": {"id": "K0", "location": {"matrix_index": 0}, "duration_minutes": 5}},
         "/events/0/ticket/id", "duplicate_id"),
        ({"type": "ticket_added", "ticket": {"id": "N", "location": {"matrix_index": 99}, "duration_minutes": 5}},
         "/events/0/ticket/location/matrix_index", "matrix_index"),
        ({"type": "ticket_cancelled", "ticket": "K9"}, "/events/0/ticket", "unknown_reference"),
        ({"type": "ticket_cancelled", "ticket": "K0"}, "/events/0/ticket", "impossible_event"),
        ({"type": "ticket_changed", "ticket": "K1", "changes": {"id": "X"}}, "/events/0/changes/id",
         "conflicting_fields"),
        ({"type": "ticket_changed", "ticket": "K1", "changes": {"duration_minutes": 0}},
         "/events/0/changes/duration_minutes", "out_of_range"),
        ({"type": "ticket_changed", "ticket": "K1", "changes": {"preferred_technicians": ["T8"]}},
         "/events/0/changes/preferred_technicians/0", "unknown_reference"),
        ({"type": "visit_started", "ticket": "K7"}, "/events/0/ticket", "unknown_reference"),
        ({"type": "visit_started", "ticket": "K0", "arrived_at": at(44), "at": at(43)},
         "/events/0/arrived_at", "impossible_event"),
        ({"type": "visit_started", "ticket": "K0", "technician": "T7"}, "/events/0/technician",
         "unknown_reference"),
        ({"type": "visit_finished", "ticket": "K0", "started_at": at(44), "at": at(43)}, "/events/0/at",
         "impossible_event"),
        ({"type": "technician_delayed", "technician": "T7", "minutes": 5}, "/events/0/technician",
         "unknown_reference"),
        ({"type": "technician_absent", "technician": "T0", "until": at(30)}, "/events/0/until",
         "impossible_event"),
        ({"type": "technician_added", "technician": {"id": "T0", "start": {"matrix_index": 0}, "shifts": []}},
         "/events/0/technician/id", "duplicate_id"),
        ({"type": "part_used", "technician": "T0", "part": "valve"}, "/events/0/quantity", "impossible_event"),
        ({"type": "ticket_cancelled", "ticket": "K1", "at": at(99)}, "/events/0/at", "out_of_range"),
    ],
)  # fmt: skip
def test_every_contradiction_is_named(event: Document, pointer: str, code: str) -> None:
    """At 45 K0 is done and K1 the next stop; each event cannot have happened, and the pointer says where."""
    assert finding(45, event)[:2] == (pointer, code)


def test_contradictions_between_events() -> None:
    """Twice begun, twice ended, cancelled and changed, begun while the visit before was under way."""
    begun = {"type": "visit_started", "ticket": "K1", "at": at(50)}
    assert finding(60, begun, begun)[:2] == ("/events/1/ticket", "impossible_event")
    ended = {"type": "visit_finished", "ticket": "K1", "at": at(58)}
    assert finding(60, ended, ended)[:2] == ("/events/1/ticket", "impossible_event")
    gone = {"type": "ticket_cancelled", "ticket": "K1"}
    pointer, code, message = finding(5, gone, {"type": "ticket_changed", "ticket": "K1", "changes": {}})
    assert (pointer, code) == ("/events/1/ticket", "impossible_event")
    assert "was cancelled by an event before" in message
    late = {"type": "visit_finished", "ticket": "K0", "at": at(58), "started_at": at(10)}
    assert finding(60, late, {"type": "visit_started", "ticket": "K1", "at": at(50)})[0].startswith("/events/")


def test_all_contradictions_at_once() -> None:
    """Three events, two of them wrong: both are named."""
    with pytest.raises(InputError) as caught:
        happen(
            5,
            {"type": "ticket_cancelled", "ticket": "K8"},
            {"type": "ticket_cancelled", "ticket": "K1"},
            {"type": "part_used", "technician": "T5", "part": "valve"},
        )
    assert [found.pointer for found in caught.value.findings] == ["/events/0/ticket", "/events/2/technician"]


def test_the_present_never_goes_back() -> None:
    """The problem's now is 60; the events know only 50."""
    where = day(now=at(60))
    assert finding(50, where=where)[:2] == ("/now", "out_of_range")


def test_nobody_planned_is_nobody_reported() -> None:
    """K0 stands in no route: who began it must be said."""
    with pytest.raises(InputError, match="nobody was planned for 'K0'; say who is there"):
        happen(30, {"type": "visit_started", "ticket": "K0"}, plan=order("K1"))


def test_a_plan_that_cannot_be_read_is_refused() -> None:
    """A route of an unknown technician."""
    with pytest.raises(InputError, match="broken_plan"):
        happen(30, plan=order("K0", technician="T7"))
