"""How far every technician is at some moment: what was reported, and what the plan says where nothing was.

Visits that the plan has ended by now are taken as done, the one it has begun as under way. A report moves what comes
after it: the next arrival is the reported end and the drive, if that is later than planned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.visits import Pause, RouteTimes, Visit

Status = Literal["done", "on_site", "en_route"]


@dataclass(frozen=True)
class Report:
    """What was reported about a visit, in seconds; None: not reported."""

    technician: int
    arrival: int | None = None
    start: int | None = None
    end: int | None = None
    more: int = 0
    """Seconds that it lasts longer than expected."""


@dataclass(frozen=True)
class Known:
    """A visit that has begun, or the next stop of a technician on the road; ``end`` of one under way is expected."""

    ticket: int
    status: Status
    arrival: int
    start: int
    end: int


@dataclass(frozen=True)
class Standing:
    """Where a technician stands at a moment.

    Attributes
    ----------
    visits : what has begun, in order of time, and at the end perhaps the next stop.
    free_at : until then the technician is resting or on the road; None: free as the visits say.
    place : the ticket at whose door, or HOME at whose place, the technician is at ``free_at``; None: where the last
        visit was.
    breaks : how many breaks of the shift were taken, or are being taken.
    """

    shift: int
    visits: tuple[Known, ...] = ()
    free_at: int | None = None
    place: int | None = None
    breaks: int = 0


HOME = -1
"""``Standing.place`` of a technician who is home, or on the way there."""


def standing(case: Case, route: RouteTimes, now: int, reports: Mapping[int, Report]) -> Standing:
    """How far the technician of ``route`` is at ``now``.

    ``reports`` are those of the tickets that this technician was reported with, whether the route has them or not.
    """
    walk = _Walk(case, route, now, reports)
    for stop in walk.stops():
        if not (walk.rest(stop) if isinstance(stop, Pause) else walk.visit(stop)):
            return walk.result()
    walk.go_home()
    return walk.result()


class _Walk:
    """A walk along a route up to now."""

    def __init__(self, case: Case, route: RouteTimes, now: int, reports: Mapping[int, Report]) -> None:
        self.case, self.route, self.now, self.reports = case, route, now, reports
        self.shift = case.shifts[route.shift]
        self.time, self.here = route.start, self._first_place()
        self.seen = Standing(route.shift)

    def result(self) -> Standing:
        return self.seen

    def stops(self) -> list[Visit | Pause]:
        """What comes, in order: visits reported out of turn stand where their times put them."""
        planned = [stop for stop in self.route.stops if not self._is_skipped(stop)]
        extra = [
            Visit(ticket, *self._times_of(ticket, report))
            for ticket, report in self.reports.items()
            if all(ticket != visit.ticket for visit in self.route.visits)
        ]
        for visit in sorted(extra, key=lambda visit: visit.start):
            later = [i for i, stop in enumerate(planned) if self._begin(stop) > visit.start]
            planned.insert(later[0] if later else len(planned), visit)
        return planned

    def _is_skipped(self, stop: Visit | Pause) -> bool:
        """Whether a visit nobody reported was overtaken: one that comes after it began before it could end."""
        if isinstance(stop, Pause) or stop.ticket in self.reports:
            return False
        after = self.route.visits[self.route.visits.index(stop) + 1 :]
        starts = [
            r.start for v in after if (r := self.reports.get(v.ticket)) is not None and r.start is not None
        ]
        return bool(starts) and min(starts) < stop.end

    def _times_of(self, ticket: int, report: Report) -> tuple[int, int, int]:
        service = self.case.tickets[ticket].service
        start = report.start if report.start is not None else (report.end or self.now) - service
        end = report.end if report.end is not None else start + service
        return report.arrival if report.arrival is not None else start, start, max(end, start)

    def _begin(self, stop: Visit | Pause) -> int:
        report = None if isinstance(stop, Pause) else self.reports.get(stop.ticket)
        return stop.start if report is None or report.start is None else report.start

    def rest(self, pause: Pause) -> bool:
        """A break: True where it is over."""
        begin = max(pause.start, self.time)
        end = begin + pause.end - pause.start
        if begin > self.now:
            return True  # not yet; whether the technician is on the road or at a door, the next visit tells
        self.seen = replace(self.seen, breaks=self.seen.breaks + 1)
        self.time = max(self.time, end)
        if end > self.now and not pause.at_door:
            self.seen = replace(self.seen, free_at=end)
            return False
        return True

    def visit(self, planned: Visit) -> bool:
        """A visit: True where it is over."""
        known = self._known(planned)
        if known is None:
            return False
        self.seen = replace(self.seen, visits=(*self.seen.visits, known), free_at=None, place=None)
        if known.status == "en_route":
            at = known.arrival if known.arrival > self.now else max(self.now, min(self.time, known.start))
            self.seen = replace(self.seen, free_at=at, place=known.ticket)
        self.time, self.here = known.end, self.case.tickets[planned.ticket].place
        return known.status == "done"

    def _known(self, planned: Visit) -> Known | None:
        """How far one visit is; None: the technician has not left for it."""
        report = self.reports.get(planned.ticket)
        left = self.time
        arrival = max(planned.arrival, left + self._leg(planned.ticket))
        start = max(planned.start, arrival)
        if report is not None and report.start is not None:
            start = report.start
            arrival = report.arrival if report.arrival is not None else min(arrival, start)
        elif report is not None and report.end is not None:
            start = min(start, report.end)
            arrival = min(arrival, start)
        more = 0 if report is None else report.more
        end = start + self.case.tickets[planned.ticket].service + more
        if report is not None and report.end is not None:
            return Known(planned.ticket, "done", arrival, start, report.end)
        begun = report is not None and report.start is not None
        if end <= self.now and not (begun and more):
            # Reported as begun and not as ended: still under way, for nobody said otherwise.
            return Known(planned.ticket, "on_site" if begun else "done", arrival, start, max(end, start))
        if start <= self.now or begun:
            return Known(planned.ticket, "on_site", arrival, start, end)
        if left <= self.now:
            return Known(planned.ticket, "en_route", arrival + more, start, end)
        return None

    def go_home(self) -> None:
        """After the last stop: on the way home, or there."""
        if self.shift.end_place is None or not self.seen.visits:
            return
        last = self.route.stops[-1] if self.route.stops else None
        if last is not None:
            home = self.time + int(self.case.travel.seconds[self.shift.kind, self.here, self.shift.end_place])
            self.seen = replace(self.seen, free_at=max(self.now, home), place=HOME)

    def _first_place(self) -> int:
        return self.shift.first_place if self.shift.past else self.shift.start_place

    def _leg(self, ticket: int) -> int:
        goal = self.case.tickets[ticket].place
        return int(self.case.travel.seconds[self.shift.kind, self.here, goal])
