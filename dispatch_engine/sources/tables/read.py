"""Tables in, a validated problem out: every fault at once, each with the cell it stands in."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, tzinfo
from pathlib import Path
from typing import Any, Protocol

from dispatch_engine.errors import InputError
from dispatch_engine.model.base import shown, validate
from dispatch_engine.model.problem import Problem
from dispatch_engine.model.zones import find_zone
from dispatch_engine.sources.tables.assemble import assemble
from dispatch_engine.sources.tables.columns import SETTINGS, TABLES, Table, TableName
from dispatch_engine.sources.tables.findings import Findings
from dispatch_engine.sources.tables.grid import DAY_ZERO_1900, DAY_ZERO_1904, Grid
from dispatch_engine.sources.tables.manner import Manner
from dispatch_engine.sources.tables.mapping import Mapping
from dispatch_engine.sources.tables.records import Records, read_records
from dispatch_engine.sources.tables.settings import Settings
from dispatch_engine.sources.tables.trace import Trace


class Source(Protocol):
    """Where tables come from: a folder of CSV files, a workbook."""

    name: str

    def grid(self, table: Table, mapping: Mapping) -> Grid | None:
        """The cells of a table; None where it may be absent and is. Raises InputError."""

    def unused(self) -> list[str]:
        """Files or sheets that no table was read from."""


@dataclass(frozen=True)
class Wish:
    """What the caller wants beyond the mapping.

    Attributes
    ----------
    time_zone : zone of times without offset; None: as the settings or the mapping say.
    day : keep only the shifts and tickets of this day.
    folder : where relative paths in the settings and the mapping start.
    """

    time_zone: str | None = None
    day: date | None = None
    folder: Path | None = None


@dataclass(frozen=True)
class FromTables:
    """An imported problem, and what the user should know about it."""

    problem: Problem
    notes: tuple[str, ...]


def import_tables(source: Source, mapping: Mapping, wish: Wish) -> FromTables:
    """Read all tables of ``source`` as one problem.

    Raises
    ------
    InputError
        With everything that is wrong; the pointer of a finding is the name of a cell, a row, a sheet or a file.
    """
    findings = Findings()
    grids = _grids(source, mapping, findings)
    settings = Settings(_records(grids.pop("settings", None), SETTINGS, mapping, None, findings), findings)
    zone_name = _time_zone(settings, mapping, wish, findings)
    # A zone that is not known is told; in its place UTC keeps every time of day from being told, too.
    zone = (find_zone(zone_name) or UTC) if zone_name else None
    tables = _tables(grids, mapping, zone, findings)
    trace = Trace()
    document = _constants(mapping, trace)
    settings.merge_into(document, zone, trace)
    document |= {"name": document.get("name", source.name), **({"time_zone": zone_name} if zone_name else {})}
    if not {"technicians", "tickets"} <= set(tables):
        raise InputError(findings.found)
    document |= assemble(tables, zone, wish.day, findings, trace)
    return FromTables(_validated(document, wish.folder, findings, trace), tuple(_notes(source)))


def _grids(source: Source, mapping: Mapping, findings: Findings) -> dict[TableName, Grid]:
    grids: dict[TableName, Grid] = {}
    for table in TABLES:
        try:
            grid = source.grid(table, mapping)
        except InputError as error:
            findings.found += error.findings
        else:
            if grid is not None:
                grids[table.name] = grid
    return grids


def _tables(
    grids: dict[TableName, Grid], mapping: Mapping, zone: tzinfo | None, findings: Findings
) -> dict[TableName, Records]:
    tables: dict[TableName, Records] = {}
    for table in TABLES:
        records = _records(grids.get(table.name), table, mapping, zone, findings)
        if records is not None:
            tables[table.name] = records
    return tables


def _records(
    grid: Grid | None, table: Table, mapping: Mapping, zone: tzinfo | None, findings: Findings
) -> Records | None:
    if grid is None:
        return None
    serials = {None: grid.day_zero, 1900: DAY_ZERO_1900, 1904: DAY_ZERO_1904}
    usual = ".," if grid.has_decimal_commas else "."
    manner = Manner(
        zone=zone,
        order=mapping.dates.order,
        day_zero=serials[mapping.dates.serials],
        decimals=mapping.decimal or usual,
    )
    return read_records(grid, table, mapping.tables.of(table.name), manner, findings)


def _time_zone(settings: Settings, mapping: Mapping, wish: Wish, findings: Findings) -> str | None:
    """The name of the time zone: the caller's, the settings', the mapping's; two must not differ."""
    given = settings.text("time_zone")
    constant = mapping.problem.get("time_zone")
    names = [wish.time_zone, given[0] if given else None, mapping.time_zone, constant]
    known = list(dict.fromkeys(name for name in names if isinstance(name, str)))
    if len(known) > 1 and wish.time_zone is None:
        place = given[1] if given else "mapping file"
        message = f"the time zone is {shown(known[0])} here and {shown(known[1])} elsewhere; keep one"
        findings.add_once(place, "conflicting_fields", message)
    if known and find_zone(known[0]) is None:
        message = f"{shown(known[0])} is no IANA time zone; use a name as Asia/Shanghai"
        place = given[1] if given and not wish.time_zone else "time zone"
        findings.add_once(place, "unknown_time_zone", message)
    return known[0] if known else None


def _constants(mapping: Mapping, trace: Trace) -> dict[str, Any]:
    """What the mapping says about the whole problem; the time zone is settled elsewhere."""
    document = deepcopy({name: value for name, value in mapping.problem.items() if name != "time_zone"})
    for name in document:
        trace.places[f"/{name}"] = f"mapping file: /problem/{name}"
    return document


def _validated(document: dict[str, Any], folder: Path | None, findings: Findings, trace: Trace) -> Problem:
    try:
        problem = validate(Problem, document, folder)
    except InputError as error:
        for found in error.findings:
            trace.tell(found, findings)
    if findings.found:
        raise InputError(findings.found)
    return problem


def _notes(source: Source) -> list[str]:
    unused = source.unused()
    return [f"not read: {', '.join(unused)}"] if unused else []
