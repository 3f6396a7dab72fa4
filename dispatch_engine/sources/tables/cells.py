"""Kinds of columns, and for each the function that reads a cell of that kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any, Literal

from dispatch_engine.model.base import shown
from dispatch_engine.sources.tables.grid import Cell, Fault, as_text
from dispatch_engine.sources.tables.items import (
    read_amounts,
    read_breaks,
    read_certificates,
    read_chances,
    read_days,
    read_json,
    read_links,
    read_names,
    read_pieces,
    read_stock,
    read_windows,
)
from dispatch_engine.sources.tables.manner import Manner
from dispatch_engine.sources.tables.moments import read_clock, read_day, read_moment, read_moment_or_clock
from dispatch_engine.sources.tables.numbers import read_kilometres, read_minutes, read_number, read_whole

Kind = Literal[
    "text",
    "number",
    "whole number",
    "yes or no",
    "minutes",
    "kilometres",
    "day",
    "days",
    "time",
    "end time",
    "time of day",
    "windows",
    "breaks",
    "place",
    "names",
    "amounts",
    "chances",
    "stock",
    "pieces",
    "certificates",
    "links",
    "object",
    "anything",
]
"""What a column holds."""

Reader = Callable[[Cell, Manner, date | None], Any]
"""Reads a cell that is not empty; the day is that of its row. Raises Fault."""

_YES = frozenset(("yes", "y", "true", "1", "x"))
_NO = frozenset(("no", "n", "false", "0"))
_ROW = r"\s*(?:#\s*(\d{1,9}))?"
_DEGREES = r"[+-]?\d+(?:{mark}\d+)?(?:[eE][+-]?\d+)?"
_POINT, _COMMA = _DEGREES.format(mark=r"\."), _DEGREES.format(mark=",")
_PLACE = re.compile(rf"(?:({_POINT})\s*[,;/\s]\s*({_POINT}))?{_ROW}", re.ASCII)
_COMMA_PLACE = re.compile(rf"(?:({_COMMA})\s*[;/\s]\s*({_COMMA}))?{_ROW}", re.ASCII)
ANYWHERE = "anywhere"


def read_text(cell: Cell) -> str:
    """Text as it stands; in double quotes, what stands between them."""
    text = as_text(cell)
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].replace('""', '"')
    return text


def read_yes_or_no(cell: Cell) -> bool:
    """``yes`` or ``no``, ``true`` or ``false``, ``1`` or ``0``, ``x``. Raises Fault."""
    word = as_text(cell).casefold()
    if word not in _YES and word not in _NO:
        raise Fault("unknown_value", f"{shown(as_text(cell))} is neither yes nor no; write one of them")
    return word in _YES


def read_place(cell: Cell, manner: Manner) -> dict[str, Any] | str:
    """``anywhere``, coordinates ``31.23, 121.47``, a row of the travel matrix ``#3``, or both. Raises Fault."""
    text = as_text(cell)
    if text.casefold() == ANYWHERE:
        return ANYWHERE
    found = _PLACE.fullmatch(text) if "." in manner.decimals else None
    if found is None and "," in manner.decimals:
        found = _COMMA_PLACE.fullmatch(text)
    if found is None:
        message = f"{shown(text)} is no place; write latitude and longitude: 31.23, 121.47"
        raise Fault("wrong_type", message)
    lat, lon, row = found.groups()
    place: dict[str, Any] = {}
    if lat is not None:
        place |= {"lat": float(lat.replace(",", ".")), "lon": float(lon.replace(",", "."))}
    return place | ({} if row is None else {"matrix_index": int(row)})


READERS: dict[Kind, Reader] = {
    "text": lambda cell, _manner, _day: read_text(cell),
    "number": lambda cell, manner, _day: read_number(cell, manner),
    "whole number": lambda cell, manner, _day: read_whole(cell, manner),
    "yes or no": lambda cell, _manner, _day: read_yes_or_no(cell),
    "minutes": lambda cell, manner, _day: read_minutes(cell, manner),
    "kilometres": lambda cell, manner, _day: read_kilometres(cell, manner),
    "day": lambda cell, manner, _day: read_day(cell, manner),
    "days": lambda cell, manner, _day: read_days(cell, manner),
    "time": read_moment,
    "end time": lambda cell, manner, _day: read_moment_or_clock(cell, manner),
    "time of day": lambda cell, manner, _day: read_clock(cell, manner),
    "windows": read_windows,
    "breaks": read_breaks,
    "place": lambda cell, manner, _day: read_place(cell, manner),
    "names": lambda cell, manner, _day: read_names(cell, manner),
    "amounts": lambda cell, manner, _day: read_amounts(cell, manner),
    "chances": lambda cell, manner, _day: read_chances(cell, manner),
    "stock": lambda cell, manner, _day: read_stock(cell, manner),
    "pieces": lambda cell, manner, _day: read_pieces(cell, manner),
    "certificates": lambda cell, manner, _day: read_certificates(cell, manner),
    "links": lambda cell, manner, _day: read_links(cell, manner),
    "object": lambda cell, _manner, _day: read_json(cell, dict),
    "anything": lambda cell, _manner, _day: cell,
}
"""The reader of each kind."""
