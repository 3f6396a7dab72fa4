"""From a place in the problem back to the cell it came from."""

from __future__ import annotations

import re
from typing import NamedTuple

from dispatch_engine.errors import Finding
from dispatch_engine.sources.tables.findings import Findings
from dispatch_engine.sources.tables.records import Records

_POINTER = re.compile(r"/(?:technicians|tickets|depots)/\d+(?:/[a-z_]+(?:/\d+)?)*")


class Origin(NamedTuple):
    """The record that an object of the problem came from.

    ``prefix`` stands before the names of the object's fields in the names of the columns, as ``shift_`` does
    for the usual shift of a technician.
    """

    records: Records
    number: int
    prefix: str = ""

    def cell_name(self, path: str) -> str:
        """The cell of the field at ``path`` (as ``location/lat``), the row where no single cell is to blame."""
        name = self._column(path)
        if name is not None:
            return self.records.cell_name(self.number, name)
        return self.records.grid.row_name(self.records.rows[self.number])

    def _column(self, path: str) -> str | None:
        if self.prefix:
            name = self.prefix + path.split("/")[0]
            return name if name in self.records.positions else None
        columns = [column for column in self.records.table.columns if column.field]
        for column in columns:
            if path == column.field or path.startswith(f"{column.field}/"):
                return column.name
        inside = [column.name for column in columns if path and column.field.startswith(f"{path}/")]
        return next(
            (name for name in inside if name in self.records.positions), inside[0] if inside else None
        )


class Trace:
    """Where the parts of a problem came from, by JSON pointer."""

    def __init__(self) -> None:
        self.origins: dict[str, Origin] = {}
        self.places: dict[str, str] = {}

    def place(self, pointer: str) -> str:
        """The cell, row or file of the value at ``pointer``; the pointer itself where none is known."""
        head, rest = pointer, ""
        while head:
            if head in self.origins:
                return self.origins[head].cell_name(rest)
            if head in self.places:
                return self.places[head]
            head, _, last = head.rpartition("/")
            rest = f"{last}/{rest}" if rest else last
        return pointer

    def tell(self, found: Finding, findings: Findings) -> None:
        """Note a finding about the problem at the cell that it came from, unless that cell has one."""
        message = _POINTER.sub(lambda match: self.place(match[0]), found.message)
        findings.add_once(self.place(found.pointer), found.code, message)
