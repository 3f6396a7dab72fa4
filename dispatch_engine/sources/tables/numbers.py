"""Numbers, durations and lengths in cells, with decimal commas and units."""

from __future__ import annotations

import re
from datetime import time, timedelta
from decimal import ROUND_DOWN, Decimal

from dispatch_engine.model.base import shown
from dispatch_engine.sources.tables.grid import Cell, Fault, as_text
from dispatch_engine.sources.tables.manner import Manner

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_CLOCK = re.compile(r"(\d{1,4}):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
_WITH_UNIT = re.compile(r"(.*\d)\s*(min|minutes|h|hours|s|seconds|km|kilometres|m|metres|mi|miles)", re.ASCII)

MINUTES_IN = {"seconds": Decimal(1) / 60, "minutes": Decimal(1), "hours": Decimal(60)}
KILOMETRES_IN = {"metres": Decimal("0.001"), "kilometres": Decimal(1), "miles": Decimal("1.609344")}
_NANO = Decimal("1e-9")
_SHORT = {"s": "seconds", "min": "minutes", "h": "hours", "m": "metres", "km": "kilometres", "mi": "miles"}


def read_number(cell: Cell, manner: Manner) -> float | int:
    """A number, whole where it is whole.

    Raises
    ------
    Fault
        Code ``wrong_type``, with the cure where a comma or a thousands separator is in the way.
    """
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise Fault("wrong_type", f"{shown(as_text(cell))} is no number; write a plain number")
    number = float(cell) if not isinstance(cell, str) else _number_of_text(cell, manner)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _number_of_text(text: str, manner: Manner) -> float:
    plain = text.replace("−", "-")
    if "," in plain and "," in manner.decimals and plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    elif "." in plain and "." not in manner.decimals:
        raise Fault("wrong_type", f"{shown(text)} has a point, but the mapping says decimal ','; use a comma")
    if not _NUMBER.fullmatch(plain):
        raise Fault("wrong_type", f"{shown(text)} is no number; {_cure(text)}")
    return float(plain)


def _cure(text: str) -> str:
    digits = re.sub(r"[\s.,'’]", "", text)
    if not digits.isdigit():
        return "write a plain number such as 12.5"
    if text.count(",") == 1 and "." not in text:
        return "write a point, or say decimal: ',' in the mapping file if it is a decimal comma"
    return "leave out what groups the thousands"


def read_whole(cell: Cell, manner: Manner) -> int:
    """A whole number. Raises Fault with code ``wrong_type``."""
    number = read_number(cell, manner)
    if not isinstance(number, int):
        raise Fault("wrong_type", f"{shown(as_text(cell))} is no whole number; round it")
    return number


def read_chance(cell: Cell, manner: Manner) -> float | int:
    """A probability: a number up to 1, or per cent (``40 %``, or unit ``percent``). Raises Fault."""
    is_text_percent = isinstance(cell, str) and cell.endswith("%")
    if is_text_percent:
        cell = str(cell)[:-1].rstrip()
    number = read_number(cell, manner)
    return float(Decimal(repr(number)) / 100) if is_text_percent or manner.unit == "percent" else number


def read_minutes(cell: Cell, manner: Manner) -> float | int:
    """A duration in minutes: a number in the column's unit, ``90 min``, ``1.5 h``, ``1:30``, or a time cell.

    Raises
    ------
    Fault
        Code ``wrong_type``.
    """
    if isinstance(cell, timedelta):
        return _plain(Decimal(cell // timedelta(microseconds=1)) / 60_000_000)
    if isinstance(cell, time):
        return _plain(Decimal(cell.hour * 3600 + cell.minute * 60 + cell.second) / 60)
    if isinstance(cell, str) and (clock := _CLOCK.fullmatch(cell)):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return _plain(Decimal(hours * 3600 + minutes * 60 + seconds) / 60)
    return _measured(cell, manner, MINUTES_IN, "minutes", "a duration; write minutes, or hours as 1:30")


def read_kilometres(cell: Cell, manner: Manner) -> float | int:
    """A length in kilometres: a number in the column's unit, or with it as ``12 km``. Raises Fault."""
    return _measured(cell, manner, KILOMETRES_IN, "kilometres", "a length; write kilometres")


def _measured(
    cell: Cell, manner: Manner, factors: dict[str, Decimal], usual: str, wanted: str
) -> float | int:
    unit = manner.unit if manner.unit in factors else usual
    if isinstance(cell, str) and (found := _WITH_UNIT.fullmatch(cell)):
        named = _SHORT.get(found[2], found[2])
        if named not in factors:
            raise Fault("wrong_type", f"{shown(cell)} is not {wanted}")
        cell, unit = found[1], named
    try:
        number = read_number(cell, manner)
    except Fault as fault:
        if isinstance(cell, str) and any(letter.isdigit() for letter in cell):
            raise
        raise Fault(fault.code, f"{shown(as_text(cell))} is not {wanted}") from None
    return number if unit == usual else _plain(Decimal(repr(number)) * factors[unit])


def _plain(number: Decimal) -> float | int:
    """The number, cut to nine decimals: minutes round *up* to seconds, and 1 s must not become 2 s."""
    cut = number.quantize(_NANO, rounding=ROUND_DOWN)
    return int(cut) if cut == int(cut) else float(cut)
