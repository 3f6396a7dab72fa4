"""The commands ``import csv`` and ``import xlsx``: tables in, a validated problem out."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch_engine.cli.guard import tell
from dispatch_engine.cli.inputs import about
from dispatch_engine.cli.outputs import STDOUT, refuse_unwritable, write_result

if TYPE_CHECKING:
    from dispatch_engine.model.problem import Problem
    from dispatch_engine.sources.tables.limits import Limits
    from dispatch_engine.sources.tables.mapping import Mapping
    from dispatch_engine.sources.tables.read import Source


@dataclass(frozen=True)
class ImportOptions:
    """The arguments of an import, as they were typed."""

    source: str
    output: str | None
    mapping: str | None
    time_zone: str | None
    day: date | None
    max_rows: int
    max_input_mb: float
    quiet: bool


def run_import_csv(options: ImportOptions) -> None:
    """Turn a folder of CSV files into a problem."""
    from dispatch_engine.sources.tables.folder import CsvFolder

    _run(options, CsvFolder)


def run_import_xlsx(options: ImportOptions) -> None:
    """Turn a workbook into a problem."""
    from dispatch_engine.sources.tables.workbook import Workbook

    _run(options, Workbook)


def _run(options: ImportOptions, opened: Callable[[Path, Limits], Source]) -> None:
    from dispatch_engine.sources.tables.limits import Limits
    from dispatch_engine.sources.tables.read import Wish, import_tables

    inputs = [path for path in (options.source, options.mapping) if path is not None]
    refuse_unwritable(options.output, inputs=inputs)
    mapping = _mapping(options.mapping)
    folder = Path(options.mapping or options.source).absolute().parent
    with about(options.source), collector_at_rest():
        source = opened(Path(options.source), Limits(options.max_rows, options.max_input_mb))
        found = import_tables(source, mapping, Wish(options.time_zone, options.day, folder))
    write_result(options.output, found.problem.to_json())
    if not options.quiet:
        for note in found.notes:
            tell(f"note: {note}")
        if options.output not in (None, STDOUT):
            tell(f"{options.output}: {_words(found.problem)}")


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Holds Python's search for cycles: an import makes millions of objects and no cycle.

    With 20,000 rows it would take a third of the time, and find nothing.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _mapping(path: str | None) -> Mapping:
    from dispatch_engine.sources.tables.mapping import Mapping

    if path is None:
        return Mapping()
    with about(path):
        return Mapping.from_file(path)


def _words(problem: Problem) -> str:
    shifts = sum(len(technician.shifts) for technician in problem.technicians)
    return f"{problem.name}, {len(problem.tickets)} tickets, {len(problem.technicians)} technicians, {shifts} shifts"
