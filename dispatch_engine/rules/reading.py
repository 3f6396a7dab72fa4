"""Reads a plan's JSON into times: ids become positions, dates seconds, a bare order gets its best times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from dispatch_engine.model.plan import BreakStop, DepotStop, Plan, Route, TicketStop
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.rule import Violation
from dispatch_engine.rules.timetable import best_times, obstacle
from dispatch_engine.rules.visits import TOLERANCE, Pause, PlanTimes, RouteTimes, Stop, Visit

CODES = (
    "unknown_technician",
    "unknown_shift",
    "unknown_ticket",
    "unknown_depot",
    "duplicate_route",
    "empty_route",
    "incomplete_times",
)
"""What may be wrong with a plan before any rule is asked.

An order without feasible times gives the code of the rule that it fails on.
"""


KnownStop = TicketStop | BreakStop


@dataclass
class PlanReading:
    """A plan as far as it could be read.

    Attributes
    ----------
    times : the routes that could be read. Tickets of the others count as unassigned.
    routes : for each route of ``times`` the route of the plan that states it.
    violations : what could not be read, and orders that cannot be driven.
    """

    times: PlanTimes
    routes: tuple[Route, ...]
    violations: tuple[Violation, ...]


@dataclass
class _Reader:
    case: Case
    violations: list[Violation] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)

    def read(self, plan: Plan) -> PlanReading:
        seen: set[int] = set()
        times: list[RouteTimes] = []
        routes: list[Route] = []
        for route in plan.routes:
            shift = self._shift(route)
            if shift is None:
                self.lost += [s for stop in route.stops if (s := self._ticket_of(stop)) is not None]
                continue
            if shift in seen:
                self._complain("duplicate_route", route, "shift has more than one route")
            seen.add(shift)
            found = self._route(route, shift)
            if found is not None:
                times.append(found)
                routes.append(route)
        served = PlanTimes(tuple(times)).assigned
        read = PlanTimes(tuple(times), self._unassigned(plan, served))
        return PlanReading(read, tuple(routes), tuple(self.violations))

    def _shift(self, route: Route) -> int | None:
        key = (route.technician, route.shift)
        if key in self.case.shift_index:
            return self.case.shift_index[key]
        if any(technician.id == route.technician for technician in self.case.problem.technicians):
            self._complain("unknown_shift", route, f"technician has no shift {route.shift}")
        else:
            self._complain("unknown_technician", route, "technician is not in the problem")
        return None

    def _route(self, route: Route, shift: int) -> RouteTimes | None:
        stops = self._known_stops(route)
        tickets = [self.case.ticket_index[stop.ticket] for stop in stops if isinstance(stop, TicketStop)]
        if not tickets:
            self._complain("empty_route", route, "route serves no ticket; only routes with one are listed")
            return None
        stated = [moment is not None for stop in stops for moment in _moments(stop)]
        if not any((*stated, route.start_at, route.end_at)):
            return self._from_order(route, shift, self._still_to_do(route, shift, stops, tickets), tickets)
        if not all(stated):
            self._complain("incomplete_times", route, "stops lack some times; give all of them or none")
            self.lost += tickets
            return None
        return self._from_times(route, shift, stops)

    def _known_stops(self, route: Route) -> list[KnownStop]:
        """The stops without depots (no problem has any) and without unknown tickets."""
        stops: list[KnownStop] = []
        for stop in route.stops:
            if isinstance(stop, DepotStop):
                self._complain("unknown_depot", route, "route visits a depot that is not in the problem")
            elif isinstance(stop, TicketStop) and stop.ticket not in self.case.ticket_index:
                text = "route serves a ticket that is not in the problem"
                self._complain("unknown_ticket", route, text, stop.ticket)
            else:
                stops.append(stop)
        return stops

    def _still_to_do(
        self, route: Route, shift: int, stops: list[KnownStop], tickets: list[int]
    ) -> list[KnownStop]:
        """The stops without the visits that have begun: in a bare order those come first, or are not listed."""
        past = [visit.ticket for visit in self.case.shifts[shift].past if visit.ticket in tickets]
        if tickets[: len(past)] != past:
            self._complain(
                "changed_past", route, "order must begin with the visits that have begun, in their order"
            )
        return [s for s in stops if isinstance(s, BreakStop) or self._ticket_of(s) not in past]

    def _from_order(
        self, route: Route, shift: int, stops: list[KnownStop], tickets: list[int]
    ) -> RouteTimes | None:
        gaps = tuple(
            sum(isinstance(before, TicketStop) for before in stops[:place])
            for place, stop in enumerate(stops)
            if isinstance(stop, BreakStop)
        )
        best = best_times(self.case, shift, tickets, gaps or None)
        if best is None:
            problem = obstacle(self.case, shift, tickets, gaps or None)
            assert problem is not None
            ticket = None if problem.ticket is None else self.case.problem.tickets[problem.ticket].id
            text = f"order has no feasible times: {problem.message}"
            self._complain(problem.code, route, text, ticket)
            self.lost += tickets
        return best

    def _from_times(self, route: Route, shift: int, stops: list[KnownStop]) -> RouteTimes:
        read: list[Stop] = []
        arrival = None
        for stop in reversed(stops):
            start, end = self._seconds(stop.start), self._seconds(stop.end)
            if isinstance(stop, TicketStop):
                arrival = self._seconds(stop.arrival)
                read.append(Visit(self.case.ticket_index[stop.ticket], arrival, start, end))
            else:
                read.append(Pause(start, end, arrival is not None and arrival <= start + TOLERANCE))
        times = RouteTimes(shift, 0, 0, tuple(reversed(read)))
        begin = self._begin(times) if route.start_at is None else self._seconds(route.start_at)
        end = self._end(times) if route.end_at is None else self._seconds(route.end_at)
        return RouteTimes(shift, begin, end, times.stops)

    def _begin(self, route: RouteTimes) -> int:
        """Without ``start_at``: a break at the start place, else the first arrival less its drive."""
        if self.case.shifts[route.shift].has_begun:
            return self.case.shifts[route.shift].began
        first = route.stops[0]
        if isinstance(first, Pause) and not first.at_door:
            return first.start
        shift, visit = self.case.shifts[route.shift], route.visits[0]
        place = self.case.tickets[visit.ticket].place
        return visit.arrival - int(self.case.travel.seconds[shift.kind, shift.start_place, place])

    def _end(self, route: RouteTimes) -> int:
        """Without ``end_at``: the end of the last stop and the drive home."""
        shift = self.case.shifts[route.shift]
        place, leave = self.case.tickets[route.visits[-1].ticket].place, route.stops[-1].end
        if route.visits[-1].ticket in self.case.past_tickets:
            place, leave = shift.start_place, max(leave, shift.ready)
        if shift.end_place is None:
            return leave
        return leave + int(self.case.travel.seconds[shift.kind, place, shift.end_place])

    def _unassigned(self, plan: Plan, served: frozenset[int]) -> tuple[int, ...]:
        """The tickets listed as unassigned; without any list all that are not served."""
        rest = [t.index for t in self.case.tickets if t.index not in served]
        if "unassigned" not in plan.model_fields_set:
            return tuple(rest)
        listed = []
        for entry in plan.unassigned:
            if entry.ticket in self.case.ticket_index:
                listed.append(self.case.ticket_index[entry.ticket])
            else:
                text = f"unassigned ticket {entry.ticket} is not in the problem"
                self.violations.append(Violation("unknown_ticket", text, ticket=entry.ticket))
        # What stands in a route that could not be read is already complained about.
        return (*listed, *(t for t in rest if t in self.lost and t not in listed))

    def _ticket_of(self, stop: object) -> int | None:
        return self.case.ticket_index.get(stop.ticket) if isinstance(stop, TicketStop) else None

    def _seconds(self, moment: datetime | None) -> int:
        assert moment is not None
        return self.case.clock.seconds(moment)

    def _complain(self, code: str, route: Route, text: str, ticket: str | None = None) -> None:
        named = "" if ticket is None else f" (ticket {ticket})"
        message = f"{route.technician}, shift {route.shift}: the {text}{named}"
        self.violations.append(Violation(code, message, route.technician, route.shift, ticket))


def read_plan(case: Case, plan: Plan) -> PlanReading:
    """The times of ``plan`` in seconds and positions of ``case``.

    A route that states no time at all gets the best times for its order; breaks listed in it keep their place
    between the tickets. ``start_at`` and ``end_at`` may be missing where all other times are stated. A plan
    without the field ``unassigned`` leaves out whatever it does not serve.
    """
    return _Reader(case).read(plan)


def _moments(stop: KnownStop) -> Iterator[datetime | None]:
    if isinstance(stop, TicketStop):
        yield stop.arrival
    yield stop.start
    yield stop.end
