"""The rows of a sheet as records: every cell read by the kind of its column, every fault noted with its cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import zip_longest
from typing import Any

from dispatch_engine.sources.tables.cells import READERS, Reader
from dispatch_engine.sources.tables.columns import Column, Table
from dispatch_engine.sources.tables.findings import Findings
from dispatch_engine.sources.tables.grid import Broken, Cell, Fault, Grid, as_text
from dispatch_engine.sources.tables.headers import Headers, read_headers
from dispatch_engine.sources.tables.manner import Manner
from dispatch_engine.sources.tables.mapping import ColumnRule, TableMapping

NEEDS_DAY = frozenset(("time", "windows", "breaks"))
"""Kinds of columns whose times of day are on the row's date."""


@dataclass
class Records:
    """A table as it was read.

    Attributes
    ----------
    rows : number of the row of each record.
    values : by column, one value per record; None where the cell is empty or faulty.
    positions : by column, its position in the sheet; None where it is a constant of the mapping.
    attributes : one object of free values per record.
    manner : how the table's texts are written, for what is read later.
    """

    table: Table
    grid: Grid
    header_row: int
    manner: Manner
    rows: list[int] = field(default_factory=list)
    values: dict[str, list[Any]] = field(default_factory=dict)
    positions: dict[str, int | None] = field(default_factory=dict)
    attributes: list[dict[str, Any]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, name: str) -> list[Any]:
        """The values of a column, None in every row where the sheet does not have it."""
        return self.values.get(name) or [None] * len(self.rows)

    def cell_name(self, index: int, name: str) -> str:
        """Where a value of a record stands: its cell, else the row of its headers or its own."""
        position = self.positions.get(name)
        if position is not None:
            return self.grid.cell_name(self.rows[index], position)
        return self.grid.row_name(self.header_row if self._is_missing(name) else self.rows[index])

    def _is_missing(self, name: str) -> bool:
        """Whether the sheet lacks a needed column, with all that could stand for it."""
        groups = [group for group in self.table.needed if name in group]
        return any(not set(group) & set(self.positions) for group in groups)


def read_records(
    grid: Grid, table: Table, mapping: TableMapping, manner: Manner, findings: Findings
) -> Records:
    """Read a sheet as ``table``; what is wrong is noted in ``findings`` and left out."""
    headers = read_headers(grid, table, mapping, findings)
    records = Records(table, grid, mapping.header_row, manner, positions=headers.columns)
    cells = _kept_rows(headers, records, findings)
    days: list[date | None] | None = None
    for column in sorted(table.columns, key=lambda column: column.name != "date"):
        if column.name not in headers.columns:
            continue
        rule = headers.rules.get(column.name, ColumnRule())
        raw = _raw(cells, headers.columns[column.name], rule, len(records))
        needs_day = column.kind in NEEDS_DAY
        values = _read(raw, column, _manner(manner, rule), days if needs_day else None, records, findings)
        records.values[column.name] = values
        if column.name == "date":
            days = values
    _read_attributes(cells, headers, records)
    return records


def _kept_rows(headers: Headers, records: Records, findings: Findings) -> list[tuple[Cell, ...]]:
    """The cells by column of the rows that are read: not empty, and wanted by ``only``."""
    kept: list[list[Cell]] = []
    grid = records.grid
    for number, row in enumerate(grid.rows[records.header_row :], records.header_row + 1):
        for position in headers.only:
            if position < len(row) and isinstance(cell := row[position], Broken):
                findings.add_fault(grid.cell_name(number, position), cell.fault())
        if any(row) and _is_wanted(row, headers):
            kept.append(row)
            records.rows.append(number)
    return list(zip_longest(*kept, fillvalue=""))


def _is_wanted(row: list[Cell], headers: Headers) -> bool:
    return all(
        position < len(row) and as_text(row[position]).casefold() in words
        for position, words in headers.only.items()
    )


def _raw(cells: list[tuple[Cell, ...]], position: int | None, rule: ColumnRule, count: int) -> Sequence[Cell]:
    """The cells of a column, with the mapping's constants, words and defaults in place."""
    if position is None:
        assert rule.value is not None
        return [rule.value] * count
    found: Sequence[Cell] = cells[position] if position < len(cells) else [""] * count
    if rule.values is not None:
        words = {word.casefold(): meaning for word, meaning in rule.values.items()}
        found = [_translated(cell, words, rule.otherwise) for cell in found]
    if rule.default is not None:
        found = [rule.default if cell == "" else cell for cell in found]
    return found


def _translated(cell: Cell, words: dict[str, Any], otherwise: Cell | None) -> Cell:
    if cell == "":
        return cell
    meaning: Cell = words.get(as_text(cell).casefold(), cell if otherwise is None else otherwise)
    return meaning


def _manner(manner: Manner, rule: ColumnRule) -> Manner:
    changes: dict[str, Any] = {"each": rule.each}
    if rule.unit is not None:
        changes["unit"] = rule.unit
    if rule.decimal is not None:
        changes["decimals"] = rule.decimal
    if rule.separator is not None:
        changes["separators"] = (rule.separator,)
    return replace(manner, **changes)


def _read(
    raw: Sequence[Cell],
    column: Column,
    manner: Manner,
    days: list[date | None] | None,
    records: Records,
    findings: Findings,
) -> list[Any]:
    """The value of each cell; equal texts of equal days are read once."""
    read: Reader = READERS[column.kind]
    known: dict[Any, Any] = {}
    values: list[Any] = []
    for index, cell in enumerate(raw):
        if cell == "":
            values.append(None)
            continue
        day = days[index] if days is not None else None
        key = (cell.__class__, cell, day)
        value = known.get(key)
        if value is None:
            try:
                if isinstance(cell, Broken):
                    raise cell.fault()
                value = known[key] = read(cell, manner, day)
            except Fault as fault:
                findings.add_fault(records.cell_name(index, column.name), fault)
        values.append(value)
    return values


def _read_attributes(cells: list[tuple[Cell, ...]], headers: Headers, records: Records) -> None:
    records.attributes = [{} for _ in records.rows]
    for word, position in headers.attributes.items():
        column = cells[position] if position < len(cells) else ()
        for target, cell in zip(records.attributes, column, strict=False):
            if cell != "":
                target[word] = _free_value(cell)


def _free_value(cell: Cell) -> str | int | float | bool:
    """A cell as JSON has it: numbers and truth values stay, whole numbers lose their point."""
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, int | float):
        return int(cell) if float(cell).is_integer() else cell
    return as_text(cell)


def documents(records: Records) -> Iterator[dict[str, Any]]:
    """Each record as an object of the problem's JSON, as the fields of its columns say."""
    made: list[dict[str, Any]] = [{} for _ in records.rows]
    for column in records.table.columns:
        if column.field and column.name in records.values:
            _put(made, column.field.split("/"), records.values[column.name])
    for document, free in zip(made, records.attributes, strict=True):
        if free:
            document["attributes"] = {**document.get("attributes", {}), **free}
    return iter(made)


def _put(made: list[dict[str, Any]], path: list[str], values: list[Any]) -> None:
    outer, inner = path[0], path[1] if len(path) > 1 else None
    for document, value in zip(made, values, strict=True):
        if value is None:
            continue
        if inner is None:
            document[outer] = value
        else:
            document.setdefault(outer, {})[inner] = value
