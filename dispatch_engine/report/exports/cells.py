"""Values as cells of tables: for each kind of column what ``sources.tables`` reads back as the same value."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from dispatch_engine.model.problem import After, Break, Certification, Location, TimeWindow
from dispatch_engine.report.exports.sheet import Value
from dispatch_engine.sources.tables.cells import Kind
from dispatch_engine.sources.tables.grid import Fault
from dispatch_engine.sources.tables.items import UNLIMITED
from dispatch_engine.sources.tables.moments import localised

Writer = Callable[[Any, tzinfo | None], Value]
"""Makes a cell of a value; the zone is that of local times."""


# ---------------------------------------------------------------- texts and names


def text_cell(text: str) -> str:
    """A text; in double quotes where a reader would else strip or unquote it."""
    is_quoted = len(text) > 1 and text[0] == text[-1] == '"'
    return _quoted(text) if text != text.strip() or is_quoted or not text else text


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def item_name(name: str, named: bool = False) -> str:
    """A name among several; in double quotes where it holds a separator, or a colon where numbers follow."""
    special = ";\n:" if named else ";\n"
    needs_quotes = name != name.strip() or name.startswith('"') or any(mark in name for mark in special)
    return _quoted(name) if needs_quotes or not name else name


def _names(names: Iterable[str]) -> str:
    return "; ".join(map(item_name, names))


def _numbered(amounts: Mapping[str, float | int | None]) -> str:
    return "; ".join(
        f"{item_name(name, named=True)}: {UNLIMITED if number is None else number_text(number)}"
        for name, number in amounts.items()
    )


def number_text(number: float) -> str:
    """The shortest decimal of a number; whole numbers without a point."""
    return str(int(number)) if float(number).is_integer() and abs(number) < 2**53 else repr(number)


def _certificates(held: Sequence[Certification]) -> str:
    return "; ".join(
        item_name(one.name, named=True) + (f": {one.valid_until}" if one.valid_until else "") for one in held
    )


def _links(links: Sequence[After]) -> str:
    if all(link == After(ticket=link.ticket) for link in links):
        return _names(link.ticket for link in links)
    return _json([link.model_dump(mode="json", exclude_unset=True) for link in links])


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _object(value: Any) -> str:
    return _json(value if isinstance(value, dict) else value.model_dump(mode="json", exclude_unset=True))


# ---------------------------------------------------------------- times and places


def moment_cell(moment: datetime, zone: tzinfo | None) -> Value:
    """A moment as a local time without offset where that says it exactly, else as RFC 3339 text.

    Midnight stays text: a spreadsheet shows it as a bare day.
    """
    local = _local(moment, zone)
    if local is None:
        return _with_offset(moment)
    if local.microsecond or not (local.hour or local.minute or local.second):
        return local_text(local)
    return local


def _local(moment: datetime, zone: tzinfo | None) -> datetime | None:
    if zone is None:
        return None
    local = moment.astimezone(zone).replace(tzinfo=None)
    try:
        return local if localised(local, zone) == moment else None
    except Fault:
        return None


def local_text(local: datetime) -> str:
    """A local time as ``2026-11-23 08:00``, with seconds where there are some."""
    if local.microsecond:
        return local.isoformat(" ")
    return local.isoformat(" ", "seconds" if local.second else "minutes")


def _with_offset(moment: datetime) -> str:
    offset = moment.utcoffset() or timedelta()
    return (moment.astimezone(UTC) if offset % timedelta(minutes=1) else moment).isoformat()


def moment_text(moment: datetime, zone: tzinfo | None) -> str:
    """A moment as text."""
    local = _local(moment, zone)
    return _with_offset(moment) if local is None else local_text(local)


def _span(start: datetime, end: datetime, zone: tzinfo | None) -> str:
    return f"{moment_text(start, zone)} / {moment_text(end, zone)}"


def _windows(windows: Sequence[TimeWindow], zone: tzinfo | None) -> str:
    return "; ".join(_span(window.start, window.end, zone) for window in windows)


def _breaks(breaks: Sequence[Break], zone: tzinfo | None) -> str:
    return "; ".join(
        f"{_span(pause.earliest, pause.latest, zone)} {number_text(pause.minutes)} min" for pause in breaks
    )


def _place(place: Location | str) -> str:
    if isinstance(place, str):
        return place
    coordinates = [] if place.lat is None else [f"{place.lat!r}, {place.lon!r}"]
    row = [] if place.matrix_index is None else [f"#{place.matrix_index}"]
    return " ".join(coordinates + row)


def _plain(value: Any, _zone: tzinfo | None) -> Value:
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


WRITERS: dict[Kind, Writer] = {
    "text": lambda value, _zone: text_cell(value),
    "number": _plain,
    "whole number": _plain,
    "yes or no": _plain,
    "minutes": _plain,
    "kilometres": _plain,
    "pieces": lambda value, _zone: UNLIMITED if value is None else value,
    "day": _plain,
    "time": moment_cell,
    "end time": moment_cell,
    "windows": _windows,
    "breaks": _breaks,
    "place": lambda value, _zone: _place(value),
    "names": lambda value, _zone: _names(value),
    "amounts": lambda value, _zone: _numbered(value),
    "chances": lambda value, _zone: _numbered(value),
    "stock": lambda value, _zone: UNLIMITED if value is None else _numbered(value),
    "certificates": lambda value, _zone: _certificates(value),
    "links": lambda value, _zone: _links(value),
    "object": lambda value, _zone: _object(value),
}
"""The writer of each kind of column that an export writes."""
