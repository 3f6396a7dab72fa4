"""Clocks of business hours: nights, weekends, pauses, holidays, clock changes, leap days; and what is refused."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import only_finding, tiny, with_ticket

from dispatch_engine.model.base import validate
from dispatch_engine.model.business_hours import WEEKDAYS, BusinessHours, later, working_days_later
from dispatch_engine.model.clock import Clock
from dispatch_engine.model.deadline_words import deadline_words
from dispatch_engine.model.holiday_calendars import holiday_calendar
from dispatch_engine.model.policy import arrival_deadline, resolution_deadline, response_deadline
from dispatch_engine.model.problem import Problem
from dispatch_engine.model.yaml_reader import parse_yaml

OFFICE = [{"opens": "08:00", "closes": "12:00"}, {"opens": "13:00", "closes": "17:00"}]
WORKING_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
BERLIN, NEW_YORK, KOLKATA = (ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Asia/Kolkata"))


def office(**changes: Any) -> dict[str, Any]:
    """Monday to Friday 8 to 12 and 13 to 17: eight hours a day."""
    return {"days": dict.fromkeys(WORKING_DAYS, OFFICE), **changes}


def hours_of(document: dict[str, Any]) -> BusinessHours:
    return validate(BusinessHours, document)


def after(start: str, hours: float, document: dict[str, Any], zone: ZoneInfo = BERLIN) -> str:
    """The local time at which the clock has run for some hours since a local time."""
    began = datetime.fromisoformat(start).replace(tzinfo=zone)
    due = later(began, round(hours * 3600), hours_of(document), zone)
    return due.astimezone(zone).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-23 09:00", 2, "2026-11-23 11:00"),  # within a morning
        ("2026-11-23 11:00", 2, "2026-11-23 14:00"),  # over the pause
        ("2026-11-23 12:30", 1, "2026-11-23 14:00"),  # begins in the pause
        ("2026-11-23 08:00", 4, "2026-11-23 12:00"),  # ends when the office closes, not when it opens again
        ("2026-11-23 16:00", 4, "2026-11-24 11:00"),  # over midnight: 1 h today, 3 h tomorrow
        ("2026-11-23 22:00", 1, "2026-11-24 09:00"),  # begins at night
        ("2026-11-27 16:00", 4, "2026-11-30 11:00"),  # Friday to Monday
        ("2026-11-28 10:00", 1, "2026-11-30 09:00"),  # begins on a Saturday
        ("2026-11-23 08:00", 24, "2026-11-25 17:00"),  # three days of eight hours
        ("2028-02-28 16:00", 10, "2028-03-01 09:00"),  # Mon 1 h, Tue the leap day 8 h, Wed 1 h
    ],
)
def test_business_hours(start: str, hours: float, due: str) -> None:
    """Only open hours count."""
    assert after(start, hours, office()) == due


def test_holidays_of_a_list_and_of_a_calendar() -> None:
    """2026-12-25 is a Friday: public in Berlin, and the 24th a day off of the company.

    From Wednesday 23, 16:00: one hour then, three on Monday the 28th.
    """
    pytest.importorskip("holidays")
    closed = office(holidays=["2026-12-24"], holiday_calendar="DE")
    assert after("2026-12-23 16:00", 4, closed) == "2026-12-28 11:00"
    # Epiphany is a holiday in Bavaria, not in Berlin.
    assert after("2026-01-05 16:00", 4, office(holiday_calendar="DE-BE")) == "2026-01-06 11:00"
    assert after("2026-01-05 16:00", 4, office(holiday_calendar="DE-BY")) == "2026-01-07 11:00"


ALWAYS = {"days": {day: [{"opens": "00:00", "closes": "24:00"}] for day in WEEKDAYS}}


def test_clock_changes() -> None:
    """Hours are hours of a watch: the night of 2026-03-29 in Berlin has 23, that of 2026-10-25 has 25."""
    night = {"days": {day: [{"opens": "00:00", "closes": "06:00"}] for day in WEEKDAYS}}
    assert after("2026-03-28 22:00", 5, night) == "2026-03-29 06:00"
    assert after("2026-10-24 22:00", 7, night) == "2026-10-25 06:00"
    assert after("2026-03-28 12:00", 24, ALWAYS) == "2026-03-29 13:00"
    assert after("2026-10-24 12:00", 24, ALWAYS) == "2026-10-25 11:00"


def test_a_period_that_ends_in_the_hour_that_comes_twice() -> None:
    """From 00:00 to the second 02:30 of 2026-10-25 there are three hours and a half."""
    night = {"days": {"sunday": [{"opens": "00:00", "closes": "02:30"}]}}
    began = datetime(2026, 10, 24, 12, tzinfo=BERLIN)
    assert later(began, 3 * 3600 + 1800, hours_of(night), BERLIN) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_other_zones() -> None:
    """The office opens by its own clock, also where the offset is no whole hour."""
    assert after("2026-11-23 16:00", 4, office(), KOLKATA) == "2026-11-24 11:00"
    assert after("2026-11-23 16:00", 4, office(), NEW_YORK) == "2026-11-24 11:00"


@given(st.integers(0, 10**6), st.integers(1, 2 * 10**5), st.integers(0, 10**5))
def test_counting_in_two_steps_is_counting_at_once(start: int, first: int, second: int) -> None:
    """Whatever is counted up to some moment need not be counted again."""
    hours = hours_of(office())
    began = datetime.fromtimestamp(1_774_000_000 + start, tz=UTC)
    middle = later(began, first, hours, BERLIN)
    assert later(middle, second + 1, hours, BERLIN) == later(began, first + second + 1, hours, BERLIN)


@given(st.integers(0, 10**7), st.integers(1, 10**6))
def test_a_clock_that_never_stops_counts_every_second(start: int, seconds: int) -> None:
    """Around the clock, said as business hours."""
    began = datetime.fromtimestamp(1_774_000_000 + start, tz=UTC)
    assert (later(began, seconds, hours_of(ALWAYS), BERLIN) - began).total_seconds() == seconds


def test_working_days() -> None:
    """Three working days after a Wednesday, 10:00: Monday; with the Friday off: Tuesday."""
    began = datetime(2026, 11, 25, 10, tzinfo=BERLIN)
    for document, day in ((office(), 30), (office(holidays=["2026-11-27"]), 31)):
        found = working_days_later(began, 3, hours_of(document))
        assert (found - began).days + 25 == day
        assert found.hour == 10
    assert working_days_later(began, 3, "around_the_clock").day == 30


def problem_with(clocks: dict[str, Any], **ticket: Any) -> Problem:
    """The tiny problem in Shanghai with clocks of its own, its first ticket changed."""
    document = with_ticket(**ticket)
    return Problem.from_dict(
        {**document, "time_zone": "Asia/Shanghai", "policy": {"extends": "home-appliance", "clocks": clocks}}
    )


def test_each_promise_has_its_own_clock() -> None:
    """Reported on Friday 2026-11-27 at 16:00: arrival by business hours, the answer around the clock.

    Arrival: 1 h on Friday and 3 h on Monday the 30th. Complex faults take three working days.
    """
    reported = "2026-11-27T16:00:00+08:00"
    problem = problem_with(
        {"arrival": office(), "resolution": office()}, reported_at=reported, fault="complex"
    )
    clock, ticket = Clock.of(problem), problem.tickets[0]
    found = [
        clock.datetime(rule(problem, ticket, clock) or 0).strftime("%m-%d %H:%M")
        for rule in (arrival_deadline, response_deadline, resolution_deadline)
    ]
    assert found == ["11-30 11:00", "11-28 16:00", "12-02 16:00"]


def test_deadlines_in_words() -> None:
    """What was promised, from when it counts, which hours count, and what was passed over."""
    clocks = {"arrival": office(holidays=["2026-11-30"]), "resolution": office()}
    reported = "2026-11-27T16:00:00+08:00"
    problem = problem_with(clocks, reported_at=reported, fault="complex", priority="emergency")
    assert deadline_words(problem, problem.tickets[0], Clock.of(problem)) == {
        "arrival": (
            "2026-12-01 11:00: 4 h (zone urban) from the report 2026-11-27 16:00, "
            "counted Monday to Friday 08:00-12:00 and 13:00-17:00, without 2026-11-30"
        ),
        "first_response": "2026-11-27 20:00: 4 h (emergency) from the report 2026-11-27 16:00",
        # 24 business hours end on Wednesday at 16:00, as three working days do.
        "resolution": (
            "2026-12-02 16:00: 24 h (emergency) from the report 2026-11-27 16:00, "
            "counted Monday to Friday 08:00-12:00 and 13:00-17:00"
        ),
    }


@pytest.mark.parametrize(
    ("ticket", "words"),
    [
        ({}, {"arrival": "2026-11-23 12:00: 4 h (zone urban) from the moment of planning 2026-11-23 08:00"}),
        ({"due_at": "2026-11-23T01:00:00Z"}, {"arrival": "2026-11-23 09:00: the ticket's own deadline"}),
        (
            {"appointment_at": "2026-11-23T09:00:00+08:00", "zone": "suburban"},
            {"arrival": "2026-11-23 15:00: 6 h (zone suburban) from the appointment 2026-11-23 09:00"},
        ),
        (
            {"reported_at": "2026-11-20T08:00:00+08:00", "urgency": "48h", "fault": "complex"},
            {
                "arrival": "2026-11-20 12:00: 4 h (zone urban) from the report 2026-11-20 08:00",
                "first_response": "2026-11-22 08:00: 48 h (urgency of the ticket) from the report 2026-11-20 08:00",
                "resolution": "2026-11-25 08:00: 3 working days (complex fault) from the report 2026-11-20 08:00",
            },
        ),
    ],
)
def test_words_around_the_clock(ticket: dict[str, Any], words: dict[str, str]) -> None:
    """Each rule in its words."""
    problem = problem_with({}, **ticket)
    assert deadline_words(problem, problem.tickets[0], Clock.of(problem)) == words


def test_a_named_holiday_in_words() -> None:
    """The library's name stands beside the day; hours of single days are told by day."""
    pytest.importorskip("holidays")
    days = {"thursday": [{"opens": "09:00", "closes": "12:00"}], "friday": OFFICE, "monday": OFFICE}
    clocks = {"arrival": {"days": days, "holiday_calendar": "DE"}}
    problem = problem_with(clocks, reported_at="2026-12-24T11:00:00+08:00")
    assert deadline_words(problem, problem.tickets[0], Clock.of(problem))["arrival"] == (
        "2026-12-28 11:00: 4 h (zone urban) from the report 2026-12-24 11:00, counted Monday 08:00-12:00 and "
        "13:00-17:00, Thursday 09:00-12:00, Friday 08:00-12:00 and 13:00-17:00, without 2026-12-25 "
        "(Christmas Day)"
    )


def test_the_example_of_the_concepts_page() -> None:
    """Monday with a pause, Tuesday without: four hours from Monday 11:00, and from Monday 16:00."""
    page = (Path(__file__).parents[2] / "docs" / "concepts.md").read_text(encoding="utf-8")
    (example,) = re.findall(
        r"^```yaml\n(extends: home-appliance\nclocks.*?)^```$", page, flags=re.MULTILINE | re.DOTALL
    )
    policy = parse_yaml(example, 64)
    assert isinstance(policy, dict)
    pytest.importorskip("holidays")
    hours = policy["clocks"]["arrival"]
    assert after("2026-11-23 11:00", 4, hours) == "2026-11-23 16:00"
    assert after("2026-11-23 16:00", 4, hours) == "2026-11-24 11:00"


@pytest.mark.parametrize(
    ("hours", "where", "code", "message"),
    [
        ({"days": {}}, "/days", "missing_field", "has no period; give at least one, or use around_the_clock"),
        ({"days": {"monday": []}}, "/days", "missing_field", "has no period"),
        (
            {"days": {"monday": [{"opens": "22:00", "closes": "06:00"}]}},
            "/days/monday/0/closes",
            "end_before_start",
            "06:00 is not after 22:00; a night is two periods, up to 24:00 and from 00:00",
        ),
        (
            {"days": {"monday": [OFFICE[1], OFFICE[0]]}},
            "/days/monday/1/opens",
            "end_before_start",
            "08:00 lies before the period above it ends at 17:00; sort them",
        ),
    ],
)
def test_hours_that_make_no_sense(hours: dict[str, Any], where: str, code: str, message: str) -> None:
    """Told at the period."""
    finding = only_finding(tiny(policy={"extends": "home-appliance", "clocks": {"arrival": hours}}))
    assert (finding.pointer, finding.code) == (f"/policy/clocks/arrival{where}", code)
    assert message in finding.message


@pytest.mark.parametrize("calendar", ["XX", "DE-ZZ", "Germany", "de_BY"])
def test_unknown_holiday_calendars(calendar: str) -> None:
    """A calendar that does not exist is not an empty one."""
    pytest.importorskip("holidays")
    clocks = {"arrival": office(holiday_calendar=calendar)}
    finding = only_finding(tiny(policy={"extends": "home-appliance", "clocks": clocks}))
    assert finding.pointer == "/policy/clocks/arrival/holiday_calendar"
    assert finding.code == "unknown_holiday_calendar"
    assert finding.message == (
        f"'{calendar}' is no known calendar; use an ISO 3166 code as CN, or DE-BY for a region"
    )


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to install."""
    holiday_calendar.cache_clear()
    monkeypatch.setitem(sys.modules, "holidays", None)
    clocks = {"arrival": office(holiday_calendar="CN")}
    finding = only_finding(tiny(policy={"extends": "home-appliance", "clocks": clocks}))
    assert (finding.pointer, finding.code) == (
        "/policy/clocks/arrival/holiday_calendar",
        "missing_library",
    )
    assert finding.message == (
        "needs the package holidays: pip install 'dispatch-engine[holidays]', or list the days"
    )
