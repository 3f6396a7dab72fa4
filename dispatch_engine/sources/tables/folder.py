"""A folder of CSV files as the source of tables."""

from __future__ import annotations

from pathlib import Path

from dispatch_engine.errors import InputError
from dispatch_engine.model.base import shown
from dispatch_engine.sources.tables.columns import REQUIRED_TABLES, Table
from dispatch_engine.sources.tables.csv_file import read_csv
from dispatch_engine.sources.tables.grid import Grid
from dispatch_engine.sources.tables.limits import Limits
from dispatch_engine.sources.tables.mapping import Mapping


class CsvFolder:
    """Reads ``tickets.csv`` and its kin, or the files that the mapping names."""

    def __init__(self, path: Path, limits: Limits) -> None:
        if not path.is_dir():
            what = "is no folder" if path.exists() else "does not exist"
            raise InputError.of("", "not_a_file", f"{path} {what}; name the folder that holds the CSV files")
        self.name = path.resolve().name
        self._path = path
        self._limits = limits
        self._read: set[Path] = set()

    def grid(self, table: Table, mapping: Mapping) -> Grid | None:
        """The cells of a table; None where it may be absent and is. Raises InputError."""
        rules = mapping.tables.of(table.name)
        path = self._path / (rules.file or table.file_name)
        if not path.exists() and rules.file is None and table.name not in REQUIRED_TABLES:
            return None
        if not path.exists():
            why = "the mapping file names it" if rules.file else "every import needs it"
            cure = "add it, or name your file in the mapping file"
            message = f"does not exist in the folder, and {why}; {cure}"
            raise InputError.of(shown(path.name), "missing_table", message)
        self._read.add(path.resolve())
        return read_csv(path, mapping, rules.header_row, self._limits)

    def unused(self) -> list[str]:
        """CSV files of the folder that were not read."""
        found = sorted(path for path in self._path.glob("*.csv") if path.resolve() not in self._read)
        return [path.name for path in found]
