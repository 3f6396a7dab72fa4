"""Sheets as files: a folder of CSV files or one workbook, written whole or not at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from dispatch_engine.errors import InputError
from dispatch_engine.report.exports.cells import local_text
from dispatch_engine.report.exports.sheet import Sheet, Value, harmless, sheet_names

BYTE_ORDER_MARK = "\ufeff"
"""Tells spreadsheets that a CSV file is UTF-8; without it they show other letters than ASCII wrongly."""

WIDEST_COLUMN = 60
LAST_ROW = 1_048_575
LONGEST_CELL = 32_767
"""Characters that a cell of a workbook holds."""


def csv_files(sheets: Sequence[Sheet]) -> dict[str, str]:
    """The CSV text of each sheet by file name."""
    return {f"{sheet.name.lower()}.csv": csv_text(sheet) for sheet in sheets}


def csv_text(sheet: Sheet) -> str:
    """A sheet as CSV with a byte order mark; texts that look like formulas are made harmless."""
    target = io.StringIO()
    target.write(BYTE_ORDER_MARK)
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([harmless(header) for header in sheet.headers])
    writer.writerows([_csv_cell(value) for value in row] for row in sheet.rows)
    return target.getvalue()


def _csv_cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return local_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return repr(value) if isinstance(value, int | float) else harmless(value)


def workbook_bytes(
    sheets: Sequence[Sheet],
    notes: Mapping[tuple[str, str], str] = MappingProxyType({}),
    words: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> bytes:
    """Sheets as an XLSX workbook with frozen headers.

    Parameters
    ----------
    notes : comments by sheet and header.
    words : by header, the words that the spreadsheet offers below it.

    Raises
    ------
    InputError
        ``missing_library`` without XlsxWriter; ``too_large`` where a text is longer than a cell may be.
    """
    target = io.BytesIO()
    book = _library().Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    formats = {
        "header": book.add_format({"bold": True, "bottom": 1}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    for sheet, name in zip(sheets, sheet_names(sheet.name for sheet in sheets), strict=True):
        target_sheet = book.add_worksheet(name)
        _write_headers(target_sheet, sheet, formats["header"], notes, words)
        _write_rows(target_sheet, sheet, formats)
    book.close()
    return target.getvalue()


def _write_headers(
    target: Any,
    sheet: Sheet,
    bold: Any,
    notes: Mapping[tuple[str, str], str],
    words: Mapping[str, Sequence[str]],
) -> None:
    """Headers that stay in sight, over columns as wide as what stands in them."""
    target.freeze_panes(1, 0)
    for column, header in enumerate(sheet.headers):
        target.write_string(0, column, harmless(header), bold)
        if (sheet.name, header) in notes:
            target.write_comment(0, column, notes[sheet.name, header])
        if header in words:
            target.data_validation(
                1, column, LAST_ROW, column, {"validate": "list", "source": list(words[header])}
            )
        cells = [row[column] for row in sheet.rows[:1000]]
        longest = max([len(header), *(len(_csv_cell(cell)) for cell in cells)])
        target.set_column(column, column, min(WIDEST_COLUMN, longest + 2))


def _write_rows(target: Any, sheet: Sheet, formats: Mapping[str, Any]) -> None:
    for number, row in enumerate(sheet.rows, 1):
        for column, value in enumerate(row):
            if value is not None:
                _write_cell(target, number, column, value, formats)


def _write_cell(target: Any, row: int, column: int, value: Any, formats: Mapping[str, Any]) -> None:
    if isinstance(value, bool):
        target.write_boolean(row, column, value)
    elif isinstance(value, datetime):
        target.write_datetime(row, column, value, formats["moment"])
    elif isinstance(value, date):
        target.write_datetime(row, column, value, formats["day"])
    elif isinstance(value, int | float) and float(f"{value:.16G}") == value:
        target.write_number(row, column, value)
    else:
        # A number that 16 digits do not say exactly is written as text, as are texts.
        text = harmless(value) if isinstance(value, str) else repr(value)
        if len(text) > LONGEST_CELL:
            message = (
                f"a cell of a workbook holds {LONGEST_CELL} characters, this text has {len(text)}; write CSV"
            )
            raise InputError.of("", "too_large", message)
        target.write_string(row, column, text)


def _library() -> Any:
    try:
        import xlsxwriter
    except ImportError:
        message = "writing workbooks needs XlsxWriter: pip install 'dispatch-engine[sheets]', or write CSV"
        raise InputError.of("", "missing_library", message) from None
    return xlsxwriter
