"""A sheet as it was read: rows of cells, and the names by which people find a cell again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta


class Fault(Exception):
    """What is wrong with one cell.

    Attributes
    ----------
    code : stable word for programs.
    message : sentence for people, with the value and the cure.
    place : the cells that are to blame, where it is not the cell that was read.
    """

    def __init__(self, code: str, message: str, place: str | None = None) -> None:
        super().__init__(code, message, place)
        self.code = code
        self.message = message
        self.place = place


@dataclass(frozen=True)
class Broken:
    """A cell that shows nothing to read: the fault to raise where it is read."""

    code: str
    message: str
    place: str | None = None

    def fault(self) -> Fault:
        """The fault of the cell."""
        return Fault(self.code, self.message, self.place)


Cell = str | int | float | bool | datetime | date | time | timedelta | Broken
"""What a cell may hold; an empty cell is the empty text."""

DAY_ZERO_1900 = date(1899, 12, 30)
"""Serial number 0 of Excel's usual date system, true from 1900-03-01 on."""

DAY_ZERO_1904 = date(1904, 1, 1)
"""Serial number 0 of the date system of old Macintosh workbooks."""


_ESCAPED = re.compile(r"'+[=+\-@\t\r]")


@dataclass(frozen=True)
class Grid:
    """The cells of one file or sheet.

    Attributes
    ----------
    place : how messages call it, such as ``tickets.csv`` or ``Sheet 'Tickets'``.
    rows : cells by row from row 1 on; texts are stripped. Rows may differ in length.
    day_zero : day of the serial number 0.
    has_decimal_commas : whether a comma in a number that is text can only be a decimal comma.
    """

    place: str
    rows: list[list[Cell]]
    day_zero: date = DAY_ZERO_1900
    has_decimal_commas: bool = False

    def cell_name(self, row: int, column: int) -> str:
        """The name of a cell for people: ``row`` counts from 1, ``column`` from 0."""
        return f"{self.place}, cell {column_letters(column)}{row}"

    def row_name(self, row: int) -> str:
        """The name of a row for people, counted from 1."""
        return f"{self.place}, row {row}"


def column_letters(column: int) -> str:
    """The letters over a column of a spreadsheet: 0 is A, 25 is Z, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def unescaped(text: str) -> str:
    """A text without the apostrophe that an export puts before one that looks like a formula."""
    return text[1:] if _ESCAPED.match(text) else text


def as_text(cell: Cell) -> str:
    """A cell as text: whole numbers without a point, dates and times as ISO 8601."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes") if not cell.second else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.isoformat("minutes") if not cell.second else cell.isoformat()
    return "" if isinstance(cell, Broken) else str(cell)
