"""Days, times and spans: text, serial numbers, times of day, and the nights on which clocks are changed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from little_tables import IN_SHANGHAI

from dispatch_engine.sources.tables.grid import DAY_ZERO_1904, Cell, Fault
from dispatch_engine.sources.tables.manner import Manner
from dispatch_engine.sources.tables.moments import (
    end_after,
    read_clock,
    read_day,
    read_moment,
    read_span,
)

MONDAY = date(2026, 11, 23)
IN_BERLIN = Manner(zone=ZoneInfo("Europe/Berlin"))


def message_of(cell: Cell, manner: Manner = IN_SHANGHAI, day: date | None = None) -> tuple[str, str]:
    """Code and message of a moment that cannot be read."""
    with pytest.raises(Fault) as caught:
        read_moment(cell, manner, day)
    return caught.value.code, caught.value.message


@pytest.mark.parametrize(
    ("cell", "manner", "day"),
    [
        ("2026-11-23", Manner(), MONDAY),
        ("2026/11/23", Manner(), MONDAY),
        ("23.11.2026", Manner(order="dmy"), MONDAY),
        ("11/23/2026", Manner(order="mdy"), MONDAY),
        ("2026-11-23 17:45", Manner(), MONDAY),
        ("2026-11-23T17:45:00+08:00", Manner(), MONDAY),
        ("46349", Manner(), MONDAY),
        (46349.75, Manner(), MONDAY),
        ("44887", Manner(day_zero=DAY_ZERO_1904), MONDAY),
        (datetime(2026, 11, 23, 9), Manner(), MONDAY),
        ("2028-02-29", Manner(), date(2028, 2, 29)),
    ],
)
def test_days(cell: Cell, manner: Manner, day: date) -> None:
    """46349 days after 1899-12-30 and 44887 days after 1904-01-01 is 2026-11-23."""
    assert read_day(cell, manner) == day


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("2026-02-30", "'2026-02-30' is no day of the calendar; correct it"),
        (
            "05/01/2026",
            "'05/01/2026' does not begin with the year; write it as 2026-11-23, or say dates: order: dmy "
            "(or mdy) in the mapping file",
        ),
        ("Monday", "'Monday' is no day; write it as 2026-11-23"),
        (
            "7",
            "'7' is no serial number of a day from 1970 to 2199; write the date as 2026-11-23",
        ),
    ],
)
def test_impossible_days(cell: str, message: str) -> None:
    """Days that do not exist or could be two days are refused."""
    with pytest.raises(Fault) as caught:
        read_day(cell, Manner())
    assert (caught.value.code, caught.value.message) == ("bad_time", message)


@pytest.mark.parametrize(
    ("cell", "day", "text"),
    [
        ("2026-11-23 08:15", None, "2026-11-23T08:15:00+08:00"),
        ("2026-11-23T08:15:30", None, "2026-11-23T08:15:30+08:00"),
        ("2026-11-23 08:15:30.25", None, "2026-11-23T08:15:30.250000+08:00"),
        ("2026-11-23 5:30 PM", None, "2026-11-23T17:30:00+08:00"),
        ("2026-11-23 12:05 am", None, "2026-11-23T00:05:00+08:00"),
        ("2026-11-23T08:15:00+01:00", None, "2026-11-23T08:15:00+01:00"),
        ("2026-11-23 08:15 +01:00", None, "2026-11-23T08:15:00+01:00"),
        ("2026-11-23T08:15:00Z", None, "2026-11-23T08:15:00+00:00"),
        ("46349.34375", None, "2026-11-23T08:15:00+08:00"),  # 0.34375 × 24 h = 8.25 h
        ("08:15", MONDAY, "2026-11-23T08:15:00+08:00"),
        ("24:00", MONDAY, "2026-11-24T00:00:00+08:00"),
        (0.34375, MONDAY, "2026-11-23T08:15:00+08:00"),
        (time(8, 15), MONDAY, "2026-11-23T08:15:00+08:00"),
        (timedelta(hours=8.25), MONDAY, "2026-11-23T08:15:00+08:00"),
        (datetime(2026, 11, 23, 8, 14, 59, 999_990), None, "2026-11-23T08:15:00+08:00"),
    ],
)
def test_moments(cell: Cell, day: date | None, text: str) -> None:
    """Every way of writing a moment gives it with its offset."""
    assert read_moment(cell, IN_SHANGHAI, day).isoformat() == text


@pytest.mark.parametrize(
    ("cell", "day", "message"),
    [
        (
            "08:15",
            None,
            "'08:15' is a time of day without a day; write it as 2026-11-23 08:00, or add a date column",
        ),
        ("2026-11-23", None, "'2026-11-23' has no time of day; write it as 2026-11-23 08:00"),
        (MONDAY, None, "'2026-11-23' has no time of day; write it as 2026-11-23 08:00"),
        (46349.0, None, "'46349' has no time of day; write it as 2026-11-23 08:00"),
        ("noon", MONDAY, "'noon' is no time; write it as 2026-11-23 08:00"),
        ("25:00", MONDAY, "'25:00' is no time of day; write it as 17:30"),
        ("13:00 PM", MONDAY, "'13:00 PM' is no time of day; hours go from 1 to 12 with AM and PM"),
        ("2026-11-31 08:00", None, "'2026-11-31' is no day of the calendar; correct it"),
        (
            "2026-11-31T08:00:00Z",
            None,
            "'2026-11-31T08:00:00Z' is no moment of the calendar and clock; write it as 2026-11-23 08:00",
        ),
    ],
)
def test_impossible_moments(cell: Cell, day: date | None, message: str) -> None:
    """What is no moment is refused, with the way to write one."""
    assert message_of(cell, day=day) == ("bad_time", message)


def test_a_local_time_needs_a_zone() -> None:
    """Without a zone nobody knows which moment it is."""
    code, message = message_of("2026-11-23 08:00", Manner())
    assert code == "naive_time"
    assert message.startswith("'2026-11-23 08:00' has no offset and no time zone; name the time_zone")


def test_a_time_that_the_clock_skips() -> None:
    """In Berlin the clock goes from 02:00 to 03:00 on 2026-03-29."""
    assert message_of("2026-03-29 02:30", IN_BERLIN) == (
        "bad_time",
        "'2026-03-29 02:30' does not exist in Europe/Berlin: the clock is put forward; correct it",
    )
    assert read_moment("2026-03-29 03:00", IN_BERLIN).isoformat() == "2026-03-29T03:00:00+02:00"


def test_a_time_that_the_clock_shows_twice() -> None:
    """In Berlin the clock goes from 03:00 back to 02:00 on 2026-10-25; an offset tells which is meant."""
    assert message_of("2026-10-25 02:30", IN_BERLIN) == (
        "bad_time",
        "'2026-10-25 02:30' comes twice in Europe/Berlin: the clock is put back; write it with its offset",
    )
    assert read_moment("2026-10-25 02:30+01:00", IN_BERLIN).isoformat() == "2026-10-25T02:30:00+01:00"


def test_differences_are_those_of_the_clock_on_the_wall_of_physics() -> None:
    """22:00 to 06:00 over the night of 2026-10-25 in Berlin lasts nine hours, not eight."""
    start, end = read_span("22:00-06:00", IN_BERLIN, date(2026, 10, 24))
    assert end - start == timedelta(hours=9)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("08:00-10:00", "2026-11-23T08:00:00+08:00", "2026-11-23T10:00:00+08:00"),
        ("08:00 – 10:00", "2026-11-23T08:00:00+08:00", "2026-11-23T10:00:00+08:00"),
        ("8:00 AM to 1:00 PM", "2026-11-23T08:00:00+08:00", "2026-11-23T13:00:00+08:00"),
        ("22:00-02:00", "2026-11-23T22:00:00+08:00", "2026-11-24T02:00:00+08:00"),
        ("2026-11-25 08:00-10:00", "2026-11-25T08:00:00+08:00", "2026-11-25T10:00:00+08:00"),
        ("2026-11-25 08:00 - 2026-11-26 10:00", "2026-11-25T08:00:00+08:00", "2026-11-26T10:00:00+08:00"),
        (
            "2026-11-25T08:00:00-07:00/2026-11-25T10:00:00-07:00",
            "2026-11-25T08:00:00-07:00",
            "2026-11-25T10:00:00-07:00",
        ),
    ],
)
def test_spans(text: str, start: str, end: str) -> None:
    """An end that would lie before its start is on the next day."""
    found = read_span(text, IN_SHANGHAI, MONDAY)
    assert [moment.isoformat() for moment in found] == [start, end]


def test_what_is_no_span() -> None:
    """A single time, or words."""
    for text in ("08:00", "morning", "08:00-"):
        with pytest.raises(Fault, match=f"^.*'{text}' is no span of time; write it as 08:00-10:00"):
            read_span(text, IN_SHANGHAI, MONDAY)


def test_clocks_take_no_day() -> None:
    """A usual shift starts at a time of day, not on a day."""
    assert read_clock("08:30", Manner()) == timedelta(hours=8.5)
    with pytest.raises(Fault, match="is a moment; write a time of day such as 08:00"):
        read_clock("2026-11-23 08:30", IN_SHANGHAI)


def test_an_end_by_its_own_offset() -> None:
    """Without a zone the end is read at the offset of the start."""
    start = datetime.fromisoformat("2026-11-23T22:00:00-07:00")
    assert end_after(start, timedelta(hours=6), None).isoformat() == "2026-11-24T06:00:00-07:00"
