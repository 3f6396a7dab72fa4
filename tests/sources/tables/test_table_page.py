"""The reference page of tables follows the code, and the examples of the guide work."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from little_tables import imported

from dispatch_engine.model.problem import Shift, Technician, Ticket
from dispatch_engine.model.yaml_reader import parse_yaml
from dispatch_engine.sources.tables.cells import READERS, Kind
from dispatch_engine.sources.tables.columns import CALENDAR, DEPOTS, TABLES, TECHNICIANS, TICKETS
from dispatch_engine.sources.tables.mapping import Mapping
from dispatch_engine.sources.tables.page import KINDS, PAGE, reference_page

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "spreadsheets.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The fenced examples of the guide in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, flags=re.MULTILINE | re.DOTALL)


def test_the_page_is_current() -> None:
    """If this fails, run: python -m dispatch_engine.sources.tables.page."""
    assert (ROOT / PAGE).read_text(encoding="utf-8") == reference_page()


def test_every_kind_has_a_reader_and_words() -> None:
    """No kind is declared without being read and explained."""
    assert set(get_args(Kind)) == set(READERS) == set(KINDS)
    assert {column.kind for table in TABLES for column in table.columns} == set(KINDS)


def test_every_field_of_the_model_has_its_column() -> None:
    """What the problem's JSON can say, a table can say."""
    fields = {table: {c.field.split("/")[0] for c in table.columns if c.field} for table in TABLES}
    assert fields[TICKETS] == set(Ticket.model_fields)
    assert fields[TECHNICIANS] == set(Technician.model_fields) - {"shifts"}
    assert fields[CALENDAR] == set(Shift.model_fields)
    assert fields[DEPOTS] >= {"id", "location", "open", "stock", "restock_minutes"}


def test_the_smallest_day_of_the_guide_works(tmp_path: Path) -> None:
    """The two files as printed: Ann works five days, K2 takes an hour and a half."""
    tickets, technicians, _calendar = blocks("csv")
    (tmp_path / "tickets.csv").write_text(tickets)
    (tmp_path / "technicians.csv").write_text(technicians)
    problem = imported(tmp_path).problem
    assert [ticket.duration_minutes for ticket in problem.tickets] == [45, 90]
    assert len(problem.technicians[0].shifts) == 5


def test_the_calendar_of_the_guide_works(tmp_path: Path) -> None:
    """Ann's Tuesday moves, her Wednesday is off; Bob, who is new here, loses a quarter of an hour."""
    tickets, technicians, calendar = blocks("csv")
    bob = "Bob,31.23,121.47,gas,2026-11-24,08:00,17:00,\n"
    for name, text in (("tickets", tickets), ("technicians", technicians + bob), ("calendar", calendar)):
        (tmp_path / f"{name}.csv").write_text(text)
    ann, bob_himself = imported(tmp_path).problem.technicians
    assert sorted(f"{shift.start:%d %H:%M}" for shift in ann.shifts) == [
        "23 08:00",
        "24 10:00",
        "26 08:00",
        "27 08:00",
    ]
    assert [f"{shift.start:%H:%M}" for shift in bob_himself.shifts] == ["08:15"]


def test_the_mapping_of_the_guide_works(tmp_path: Path) -> None:
    """Read as printed, it understands a German export of two jobs, of which one is done."""
    (text,) = blocks("yaml")
    mapping = parse_yaml(text, 64)
    Mapping.from_dict(mapping)
    assert isinstance(mapping, dict)
    jobs = (
        "Aufträge\n\nAuftragsnummer;Breite;Länge;Dauer;Dringlichkeit;Gewerk;Etage;Status;Bemerkung\n"
        "7;31,19;121,43;0,75;bald;Gas,Kälte: 2;3;offen;x\n8;31,19;121,43;1;;;;fertig;\n"
    )
    people = "id;lat;lon\nAnn;31,23;121,47\n"
    calendar = "Mitarbeiter;Tag;Art;von;bis\nAnn;23.11.2026;Pause;12:00;12:30\nAnn;24.11.2026;Büro;08:00;\n"
    calendar += "Ann;23.11.2026;Dienst;08:00;17:00\n"
    for name, table in (("auftraege", jobs), ("technicians", people), ("calendar", calendar)):
        (tmp_path / f"{name}.csv").write_bytes(table.encode("cp1252"))
    (ticket,) = imported(tmp_path, mapping, zone=None).problem.tickets
    assert (ticket.id, ticket.duration_minutes, ticket.priority) == ("7", 45, "high")
    assert (ticket.required_skills, ticket.attributes) == ({"Gas": 1, "Kälte": 2}, {"floor": "3"})
