"""Days, times and spans in cells: as text, as Excel serial numbers, as a time of day beside a date column."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache

from dispatch_engine.model.base import shown
from dispatch_engine.sources.tables.grid import Cell, Fault, as_text
from dispatch_engine.sources.tables.manner import DateOrder, Manner

_YEAR_FIRST = r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})"
_YEAR_LAST = r"(\d{1,2})[-./](\d{1,2})[-./](\d{4})"
_TIME = r"(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:\s*([AaPp])\.?[Mm]\.?)?"
_CLOCK = re.compile(_TIME, re.ASCII)
_MOMENT = re.compile(rf"(?P<day>{_YEAR_FIRST}|{_YEAR_LAST})(?:[T\s]\s*(?P<clock>.+))?", re.ASCII)
_WITH_OFFSET = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d.*(?:[Zz]|[+-]\d\d:?\d\d)", re.ASCII)
_SERIAL = re.compile(r"\d{1,6}(?:[.,]\d+)?", re.ASCII)
_SPAN = re.compile(
    r"(.*?\d:\d\d(?::\d\d(?:\.\d+)?)?(?:\s*[AaPp][Mm])?(?:[Zz]|[+-]\d\d:\d\d)?)\s*(?:[-–—/]|\bto\b)\s*(\S.*)",
    re.ASCII,
)
_SERIAL_DAYS = {date(1899, 12, 30): (25569, 109_574), date(1904, 1, 1): (24107, 108_112)}
"""Serial numbers from 1970-01-01 until before 2200, by day zero."""

MIDNIGHT = time()
_DAY = timedelta(days=1)
_SECONDS_OF_DAY = 86_400
_CURE = "write it as 2026-11-23 08:00"


# ---------------------------------------------------------------- days


def read_day(cell: Cell, manner: Manner) -> date:
    """A day: a date cell, text such as ``2026-11-23``, or a serial number; a time of day is left out.

    Raises
    ------
    Fault
        Code ``bad_time``.
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if (serial := _serial(cell, manner)) is not None:
        return _moment_of_serial(serial, manner, cell).date()
    found = _MOMENT.fullmatch(as_text(cell))
    if found is None:
        raise Fault("bad_time", f"{shown(as_text(cell))} is no day; write it as 2026-11-23")
    return _day(found["day"], manner.order)


def _day(text: str, order: DateOrder) -> date:
    parts = re.split(r"[-./]", text)
    numbers = [int(part) for part in parts]
    if len(parts[0]) != 4:
        if order == "ymd":
            cure = "write it as 2026-11-23, or say dates: order: dmy (or mdy) in the mapping file"
            raise Fault("bad_time", f"{shown(text)} does not begin with the year; {cure}")
        day, month = numbers[:2] if order == "dmy" else (numbers[1], numbers[0])
        numbers = [numbers[2], month, day]
    try:
        return date(*numbers)
    except ValueError:
        raise Fault("bad_time", f"{shown(text)} is no day of the calendar; correct it") from None


# ---------------------------------------------------------------- moments


def read_moment(cell: Cell, manner: Manner, day: date | None = None) -> datetime:
    """A moment with its offset.

    Parameters
    ----------
    day : the row's date, for cells that hold a time of day only.

    Raises
    ------
    Fault
        Codes ``bad_time``, ``naive_time``, ``out_of_range``.
    """
    found = read_moment_or_clock(cell, manner)
    if not isinstance(found, datetime):
        if day is None:
            message = f"{shown(as_text(cell))} is a time of day without a day; {_CURE}, or add a date column"
            raise Fault("bad_time", message)
        found = on_day(day, found, manner.zone)
    return found


def read_moment_or_clock(cell: Cell, manner: Manner) -> datetime | timedelta:
    """A moment with its offset, or a time of day as the time since midnight (24:00 is possible)."""
    if isinstance(cell, datetime):
        return localised(_whole_seconds(cell), manner.zone)
    if isinstance(cell, time):
        return datetime.combine(date.min, cell) - datetime.min
    if isinstance(cell, timedelta) and timedelta() <= cell <= _DAY:
        return cell
    if (serial := _serial(cell, manner)) is not None:
        if serial < 1:
            return timedelta(seconds=round(serial * _SECONDS_OF_DAY))
        if not serial.is_integer():
            return localised(_moment_of_serial(serial, manner, cell), manner.zone)
    elif isinstance(cell, str):
        return _moment_of_text(cell, manner)
    raise Fault("bad_time", f"{shown(as_text(cell))} has no time of day; {_CURE}")


def read_clock(cell: Cell, manner: Manner) -> timedelta:
    """A time of day, as the time since midnight. Raises Fault with code ``bad_time``."""
    found = read_moment_or_clock(cell, manner)
    if isinstance(found, datetime):
        raise Fault("bad_time", f"{shown(as_text(cell))} is a moment; write a time of day such as 08:00")
    return found


def _moment_of_text(text: str, manner: Manner) -> datetime | timedelta:
    if _WITH_OFFSET.fullmatch(text):
        return _instant(text)
    if clock := _CLOCK.fullmatch(text):
        return _clock(clock, text)
    found = _MOMENT.fullmatch(text)
    clock = _CLOCK.fullmatch(found["clock"] or "") if found else None
    if found is None or clock is None:
        what = "has no time of day" if found else "is no time"
        raise Fault("bad_time", f"{shown(text)} {what}; {_CURE}")
    return on_day(_day(found["day"], manner.order), _clock(clock, text), manner.zone)


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.upper().replace(" ", "T", 1).replace(" ", ""))
    except ValueError:
        raise Fault("bad_time", f"{shown(text)} is no moment of the calendar and clock; {_CURE}") from None


def _clock(found: re.Match[str], text: str) -> timedelta:
    """The time since midnight of a time of day such as 17:30, 5:30 PM or 24:00."""
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if found[5]:
        if not 1 <= hour <= 12:
            raise Fault("bad_time", f"{shown(text)} is no time of day; hours go from 1 to 12 with AM and PM")
        hour = hour % 12 + (12 if found[5] in "Pp" else 0)
    since = timedelta(hours=hour, minutes=minute, seconds=second)
    since += timedelta(microseconds=int((found[4] or "").ljust(6, "0")[:6]))
    if minute > 59 or second > 59 or since > _DAY:
        raise Fault("bad_time", f"{shown(text)} is no time of day; write it as 17:30")
    return since


def on_day(day: date, since_midnight: timedelta, zone: tzinfo | None) -> datetime:
    """The moment of a time of day on the clock of ``zone``. Raises Fault where the clock never shows it."""
    try:
        return localised(datetime.combine(day, MIDNIGHT) + since_midnight, zone)
    except OverflowError:
        raise Fault("out_of_range", f"{day} lies outside the years 1970 to 2199") from None


def localised(moment: datetime, zone: tzinfo | None) -> datetime:
    """A local time with its zone.

    Raises
    ------
    Fault
        ``naive_time`` without a zone, ``bad_time`` where the clock is changed: for times that do not exist,
        and for those that come twice.
    """
    text = moment.isoformat(" ", "minutes")
    if zone is None:
        cure = "name the time_zone in the settings or the mapping file, or write the offset: 08:00+08:00"
        raise Fault("naive_time", f"{shown(text)} has no offset and no time zone; {cure}")
    first, second = moment.replace(tzinfo=zone), moment.replace(tzinfo=zone, fold=1)
    if first.utcoffset() != second.utcoffset():
        if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment:
            message = f"{shown(text)} does not exist in {zone}: the clock is put forward; correct it"
            raise Fault("bad_time", message)
        message = f"{shown(text)} comes twice in {zone}: the clock is put back; write it with its offset"
        raise Fault("bad_time", message)
    return moment.replace(tzinfo=_fixed(first.utcoffset() or timedelta()))


@lru_cache(maxsize=256)
def _fixed(offset: timedelta) -> timezone:
    """The offset as a zone of its own: moments of one *named* zone would subtract by their clock faces."""
    return timezone(offset)


# ---------------------------------------------------------------- serial numbers


def _serial(cell: Cell, manner: Manner) -> float | None:
    """The cell as a serial number of days, None where it is none."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell)
    if isinstance(cell, str) and _SERIAL.fullmatch(cell):
        if "," in cell and "," not in manner.decimals:
            return None
        return float(cell.replace(",", "."))
    return None


def _moment_of_serial(serial: float, manner: Manner, cell: Cell) -> datetime:
    first, last = _SERIAL_DAYS[manner.day_zero]
    if not first <= serial < last:
        message = (
            f"{shown(as_text(cell))} is no serial number of a day from 1970 to 2199; "
            "write the date as 2026-11-23"
        )
        raise Fault("bad_time", message)
    days = int(serial)
    seconds = round((serial - days) * _SECONDS_OF_DAY)
    return datetime.combine(manner.day_zero, MIDNIGHT) + timedelta(days=days, seconds=seconds)


def _whole_seconds(moment: datetime) -> datetime:
    """The moment without the noise that serial numbers have below a millisecond."""
    rounded = (moment + timedelta(microseconds=500_000)).replace(microsecond=0)
    return rounded if abs(rounded - moment) < timedelta(milliseconds=1) else moment


# ---------------------------------------------------------------- spans


def read_span(text: str, manner: Manner, day: date | None) -> tuple[datetime, datetime]:
    """Two moments such as ``08:00-10:00`` or ``2026-11-23 22:00 - 02:00``, the second after the first.

    A second one without a day is on the day of the first, or on the next day where it would lie before it.

    Raises
    ------
    Fault
        Code ``bad_time``, and those of ``read_moment``.
    """
    found = _SPAN.fullmatch(text)
    if found is None:
        message = f"{shown(text)} is no span of time; write it as 08:00-10:00, or with its day before it"
        raise Fault("bad_time", message)
    start = read_moment(found[1], manner, day)
    return start, end_after(start, read_moment_or_clock(found[2], manner), manner.zone)


def end_after(start: datetime, end: datetime | timedelta, zone: tzinfo | None) -> datetime:
    """The end of a span; a time of day is on the day of ``start``, or on the next where it would lie before."""
    if isinstance(end, datetime):
        return end
    day = local_day(start, zone)
    moment = on_day(day, end, zone or start.tzinfo)
    return moment if moment >= start else on_day(day + _DAY, end, zone or start.tzinfo)


def local_day(moment: datetime, zone: tzinfo | None) -> date:
    """The day of a moment in ``zone``, or by its own offset where there is none."""
    return (moment.astimezone(zone) if zone is not None else moment).date()
