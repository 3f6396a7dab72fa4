"""What only the XML of a sheet tells: how far it reaches, formulas without a value, errors, merged cells."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FILLED = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*(?<!/)>')
_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*)(?<!/)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>[^<]|<(?:\w+:)?is\b")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?\bref="([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"')

Place = tuple[int, int]
"""Row and column of a cell, both from 0."""


def extent(xml: bytes) -> tuple[int, int]:
    """Rows and columns up to the last filled cell; cells that are only coloured do not count."""
    rows, columns = 0, 0
    found = _FILLED.findall(xml)
    for letters in {letters for letters, _ in found}:
        columns = max(columns, column_of(letters) + 1)
    for row in {row for _, row in found}:
        rows = max(rows, int(row))
    return rows, columns


def column_of(letters: bytes) -> int:
    """The column under some letters, from 0."""
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return column - 1


def broken_cells(xml: bytes) -> Iterator[tuple[Place, str]]:
    """Cells whose formula was never calculated (``formula``), and those that show an error (``error``)."""
    if b"<f" not in xml and b":f" not in xml and b't="e"' not in xml:
        return
    for cell in _CELL.finditer(xml):
        attributes, content = cell.groups()
        is_error = b't="e"' in attributes
        # A formula that gives an empty text says so by its type; one that was never calculated has none.
        is_empty = b'"str"' not in attributes and _VALUE.search(content) is None
        has_formula = re.search(rb"<(?:\w+:)?f\b", content) is not None
        if is_error or (has_formula and is_empty):
            place = _REFERENCE.search(attributes)
            if place is not None:
                at = (int(place[2]) - 1, column_of(place[1]))
                yield at, "error" if is_error else "formula"


def merged_ranges(xml: bytes) -> Iterator[tuple[Place, Place]]:
    """The first and the last cell of each merged range."""
    for left, top, right, bottom in _MERGED.findall(xml):
        yield (int(top) - 1, column_of(left)), (int(bottom) - 1, column_of(right))
