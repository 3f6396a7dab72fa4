"""Datetimes to seconds and back, in the problem's time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import at, tiny, with_technician, with_ticket

from dispatch_engine.model.clock import (
    EPOCH,
    Clock,
    hours_to_seconds,
    minutes_to_seconds,
    seconds_to_minutes,
)
from dispatch_engine.model.problem import Problem

BERLIN = ZoneInfo("Europe/Berlin")


def _clock(**changes: object) -> Clock:
    return Clock.of(Problem.from_dict(tiny(**changes)))


def test_now_defaults_to_the_earliest_shift_start() -> None:
    """The shift starts at 08:00 +08:00, the second one listed at 06:00."""
    assert _clock().datetime(_clock().now).isoformat() == at("08:00")
    shifts = [{"start": at("08:00"), "end": at("12:00")}, {"start": at("06:00"), "end": at("07:00")}]
    clock = Clock.of(Problem.from_dict(with_technician(shifts=shifts)))
    assert clock.datetime(clock.now).isoformat() == at("06:00")


def test_now_as_given() -> None:
    """A given now counts; the origin is the midnight in UTC before it, here 8 hours after local midnight."""
    clock = _clock(now=at("09:30"))
    # 09:30 +08:00 is 01:30 UTC = 5,400 s after midnight; the shift start, 00:00 UTC, is second 0.
    assert clock.now == 5400
    assert clock.origin == datetime(2026, 11, 23, tzinfo=UTC)


def test_now_without_shifts_is_the_earliest_time_of_a_ticket() -> None:
    """No shift: the earliest of reports, appointments, deadlines and windows counts; without any, 1970."""
    document = with_ticket(due_at=at("15:00"), time_windows=[{"start": at("09:15"), "end": at("10:00")}])
    document["technicians"] = []
    clock = Clock.of(Problem.from_dict(document))
    assert clock.datetime(clock.now).isoformat() == at("09:15")
    assert Clock.of(Problem.from_dict({"technicians": [], "tickets": []})).origin == EPOCH


def test_zone_defaults_to_the_offset_of_now() -> None:
    """Given now: its offset; else that of the earliest shift start."""
    assert _clock(now="2026-11-23T01:00:00Z").datetime(0).utcoffset() == timedelta(0)
    assert _clock().datetime(0).utcoffset() == timedelta(hours=8)


def test_instants_round_to_the_nearest_second() -> None:
    """Half a second rounds up, on both sides of the origin."""
    clock = _clock()
    half = timedelta(milliseconds=500)
    assert clock.seconds(clock.origin + half) == 1
    assert clock.seconds(clock.origin - half) == 0
    assert clock.seconds(clock.origin + timedelta(milliseconds=499)) == 0
    assert clock.seconds(clock.origin - timedelta(milliseconds=501)) == -1


def test_clock_changes_in_berlin() -> None:
    """On 25 October 2026 the clock goes back at 03:00: 02:30 comes twice, an hour apart."""
    clock = _clock(time_zone="Europe/Berlin", now="2026-10-25T00:00:00+02:00")
    first = clock.seconds(datetime.fromisoformat("2026-10-25T02:30:00+02:00"))
    second = clock.seconds(datetime.fromisoformat("2026-10-25T02:30:00+01:00"))
    assert second - first == 3600
    assert clock.datetime(first).isoformat() == "2026-10-25T02:30:00+02:00"
    assert clock.datetime(second).isoformat() == "2026-10-25T02:30:00+01:00"


def test_local_date_is_the_day_in_the_zone() -> None:
    """23:30 UTC on the 23rd is already the 24th in Shanghai."""
    clock = _clock(time_zone="Asia/Shanghai")
    late = clock.seconds(datetime(2026, 11, 23, 23, 30, tzinfo=UTC))
    assert clock.local_date(late) == date(2026, 11, 24)


ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])


@given(st.integers(-2_000_000_000, 3_000_000_000), ZONES)
def test_seconds_make_a_round_trip(seconds: int, zone: str) -> None:
    """Every second comes back, in every zone, also through its printed form."""
    clock = Clock(datetime(2026, 3, 28, tzinfo=UTC), ZoneInfo(zone), 0)
    moment = clock.datetime(seconds)
    assert clock.seconds(moment) == seconds
    assert clock.seconds(datetime.fromisoformat(moment.isoformat())) == seconds


@given(st.integers(-864_000, 864_000), st.integers(-864_000, 864_000))
def test_order_and_distance_are_kept_over_clock_changes(one: int, other: int) -> None:
    """Around the change of 29 March 2026, differences of moments are differences of seconds."""
    clock = Clock(datetime(2026, 3, 29, tzinfo=UTC), BERLIN, 0)
    difference = clock.datetime(one).astimezone(UTC) - clock.datetime(other).astimezone(UTC)
    assert difference == timedelta(seconds=one - other)


@given(st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1)), st.integers(-720, 840))
def test_any_offset_names_the_same_second(moment: datetime, offset: int) -> None:
    """A moment written with another offset is the same second."""
    clock = Clock(datetime(2026, 1, 1, tzinfo=UTC), UTC, 0)
    aware = moment.replace(tzinfo=UTC)
    there = aware.astimezone(timezone(timedelta(minutes=offset)))
    assert clock.seconds(aware) == clock.seconds(there)


@pytest.mark.parametrize(
    ("minutes", "seconds"),
    [
        (0, 0),
        (45, 2700),
        (45.0, 2700),
        (0.1, 6),
        (0.3, 18),
        (12.55, 753),
        (0.01, 1),
        (1 / 3, 20),
        (1440, 86400),
    ],
)
def test_minutes_round_up_exactly(minutes: float, seconds: int) -> None:
    """0.1 min are 6 s and 0.01 min (0.6 s) round up to 1 s; no binary noise adds a second."""
    assert minutes_to_seconds(minutes) == seconds


def test_hours_round_up_exactly() -> None:
    """0.1 h are 360 s; 1.0001 h = 3600.36 s round up to 3601 s."""
    assert (hours_to_seconds(0.1), hours_to_seconds(1.0001), hours_to_seconds(4)) == (360, 3601, 14400)


@given(st.integers(0, 10**7))
def test_tenths_of_minutes_are_multiples_of_six_seconds(tenths: int) -> None:
    """What a user writes with one decimal is exact."""
    assert minutes_to_seconds(float(f"{tenths // 10}.{tenths % 10}")) == 6 * tenths


def test_minutes_are_printed_with_two_decimals() -> None:
    """100 s = 1.666... min are printed as 1.67."""
    assert seconds_to_minutes(100) == 1.67
