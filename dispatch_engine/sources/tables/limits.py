"""How large a table may be before its cells are read."""

from __future__ import annotations

from dataclasses import dataclass

from dispatch_engine.model.files import MAX_INPUT_MB

MAX_ROWS = 100_000
"""Default limit of the rows of one table, its header not counted."""


@dataclass(frozen=True)
class Limits:
    """The limits of an import.

    Attributes
    ----------
    max_rows : rows of one table.
    max_input_mb : megabytes of one file; of a workbook also unpacked.
    """

    max_rows: int = MAX_ROWS
    max_input_mb: float = MAX_INPUT_MB
