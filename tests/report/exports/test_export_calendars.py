"""A plan as calendars: stable ids, sequences, time zones, and texts that stay texts."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from little_plan import day

from dispatch_engine.errors import InputError
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.report.exports.calendars import calendar_files

icalendar = pytest.importorskip("icalendar")


def calendar(problem: Problem, plan: Plan, name: str = "Ann_1.ics") -> Any:
    """The calendar of a technician, parsed."""
    return icalendar.Calendar.from_ical(calendar_files(problem, plan)[name])


def events(problem: Problem, plan: Plan, name: str = "Ann_1.ics") -> list[Any]:
    """The events of a technician."""
    found: list[Any] = list(calendar(problem, plan, name).walk("VEVENT"))
    return found


def test_a_file_for_each_technician() -> None:
    """Under a name that every file system takes, titled with the technician's name."""
    problem, plan = day()
    assert list(calendar_files(problem, plan)) == ["Ann_1.ics", "bob.ics"]
    assert calendar(problem, plan)["x-wr-calname"] == "Ann Lee"
    assert calendar(problem, plan, "bob.ics")["x-wr-calname"] == "bob"


def test_events() -> None:
    """A visit with its time on the local clock, its place and what to know; and the break."""
    first, pause, second = events(*day())
    assert str(first["summary"]) == "K1 · repair · =cmd()"
    assert str(first["location"]) == "1 Long Road; Shanghai"
    assert (first["geo"].latitude, first["geo"].longitude) == (31.0, 121.05)
    assert second.start.isoformat() == "2026-11-23T12:30:00+08:00"
    assert second["dtstart"].params["TZID"] == "Asia/Shanghai"
    notes = str(second["description"]).split("\n")
    assert notes[1].startswith("Due 2026-11-23 09:00, ")
    assert notes[1].endswith(" minutes late")
    assert (str(pause["summary"]), (pause.end - pause.start).total_seconds()) == ("Break", 1800)


def test_the_time_zone_is_told() -> None:
    """Calendars without it would have to guess what Asia/Shanghai is."""
    (zone,) = calendar(*day()).walk("VTIMEZONE")
    assert zone["tzid"] == "Asia/Shanghai"


def test_ids_stay_and_sequences_grow() -> None:
    """The same visit at another time, planned a quarter of an hour later, is the same event.

    18:00:30 in Shanghai is 10:00:30 UTC; from 2020-01-01 to 2026-11-22 there are 2517 days.
    """
    problem, plan = day()
    later = Plan.from_dict(
        plan.model_dump(mode="json") | {"created_at": "2026-11-22T18:15:30+08:00", "routes": _turned(plan)}
    )
    before, after = events(problem, plan), events(problem, later)
    assert {str(event["uid"]) for event in before} == {str(event["uid"]) for event in after}
    assert len({str(event["uid"]) for event in before}) == 3
    assert before[0]["sequence"] == 2517 * 86_400 + 36_030
    assert after[0]["sequence"] == before[0]["sequence"] + 900
    assert before[0]["dtstamp"].dt == datetime(2026, 11, 22, 10, 0, 30, tzinfo=UTC)
    # The id itself must never change: calendars of earlier versions know the visit by it.
    assert str(before[0]["uid"]) == "89a0d039-ecb0-527a-8a5f-62d71c4cebe1@dispatch-engine"


def _turned(plan: Plan) -> list[dict[str, Any]]:
    """The routes with Ann's visits in the other order."""
    routes = [route.model_dump(mode="json") for route in plan.routes]
    routes[0]["stops"] = routes[0]["stops"][::-1]
    return routes


def test_ids_depend_on_problem_technician_and_ticket() -> None:
    """Another day's K1 is another event; so is Bob's break."""
    first = {str(event["uid"]) for event in events(*day())}
    other = {str(event["uid"]) for event in events(*day(name="another"))}
    bob = {str(event["uid"]) for event in events(*day(), "bob.ics")}
    assert not first & other
    assert not first & bob


def test_without_a_named_zone_times_are_utc() -> None:
    """An offset has no name that a calendar knows."""
    problem, plan = day(time_zone=None)
    assert events(problem, plan)[2].start == datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
    assert not calendar(problem, plan).walk("VTIMEZONE")


def test_texts_cannot_add_events() -> None:
    """Line breaks and colons of a name stay in the name."""
    problem, plan = day()
    tickets = [ticket.replace(address="a\r\nBEGIN:VEVENT\nEND:VCALENDAR") for ticket in problem.tickets]
    changed = events(problem.replace(tickets=tickets), plan)
    assert len(changed) == 3
    assert "BEGIN:VEVENT" in str(changed[0]["location"])


def test_stops_without_times_are_left_out() -> None:
    """An order of tickets is no appointment."""
    problem, _ = day()
    plan = Plan.from_dict({"routes": [{"technician": "bob", "stops": [{"kind": "ticket", "ticket": "K3"}]}]})
    assert events(problem, plan, "bob.ics") == []


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to install."""
    monkeypatch.setitem(sys.modules, "icalendar", None)
    with pytest.raises(
        InputError, match=r"writing calendars needs icalendar: pip install 'dispatch-engine\[sheets\]'"
    ):
        calendar_files(*day())
