"""How far every technician is at some moment: what was reported, and what the plan says where nothing was.

Visits that should be over by now are taken as done, the one that should have begun as under way. A report moves what
comes after it: a technician drives on as soon as a visit or a break ends, so who ends early is early at the next door.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.visits import Pause, RouteTimes, Visit
from dispatch_engine.travel.times import UNREACHABLE

Status = Literal["done", "on_site", "en_route"]

HOME = -1
"""``Standing.place`` of a technician who is home, or on the way there."""


@dataclass(frozen=True)
class Report:
    """What was reported about a visit, in seconds; None: not reported. A visit that ended has begun."""

    technician: int
    arrival: int | None = None
    start: int | None = None
    end: int | None = None


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
    free_at : the technician is busy until then beyond what the visits say: on the road, or resting; None: not.
    place : the ticket at whose door, or HOME at whose place, the technician is at ``free_at``; None: at the last
        customer, or where the shift begins.
    breaks : how many breaks of the shift were taken, or are being taken.
    """

    shift: int
    visits: tuple[Known, ...] = ()
    free_at: int | None = None
    place: int | None = None
    breaks: int = 0

    def delayed(self, seconds: int, until: int, now: int) -> Standing:
        """The same technician so much later, and not free before ``until``."""
        last = self.visits[-1] if self.visits else None
        if last is not None and last.status == "on_site":
            later = replace(last, end=max(max(last.end, now) + seconds, until))
            return replace(self, visits=(*self.visits[:-1], later))
        return replace(self, free_at=max((self.free_at or now) + seconds, until))


@dataclass
class _Step:
    """One visit of a route with the breaks before leaving for it and at its door; no visit: the way home."""

    visit: Visit | None
    leave: int
    before: list[Pause] = field(default_factory=list)
    door: list[Pause] = field(default_factory=list)


def standing(case: Case, route: RouteTimes, now: int, reports: Mapping[int, Report]) -> Standing:
    """How far the technician of ``route`` is at ``now``.

    ``reports`` are those of the tickets that were reported with this technician, whether the route has them or not.
    """
    walk = _Walk(case, route, now, reports)
    for step in walk.steps():
        if not walk.takes(step):
            return walk.seen
    return walk.seen


class _Walk:
    """A walk along a route up to now."""

    def __init__(self, case: Case, route: RouteTimes, now: int, reports: Mapping[int, Report]) -> None:
        self.case, self.route, self.now, self.reports = case, route, now, reports
        self.shift = case.shifts[route.shift]
        self.time, self.here = route.start, self._first_place()
        self.seen = Standing(route.shift)

    # ------------------------------------------------------------ what comes

    def steps(self) -> Iterator[_Step]:
        """The visits in order of time with their breaks, and at the end the way home.

        A visit that was reported out of turn stands where its time puts it; one that nobody reported and that is
        overtaken by a report has not been made.
        """
        steps = [step for step in self._planned() if step.visit is None or not self._is_overtaken(step.visit)]
        planned = {visit.ticket for visit in self.route.visits}
        for ticket, report in sorted(self.reports.items(), key=lambda entry: self._start_of(*entry)):
            if ticket not in planned:
                start = self._start_of(ticket, report)
                later = [
                    i for i, step in enumerate(steps) if step.visit is None or self._begin(step.visit) > start
                ]
                visit = Visit(ticket, start, start, start + self.case.tickets[ticket].service)
                steps.insert(later[0] if later else len(steps), _Step(visit, start))
        yield from steps

    def _planned(self) -> Iterator[_Step]:
        leave = self.route.start
        before: list[Pause] = []
        door: list[Pause] = []
        for stop in self.route.stops:
            if isinstance(stop, Pause):
                (door if stop.at_door else before).append(stop)
                leave = leave if stop.at_door else stop.end
            else:
                yield _Step(stop, leave, before, door)
                leave, before, door = stop.end, [], []
        if self.route.stops:
            yield _Step(None, leave, before)

    def _is_overtaken(self, visit: Visit) -> bool:
        if visit.ticket in self.reports or visit.ticket in self.case.past_tickets:
            return False
        after = self.route.visits[self.route.visits.index(visit) + 1 :]
        reported = [
            self._start_of(v.ticket, self.reports[v.ticket]) for v in after if v.ticket in self.reports
        ]
        return bool(reported) and min(reported) < visit.end

    def _start_of(self, ticket: int, report: Report) -> int:
        if report.start is not None:
            return report.start
        return (self.now if report.end is None else report.end) - self.case.tickets[ticket].service

    def _begin(self, visit: Visit) -> int:
        report = self.reports.get(visit.ticket)
        return visit.start if report is None else self._start_of(visit.ticket, report)

    # ------------------------------------------------------------ what has happened

    def takes(self, step: _Step) -> bool:
        """Take a step: True where it is over by now."""
        reported = step.visit is not None and step.visit.ticket in self.reports
        for pause in step.before:
            if not self._rests(pause, reported=reported):
                return False
        if step.visit is None:
            return self._goes_home()
        known = self._known(step, step.visit)
        if known is None:
            return False
        self.seen = replace(self.seen, visits=(*self.seen.visits, known), free_at=None, place=None)
        if known.status == "en_route":
            free_at, rested = self._at_the_door(step, known)
            self.seen = replace(
                self.seen, free_at=free_at, place=known.ticket, breaks=self.seen.breaks + rested
            )
        else:
            self.seen = replace(self.seen, breaks=self.seen.breaks + len(step.door))
        self.time, self.here = known.end, self.case.tickets[known.ticket].place
        return known.status == "done"

    def _rests(self, pause: Pause, *, reported: bool) -> bool:
        """Take a break before leaving: True where it is over, or was skipped to be at a reported visit."""
        begin = max(pause.start, self.time)
        end = begin + pause.end - pause.start
        if reported:
            self.seen = replace(self.seen, breaks=self.seen.breaks + 1)
            return True
        if begin > self.now:
            return False
        self.seen, self.time = replace(self.seen, breaks=self.seen.breaks + 1), end
        if end > self.now:
            self.seen = replace(self.seen, free_at=end)
        return end <= self.now

    def _at_the_door(self, step: _Step, known: Known) -> tuple[int, int]:
        """When somebody on the road is at the door and free, and the breaks that have begun there."""
        time, rested = known.arrival, 0
        for pause in step.door:
            begin = max(time, pause.start)
            if begin > self.now:
                break
            time = begin + pause.end - pause.start
            rested += 1
        return max(time, self.now), rested

    def _known(self, step: _Step, visit: Visit) -> Known | None:
        """How far a visit is; None: the technician has not left for it."""
        report = self.reports.get(visit.ticket)
        if report is not None and (report.start is not None or report.end is not None):
            return self._reported(step, visit, report)
        if visit.ticket in self.case.past_tickets:
            return Known(visit.ticket, self._status(visit.end), visit.arrival, visit.start, visit.end)
        if self.time > self.now:
            return None
        arrival, start = self._expected(step, visit)
        end = start + self.case.tickets[visit.ticket].service
        if start > self.now:
            return Known(visit.ticket, "en_route", arrival, start, end)
        return Known(visit.ticket, self._status(end), arrival, start, end)

    def _reported(self, step: _Step, visit: Visit, report: Report) -> Known:
        """A visit with what was reported; what was not is as expected, as far as the report lets it."""
        arrival, start = self._expected(step, visit)
        if report.start is not None:
            start = report.start
        elif report.end is not None and start > report.end:
            start = max(min(arrival, report.end), report.end - self.case.tickets[visit.ticket].service)
        arrival = min(arrival, start) if report.arrival is None else report.arrival
        if report.end is not None:
            return Known(visit.ticket, "done", arrival, start, report.end)
        return Known(visit.ticket, "on_site", arrival, start, start + self.case.tickets[visit.ticket].service)

    def _expected(self, step: _Step, visit: Visit) -> tuple[int, int]:
        """When one is there and begins, leaving at ``self.time``."""
        arrival = self.time + self._drive(step, visit)
        time = arrival
        for pause in step.door:
            time = max(time, pause.start) + pause.end - pause.start
        start = self.case.tickets[visit.ticket].first_start(time)
        return arrival, time if start is None else start

    def _drive(self, step: _Step, visit: Visit) -> int:
        """Seconds of the drive: as planned, or by the table where the technician comes from elsewhere."""
        before = [v.ticket for v in self.route.visits if v.start < visit.start][-1:]
        came_from = [known.ticket for known in self.seen.visits[-1:]]
        if visit in self.route.visits and before == came_from:
            return visit.arrival - step.leave
        seconds = int(
            self.case.travel.seconds[self.shift.kind, self.here, self.case.tickets[visit.ticket].place]
        )
        return 0 if seconds >= UNREACHABLE else seconds

    def _status(self, end: int) -> Status:
        return "done" if end <= self.now else "on_site"

    def _goes_home(self) -> bool:
        """After the last visit: on the way home, or there; with ``end: anywhere`` still at the customer."""
        if self.shift.end_place is not None and self.time <= self.now:
            home = int(self.case.travel.seconds[self.shift.kind, self.here, self.shift.end_place])
            if home < UNREACHABLE:
                self.seen = replace(self.seen, free_at=max(self.now, self.time + home), place=HOME)
        return True

    def _first_place(self) -> int:
        return self.shift.first_place if self.shift.past else self.shift.start_place
