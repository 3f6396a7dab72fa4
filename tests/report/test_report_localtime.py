"""Local time on the page: zones, changes of the clock, and the stretches of time worth drawing."""

from __future__ import annotations

from typing import Any

from dispatch_engine.report.data import report_data
from dispatch_engine.report.localtime import LocalTime, time_axis

HOUR = 3600


def shifts(*pairs: tuple[str, str], **more: Any) -> dict[str, Any]:
    technician = {
        "id": "T",
        "start": {"matrix_index": 0},
        "shifts": [{"start": a, "end": b} for a, b in pairs],
    }
    return {"technicians": [technician], "tickets": [], **more}


def axis(problem: dict[str, Any]) -> list[list[int]]:
    return time_axis(problem, {}, LocalTime.over(problem, {}))


def test_seconds_count_from_the_local_midnight():
    """08:00 in Shanghai, written in UTC: eight hours after midnight there."""
    problem = shifts(("2026-11-23T00:00:00Z", "2026-11-23T09:00:00Z"), time_zone="Asia/Shanghai")
    time = LocalTime.over(problem, {})

    assert time.seconds("2026-11-23T00:00:00Z") == 8 * HOUR
    assert time.offsets(17 * HOUR) == [[0, 8 * HOUR]]


def test_without_a_zone_the_offset_of_now_counts():
    """No time_zone: the fixed offset of now, or of the earliest shift."""
    problem = shifts(("2026-11-23T08:00:00+05:45", "2026-11-23T16:00:00+05:45"))

    assert LocalTime.over(problem, {}).name == "UTC+05:45"
    assert LocalTime.over({**problem, "now": "2026-11-23T03:00:00+01:00"}, {}).name == "UTC+01:00"


def test_the_clock_changes_at_night():
    """Berlin, 25 October 2026: from UTC+2 to UTC+1 at 03:00, three hours after midnight."""
    problem = shifts(("2026-10-25T00:30:00+02:00", "2026-10-25T08:00:00+01:00"), time_zone="Europe/Berlin")
    time = LocalTime.over(problem, {})

    assert time.offsets(9 * HOUR) == [[0, 2 * HOUR], [3 * HOUR, HOUR]]
    # 08:00 local is nine hours after midnight on this day.
    assert axis(problem) == [[0, 9 * HOUR]]


def test_hours_of_an_odd_zone_are_local():
    """Kathmandu is 5:45 ahead of UTC: the axis still begins at a full local hour."""
    problem = shifts(("2026-11-23T08:10:00+05:45", "2026-11-23T16:20:00+05:45"), time_zone="Asia/Kathmandu")

    assert axis(problem) == [[8 * HOUR, 17 * HOUR]]


def test_idle_nights_are_cut_out():
    """Two days from 8 to 17: two stretches; a pause of two hours does not cut."""
    days = shifts(
        ("2026-11-23T08:00:00+08:00", "2026-11-23T17:00:00+08:00"),
        ("2026-11-24T08:00:00+08:00", "2026-11-24T12:00:00+08:00"),
        ("2026-11-24T14:00:00+08:00", "2026-11-24T17:00:00+08:00"),
    )

    assert axis(days) == [[8 * HOUR, 17 * HOUR], [32 * HOUR, 41 * HOUR]]


def test_a_shift_over_midnight_is_one_stretch():
    """22:00 to 06:00 the next day: hours 22 to 30, and two days in the header."""
    night = shifts(("2026-11-23T22:00:00+08:00", "2026-11-24T06:00:00+08:00"))

    assert axis(night) == [[22 * HOUR, 30 * HOUR]]
    assert (
        report_data(night, {}, {})["header"]["days"] == "Monday, 23 November 2026 – Tuesday, 24 November 2026"
    )


def test_a_shift_until_midnight_belongs_to_its_day():
    """16:00 to 24:00: one day."""
    evening = shifts(("2026-11-23T16:00:00+08:00", "2026-11-24T00:00:00+08:00"))

    assert report_data(evening, {}, {})["header"]["days"] == "Monday, 23 November 2026"
