"""An XLSX workbook as the source of tables."""

from __future__ import annotations

import io
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from dispatch_engine.errors import InputError
from dispatch_engine.model.base import shown
from dispatch_engine.sources.tables.columns import REQUIRED_TABLES, Table
from dispatch_engine.sources.tables.grid import (
    DAY_ZERO_1900,
    DAY_ZERO_1904,
    Broken,
    Cell,
    Grid,
    column_letters,
    unescaped,
)
from dispatch_engine.sources.tables.headers import normalised
from dispatch_engine.sources.tables.limits import Limits
from dispatch_engine.sources.tables.mapping import Mapping
from dispatch_engine.sources.tables.package import SHARED, bad_workbook, read_package
from dispatch_engine.sources.tables.sheet_xml import broken_cells, extent, merged_ranges

FAULTS = {
    "error": Broken("cell_error", "shows an error of the spreadsheet; correct it there"),
    "formula": Broken(
        "formula_without_value",
        "is a formula that was never calculated; open the file in a spreadsheet and save it",
    ),
}


class Workbook:
    """Reads the sheet ``Tickets`` and its kin, or the sheets that the mapping names.

    Raises
    ------
    InputError
        Codes ``missing_library``, ``not_a_file``, ``unreadable``, ``too_large``, ``bad_workbook``.
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        self._calamine = _library()
        self.name = path.stem
        self._limits = limits
        self._package = read_package(path, limits)
        self._read: set[str] = set()

    def grid(self, table: Table, mapping: Mapping) -> Grid | None:
        """The cells of a table's sheet; None where it may be absent and is. Raises InputError."""
        named = mapping.tables.of(table.name).sheet
        sheet = self._sheet(named or table.sheet_name)
        if sheet is None and named is None and table.name not in REQUIRED_TABLES:
            return None
        if sheet is None:
            why = "the mapping file names it" if named else "every import needs it"
            raise self._missing(named or table.sheet_name, why)
        self._read.add(sheet)
        place = f"Sheet {shown(sheet)}"
        xml = self._package.parts.get(self._package.sheets[sheet], b"")
        self._refuse_large(xml, place)
        rows = self._rows(sheet)
        _mark_broken(rows, xml, place, mapping.tables.of(table.name).header_row)
        return Grid(place, rows, DAY_ZERO_1904 if self._package.is_1904 else DAY_ZERO_1900)

    def unused(self) -> list[str]:
        """Sheets that were not read."""
        return [name for name in self._package.sheets if name not in self._read]

    def _sheet(self, wanted: str) -> str | None:
        names = self._package.sheets
        if wanted in names:
            return wanted
        return next((name for name in names if normalised(name) == normalised(wanted)), None)

    def _missing(self, wanted: str, why: str) -> InputError:
        names = list(self._package.sheets)
        close = get_close_matches(wanted, names, n=1)
        cure = f"did you mean {shown(close[0])}?" if close else "add it, or name yours in the mapping file"
        message = f"is not among the sheets {', '.join(map(shown, names[:10]))}, and {why}; {cure}"
        return InputError.of(f"Sheet {shown(wanted)}", "missing_table", message)

    def _refuse_large(self, xml: bytes, place: str) -> None:
        rows, columns = extent(xml)
        if rows > self._limits.max_rows + 1:
            message = f"has more than {self._limits.max_rows:,} rows; split it or raise --max-rows"
            raise InputError.of(place, "too_large", message)
        if rows * columns > self._limits.max_cells:
            message = f"reaches to row {rows:,} and column {column_letters(columns - 1)}; remove what stands far off"
            raise InputError.of(place, "too_large", message)

    def _rows(self, sheet: str) -> list[list[Cell]]:
        parts = (*SHARED, self._package.sheets[sheet])
        file: io.BytesIO = self._package.repacked(parts)
        try:
            with self._calamine.CalamineWorkbook.from_filelike(file) as workbook:
                rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        except Exception as error:  # the library's errors have no common root but this
            raise bad_workbook(f"cannot be read ({error}); save it again as .xlsx") from None
        return [[_clean(cell) if cell.__class__ is str else cell for cell in row] for row in rows]


def _library() -> Any:
    try:
        import python_calamine
    except ImportError:
        message = "reading workbooks needs python-calamine: pip install 'dispatch-engine[sheets]', or use CSV"
        raise InputError.of("", "missing_library", message) from None
    return python_calamine


def _clean(text: str) -> str:
    stripped = text.strip()
    return unescaped(stripped) if stripped[:1] == "'" else stripped


def _mark_broken(rows: list[list[Cell]], xml: bytes, place: str, header_row: int) -> None:
    """Put faults in the place of cells that show nothing to read: told where a table reads them."""
    for (row, column), kind in broken_cells(xml):
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = FAULTS[kind]
    for (top, left), (bottom, right) in merged_ranges(xml):
        if bottom >= header_row - 1:
            name = f"cells {column_letters(left)}{top + 1}:{column_letters(right)}{bottom + 1}"
            fault = Broken("merged_cells", "are merged; unmerge them and fill in each", f"{place}, {name}")
            for cells in rows[max(top, header_row - 1) : bottom + 1]:
                cells[left : right + 1] = [fault] * len(cells[left : right + 1])
