"""The windows that a customer may be offered: a grid over the day, cut by what the customer asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta, tzinfo

from dispatch_engine.model.clock import Clock
from dispatch_engine.model.offers import OfferOptions
from dispatch_engine.model.problem import Problem, Ticket, TimeWindow

MOST_WINDOWS = 200
"""More are not looked at: some weeks of two-hour windows."""


def windows_for(problem: Problem, ticket: Ticket, options: OfferOptions) -> list[TimeWindow]:
    """Windows of ``options.window_minutes`` in which service may start, in order of time.

    The grid begins at midnight, local time. What lies before now, before the appointment or outside the
    ticket's own windows is cut off; what is cut to less than a minute is left out.
    """
    ends = [
        shift.end + timedelta(minutes=shift.max_overtime_minutes)
        for technician in problem.technicians
        for shift in technician.shifts
    ]
    if not ends:
        return []
    clock = Clock.of(problem)
    now, end = clock.datetime(clock.now), max(ends)
    begin = max(now, options.earliest or now, ticket.appointment_at or now)
    end = min(end, options.latest or end)
    found: list[TimeWindow] = []
    for opens, closes in _grid(clock.time_zone, begin, end, options.window_minutes):
        for low, high in _cut(ticket, max(opens, begin), closes):
            if high - low >= timedelta(minutes=1):
                found.append(TimeWindow(start=low, end=high))
        if len(found) >= MOST_WINDOWS:
            break
    return found[:MOST_WINDOWS]


def _grid(zone: tzinfo, begin: datetime, end: datetime, minutes: int) -> Iterator[tuple[datetime, datetime]]:
    """Windows that end after ``begin`` and begin at or before ``end``."""
    step = timedelta(minutes=minutes)
    day = begin.astimezone(zone).date()
    while datetime.combine(day, time(), zone) <= end:
        midnight = datetime.combine(day, time(), zone)
        next_day = datetime.combine(day + timedelta(days=1), time(), zone)
        opens = midnight
        while opens < next_day:
            closes = min(opens + step, next_day)
            if closes > begin and opens <= end:
                yield opens, closes
            opens = closes
        day += timedelta(days=1)


def _cut(ticket: Ticket, opens: datetime, closes: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The parts of a window in which the ticket's own windows let service start."""
    if not ticket.time_windows:
        yield opens, closes
    for own in sorted(ticket.time_windows, key=lambda window: window.start):
        low, high = max(opens, own.start), min(closes, own.end)
        if low <= high:
            yield low, high
