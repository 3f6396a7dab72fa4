"""Changes of technicians do what they say, to those whom they name, and to nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from whatif_days import changed_day, day, findings_of
from worlds import at, problem, technician, ticket

from dispatch_engine.model.problem import Technician

NORTH: dict[str, Any] = {"where": {"tags": "north"}}
AROUND_T0 = {"id": "T9", "start": {"matrix_index": 0}, "shifts": []}


def both(*changes: Any) -> tuple[Technician, Technician]:
    """T0 and T1 after the changes."""
    first, second = changed_day(*changes).technicians
    return first, second


def test_added_technicians_stand_at_the_end() -> None:
    """Given in full, they join as they are."""
    staff = changed_day({"change": "add_technicians", "technicians": [AROUND_T0]}).technicians
    assert [one.id for one in staff] == ["T0", "T1", "T9"]


def test_an_added_technician_is_checked() -> None:
    """What is wrong is pointed at within the change."""
    (finding,) = findings_of({"change": "add_technicians", "technicians": [{"id": "T9", "shifts": []}]})
    assert (finding.pointer, finding.code) == ("/variants/0/changes/0/technicians/0/start", "missing_field")


def test_copies_have_new_ids_and_what_is_set() -> None:
    """Two copies of T0, who live elsewhere and know another trade."""
    change = {
        "change": "clone_technicians",
        "technicians": NORTH,
        "copies": 2,
        "set": {"skills": {"water": 1}, "start": {"matrix_index": 1}},
    }
    original, _, *copies = changed_day(change).technicians
    assert [one.id for one in copies] == ["T0-copy-1", "T0-copy-2"]
    assert {one.start.matrix_index for one in copies} == {1}
    assert copies[0].replace(id="T0", skills={"gas": 2}, start={"matrix_index": 0}) == original


def test_copies_of_copies_have_ids_too() -> None:
    """The same change twice gives one more, with the next number."""
    change = {"change": "clone_technicians", "technicians": ["T0"]}
    assert [one.id for one in changed_day(change, change).technicians][2:] == ["T0-copy-1", "T0-copy-2"]


def test_a_bad_value_for_copies_is_pointed_at() -> None:
    """`set` is checked as a technician is."""
    (finding,) = findings_of({"change": "clone_technicians", "technicians": ["T0"], "set": {"skils": {}}})
    assert (finding.pointer, finding.code) == ("/variants/0/changes/0/set/skils", "unknown_field")
    assert "did you mean 'skills'?; technician 'T0-copy-1'" in finding.message


def test_who_is_removed_is_no_longer_wished_for() -> None:
    """K2 preferred T1; with T1 gone it prefers nobody."""
    left = changed_day({"change": "remove_technicians", "technicians": ["T1"]})
    assert [one.id for one in left.technicians] == ["T0"]
    assert left.tickets[2].preferred_technicians == ()


def test_work_for_nobody_else_makes_the_variant_bad() -> None:
    """A ticket that only T1 may do does not become anybody's."""
    base = problem([ticket(required_technicians=["T1"])], [technician(), technician()])
    (finding,) = findings_of({"change": "remove_technicians", "technicians": ["T1"]}, base=base)
    assert (finding.pointer, finding.code) == ("/variants/0/changes/0", "unknown_reference")
    assert "invalid at /tickets/0/required_technicians/0: 'T1'" in finding.message


def test_shifts_become_longer() -> None:
    """An hour earlier, half an hour later, and ten minutes of overtime on top of none."""
    change = {"start_earlier_minutes": 60, "end_later_minutes": 30, "more_overtime_minutes": 10}
    (shift,) = both({"change": "shift_hours", "technicians": ["T0"], **change})[0].shifts
    assert (shift.start.isoformat(), shift.end.isoformat()) == (at(-60), at(510))
    assert shift.max_overtime_minutes == 10


def test_a_shift_too_short_for_its_break_is_refused() -> None:
    """T1 rests after 11:20; with a shift to 11:00 (minute 180) the break fits nowhere."""
    (finding,) = findings_of({"change": "shift_hours", "technicians": ["T1"], "end_later_minutes": -300})
    assert finding.code == "break_outside_shift"
    assert finding.message.startswith("makes technician 'T1' invalid: /shifts/0/breaks/0: cannot be taken")


@pytest.mark.parametrize(
    ("since", "until", "left"),
    [
        (None, None, []),
        (100, None, [(0, 100)]),
        (None, 100, [(100, 480)]),
        (100, 200, [(0, 100), (200, 480)]),
        (480, None, [(0, 480)]),
        (None, 0, [(0, 480)]),
    ],
)
def test_absence_leaves_the_rest_of_the_shift(
    since: int | None, until: int | None, left: list[tuple[int, int]]
) -> None:
    """The shift is 0 to 480; absences at its edges leave it whole."""
    times = {"from": since and at(since), "until": None if until is None else at(until)}
    shifts = both({"change": "absence", "technicians": ["T0"], **times})[0].shifts
    assert [(s.start.isoformat(), s.end.isoformat()) for s in shifts] == [(at(a), at(b)) for a, b in left]


def test_breaks_go_with_the_part_in_which_they_can_be_taken() -> None:
    """T1 rests between 200 and 300 for 30 minutes: until 220 is too short for it, from 250 on it fits."""
    away = {"change": "absence", "technicians": ["T1"], "from": at(220), "until": at(250)}
    before, after = both(away)[1].shifts
    assert before.breaks == ()
    assert [(b.earliest.isoformat(), b.latest.isoformat()) for b in after.breaks] == [(at(250), at(300))]


def test_what_people_know_hold_and_carry() -> None:
    """Skills, certificates, tools and parts change for T0 only."""
    first, second = both(
        {"change": "skills", "technicians": NORTH, "set": {"water": 1}, "remove": ["gas"]},
        {
            "change": "certifications",
            "technicians": NORTH,
            "add": [{"name": "electrician"}, {"name": "gas", "valid_until": "2026-11-22"}],
        },
        {"change": "tools", "technicians": NORTH, "add": ["drill"]},
        {"change": "van_stock", "technicians": NORTH, "set": {"pump": 2}, "add": {"pump": 1, "valve": -5}},
        {"change": "speed", "technicians": NORTH, "factor": 0.8},
    )
    assert first.skills == {"water": 1}
    assert [(c.name, str(c.valid_until)) for c in first.certifications] == [
        ("electrician", "None"),
        ("gas", "2026-11-22"),
    ]
    assert (first.tools, first.van_stock, first.speed_factor) == (("drill",), {"valve": 0, "pump": 3}, 0.8)
    assert second == day().technicians[1]


def test_any_field_can_be_set() -> None:
    """`set_technicians` replaces a field whole."""
    first, second = both({"change": "set_technicians", "technicians": "all", "set": {"tags": ["new"]}})
    assert (first.tags, second.tags) == (("new",), ("new",))
