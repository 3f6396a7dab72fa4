"""Local time of a report: instants as seconds from a local midnight, and the offsets that turn them back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

HALF_HOUR = 1800
HOUR = 3600
LONGEST_IDLE_SECONDS = 2 * HOUR

# The page is English whatever the locale of the process is, so strftime's names are of no use.
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True)
class LocalTime:
    """Translates RFC 3339 texts into whole seconds after ``origin``, a midnight in the problem's time zone.

    The page gets these seconds and the zone's offsets, so that a browser needs no time zone data of its own.
    """

    zone: tzinfo
    name: str
    origin: datetime

    @classmethod
    def over(cls, problem: Mapping[str, Any], plan: Mapping[str, Any]) -> LocalTime:
        """Return the local time that starts on the first day which the shifts or the routes touch."""
        starts = [parse(start) for start, _ in working_times(problem, plan)]
        shift_starts = [parse(start) for start, _ in working_times(problem, {})]
        now = parse(problem["now"]) if problem.get("now") else min(shift_starts, default=None)
        first = min(starts, default=now or datetime(1970, 1, 1, tzinfo=UTC))
        zone: tzinfo = (now or first).tzinfo or UTC
        name = problem.get("time_zone") or zone.tzname(None) or "UTC"
        if problem.get("time_zone"):
            zone = ZoneInfo(problem["time_zone"])
        midnight = first.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return cls(zone, name, midnight)

    def seconds(self, text: str | None) -> int | None:
        """Return whole seconds from the origin to the instant, None for None."""
        return None if text is None else round((parse(text) - self.origin).total_seconds())

    def local(self, seconds: float) -> datetime:
        """Return the local date and time, ``seconds`` after the origin."""
        return (self.origin.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(self.zone)

    def offset(self, seconds: float) -> int:
        """Return the zone's distance from UTC in seconds at that instant."""
        offset = self.local(seconds).utcoffset()
        return 0 if offset is None else int(offset.total_seconds())

    def offsets(self, last: int) -> list[list[int]]:
        """Return ``[from, offset]`` for the origin and each change of the clock up to ``last`` seconds."""
        changes = [[0, self.offset(0)]]
        # Clocks change on half hours of UTC; the origin of a zone like Nepal's does not lie on one.
        skew = int(self.origin.timestamp()) % HALF_HOUR
        for moment in range(HALF_HOUR - skew, last + 1, HALF_HOUR):
            if self.offset(moment) != changes[-1][1]:
                changes.append([moment, self.offset(moment)])
        return changes

    def hour_before(self, seconds: int) -> int:
        """Return the last full local hour at or before ``seconds``."""
        return seconds - (int(self.origin.timestamp()) + seconds + self.offset(seconds)) % HOUR

    def hour_after(self, seconds: int) -> int:
        """Return the first full local hour at or after ``seconds``."""
        before = self.hour_before(seconds)
        return before if before == seconds else before + HOUR


def parse(text: str) -> datetime:
    """Return the aware datetime of an RFC 3339 text."""
    return datetime.fromisoformat(text)


def working_times(problem: Mapping[str, Any], plan: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield start and end of every shift and of every route that has times."""
    for technician in problem.get("technicians", ()):
        yield from ((shift["start"], shift["end"]) for shift in technician.get("shifts", ()))
    for route in plan.get("routes", ()):
        if route.get("start_at") and route.get("end_at"):
            yield route["start_at"], route["end_at"]


def time_axis(problem: Mapping[str, Any], plan: Mapping[str, Any], time: LocalTime) -> list[list[int]]:
    """Return the stretches of time worth drawing as ``[start, end]`` on full hours, idle gaps cut out."""
    spans = sorted((time.seconds(a) or 0, time.seconds(b) or 0) for a, b in working_times(problem, plan))
    axis: list[list[int]] = []
    for start, end in spans:
        start, end = time.hour_before(start), time.hour_after(end)
        if axis and start - axis[-1][1] <= LONGEST_IDLE_SECONDS:
            axis[-1][1] = max(axis[-1][1], end)
        else:
            axis.append([start, end])
    return axis


def day_words(moment: datetime) -> str:
    """Return a day like ``Monday, 23 November 2026``."""
    return f"{WEEKDAYS[moment.weekday()]}, {moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def minute_words(moment: datetime) -> str:
    """Return an instant like ``23 November 2026, 08:05``."""
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}, {moment:%H:%M}"
