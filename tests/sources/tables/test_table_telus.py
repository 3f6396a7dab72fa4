"""A messy real week: it imports by its mapping, plans day by day, and the plan says which skills are missing."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from little_tables import imported

from benchmarks.errors import BenchmarkError
from benchmarks.instances import family_folder, instances_folder
from dispatch_engine.check import check
from dispatch_engine.model.problem import Problem
from dispatch_engine.model.yaml_reader import parse_yaml
from dispatch_engine.solver.solve import solve
from dispatch_engine.sources.tables.mapping import Mapping

MAPPING = Path(__file__).parents[3] / "scenarios" / "telus" / "telus.yaml"
DAYS = ("2026-01-05", "2026-01-06", "2026-01-07", "2026-01-08", "2026-01-09")


@pytest.fixture(scope="module")
def data() -> Path:
    """The folder of the spreadsheets."""
    try:
        return family_folder(instances_folder(), "telus_calgary")
    except BenchmarkError as error:
        pytest.skip(f"the TELUS mock week is not here: {error}")


def day_of(data: Path, day: str | None) -> Problem:
    """One day of the week, or all of it."""
    return imported(data, _mapping(), day, zone=None).problem


def _mapping() -> dict[str, object]:
    mapping = parse_yaml(MAPPING.read_text(encoding="utf-8"), 64)
    assert isinstance(mapping, dict)
    return mapping


def fully_skilled(problem: Problem, ticket: str) -> bool:
    """Whether somebody with a shift has every skill of a ticket."""
    (needed,) = [set(t.required_skills) for t in problem.tickets if t.id == ticket]
    return any(needed <= set(person.skills) for person in problem.technicians if person.shifts)


def test_the_mapping_is_a_mapping() -> None:
    """Also where the data are absent."""
    assert Mapping.from_file(MAPPING).time_zone == "America/Edmonton"


def test_the_week_is_complete(data: Path) -> None:
    """198 orders, 392 hours; ten technicians on five days, three days of absence."""
    week = day_of(data, None)
    assert len(week.tickets) == 198
    assert sum(ticket.duration_minutes for ticket in week.tickets) == pytest.approx(392 * 60, abs=60)
    assert sum(len(person.shifts) for person in week.technicians) == 5 * 10 - 3
    assert sum(not fully_skilled(week, ticket.id) for ticket in week.tickets) == 95


def test_shifts_follow_the_calendar(data: Path) -> None:
    """Every shift starts after its meeting and ends before its paperwork; breaks have their hour of slack."""
    with (data / "calendar.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["date"] == DAYS[0]]
    events = {(row["technician_id"], row["event_type"]): row for row in rows}
    for person in day_of(data, DAYS[0]).technicians:
        (shift,) = person.shifts
        meets, writes = ((person.id, kind) in events for kind in ("MEETING", "ADMIN"))
        assert f"{shift.start:%H:%M}" == ("08:15" if meets else "08:00")
        assert f"{shift.end:%H:%M}" == ("17:30" if writes else "18:00")
        for pause in shift.breaks:
            row = events[person.id, "BREAK"]
            assert row["start_time"] > f"{pause.earliest:%H:%M}"
            assert (pause.latest - pause.earliest).total_seconds() == 7200


@pytest.mark.parametrize("day", DAYS)
def test_a_day_is_planned_and_says_what_is_missing(data: Path, day: str) -> None:
    """The plan keeps every rule; an order that nobody is fully skilled for names each missing skill."""
    problem = day_of(data, day)
    plan = solve(problem, iterations=300, workers=1)
    assert check(problem, plan).ok
    reasons = {entry.ticket: entry.reasons for entry in plan.unassigned}
    staff = [person for person in problem.technicians if person.shifts]
    for ticket in problem.tickets:
        if not fully_skilled(problem, ticket.id):
            (reason,) = reasons[ticket.id]
            assert (reason.code, reason.technicians) == ("no_skill", len(staff))
            for skill in ticket.required_skills:
                lacked = any(skill not in person.skills for person in staff)
                assert (f"{skill} 1" in reason.message) == lacked
