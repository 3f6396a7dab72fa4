"""Arguments and options of the commands that read and write tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated

import typer

from dispatch_engine.cli.arguments import quoted, whole

DEFAULT_MAX_ROWS = 100_000
SHEETS = ("csv", "xlsx")
FORMATS = (*SHEETS, "geojson", "ical")


def read_day(value: str) -> date:
    """The day of ``--day``."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise typer.BadParameter(f"{quoted(value)} is no day; write it as 2026-11-23") from None


def one_of(formats: Sequence[str]) -> Callable[[str], str]:
    """A reader of ``--format``."""

    def read(value: str) -> str:
        if value not in formats:
            raise typer.BadParameter(f"{quoted(value)} is no format here; use {', '.join(formats)}")
        return value

    return read


ProblemOutput = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="FILE", help="The problem to write; printed if not given."),
]
MappingFile = Annotated[
    str | None,
    typer.Option("--mapping", "-m", metavar="FILE", help="Mapping file (YAML) for your own names and units."),
]
TimeZone = Annotated[
    str | None,
    typer.Option("--time-zone", metavar="NAME", help="Zone of times without offset, as Asia/Shanghai."),
]
Day = Annotated[
    date | None,
    typer.Option(
        "--day",
        metavar="DATE",
        parser=read_day,
        help="Keep only the shifts and tickets of this day, as 2026-11-23.",
    ),
]
MaxRows = Annotated[
    int,
    typer.Option(
        "--max-rows", metavar="N", parser=whole(1, 10_000_000), help="Refuse tables with more rows."
    ),
]
