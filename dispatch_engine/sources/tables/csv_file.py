"""CSV files as grids: encoding, delimiter and size are seen to before a cell is read."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from dispatch_engine.errors import InputError
from dispatch_engine.model.files import read_bytes
from dispatch_engine.sources.tables.grid import Cell, Grid, unescaped
from dispatch_engine.sources.tables.limits import Limits
from dispatch_engine.sources.tables.mapping import Mapping

DELIMITERS = (",", ";", "\t", "|")
WITH_DECIMAL_COMMAS = (";", "\t")
"""Delimiters beside which a comma in a number is a decimal comma."""

_DELIMITER_LINE = re.compile(r'"?sep=(.)"?[ \t]*\r?\n', re.IGNORECASE)


def read_csv(path: Path, mapping: Mapping, header_row: int, limits: Limits) -> Grid:
    """The cells of a CSV file.

    Raises
    ------
    InputError
        Codes ``not_a_file``, ``unreadable``, ``too_large``, ``not_utf8``, ``bad_csv``.
    """
    text = _decoded(read_bytes(path, limits.max_input_mb), path.name, mapping.encoding)
    named = _DELIMITER_LINE.match(text)
    delimiter = mapping.delimiter or (named[1] if named else _delimiter(text, header_row))
    rows = _rows(text, path.name, delimiter, limits.max_rows)
    # A line that names the delimiter is no row: spreadsheets show what stands below it from row 1 on.
    return Grid(path.name, rows[1:] if named else rows, has_decimal_commas=delimiter in WITH_DECIMAL_COMMAS)


def _decoded(data: bytes, name: str, encoding: str) -> str:
    try:
        text = data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        cure = (
            "save it as UTF-8, or name its encoding in the mapping file (such as encoding: cp1252)"
            if encoding == "utf-8"
            else "save it as UTF-8, or correct the encoding in the mapping file"
        )
        raise InputError.of(name, "not_utf8", f"is not {encoding.upper()} in line {line}; {cure}") from None
    if "\0" in text:
        what = "looks like UTF-16" if "\0" in text[:4] else "holds NUL characters"
        raise InputError.of(name, "not_utf8", f"{what}; save it as CSV in UTF-8")
    return text


def _delimiter(text: str, header_row: int) -> str:
    """The delimiter that stands most often between the headers, outside quotation marks."""
    lines = text.split("\n", header_row)[:header_row]
    bare = re.sub(r'"[^"]*"', "", lines[-1])
    return max(DELIMITERS, key=bare.count)


def _rows(text: str, name: str, delimiter: str, max_rows: int) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            rows.append([text if (text := cell.strip())[:1] != "'" else unescaped(text) for cell in row])
            if len(rows) > max_rows + 1:
                message = f"has more than {max_rows:,} rows; split it or raise --max-rows"
                raise InputError.of(name, "too_large", message)
    except csv.Error as error:
        cure = "close the quotation mark, and write one inside a text twice"
        raise InputError.of(name, "bad_csv", f"line {reader.line_num}: {error}; {cure}") from None
    return rows
