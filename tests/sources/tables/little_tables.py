"""A tiny day as CSV files, of which each test changes one thing; and ways to import it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dispatch_engine.errors import Finding, InputError
from dispatch_engine.model.problem import Problem
from dispatch_engine.model.zones import find_zone
from dispatch_engine.sources.tables.folder import CsvFolder
from dispatch_engine.sources.tables.limits import Limits
from dispatch_engine.sources.tables.manner import Manner
from dispatch_engine.sources.tables.mapping import Mapping
from dispatch_engine.sources.tables.read import FromTables, Wish, import_tables

SHANGHAI = "Asia/Shanghai"
IN_SHANGHAI = Manner(zone=find_zone(SHANGHAI))

TICKETS = """id,lat,lon,duration_minutes
K1,31.19,121.43,45
K2,31.25,121.5,60
"""
TECHNICIANS = """id,lat,lon,shift_days,shift_start,shift_end
T1,31.23,121.47,2026-11-23,08:00,17:00
"""


def saved(folder: Path, **tables: str | bytes | None) -> Path:
    """Write the tiny day as CSV files; ``tables`` replace, add, or (None) leave out files."""
    contents = {"tickets": TICKETS, "technicians": TECHNICIANS, **tables}
    for name, content in contents.items():
        if content is not None:
            data = content if isinstance(content, bytes) else content.encode()
            (folder / f"{name}.csv").write_bytes(data)
    return folder


def imported(
    folder: Path,
    mapping: dict[str, Any] | None = None,
    day: str | None = None,
    limits: Limits = Limits(),  # noqa: B008
    zone: str | None = SHANGHAI,
) -> FromTables:
    """Import a folder of CSV files."""
    wish = Wish(zone, None if day is None else date.fromisoformat(day), folder)
    return import_tables(CsvFolder(folder, limits), Mapping.from_dict(mapping or {}), wish)


def problem_of(folder: Path, mapping: dict[str, Any] | None = None, **tables: str | bytes | None) -> Problem:
    """The problem in the tiny day with some tables replaced."""
    return imported(saved(folder, **tables), mapping).problem


def faults_of(
    folder: Path, mapping: dict[str, Any] | None = None, **tables: str | bytes | None
) -> tuple[Finding, ...]:
    """What is wrong with the tiny day with some tables replaced."""
    with pytest.raises(InputError) as caught:
        imported(saved(folder, **tables), mapping)
    return caught.value.findings


def only_fault(folder: Path, mapping: dict[str, Any] | None = None, **tables: str | bytes | None) -> Finding:
    """The single thing that is wrong."""
    (finding,) = faults_of(folder, mapping, **tables)
    return finding


def with_column(name: str, *cells: str, table: str = TICKETS) -> str:
    """A CSV table with one column more."""
    lines = table.strip().split("\n")
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells]
    return "\n".join(f"{line},{cell}" for line, cell in zip(lines, [name, *quoted], strict=True)) + "\n"
