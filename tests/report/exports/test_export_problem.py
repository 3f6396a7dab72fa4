"""A problem written as tables and read again is the same problem, whatever stands in it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import problem_documents

from dispatch_engine.model.problem import Problem
from dispatch_engine.report.exports.files import csv_files, workbook_bytes
from dispatch_engine.report.exports.problem_tables import LONGEST_VALUE, problem_sheets
from dispatch_engine.report.exports.template import template_sheets, template_workbook
from dispatch_engine.sources.tables.folder import CsvFolder
from dispatch_engine.sources.tables.limits import Limits
from dispatch_engine.sources.tables.mapping import Mapping
from dispatch_engine.sources.tables.read import Wish, import_tables
from dispatch_engine.sources.tables.workbook import Workbook

SCENARIOS = Path(__file__).parents[3] / "scenarios"
LIBRARIES = pytest.importorskip("xlsxwriter"), pytest.importorskip("python_calamine")

# What spreadsheets, CSV, lists in cells and JSON each take for something else.
MARKS = st.sampled_from("=+-@'\";:,/~#[]{}|.0157eE _ÄÖß上海🔧\u00a0\u2028")
NAMES = st.text(MARKS, min_size=1, max_size=8)
LINES = st.text(MARKS | st.sampled_from("\n\t\r"), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-1e6, 1e6) | LINES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2),
    max_leaves=4,
)
ZONES = st.sampled_from((None, "Asia/Shanghai", "America/New_York", "Europe/Berlin"))


@st.composite
def dressed_problems(draw: Callable[..., Any]) -> Problem:
    """Random problems with names, texts and times that are hard to write into cells."""
    document = draw(problem_documents(max_technicians=2, max_tickets=3))
    document |= {"name": draw(st.none() | NAMES), "time_zone": draw(ZONES)}
    for thing in (*document["technicians"], *document["tickets"]):
        thing |= draw(_labels())
        for field in ("skills", "required_skills", "van_stock"):
            if field in thing and draw(st.booleans()):
                thing[field] = {**thing[field], **draw(st.dictionaries(NAMES, st.integers(0, 9), max_size=3))}
        for field in ("tags", "tools"):
            if field in thing:
                thing[field] = [*thing[field], *draw(st.lists(NAMES, max_size=2))]
    for ticket in document["tickets"]:
        ticket |= draw(_odd_fields())
    return Problem.from_dict(document)


@st.composite
def _labels(draw: Callable[..., Any]) -> dict[str, Any]:
    free = draw(st.none() | st.dictionaries(NAMES, VALUES, max_size=2))
    return {"name": draw(st.none() | NAMES), "address": draw(st.none() | LINES), "attributes": free}


@st.composite
def _odd_fields(draw: Callable[..., Any]) -> dict[str, Any]:
    moment = st.none() | st.sampled_from(
        (
            "2026-10-25T00:30:00Z",  # comes twice in Berlin
            "2026-11-01T05:30:00Z",  # comes twice in New York
            "2026-11-23T00:00:00+08:00",
            "2026-11-23T08:00:00.250-03:30",
            "2026-11-23T08:00:01+08:00",
        )
    )
    return {
        "service": draw(NAMES),
        "reported_at": draw(moment),
        "duration_minutes": draw(st.sampled_from((45, 0.1, 1 / 3, 12.000000000000002))),
        "urgency": draw(st.sampled_from((None, "24h"))),
    }


def from_csv(problem: Problem) -> Problem:
    """Out to a folder and in again."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in csv_files(problem_sheets(problem)).items():
            (Path(folder) / name).write_text(text, encoding="utf-8", newline="")
        return import_tables(CsvFolder(Path(folder), Limits()), Mapping(), Wish()).problem


def from_workbook(problem: Problem) -> Problem:
    """Out to a workbook and in again."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "problem.xlsx"
        path.write_bytes(workbook_bytes(problem_sheets(problem)))
        return import_tables(Workbook(path, Limits()), Mapping(), Wish()).problem


def assert_same(before: Problem, after: Problem) -> None:
    """Equal as problems, and equal as JSON where the zone fixes the offsets."""
    assert after == before
    if before.time_zone is None:
        moments = [(shift.start, shift.end) for t in before.technicians for shift in t.shifts]
        again = [(shift.start, shift.end) for t in after.technicians for shift in t.shifts]
        assert [str(pair) for pair in again] == [str(pair) for pair in moments]


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(dressed_problems())
def test_csv_round_trip(problem: Problem) -> None:
    """Folders of CSV files."""
    assert_same(problem, from_csv(problem))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(dressed_problems())
def test_workbook_round_trip(problem: Problem) -> None:
    """Workbooks."""
    assert_same(problem, from_workbook(problem))


def test_a_lone_carriage_return_stays_in_its_cell() -> None:
    """It ends no row."""
    ticket = {"id": "K1", "location": {"lat": 1, "lon": 2}, "duration_minutes": 45, "address": "a\rb"}
    problem = Problem.from_dict({"technicians": [], "tickets": [ticket]})
    assert from_csv(problem) == problem


@pytest.mark.parametrize("name", ["tiny-day", "shanghai-weekday", "storm-day"])
def test_scenarios_come_back(name: str) -> None:
    """The shipped days, one with a matrix, both ways."""
    problem = Problem.from_file(SCENARIOS / f"{name}.json")
    assert from_csv(problem) == problem
    assert from_workbook(problem) == problem


def test_a_matrix_goes_on_in_further_rows() -> None:
    """100 × 100 seconds do not fit into one cell."""
    rows = [[abs(i - j) * 61 for j in range(100)] for i in range(100)]
    rows[3][4] = None  # type: ignore[call-overload]
    technician = {"id": "T1", "start": {"matrix_index": 0}, "shifts": []}
    travel = {"provider": "matrix", "durations_seconds": rows}
    problem = Problem.from_dict({"technicians": [technician], "tickets": [], "travel": travel})
    (sheet,) = [sheet for sheet in problem_sheets(problem) if sheet.name == "Settings"]
    assert max(len(str(value)) for _, value in sheet.rows) <= LONGEST_VALUE < len(json.dumps(rows))
    assert from_workbook(problem) == problem
    assert from_csv(problem) == problem


def test_only_columns_that_say_something() -> None:
    """A reader of the table sees what is special about the day."""
    document = {
        "technicians": [],
        "tickets": [
            {"id": "K1", "location": {"lat": 1, "lon": 2}, "duration_minutes": 45, "priority": "normal"}
        ],
    }
    tickets, technicians, settings_sheet = problem_sheets(Problem.from_dict(document))
    assert tickets.headers == ["id", "lat", "lon", "duration_minutes"]
    assert tickets.rows == [("K1", 1, 2, 45)]
    assert technicians.headers == ["id", "lat", "lon"]
    assert settings_sheet.rows == [("name", None)]


def test_the_template_is_an_empty_problem(tmp_path: Path) -> None:
    """Every column of every table is read, and there are no rows."""
    for name, text in csv_files(template_sheets()).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    path = tmp_path / "empty.xlsx"
    path.write_bytes(template_workbook())
    for source in (CsvFolder(tmp_path, Limits()), Workbook(path, Limits())):
        problem = import_tables(source, Mapping(), Wish()).problem
        assert (problem.tickets, problem.technicians, problem.name) == ((), (), source.name)
