"""Which column of a sheet is which column of a table: by the mapping, by its usual name, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches

from dispatch_engine.model.base import shown
from dispatch_engine.sources.tables.columns import Column, Table
from dispatch_engine.sources.tables.findings import Findings
from dispatch_engine.sources.tables.grid import Broken, Cell, Grid, as_text
from dispatch_engine.sources.tables.mapping import ColumnRule, TableMapping

ATTRIBUTE_PREFIX = "attributes."


@dataclass
class Headers:
    """The columns of a sheet that are read.

    Attributes
    ----------
    columns : by table column, its position in the sheet; None where the mapping gives a constant.
    rules : by table column, how the mapping says it is written.
    attributes : by word in ``attributes``, the position of its column.
    only : positions of the columns that decide which rows are read, and the words wanted there.
    """

    columns: dict[str, int | None] = field(default_factory=dict)
    rules: dict[str, ColumnRule] = field(default_factory=dict)
    attributes: dict[str, int] = field(default_factory=dict)
    only: dict[int, frozenset[str]] = field(default_factory=dict)


def read_headers(grid: Grid, table: Table, mapping: TableMapping, findings: Findings) -> Headers:
    """Match the header row of ``grid`` with the columns of ``table``; what does not match is noted."""
    return _Matcher(grid, table, mapping, findings).matched()


def normalised(header: str) -> str:
    """A header as it is compared: ``Duration minutes`` and ``duration_minutes`` are one."""
    return "_".join(header.casefold().replace("-", " ").replace("_", " ").split())


class _Matcher:
    def __init__(self, grid: Grid, table: Table, mapping: TableMapping, findings: Findings) -> None:
        self.grid, self.table, self.mapping, self.findings = grid, table, mapping, findings
        row = grid.rows[mapping.header_row - 1] if len(grid.rows) >= mapping.header_row else []
        self.texts = [as_text(cell) for cell in row]
        self.at: dict[str, list[int]] = {}
        for position, text in enumerate(self.texts):
            if text:
                self.at.setdefault(normalised(text), []).append(position)
        self.used: set[int] = set()
        for position, cell in enumerate(row):
            if isinstance(cell, Broken):
                findings.add_fault(self._cell(position), cell.fault())

    def matched(self) -> Headers:
        headers = Headers()
        for column in self.table.columns:
            self._match(column, headers)
        self._refuse_missing(headers)
        for word, header in self.mapping.attributes.items():
            position = self._position(header, f"attributes/{word}")
            if position is not None:
                headers.attributes[word] = position
        for header, words in self.mapping.only.items():
            position = self._position(header, f"only/{header}")
            if position is not None:
                headers.only[position] = frozenset(word.casefold() for word in words)
        self._take_attributes(headers)
        self._refuse_others(headers)
        return headers

    def _match(self, column: Column, headers: Headers) -> None:
        rule = self.mapping.columns.get(column.name)
        if rule is not None:
            headers.rules[column.name] = rule
            if rule.value is not None:
                headers.columns[column.name] = None
                self.used.update(self.at.get(normalised(column.name), []))
                return
        if rule is not None and rule.column is not None:
            position = self._position(rule.column, f"columns/{column.name}")
        else:
            position = self._usual(column.name)
        if position is not None:
            headers.columns[column.name] = position

    def _refuse_missing(self, headers: Headers) -> None:
        """Needed columns that neither the sheet nor the mapping has; those the mapping misnames are told."""
        place = self.grid.row_name(self.mapping.header_row)
        for group in self.table.needed:
            if not any(name in headers.columns or name in self.mapping.columns for name in group):
                message = f"has no column {shown(group[0])}; add it, or name yours in the mapping file"
                self.findings.add(place, "missing_column", message)

    def _usual(self, name: str) -> int | None:
        """Position of the usual header, if the sheet has it and the mapping reads nothing else from it."""
        found = self.at.get(normalised(name), [])
        mapped = {normalised(rule.column) for rule in self.mapping.columns.values() if rule.column}
        if not found or normalised(name) in mapped:
            return None
        return self._single(found)

    def _position(self, header: str, place: str) -> int | None:
        found = self.at.get(normalised(header), [])
        if found:
            return self._single(found)
        close = get_close_matches(header, [text for text in self.texts if text], n=1)
        cure = f"did you mean {shown(close[0])}?" if close else "correct the mapping file"
        message = f"has no column {shown(header)}, which the mapping names ({place}); {cure}"
        self.findings.add(self.grid.row_name(self.mapping.header_row), "missing_column", message)
        return None

    def _single(self, found: list[int]) -> int:
        """The only column with a header; further ones are noted."""
        self.used.update(found)
        for other in found[1:]:
            first = self.grid.cell_name(self.mapping.header_row, found[0])
            message = f"{shown(self.texts[other])} is the header of {first} too; rename or remove one"
            self.findings.add_once(self._cell(other), "duplicate_column", message)
        return found[0]

    def _take_attributes(self, headers: Headers) -> None:
        """Columns called ``attributes.word``; with ``other_columns: attributes`` all that are left."""
        if not any(column.name == "attributes" for column in self.table.columns):
            return
        for _, text in self._left():
            word = text[len(ATTRIBUTE_PREFIX) :] if text.startswith(ATTRIBUTE_PREFIX) else None
            if word is None and self.mapping.other_columns == "attributes":
                word = text
            if word:
                headers.attributes[word] = self._single(self.at[normalised(text)])

    def _left(self) -> Iterator[tuple[int, str]]:
        for position, text in enumerate(self.texts):
            if text and position not in self.used:
                yield position, text

    def _refuse_others(self, headers: Headers) -> None:
        if self.mapping.other_columns != "refuse":
            return
        free = [column.name for column in self.table.columns if column.name not in headers.columns]
        for position, text in self._left():
            close = get_close_matches(normalised(text), free, n=1)
            cure = f"did you mean {shown(close[0])}? " if close else ""
            message = (
                f"{shown(text)} is no column of the table {self.table.name}; {cure}"
                "Rename or remove it, or say other_columns: ignore in the mapping file"
            )
            self.findings.add(self._cell(position), "unknown_column", message)
        self._refuse_headless()

    def _refuse_headless(self) -> None:
        """Cells in columns without a header, each column told once."""
        told: set[int] = set()
        for number, row in enumerate(self.grid.rows[self.mapping.header_row :], self.mapping.header_row + 1):
            if len(row) > len(self.texts) or not all(self.texts[: len(row)]):
                for position in _filled_without_header(row, self.texts):
                    if position not in told:
                        told.add(position)
                        message = (
                            f"{shown(as_text(row[position]))} stands in a column without a header; name it"
                        )
                        self.findings.add(self.grid.cell_name(number, position), "unknown_column", message)

    def _cell(self, position: int) -> str:
        return self.grid.cell_name(self.mapping.header_row, position)


def _filled_without_header(row: list[Cell], texts: list[str]) -> Iterator[int]:
    for position, cell in enumerate(row):
        if cell != "" and (position >= len(texts) or not texts[position]):
            yield position
