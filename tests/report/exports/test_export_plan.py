"""A plan as tables: summary, the day of each technician, what was left out."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from little_plan import day

from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.report.exports.files import workbook_bytes
from dispatch_engine.report.exports.plan_tables import (
    SUMMARY,
    UNASSIGNED,
    VISITS,
    plan_lists,
    plan_sheets,
)
from dispatch_engine.report.exports.sheet import Sheet, Value


def cells(sheet: Sheet, row: int) -> dict[str, Value]:
    """A row by its headers."""
    return dict(zip(sheet.headers, sheet.rows[row], strict=True))


def test_the_sheets_of_a_plan() -> None:
    """A summary, one for each technician under a name that spreadsheets allow, and the rest."""
    sheets = plan_sheets(*day())
    assert [sheet.name for sheet in sheets] == ["Summary", "Ann_1", "bob", "Unassigned"]
    assert [tuple(sheet.headers) for sheet in sheets] == [SUMMARY, VISITS, VISITS, UNASSIGNED]


def test_the_summary() -> None:
    """A row for each route, and the sums of what can be summed."""
    problem, plan = day()
    summary = plan_sheets(problem, plan)[0]
    ann, bob, total = (cells(summary, row) for row in range(3))
    assert (ann["technician"], ann["name"], ann["visits"], ann["late_visits"]) == ("Ann/1", "Ann Lee", 2, 1)
    assert (bob["name"], bob["visits"]) == (None, 1)
    assert (total["technician"], total["visits"], total["late_visits"]) == ("Total", 3, 1)
    minutes = [route.travel_minutes or 0.0 for route in plan.routes]
    assert total["travel_minutes"] == round(sum(minutes), 2)


def test_the_day_of_a_technician() -> None:
    """Stops in order of time, times on the local clock, coordinates to find the door."""
    problem, plan = day()
    sheet = plan_sheets(problem, plan)[1]
    assert [cells(sheet, row)["kind"] for row in range(len(sheet.rows))] == ["visit", "break", "visit"]
    first, pause, second = (cells(sheet, row) for row in range(3))
    assert (first["stop"], first["id"], first["name"]) == (1, "K1", "=cmd()")
    assert (second["start"], second["due_at"]) == (
        datetime(2026, 11, 23, 12, 30),
        datetime(2026, 11, 23, 9, 0),
    )
    assert second["deadline"] == "2026-11-23 09:00: the ticket's own deadline"
    assert second["lat"] == 31.0
    assert (pause["id"], pause["lat"]) == (None, None)


def test_what_was_left_out() -> None:
    """With its reasons in words."""
    row = cells(plan_sheets(*day())[-1], 0)
    assert (row["id"], row["priority"], row["reasons"]) == ("K4", "high", "2 technicians lack gas 1")


def test_three_lists_for_programs() -> None:
    """All visits in one table, each with its technician and shift before it."""
    summary, visits, unassigned = plan_lists(*day())
    assert [sheet.name for sheet in (summary, visits, unassigned)] == ["Summary", "Visits", "Unassigned"]
    assert [row[:5] for row in visits.rows][:2] == [
        ("Ann/1", 0, 1, "visit", "K1"),
        ("Ann/1", 0, 2, "break", None),
    ]
    assert len(visits.headers) == len(visits.rows[0])


def test_the_workbook_can_be_read() -> None:
    """The name that looks like a formula is a text with an apostrophe."""
    pytest.importorskip("xlsxwriter")
    calamine = pytest.importorskip("python_calamine")
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(workbook_bytes(plan_sheets(*day()))))
    rows = book.get_sheet_by_name("Ann_1").to_python()
    assert rows[1][3] == "'=cmd()"


def test_a_plan_of_tickets_that_the_problem_does_not_know() -> None:
    """It is shown as far as it goes: without names, without times."""
    stops = [{"kind": "ticket", "ticket": "K9"}, {"kind": "depot", "depot": "D9", "loaded": {"fan": 2}}]
    plan = Plan.from_dict(
        {"routes": [{"technician": "T9", "stops": stops}], "unassigned": [{"ticket": "K8", "reasons": []}]}
    )
    problem = Problem.from_dict({"technicians": [], "tickets": []})
    sheets = plan_sheets(problem, plan)
    assert cells(sheets[1], 0)["id"] == "K9"
    assert [cells(sheets[1], 1)[name] for name in ("id", "kind", "parts")] == ["D9", "depot", "2 × fan"]
    assert cells(sheets[2], 0)["reasons"] == ""
    assert cells(sheets[0], 1)["wait_minutes"] is None
