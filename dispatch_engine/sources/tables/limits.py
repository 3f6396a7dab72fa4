"""How large a table may be before its cells are read."""

from __future__ import annotations

from dataclasses import dataclass

from dispatch_engine.model.files import MAX_INPUT_MB

MAX_ROWS = 100_000
"""Default limit of the rows of one table, its header not counted."""

MAX_UNPACKED_MB = 300
"""Limit of the XML in a workbook: about 100,000 rows of fifty columns."""

MAX_CELLS = 10_000_000
"""Limit of rows times columns of a sheet, whether cells are filled or not."""


@dataclass(frozen=True)
class Limits:
    """The limits of an import.

    Attributes
    ----------
    max_rows : rows of one table.
    max_input_mb : megabytes of one file.
    max_unpacked_mb : megabytes of the XML in a workbook.
    max_cells : rows times columns of one sheet.
    """

    max_rows: int = MAX_ROWS
    max_input_mb: float = MAX_INPUT_MB
    max_unpacked_mb: float = MAX_UNPACKED_MB
    max_cells: int = MAX_CELLS
