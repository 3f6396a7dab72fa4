"""Cells that hold several items: names, names with numbers, windows, breaks; and cells written as JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, TypeVar

from dispatch_engine.errors import InputError
from dispatch_engine.model.base import shown
from dispatch_engine.model.files import parse_json
from dispatch_engine.sources.tables.grid import Cell, Fault, as_text
from dispatch_engine.sources.tables.manner import Manner
from dispatch_engine.sources.tables.moments import read_day, read_span
from dispatch_engine.sources.tables.numbers import read_chance, read_number, read_whole

T = TypeVar("T")

UNLIMITED = "unlimited"
LONGEST_RANGE = 366
"""Days in a range such as ``2026-01-05..2026-01-09``."""

_BREAK = re.compile(r"(.*\S)\s+\(?(\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?)\s*(?:min|minutes)?\)?", re.ASCII)


# ---------------------------------------------------------------- splitting


def split_items(text: str, manner: Manner, named: bool = False) -> Iterator[tuple[str, str | None]]:
    """The items of a cell, each as its name and what follows its last colon (None: nothing).

    A name in double quotes is taken as it is, ``""`` in it being one quotation mark.

    Parameters
    ----------
    named : whether a colon separates a name from its value.

    Raises
    ------
    Fault
        Code ``bad_list``, where quotation marks do not pair up.
    """
    quoted, plain = _patterns(manner.separators)
    at = 0
    while at < len(text):
        found = quoted.match(text, at) or plain.match(text, at)
        assert found is not None
        at = found.end()
        if found.re is quoted:
            yield found[1].replace('""', '"'), _after_colon(found[2], text)
        elif piece := found[1].strip():
            yield _named(piece, text) if named else (_unquoted(piece, text), None)


def _after_colon(rest: str, text: str) -> str | None:
    rest = rest.strip()
    if rest and not rest.startswith(":"):
        raise Fault(
            "bad_list", f"{shown(text)}: after a name in quotation marks comes a separator or a colon"
        )
    return rest[1:].strip() if rest else None


def _named(piece: str, text: str) -> tuple[str, str | None]:
    name, colon, value = piece.rpartition(":")
    return (_unquoted(name.strip(), text), value.strip()) if colon else (_unquoted(piece, text), None)


def _unquoted(name: str, text: str) -> str:
    if name.startswith('"'):
        raise Fault("bad_list", f"{shown(text)}: a quotation mark is not closed; close it or remove it")
    if not name:
        raise Fault("bad_list", f"{shown(text)}: a name is missing before the colon; write name: number")
    return name


@lru_cache(maxsize=64)
def _patterns(separators: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """How an item with a quoted name, and any other item, reach up to the next separator."""
    ends = "|".join(map(re.escape, separators))
    rest = rf"((?:(?!{ends}).)*)(?:{ends}|\Z)"
    return re.compile(rf'\s*"((?:[^"]|"")*)"{rest}', re.DOTALL), re.compile(rest, re.DOTALL)


# ---------------------------------------------------------------- JSON


def read_json(cell: Cell, kind: type[T]) -> T:
    """A JSON list or object. Raises Fault with the codes of ``parse_json``, or ``wrong_type``."""
    try:
        value = parse_json(as_text(cell))
    except InputError as error:
        finding = error.findings[0]
        raise Fault(finding.code, f"{shown(as_text(cell))} {finding.message}") from None
    if not isinstance(value, kind):
        wanted = 'a JSON list such as ["a"]' if kind is list else 'a JSON object such as {"a": 1}'
        raise Fault("wrong_type", f"{shown(as_text(cell))} is not {wanted}")
    return value


# ---------------------------------------------------------------- kinds of cells


def read_names(cell: Cell, manner: Manner) -> list[str]:
    """Names: ``vacuum-pump; ladder``. Raises Fault."""
    return [name for name, _ in split_items(as_text(cell), manner)]


def read_amounts(cell: Cell, manner: Manner) -> dict[str, Any]:
    """Whole numbers by name: ``refrigeration: 2; gas: 1``; a name alone counts ``manner.each``."""
    return _read_map(cell, manner, read_whole, manner.each)


def read_chances(cell: Cell, manner: Manner) -> dict[str, Any]:
    """Probabilities by name: ``fan-motor: 0.4; valve: 15 %``. Raises Fault."""
    return _read_map(cell, manner, read_chance, None)


def read_stock(cell: Cell, manner: Manner) -> dict[str, Any] | str:
    """Pieces by part, or ``unlimited``: for one part, or for all. Raises Fault."""
    if as_text(cell).casefold() == UNLIMITED:
        return UNLIMITED
    return _read_map(cell, manner, read_pieces, None)


def read_pieces(cell: Cell, manner: Manner) -> int | str:
    """A number of pieces, or ``unlimited``. Raises Fault."""
    return UNLIMITED if as_text(cell).casefold() == UNLIMITED else read_whole(cell, manner)


def _read_map(
    cell: Cell, manner: Manner, read: Callable[[Cell, Manner], T], alone: T | None
) -> dict[str, Any]:
    text = as_text(cell)
    values: dict[str, Any] = {}
    for name, value in split_items(text, manner, named=True):
        if name in values:
            raise Fault("duplicate_key", f"{shown(name)} is given twice in {shown(text)}; keep one")
        if value is None and alone is None:
            raise Fault("bad_list", f"{shown(name)} has no number; write it as {name}: 0.4")
        values[name] = alone if value is None else read(value, manner)
    return values


def read_links(cell: Cell, manner: Manner) -> list[Any]:
    """Tickets that come before: ``K1; K2``, or a JSON list with their gaps. Raises Fault."""
    if isinstance(cell, str) and cell.startswith("["):
        return read_json(cell, list)
    return [{"ticket": name} for name in read_names(cell, manner)]


def read_certificates(cell: Cell, manner: Manner) -> list[Any]:
    """Certificates, with their last valid day after a colon: ``electrician: 2027-03-31; gas``. Raises Fault."""
    return [
        {"name": name} if last_day is None else {"name": name, "valid_until": read_day(last_day, manner)}
        for name, last_day in split_items(as_text(cell), manner, named=True)
    ]


def read_days(cell: Cell, manner: Manner) -> list[date]:
    """Days and ranges of days: ``2026-01-05; 2026-01-07..2026-01-09``. Raises Fault."""
    if not isinstance(cell, str):
        return [read_day(cell, manner)]
    days: list[date] = []
    for piece, _ in split_items(cell, manner):
        first, dots, last = piece.partition("..")
        begin = read_day(first.strip(), manner)
        end = read_day(last.strip(), manner) if dots else begin
        if not 0 <= (end - begin).days <= LONGEST_RANGE:
            message = f"{shown(piece)} is no range of at most {LONGEST_RANGE} days; put the first day first"
            raise Fault("bad_time", message)
        days += [begin + timedelta(days=number) for number in range((end - begin).days + 1)]
    return days


def read_windows(cell: Cell, manner: Manner, day: date | None) -> list[Any]:
    """Spans of time: ``08:00-10:00; 14:00-16:00``. Raises Fault."""
    spans = (read_span(piece, manner, day) for piece, _ in split_items(as_text(cell), manner))
    return [{"start": start, "end": end} for start, end in spans]


def read_breaks(cell: Cell, manner: Manner, day: date | None) -> list[Any]:
    """Breaks as the span in which they start and their minutes: ``11:30-13:30 30 min``. Raises Fault."""
    return [_break(piece, manner, day) for piece, _ in split_items(as_text(cell), manner)]


def _break(text: str, manner: Manner, day: date | None) -> dict[str, Any]:
    found = _BREAK.fullmatch(text)
    if found is None:
        message = f"{shown(text)} is no break; write first start, last start and minutes: 11:30-13:30 30 min"
        raise Fault("bad_time", message)
    earliest, latest = read_span(found[1], manner, day)
    return {"earliest": earliest, "latest": latest, "minutes": read_number(found[2], manner)}
