"""A problem as the tables that an import reads back as the same problem."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any

from pydantic import BaseModel

from dispatch_engine.errors import InputError
from dispatch_engine.model.files import parse_json
from dispatch_engine.model.policy import load_policy, policy_names
from dispatch_engine.model.problem import Problem
from dispatch_engine.model.zones import find_zone
from dispatch_engine.report.exports.cells import WRITERS, moment_cell, text_cell
from dispatch_engine.report.exports.sheet import Sheet, Value
from dispatch_engine.sources.tables.columns import (
    CALENDAR,
    DEPOTS,
    SETTINGS,
    STOCK,
    TECHNICIANS,
    TICKETS,
    Column,
    Table,
)
from dispatch_engine.sources.tables.mapping import RESERVED
from dispatch_engine.sources.tables.settings import TEXTS

LONGEST_VALUE = 30_000
"""Characters of a settings value in one cell; spreadsheets hold 32,767. The rest goes on in the next row."""

IN_STOCK_TABLE = ("van_stock",)
"""Columns that an export leaves to the stock table."""


def problem_sheets(problem: Problem) -> list[Sheet]:
    """The tables of a problem that hold anything; tickets and technicians always do, if only their headers."""
    zone = find_zone(problem.time_zone) if problem.time_zone else None
    sheets = [
        _sheet(TICKETS, problem.tickets, zone),
        _sheet(TECHNICIANS, problem.technicians, zone),
        _calendar(problem, zone),
        _stock(problem),
        _sheet(DEPOTS, problem.depots, zone),
        _settings(problem, zone),
    ]
    return [
        sheet for sheet in sheets if sheet.rows or sheet.name in (TICKETS.sheet_name, TECHNICIANS.sheet_name)
    ]


# ---------------------------------------------------------------- objects as rows


def _sheet(table: Table, things: Sequence[BaseModel], zone: tzinfo | None) -> Sheet:
    """A row for each thing, with the needed columns and those in which some thing differs from the default."""
    columns = []
    for column in table.columns:
        if column.field and column.name not in IN_STOCK_TABLE:
            values = [_value(thing, column) for thing in things]
            if _is_needed(table, column, values) or any(value is not None for value in values):
                columns.append((column.name, [_cell(column, value, zone) for value in values]))
    rows = list(zip(*(cells for _, cells in columns), strict=True))
    return Sheet(table.sheet_name, [name for name, _ in columns], rows)


def _is_needed(table: Table, column: Column, values: Sequence[object]) -> bool:
    """Whether a table without rows would lack the column."""
    return not values and any(group[0] == column.name for group in table.needed)


def _value(thing: BaseModel, column: Column) -> Any:
    """The value at the column's field; None where it is the default."""
    outer, _, inner = column.field.partition("/")
    value = getattr(thing, outer)
    if inner:
        return None if value is None else getattr(value, inner)
    default = type(thing).model_fields[outer].get_default(call_default_factory=True)
    if column.name == "stock":
        return "unlimited" if value is None else None
    return None if value == default and outer != "id" else value


def _cell(column: Column, value: Any, zone: tzinfo | None) -> Value:
    if value is None or (value == "unlimited" and column.name == "stock"):
        return value  # type: ignore[no-any-return]
    return WRITERS[column.kind](value, zone)


def _calendar(problem: Problem, zone: tzinfo | None) -> Sheet:
    """A row for each shift, with its technician before it."""
    shifts = [shift for technician in problem.technicians for shift in technician.shifts]
    sheet = _sheet(CALENDAR, shifts, zone)
    names = [text_cell(technician.id) for technician in problem.technicians for _ in technician.shifts]
    rows = [(name, *row) for name, row in zip(names, sheet.rows, strict=True)]
    return Sheet(sheet.name, ["technician", *sheet.headers], rows)


def _stock(problem: Problem) -> Sheet:
    """A row for each part on a van or in a depot."""
    rows: list[Sequence[Value]] = []
    for technician in problem.technicians:
        rows += _stock_rows((text_cell(technician.id), None), technician.van_stock)
    for depot in problem.depots:
        rows += _stock_rows((None, text_cell(depot.id)), depot.stock or {})
    return Sheet(STOCK.sheet_name, [column.name for column in STOCK.columns], rows)


def _stock_rows(holder: tuple[Value, Value], stock: Mapping[str, int | None]) -> Iterator[Sequence[Value]]:
    for part, pieces in stock.items():
        yield (*holder, text_cell(part), WRITERS["pieces"](pieces, None))


# ---------------------------------------------------------------- settings


def _settings(problem: Problem, zone: tzinfo | None) -> Sheet:
    rows = [row for path, value in _entries(problem, zone) for row in _chunks(path, value)]
    return Sheet(SETTINGS.sheet_name, [column.name for column in SETTINGS.columns], rows)


def _entries(problem: Problem, zone: tzinfo | None) -> Iterator[tuple[str, Value]]:
    """Path and cell of every value that stands in no table."""
    yield "name", None if problem.name is None else text_cell(problem.name)
    document = problem.model_dump(mode="json", exclude_unset=True, exclude={*RESERVED, "name"})
    for name, value in document.items():
        if name == "now":
            if problem.now is not None:
                yield name, moment_cell(problem.now, zone)
        elif name == "policy":
            yield from _leaves(name, _built_in_name(problem) or value)
        elif value is not None:
            yield from _leaves(name, value)


def _built_in_name(problem: Problem) -> str | None:
    return next((name for name in policy_names() if load_policy(name) == problem.policy), None)


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Value]]:
    """The values of nested objects, each at its path; lists stay whole, as JSON."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(f"{path}/{key.replace('~', '~0').replace('/', '~1')}", inner)
    elif path in TEXTS:
        yield path, text_cell(value)
    else:
        yield path, _setting(value)


def _setting(value: Any) -> Value:
    if isinstance(value, bool | int | float):
        return value
    if value is None:
        return None
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return value if isinstance(value, str) and _is_plain(value) else text


def _is_plain(text: str) -> bool:
    """Whether a text is read back as itself without quotation marks."""
    if not text or text != text.strip() or text[0] in '{["':
        return False
    try:
        parse_json(text)
    except InputError:
        return True
    return False


def _chunks(path: str, value: Value) -> Iterable[tuple[str | None, Value]]:
    """The rows of a setting; a long text is cut where no blank would be lost."""
    setting: str | None = text_cell(path)
    while isinstance(value, str) and len(value) > LONGEST_VALUE:
        cut = LONGEST_VALUE
        while value[cut - 1].isspace() or value[cut].isspace():
            cut -= 1
        yield setting, value[:cut]
        setting, value = None, value[cut:]
    yield setting, value
