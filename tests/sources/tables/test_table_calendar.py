"""Shifts: usual hours, calendar rows, breaks, and time off that cuts them."""

from __future__ import annotations

from pathlib import Path

from little_tables import TECHNICIANS, faults_of, imported, only_fault, problem_of, saved, with_column

HEADER = "technician,date,kind,start,end,slack_minutes\n"


def shifts_of(folder: Path, calendar: str | None, technicians: str = TECHNICIANS) -> list[str]:
    """The shifts of T1 as ``08:00-17:00``, each with its breaks behind it."""
    problem = problem_of(folder, technicians=technicians, calendar=calendar)
    return [
        " ".join(
            [
                f"{shift.start:%d %H:%M}-{shift.end:%H:%M}",
                *(f"[{b.earliest:%H:%M}-{b.latest:%H:%M} {b.minutes:g}]" for b in shift.breaks),
            ]
        )
        for shift in problem.technicians[0].shifts
    ]


def test_usual_shifts(tmp_path: Path) -> None:
    """One on each of the days; breaks and limits are those of the columns ``shift_...``."""
    table = (
        "id,lat,lon,shift_days,shift_start,shift_end,shift_breaks,shift_max_tickets,shift_max_overtime_minutes\n"
        "T1,31.23,121.47,2026-11-23..2026-11-24; 2026-11-26,08:00,17:00,11:30-13:30 30 min,4,1:30\n"
    )
    assert shifts_of(tmp_path, None, table) == [f"{day} 08:00-17:00 [11:30-13:30 30]" for day in (23, 24, 26)]
    shift = problem_of(tmp_path, technicians=table).technicians[0].shifts[2]
    assert (shift.max_tickets, shift.max_overtime_minutes) == (4, 90)


def test_a_night_shift_ends_on_the_next_day(tmp_path: Path) -> None:
    """So does one of 24 hours."""
    assert shifts_of(tmp_path, None, TECHNICIANS.replace("08:00,17:00", "22:00,06:00")) == ["23 22:00-06:00"]
    problem = problem_of(tmp_path, technicians=TECHNICIANS.replace("17:00", "08:00"))
    assert problem.technicians[0].shifts[0].end.isoformat() == "2026-11-24T08:00:00+08:00"


def test_calendar_shifts_replace_the_usual_one_of_their_day(tmp_path: Path) -> None:
    """On the 23rd the calendar counts; the usual shift of the 24th stays."""
    technicians = TECHNICIANS.replace("2026-11-23", "2026-11-23..2026-11-24")
    calendar = HEADER + "T1,2026-11-23,,12:00,16:00,\nT1,2026-11-23,shift,18:00,20:00,\n"
    assert shifts_of(tmp_path, calendar, technicians) == [
        "24 08:00-17:00",
        "23 12:00-16:00",
        "23 18:00-20:00",
    ]


def test_columns_of_a_calendar_shift(tmp_path: Path) -> None:
    """Places, limits and breaks of one shift."""
    calendar = (
        "technician,date,start,end,breaks,start_location,end_location,max_tickets\n"
        'T1,2026-11-23,08:00,17:00,11:30-13:30 30; 15:00-15:30 10 min,"31.2, 121.4",anywhere,7\n'
    )
    (shift,) = problem_of(tmp_path, calendar=calendar).technicians[0].shifts
    assert [(b.earliest.hour, b.minutes) for b in shift.breaks] == [(11, 30), (15, 10)]
    assert shift.start_location is not None
    assert (shift.start_location.lat, shift.end_location, shift.max_tickets) == (31.2, "anywhere", 7)


def test_time_off_cuts_shifts(tmp_path: Path) -> None:
    """At its begin, at its end, in the middle, and as a whole."""
    cut = {
        "08:00,08:15": ["23 08:15-17:00"],
        "16:30,18:00": ["23 08:00-16:30"],
        "10:00,11:00": ["23 08:00-10:00", "23 11:00-17:00"],
        "10:00,": ["23 08:00-10:00"],
        ",": [],
        "17:00,20:00": ["23 08:00-17:00"],
    }
    for times, left in cut.items():
        assert shifts_of(tmp_path, f"{HEADER}T1,2026-11-23,off,{times},\n") == left


def test_breaks_of_the_calendar(tmp_path: Path) -> None:
    """A break may start earlier or later by its slack, within the shift; a fixed one has none.

    12:00-12:30 with 45 minutes of slack starts between 11:15 and 12:45. At 08:00 and 16:45 the shift ends
    the slack: the last start is 17:00 − 15 min = 16:45.
    """
    calendar = (
        f"{HEADER}T1,2026-11-23,break,12:00,12:30,45\nT1,2026-11-23,break,08:15,08:30,30\n"
        "T1,2026-11-23,break,16:40,16:55,30\nT1,2026-11-23,break,14:00,14:10,\n"
    )
    assert shifts_of(tmp_path, calendar) == [
        "23 08:00-17:00 [08:00-08:45 15] [11:15-12:45 30] [14:00-14:00 10] [16:10-16:45 15]"
    ]


def test_breaks_beside_time_off(tmp_path: Path) -> None:
    """A break in time off is not needed; one of a cut shift stays with the piece that has room for it."""
    off = "T1,2026-11-23,off,10:00,13:00,\n"
    assert shifts_of(tmp_path, f"{HEADER}{off}T1,2026-11-23,break,12:00,12:30,\n") == [
        "23 08:00-10:00",
        "23 13:00-17:00",
    ]
    usual = with_column("shift_breaks", "11:30-13:30 30", table=TECHNICIANS)
    assert shifts_of(tmp_path, HEADER + off, usual) == [
        "23 08:00-10:00",
        "23 13:00-17:00 [11:30-13:30 30]",
    ]


def test_ignored_rows(tmp_path: Path) -> None:
    """They may hold anything."""
    assert shifts_of(tmp_path, f"{HEADER}nobody,2026-11-23,Ignore,09:00,10:00,\n") == ["23 08:00-17:00"]


def test_a_day_of_a_calendar(tmp_path: Path) -> None:
    """``day`` keeps the shifts that start on it, and the tickets of that day or of none."""
    technicians = TECHNICIANS.replace("2026-11-23", "2026-11-23..2026-11-24")
    tickets = "id,lat,lon,duration_minutes,date\nK1,31.19,121.43,45,2026-11-23\nK2,31.2,121.4,45,\n"
    tickets += "K3,31.2,121.4,45,2026-11-24\n"
    folder = saved(tmp_path, technicians=technicians, tickets=tickets)
    problem = imported(folder, day="2026-11-24").problem
    assert [shift.start.day for shift in problem.technicians[0].shifts] == [24]
    assert [ticket.id for ticket in problem.tickets] == ["K2", "K3"]


def test_rows_that_make_no_sense(tmp_path: Path) -> None:
    """Each is told at its cell."""
    calendar = HEADER + (
        "T9,2026-11-23,shift,08:00,12:00,\n"
        ",2026-11-23,shift,08:00,12:00,\n"
        "T1,2026-11-24,lunch,12:00,12:30,\n"
        "T1,2026-11-24,shift,08:00,,\n"
        "T1,2026-11-25,break,12:00,12:30,\n"
        "T1,,off,,,\n"
    )
    found = [(f.pointer, f.code, f.message) for f in faults_of(tmp_path, calendar=calendar)]
    assert found == [
        (
            "calendar.csv, cell A2",
            "unknown_reference",
            "'T9' is the id of no technician; correct it or add the technician",
        ),
        ("calendar.csv, cell A3", "missing_field", "is empty; name the technician"),
        (
            "calendar.csv, cell C4",
            "unknown_value",
            "'lunch' is no kind of calendar row; use shift, break, off, ignore",
        ),
        ("calendar.csv, cell E5", "missing_field", "is empty; a shift has a start and an end"),
        (
            "calendar.csv, cell E7",
            "missing_field",
            "has no day; time off needs a date, or a start and an end",
        ),
        (
            "calendar.csv, cell D6",
            "break_outside_shift",
            "this break lies in no shift of the technician; move it, remove it or add the shift",
        ),
    ]


def test_half_a_usual_shift(tmp_path: Path) -> None:
    """Days without hours are an oversight."""
    finding = only_fault(tmp_path, technicians=TECHNICIANS.replace("17:00", ""))
    assert (finding.pointer, finding.code) == ("technicians.csv, cell F2", "missing_field")
    assert finding.message == "is empty; a usual shift has shift_days, shift_start and shift_end"


def test_faults_of_shifts_are_told_at_their_cells(tmp_path: Path) -> None:
    """An end before its start, overlapping shifts, a break that has no place, in either table."""
    calendar = "technician,start,end,breaks\nT1,2026-11-24 08:00,2026-11-24 07:00,\n"
    assert only_fault(tmp_path, calendar=calendar).pointer == "calendar.csv, cell C2"
    calendar = "technician,date,start,end\nT1,2026-11-24,08:00,12:00\nT1,2026-11-24,11:00,13:00\n"
    finding = only_fault(tmp_path, calendar=calendar)
    assert (finding.pointer, finding.code) == ("calendar.csv, cell C3", "overlapping_shifts")
    usual = with_column("shift_breaks", "18:00-19:00 30", table=TECHNICIANS)
    finding = only_fault(tmp_path, calendar=None, technicians=usual)
    assert (finding.pointer, finding.code) == ("technicians.csv, cell G2", "break_outside_shift")
