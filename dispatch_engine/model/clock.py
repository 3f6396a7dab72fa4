"""The clock of a problem: the only place where datetimes become integer seconds, and back."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from dispatch_engine.model.problem import Problem, Ticket

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""``now`` of a problem that holds no time at all."""

_MICROSECOND = dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class Clock:
    """Integer seconds from ``origin``, and the time zone that decides days and printed offsets.

    Attributes
    ----------
    origin : second 0, a midnight in UTC at or before ``now`` and every shift start.
    time_zone : the problem's zone.
    now : the moment of planning, in seconds.
    """

    origin: dt.datetime
    time_zone: dt.tzinfo
    now: int

    @classmethod
    def of(cls, problem: Problem) -> Clock:
        """The clock of ``problem``.

        ``now`` defaults to the earliest shift start, without shifts to the earliest time of any ticket, else
        to 1970. The zone defaults to the fixed offset of ``now``.
        """
        starts = [shift.start for technician in problem.technicians for shift in technician.shifts]
        now = moment_of_planning(problem)
        zone = (
            ZoneInfo(problem.time_zone)
            if problem.time_zone
            else dt.timezone(now.utcoffset() or dt.timedelta())
        )
        first = min([now, *starts]).astimezone(dt.UTC)
        origin = first.replace(hour=0, minute=0, second=0, microsecond=0)
        return cls(origin, zone, _rounded_seconds(now - origin))

    def seconds(self, moment: dt.datetime) -> int:
        """Seconds from ``origin`` to an aware datetime, rounded to the nearest second (half up)."""
        return _rounded_seconds(moment - self.origin)

    def datetime(self, seconds: int) -> dt.datetime:
        """The moment ``seconds`` after ``origin``, with the zone's offset at that moment."""
        return (self.origin + dt.timedelta(seconds=seconds)).astimezone(self.time_zone)

    def local_date(self, seconds: int) -> dt.date:
        """The day in the problem's zone at that moment."""
        return self.datetime(seconds).date()


def moment_of_planning(problem: Problem) -> dt.datetime:
    """``now`` of the problem, or what stands in for it: see :meth:`Clock.of`."""
    starts = [shift.start for technician in problem.technicians for shift in technician.shifts]
    return problem.now or min(starts, default=None) or min(_ticket_times(problem), default=EPOCH)


def _rounded_seconds(difference: dt.timedelta) -> int:
    return (difference // _MICROSECOND + 500_000) // 1_000_000


def _ticket_times(problem: Problem) -> Iterator[dt.datetime]:
    for ticket in problem.tickets:
        yield from _times_of(ticket)


def _times_of(ticket: Ticket) -> Iterator[dt.datetime]:
    for moment in (ticket.reported_at, ticket.appointment_at, ticket.contacted_at, ticket.due_at):
        if moment is not None:
            yield moment
    for window in ticket.time_windows:
        yield window.start


def minutes_to_seconds(minutes: float) -> int:
    """Minutes as whole seconds, rounded up; decimals are exact: 0.1 minutes are 6 seconds."""
    return _scaled_up(minutes, 60)


def hours_to_seconds(hours: float) -> int:
    """Hours as whole seconds, rounded up; decimals are exact."""
    return _scaled_up(hours, 3600)


def _scaled_up(value: float, factor: int) -> int:
    if isinstance(value, int) or value.is_integer():
        return int(value) * factor
    # repr is the shortest decimal that gives this float: the number that the user wrote.
    return math.ceil(Decimal(repr(float(value))) * factor)


def seconds_to_minutes(seconds: float) -> float:
    """Seconds as minutes with 2 decimals, as plans print them."""
    return round(seconds / 60, 2)
