"""How the cells of one column are written: decimals, dates, units, separators, time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Literal

from dispatch_engine.sources.tables.grid import DAY_ZERO_1900

DateOrder = Literal["ymd", "dmy", "mdy"]
Unit = Literal["seconds", "minutes", "hours", "metres", "kilometres", "miles", "percent"]

SEPARATORS = (";", "\n")
"""What separates the items of a cell where the mapping names nothing else."""


@dataclass(frozen=True)
class Manner:
    """The way in which a column is written.

    Attributes
    ----------
    zone : time zone of times without offset; None refuses them.
    order : order of day, month and year in dates that do not begin with the year.
    day_zero : day of the serial number 0.
    decimals : characters accepted as the decimal mark.
    unit : unit of plain numbers; None: the column's own.
    separators : characters between the items of a cell.
    each : number of an item that names none, as in ``compressor`` for ``compressor: 1``.
    """

    zone: tzinfo | None = None
    order: DateOrder = "ymd"
    day_zero: date = DAY_ZERO_1900
    decimals: str = "."
    unit: Unit | None = None
    separators: tuple[str, ...] = SEPARATORS
    each: int = 1
