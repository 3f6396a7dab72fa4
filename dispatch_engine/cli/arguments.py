"""Arguments and options that several commands share, and how their values are read."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import typer

LONGEST_RUN_SECONDS = 604_800.0
MAX_ITERATIONS = 10**12
MAX_SEED = 2**63 - 1
MAX_WORKERS = 256
MAX_INPUT_MB = 1_000_000.0
DEFAULT_INPUT_MB = 1024.0


def quoted(value: str) -> str:
    """The value as typed, shortened."""
    return f"'{value}'" if len(value) <= 44 else f"'{value[:20]}...{value[-4:]}' ({len(value)} characters)"


def number(minimum: float, maximum: float, unit: str) -> Callable[[str], float]:
    """A reader of numbers above ``minimum`` and at most ``maximum``; NaN and infinities are refused."""

    def read(value: str) -> float:
        wanted = f"give a number of {unit}, more than {minimum:g} and at most {maximum:,.0f}"
        try:
            found = float(value)
        except ValueError:
            raise typer.BadParameter(f"{quoted(str(value))} is no number; {wanted}") from None
        if not math.isfinite(found) or not minimum < found <= maximum:
            raise typer.BadParameter(f"{quoted(str(value))} is out of range; {wanted}")
        return found

    return read


def whole(minimum: int, maximum: int) -> Callable[[str], int]:
    """A reader of whole numbers from ``minimum`` to ``maximum``."""

    def read(value: str) -> int:
        wanted = f"give a whole number from {minimum:,} to {maximum:,}"
        try:
            found = int(value)
        except ValueError:
            raise typer.BadParameter(f"{quoted(str(value))} is no whole number; {wanted}") from None
        if not minimum <= found <= maximum:
            raise typer.BadParameter(f"{quoted(str(value))} is out of range; {wanted}")
        return found

    return read


def moment(value: str) -> datetime:
    """A reader of times with an offset."""
    from dispatch_engine.model.base import parse_instant

    try:
        return parse_instant(value)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def one_of(*words: str) -> Callable[[str], str]:
    """A reader of one of ``words``."""

    def read(value: str) -> str:
        if value not in words:
            raise typer.BadParameter(f"{quoted(str(value))} is not known; use {' or '.join(words)}")
        return value

    return read


ProblemFile = Annotated[
    str,
    typer.Argument(metavar="PROBLEM", help="Problem file (JSON or YAML); - reads JSON from standard input."),
]
PlanFile = Annotated[
    str,
    typer.Argument(metavar="PLAN", help="Plan file (JSON or YAML); - reads JSON from standard input."),
]
MaxInput = Annotated[
    float,
    typer.Option(
        "--max-input-mb",
        metavar="N",
        parser=number(0, MAX_INPUT_MB, "megabytes"),
        help="Refuse larger input files.",
    ),
]
TimeLimit = Annotated[
    float | None,
    typer.Option(
        "--time-limit",
        metavar="SECONDS",
        parser=number(0, LONGEST_RUN_SECONDS, "seconds"),
        help="Seconds from the validated problem to the checked plan; 10 if not given.",
    ),
]
Iterations = Annotated[
    int | None,
    typer.Option(
        "--iterations",
        metavar="N",
        parser=whole(1, MAX_ITERATIONS),
        help="Steps of each search thread instead of a time limit: the same plan on every run.",
    ),
]
Seed = Annotated[
    int,
    typer.Option("--seed", metavar="N", parser=whole(0, MAX_SEED), help="Seed of the random search."),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        metavar="N",
        parser=whole(1, MAX_WORKERS),
        help="Search threads; one a core if not given.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notes on stderr.")]
Speech = Annotated[
    Any,  # the parser gives a Language
    typer.Option("--language", metavar="en|zh", parser=one_of("en", "zh"), help="Language of the messages."),
]
Present = Annotated[
    Any,  # the parser gives a datetime
    typer.Option("--now", metavar="TIME", parser=moment, help="The present; the problem's now if not given."),
]
