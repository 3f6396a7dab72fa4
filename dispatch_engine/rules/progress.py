"""How far each shift is: the visits that are done or under way, the next stop, and where and when the rest begins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dispatch_engine.model.clock import minutes_to_seconds
from dispatch_engine.travel.times import UNREACHABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch_engine.model.clock import Clock
    from dispatch_engine.model.problem import Problem, Technician, Ticket
    from dispatch_engine.rules.case import BreakCase, ShiftCase, TicketCase
    from dispatch_engine.travel.times import TravelTimes


@dataclass(frozen=True)
class PastVisit:
    """A visit that has begun: what happened, in seconds; the end of one under way is the expected one."""

    ticket: int
    arrival: int
    start: int
    end: int


def with_progress(
    problem: Problem,
    clock: Clock,
    travel: TravelTimes,
    shifts: Sequence[ShiftCase],
    tickets: Sequence[TicketCase],
) -> tuple[ShiftCase, ...]:
    """The shifts, those that pins say have begun with their past, their next stop, and what is left of them."""
    progress = _Progress(problem, clock, travel, tickets)
    of_technician: dict[int, list[ShiftCase]] = {}
    for shift in shifts:
        of_technician.setdefault(shift.technician, []).append(shift)
    begun: dict[int, ShiftCase] = {}
    for mine in of_technician.values():
        for shift in progress.begun(sorted(mine, key=lambda shift: shift.start)):
            begun[shift.index] = shift
    return tuple(begun.get(shift.index, shift) for shift in shifts)


@dataclass(frozen=True)
class _Progress:
    problem: Problem
    clock: Clock
    travel: TravelTimes
    tickets: Sequence[TicketCase]

    def begun(self, shifts: list[ShiftCase]) -> list[ShiftCase]:
        """Of one technician's ``shifts``, in order of time, those that pins are about, as they stand now."""
        technician = self.problem.technicians[shifts[0].technician]
        past: dict[int, list[PastVisit]] = {}
        following: dict[int, int] = {}
        since = self._since(technician)
        for index, ticket in enumerate(self.problem.tickets):
            pin = ticket.pinned
            if pin is None or pin.technician != technician.id:
                continue
            if pin.status in ("on_site", "done"):
                visit = self._past_visit(index, ticket)
                started = [shift.index for shift in shifts if shift.start <= visit.start]
                past.setdefault(started[-1] if started else shifts[0].index, []).append(visit)
            elif pin.status == "en_route":
                open_ = [shift.index for shift in shifts if shift.latest_end > since]
                if open_:
                    following[open_[0]] = index
        return [
            self._as_it_stands(
                shift, technician, past.get(shift.index, []), following.get(shift.index), since
            )
            for shift in shifts
            if shift.index in past or shift.index in following
        ]

    def _since(self, technician: Technician) -> int:
        since = self.clock.now
        if technician.available_from is not None:
            since = max(since, self.clock.seconds(technician.available_from))
        return since

    def _past_visit(self, index: int, ticket: Ticket) -> PastVisit:
        """Times of a visit that is done, or under way: then it ends as expected, but not before now."""
        pin = ticket.pinned
        assert pin is not None
        assert pin.started_at is not None
        start = self.clock.seconds(pin.started_at)
        arrival = start if pin.arrival is None else self.clock.seconds(pin.arrival)
        if pin.finished_at is not None:
            end = self.clock.seconds(pin.finished_at)
        else:
            end = start + minutes_to_seconds(ticket.duration_minutes)
        if pin.status == "on_site":
            end = max(end, self.clock.now)
        return PastVisit(index, arrival, start, end)

    def _as_it_stands(
        self,
        shift: ShiftCase,
        technician: Technician,
        visits: list[PastVisit],
        next_stop: int | None,
        since: int,
    ) -> ShiftCase:
        past = tuple(sorted(visits, key=lambda visit: (visit.start, visit.end)))
        first_place, here, ready = shift.start_place, shift.start_place, shift.ready
        if past:
            first_place = self._home(technician, shift)
            here, ready = self._here(technician, shift, past[-1]), max(ready, past[-1].end, since)
        began = self._began(shift, first_place, past, ready)
        rest = replace(shift, past=past, ready=ready, began=began, start_place=here, first_place=first_place)
        if next_stop is not None:
            driving = self._towards(rest, next_stop)
            if driving is not None:
                return driving
        return self._between_visits(rest) if past else shift

    def _home(self, technician: Technician, shift: ShiftCase) -> int:
        """Where the shift began."""
        own = technician.shifts[shift.number].start_location
        return self.travel.place(technician.start if own is None else own)

    def _here(self, technician: Technician, shift: ShiftCase, last: PastVisit) -> int:
        """Where the rest begins: at the customer, unless the technician was seen elsewhere since."""
        status = self._status(last.ticket)
        if status == "done" and technician.current_location is not None and shift.is_here:
            return self.travel.place(technician.current_location)
        return self.tickets[last.ticket].place

    def _status(self, ticket: int) -> str:
        pin = self.problem.tickets[ticket].pinned
        assert pin is not None
        return pin.status

    def _began(self, shift: ShiftCase, first_place: int, past: tuple[PastVisit, ...], ready: int) -> int:
        """When the route began: the first arrival less its drive, or the moment from which it is planned."""
        if not past:
            return ready
        leg = self._leg(shift, first_place, self.tickets[past[0].ticket].place)
        return past[0].arrival - (leg if leg < UNREACHABLE else 0)

    def _leg(self, shift: ShiftCase, origin: int, goal: int) -> int:
        return int(self.travel.seconds[shift.kind, origin, goal])

    def _way_home(self, shift: ShiftCase, place: int) -> int:
        return 0 if shift.end_place is None else self._leg(shift, place, shift.end_place)

    def _towards(self, shift: ShiftCase, ticket: int) -> ShiftCase | None:
        """The shift on its way to ``ticket``; None where that visit cannot be made in time."""
        goal = self.tickets[ticket]
        leg = self._leg(shift, shift.start_place, goal.place)
        if leg >= UNREACHABLE:
            return None
        arrival = shift.ready + leg
        breaks = _still_to_take(shift.breaks, arrival)
        home = self._way_home(shift, goal.place)
        time = arrival
        for taken in range(len(breaks) + 1):
            start = goal.first_start(time)
            if start is not None:
                end = _end_of(start + goal.service, home, breaks[taken:])
                if end is not None and end <= shift.latest_end:
                    return replace(shift, next_stop=ticket, breaks=breaks)
            if taken == len(breaks) or time > breaks[taken].latest:
                break
            time = max(time, breaks[taken].earliest) + breaks[taken].seconds
        return None

    def _between_visits(self, shift: ShiftCase) -> ShiftCase:
        """The shift after its last visit; where there is no time left for anything, only the way home is left."""
        breaks = _still_to_take(shift.breaks, shift.ready)
        home = self._way_home(shift, shift.start_place)
        end = _end_of(shift.ready, home, breaks)
        if end is not None and end <= shift.latest_end:
            return replace(shift, breaks=breaks)
        over = replace(shift, ready=shift.past[-1].end, breaks=(), is_over=True)
        if home >= UNREACHABLE:
            return replace(over, end_place=None, latest_end=over.ready)
        return replace(over, latest_end=over.ready + home)


def _still_to_take(breaks: tuple[BreakCase, ...], time: int) -> tuple[BreakCase, ...]:
    """The breaks that can be taken from ``time`` on, one after the other; the others have lapsed."""
    left = []
    for pause in breaks:
        begin = max(time, pause.earliest)
        if begin <= pause.latest:
            left.append(pause)
            time = begin + pause.seconds
    return tuple(left)


def _end_of(time: int, home: int, breaks: tuple[BreakCase, ...]) -> int | None:
    """When a route ends that goes home at ``time`` with the breaks that this needs; None: a break comes too late."""
    for pause in breaks:
        if time + home <= pause.earliest:
            break
        if time > pause.latest:
            return None
        time = max(time, pause.earliest) + pause.seconds
    return None if home >= UNREACHABLE else time + home
