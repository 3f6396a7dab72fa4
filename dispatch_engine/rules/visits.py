"""A plan as the rules read it: integer seconds and positions in the case instead of dates and ids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from dispatch_engine.rules.case import Case, ShiftCase

TOLERANCE = 1
"""Seconds by which a stated time may differ from the recomputed one without being wrong."""


@dataclass(frozen=True)
class Visit:
    """One ticket served: arrival at the customer's door, start and end of service, in seconds."""

    ticket: int
    arrival: int
    start: int
    end: int


@dataclass(frozen=True)
class Pause:
    """One break taken. ``at_door``: after arriving at the next visit, else before leaving for it."""

    start: int
    end: int
    at_door: bool = False


Stop = Visit | Pause


@dataclass(frozen=True)
class Leg:
    """One drive between two travel places; ``visit`` is where it leads, None for the way home."""

    origin: int
    goal: int
    depart: int
    arrive: int
    visit: Visit | None


@dataclass(frozen=True)
class RouteTimes:
    """What one technician does in one shift.

    Attributes
    ----------
    shift : position in ``Case.shifts``.
    start : departure, or start of a break taken before it at the start place.
    end : arrival at the end place, or end of the last stop where the route ends anywhere.
    stops : visits and breaks in order of time; a break at the door stands before its visit.
    """

    shift: int
    start: int
    end: int
    stops: tuple[Stop, ...]

    @cached_property
    def visits(self) -> tuple[Visit, ...]:
        """The tickets served, in order."""
        return tuple(stop for stop in self.stops if isinstance(stop, Visit))

    @cached_property
    def pauses(self) -> tuple[Pause, ...]:
        """The breaks taken, in order."""
        return tuple(stop for stop in self.stops if isinstance(stop, Pause))

    def legs(self, case: Case) -> Iterator[Leg]:
        """The drives as stated: each begins when the last thing done at its origin ended."""
        shift = case.shifts[self.shift]
        is_past = bool(shift.past)
        here, leave = shift.first_place if is_past else shift.start_place, self.start
        for stop in (*self.stops, None):
            if is_past and not _has_begun(case, stop):
                is_past, here, leave = False, shift.start_place, shift.ready
            if isinstance(stop, Visit):
                goal = case.tickets[stop.ticket].place
                yield Leg(here, goal, leave, stop.arrival, stop)
                here, leave = goal, stop.end
            elif stop is not None and not stop.at_door:
                leave = stop.end
        if shift.end_place is not None and self.visits:
            yield Leg(here, shift.end_place, leave, self.end, None)

    def latest_start(self, case: Case) -> int:
        """The latest ``start`` that changes no arrival's lateness, no promise, no start of service and no break.

        Only the first drive can move: every later one begins when a service or a break ends. In a shift that has
        begun it is no plan any more.
        """
        if case.shifts[self.shift].has_begun:
            return case.shifts[self.shift].began
        first = self.stops[0] if self.stops else None
        if first is None or (isinstance(first, Pause) and not first.at_door):
            return self.start
        visit = self.visits[0]
        latest = first.start
        due = case.tickets[visit.ticket].due
        if due is not None and case.policy.late_measured_at == "arrival":
            latest = min(latest, due)
        promise = case.tickets[visit.ticket].promise
        if promise is not None and promise.latest is not None:
            latest = min(latest, promise.latest)
        # An arrival that is late already stays where it is: later would be later still.
        return self.start + max(0, latest - visit.arrival)


@dataclass(frozen=True)
class PlanTimes:
    """A whole plan: its routes, and the positions of the tickets that it lists as unassigned."""

    routes: tuple[RouteTimes, ...]
    unassigned: tuple[int, ...] = ()

    @cached_property
    def assigned(self) -> frozenset[int]:
        """Positions of the tickets that stand in some route."""
        return frozenset(visit.ticket for _, visit in self.visits())

    def visits(self) -> Iterator[tuple[RouteTimes, Visit]]:
        """Every visit of the plan with its route."""
        for route in self.routes:
            for visit in route.visits:
                yield route, visit


def shift_of(case: Case, route: RouteTimes) -> ShiftCase:
    """The shift that ``route`` is driven in."""
    return case.shifts[route.shift]


def _has_begun(case: Case, stop: Stop | None) -> bool:
    return isinstance(stop, Visit) and stop.ticket in case.past_tickets


def stops_ahead(case: Case, route: RouteTimes) -> tuple[Stop, ...]:
    """The stops after those that have begun."""
    begun = [place for place, stop in enumerate(route.stops) if _has_begun(case, stop)]
    return route.stops[begun[-1] + 1 :] if begun else route.stops


def past_stops(shift: ShiftCase) -> tuple[Visit, ...]:
    """What has happened in ``shift`` so far, as the first stops of its route."""
    return tuple(Visit(visit.ticket, visit.arrival, visit.start, visit.end) for visit in shift.past)


def lateness(case: Case, visit: Visit) -> int:
    """Seconds by which ``visit`` misses the ticket's deadline, 0 where it keeps it or there is none."""
    due = case.tickets[visit.ticket].due
    if due is None:
        return 0
    moment = visit.arrival if case.policy.late_measured_at == "arrival" else visit.start
    return max(0, moment - due)
