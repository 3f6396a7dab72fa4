"""Mapping files: what they may say, what they may not, and what it does to a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from little_tables import TICKETS, faults_of, imported, problem_of, saved, with_column

from dispatch_engine.errors import InputError
from dispatch_engine.sources.tables.mapping import Mapping

OWN = """Auftrag;Breite;Länge;Dauer;Dringend;Status
K1;31,19;121,43;0,75;ja;offen
K2;31,25;121,5;1;;offen
K3;31,25;121,5;1;nein;fertig
"""
OWN_COLUMNS: dict[str, Any] = {
    "id": "Auftrag",
    "lat": "Breite",
    "lon": {"column": "Länge"},
    "duration_minutes": {"column": "Dauer", "unit": "hours"},
    "priority": {
        "column": "Dringend",
        "values": {"JA": "emergency"},
        "otherwise": "low",
        "default": "normal",
    },
    "mandatory": {"value": True},
    "required_skills": {"value": "gas; wiring: 2"},
}


def mapping_with(**table: Any) -> dict[str, Any]:
    """A mapping for the tickets."""
    return {"tables": {"tickets": table}}


def refused(document: object) -> list[tuple[str, str, str]]:
    """What is wrong with a mapping."""
    with pytest.raises(InputError) as caught:
        Mapping.from_dict(document)
    return [(f.pointer, f.code, f.message) for f in caught.value.findings]


def test_own_names_units_words_and_constants(tmp_path: Path) -> None:
    """A German export as it is: hours, decimal commas, own words, only the open jobs."""
    mapping = mapping_with(columns=OWN_COLUMNS, only={"Status": ["Offen"]}, other_columns="ignore")
    tickets = problem_of(tmp_path, mapping, tickets=OWN).tickets
    assert [(t.id, t.location.lat, t.duration_minutes, t.priority, t.mandatory) for t in tickets] == [
        ("K1", 31.19, 45, "emergency", True),
        ("K2", 31.25, 60, "normal", True),
    ]
    assert tickets[0].required_skills == {"gas": 1, "wiring": 2}


def test_words_that_are_not_listed_stay(tmp_path: Path) -> None:
    """Without ``otherwise`` the words of the contract go on working, and others are refused at their cell."""
    mapping = mapping_with(columns={"priority": {"values": {"urgent": "emergency"}}})
    table = with_column("priority", "urgent", "high")
    assert [t.priority for t in problem_of(tmp_path, mapping, tickets=table).tickets] == ["emergency", "high"]
    (finding,) = faults_of(tmp_path, mapping, tickets=with_column("priority", "urgent", "soon"))
    assert (finding.pointer, finding.code) == ("tickets.csv, cell E3", "unknown_value")
    assert finding.message.startswith("'soon' is not known; use 'low'")


def test_constants_that_cannot_be_read(tmp_path: Path) -> None:
    """They are told at the row, for no cell holds them."""
    mapping = mapping_with(columns={"setup_minutes": {"value": "soon"}})
    faults = faults_of(tmp_path, mapping)
    assert [f.pointer for f in faults] == ["tickets.csv, row 2", "tickets.csv, row 3"]


def test_one_column_for_two_things(tmp_path: Path) -> None:
    """A moment gives the appointment and the day."""
    mapping = mapping_with(columns={"appointment_at": "when", "date": "when", "time_windows": "window"})
    table = with_column("window", "10:00-11:00", "", table=with_column("when", *["2026-11-23 09:30"] * 2))
    ticket = problem_of(tmp_path, mapping, tickets=table).tickets[0]
    assert ticket.appointment_at is not None
    assert ticket.appointment_at.hour == 9
    assert ticket.time_windows[0].start.isoformat() == "2026-11-23T10:00:00+08:00"


def test_a_mapped_column_no_longer_counts_under_its_usual_name(tmp_path: Path) -> None:
    """``name`` is here the name of the appliance: it feeds the service, and no ticket has a name."""
    mapping = mapping_with(columns={"service": "name"})
    ticket = problem_of(tmp_path, mapping, tickets=with_column("name", "fridge", "oven")).tickets[0]
    assert (ticket.name, ticket.service) == (None, "fridge")


def test_own_files_dates_and_separators(tmp_path: Path) -> None:
    """A file of another name, days before months, names between commas."""
    mapping = {
        "dates": {"order": "dmy"},
        "tables": {
            "tickets": {"file": "jobs.csv", "columns": {"required_tags": {"separator": ","}}},
            "technicians": {"columns": {"shift_days": {"value": "23.11.2026"}}},
        },
    }
    jobs = with_column("required_tags", "a, b", "", table=with_column("due_at", "23.11.2026 10:00", ""))
    problem = problem_of(tmp_path, mapping, tickets=None, jobs=jobs)
    assert problem.tickets[0].required_tags == ("a", "b")
    assert problem.tickets[0].due_at is not None
    assert problem.technicians[0].shifts[0].start.day == 23


def test_serial_numbers_of_another_system(tmp_path: Path) -> None:
    """44887.5 days after 1904-01-01 is noon of 2026-11-23."""
    mapping: dict[str, Any] = {"dates": {"serials": 1904}, "tables": {}}
    tickets = problem_of(tmp_path, mapping, tickets=with_column("due_at", "44887.5", "")).tickets
    assert tickets[0].due_at is not None
    assert tickets[0].due_at.isoformat() == "2026-11-23T12:00:00+08:00"


def test_a_decimal_mark_for_a_column(tmp_path: Path) -> None:
    """The coordinates of this file have points though its mapping says commas."""
    columns = {name: {"decimal": "."} for name in ("lat", "lon")}
    mapping = {
        "decimal": ",",
        "tables": {"tickets": {"columns": columns}, "technicians": {"columns": columns}},
    }
    table = TICKETS.replace(",45", ',"45,5"')
    assert problem_of(tmp_path, mapping, tickets=table).tickets[0].duration_minutes == 45.5


@pytest.mark.parametrize(
    ("document", "pointer", "code", "message"),
    [
        ({"colums": {}}, "/colums", "unknown_field", "is no field; did you mean 'columns'?"),
        (
            mapping_with(columns={"required_skils": "x"}),
            "/tables/tickets/columns/required_skils",
            "unknown_field",
            "is no column of the table tickets; did you mean 'required_skills'?",
        ),
        (
            mapping_with(columns={"xyzzy": "x"}),
            "/tables/tickets/columns/xyzzy",
            "unknown_field",
            "is no column of the table tickets; docs/spreadsheets.md lists them",
        ),
        (
            mapping_with(columns={"lat": {"unit": "feet"}}),
            "/tables/tickets/columns/lat/unit",
            "unknown_value",
            "'feet' is not known; use",
        ),
        (
            mapping_with(columns={"lat": {"value": 1, "column": "x"}}),
            "/tables/tickets/columns/lat/value",
            "conflicting_fields",
            "excludes column and values; keep one of them",
        ),
        (
            mapping_with(columns={"lat": {"otherwise": 1}}),
            "/tables/tickets/columns/lat/otherwise",
            "conflicting_fields",
            "needs values; list the words or use default",
        ),
        (
            {"problem": {"tickets": []}},
            "/problem/tickets",
            "conflicting_fields",
            "comes from the tables; remove it",
        ),
        (
            {"time_zone": "Shanghai"},
            "/time_zone",
            "unknown_time_zone",
            "'Shanghai' is no IANA time zone; use a name as Asia/Shanghai",
        ),
        ({"encoding": "utf-7"}, "/encoding", "unknown_value", "'utf-7' is not known; use"),
    ],
)
def test_what_a_mapping_may_not_say(document: object, pointer: str, code: str, message: str) -> None:
    """Unknown keys and contradictions, with their place."""
    ((at, found, told),) = refused(document)
    assert (at, found) == (pointer, code)
    assert told.startswith(message)


def test_a_mapping_file_is_yaml(tmp_path: Path) -> None:
    """A text alone is a header; the file may be JSON, too."""
    path = tmp_path / "ours.yaml"
    path.write_text("time_zone: Asia/Shanghai\ntables:\n  tickets:\n    columns: {id: Auftrag}\n")
    mapping = Mapping.from_file(path)
    assert mapping.tables.tickets.columns["id"].column == "Auftrag"
    assert imported(saved(tmp_path), {}, zone="Asia/Shanghai").problem.time_zone == "Asia/Shanghai"
