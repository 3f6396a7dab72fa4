"""The best times for a given order of tickets in a shift, by plain enumeration of all break places.

It knows no engine and is slow on purpose: it is what engines are tested against, and what gives times to a
plan that states only an order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dispatch_engine.rules.case import Case, ShiftCase
from dispatch_engine.rules.deadline import late_price
from dispatch_engine.rules.stability import is_late_for_promise, late_promise_units
from dispatch_engine.rules.visits import Pause, RouteTimes, Stop, Visit, lateness, past_stops
from dispatch_engine.travel.times import UNREACHABLE


@dataclass(frozen=True)
class Obstacle:
    """Why an order cannot be driven: the rule that the furthest attempt ran into.

    Attributes
    ----------
    code : code of that rule, as in the checker's violations.
    ticket : position of the ticket at which it happened, None at the end of the route.
    message : a sentence about it.
    """

    code: str
    ticket: int | None
    message: str


@dataclass(frozen=True)
class _State:
    """A route under way. ``at_door``: arrived at ``order[served]`` and not yet begun."""

    time: int
    here: int
    served: int = 0
    at_door: bool = False
    arrival: int = 0
    stops: tuple[Stop, ...] = ()
    slots: tuple[int, ...] = ()
    """Where the breaks so far were taken: 2 i before leaving for ticket i, 2 i + 1 at its door."""

    @property
    def slot(self) -> int:
        return 2 * self.served + self.at_door


class _Search:
    """All schedules of one order that do everything as early as its break places allow."""

    def __init__(self, case: Case, shift: ShiftCase, order: Sequence[int]) -> None:
        self.case, self.shift = case, shift
        past = {visit.ticket for visit in shift.past}
        self.order = tuple(ticket for ticket in order if ticket not in past)
        self.progress = -1
        self.obstacle = Obstacle("shift_full", None, "the order is empty")

    def schedules(
        self, ready: int, slots: tuple[int, ...] | None = None, gaps: tuple[int, ...] | None = None
    ) -> Iterator[tuple[tuple[int, ...], RouteTimes]]:
        """Break slots and times of every feasible schedule that begins at ``ready`` or later.

        ``slots`` fixes the place of every break; ``gaps`` only the number of tickets served before each.
        """
        stack = [_State(ready, self.shift.start_place)]
        while stack:
            state = stack.pop()
            taken = len(state.slots)
            must = slots is not None and taken < len(slots) and slots[taken] == state.slot
            may = must if slots is not None else gaps is None or gaps[taken : taken + 1] == (state.served,)
            if not must:
                stack.extend(self._go_on(state))
            if may and taken < len(self.shift.breaks):
                stack.extend(self._take_break(state))
            if state.served == len(self.order) and not must:
                fixed = slots if slots is not None else gaps
                if fixed is None or len(fixed) == taken:
                    yield from self._finish(state, ready)

    def _go_on(self, state: _State) -> Iterator[_State]:
        """Drive to the next ticket, or serve it when already at its door."""
        if state.served == len(self.order):
            return
        ticket = self.case.tickets[self.order[state.served]]
        if self.shift.is_over:
            self._fail(state, "after_shift_end", "the shift is over")
            return
        if state.served == 0 and self.shift.next_stop not in (None, ticket.index):
            text = f"ticket {self._id(self.shift.next_stop)} is the technician's next stop"
            self._fail(state, "not_next_stop", text)
            return
        if not state.at_door:
            leg = self.leg(state.here, ticket.place)
            if leg >= UNREACHABLE:
                self._fail(state, "unreachable", f"there is no way to ticket {self._id(ticket.index)}")
                return
            arrival = state.time + leg
            yield replace(state, time=arrival, here=ticket.place, at_door=True, arrival=arrival)
            return
        start = ticket.first_start(state.time)
        if start is None:
            self._fail(
                state, "outside_window", f"ticket {self._id(ticket.index)} is reached after its last window"
            )
            return
        visit = Visit(ticket.index, state.arrival, start, start + ticket.service)
        yield replace(
            state, time=visit.end, served=state.served + 1, at_door=False, stops=(*state.stops, visit)
        )

    def _take_break(self, state: _State) -> Iterator[_State]:
        if self.shift.next_stop is not None and state.slot == 0:
            return  # the technician is on the road
        planned = self.shift.breaks[len(state.slots)]
        start = max(state.time, planned.earliest)
        if start <= planned.latest:
            pause = Pause(start, start + planned.seconds, state.at_door)
            yield replace(
                state, time=pause.end, stops=(*state.stops, pause), slots=(*state.slots, state.slot)
            )

    def _finish(self, state: _State, ready: int) -> Iterator[tuple[tuple[int, ...], RouteTimes]]:
        """Drive home; the breaks not taken must not have been needed."""
        home = 0 if self.shift.end_place is None else self.leg(state.here, self.shift.end_place)
        end = state.time + home
        if home >= UNREACHABLE:
            self._fail(state, "unreachable", "there is no way from the last stop to the end of the route")
        elif end > self.shift.latest_end:
            late = end - self.shift.latest_end
            text = f"the route ends {late} s after the shift's end with all allowed overtime"
            self._fail(state, "after_shift_end", text)
        elif any(end > planned.earliest for planned in self.shift.breaks[len(state.slots) :]):
            self._fail(state, "missing_break", "no place is left for a break that the route needs")
        elif self.shift.has_begun:
            stops = (*past_stops(self.shift), *state.stops)
            yield state.slots, RouteTimes(self.shift.index, self.shift.began, end, stops)
        elif state.stops:
            first = state.stops[0]
            start = first.start if isinstance(first, Pause) and not first.at_door else ready
            yield state.slots, RouteTimes(self.shift.index, start, end, state.stops)

    def leg(self, origin: int, goal: int) -> int:
        """Seconds from place to place, UNREACHABLE where there is no way."""
        return int(self.case.travel.seconds[self.shift.kind, origin, goal])

    def _id(self, ticket: int | None) -> str:
        assert ticket is not None
        return self.case.problem.tickets[ticket].id

    def _fail(self, state: _State, code: str, message: str) -> None:
        """Remember the failure that happened furthest along the order."""
        if state.slot > self.progress:
            ticket = self.order[state.served] if state.served < len(self.order) else None
            self.progress, self.obstacle = state.slot, Obstacle(code, ticket, message)


def best_times(
    case: Case, shift: int, order: Sequence[int], gaps: tuple[int, ...] | None = None
) -> RouteTimes | None:
    """The best feasible times for serving ``order`` in ``shift``, or None where there are none.

    Only times are judged: skills, parts and other rules without a clock are not asked.

    Parameters
    ----------
    shift : position in ``case.shifts``.
    order : positions of the tickets, at least one. In a shift that has begun the visits made come first by
        themselves, may be left out of the order, and may be all there is.
    gaps : for every break taken, how many tickets are served before it; None leaves the places open.

    Returns
    -------
    In ``working_time`` the shortest route, among these the one that returns first. In the other modes the least
    lateness and overtime, by points and then by cost, then the earliest end, then the latest start; within it
    everything happens as early as possible and only the departure as late as it changes nothing. The largest
    lateness of a plan is no matter of one route and not considered.
    """
    times = _times_or_obstacle(case, shift, order, gaps)
    return times if isinstance(times, RouteTimes) else None


def obstacle(
    case: Case, shift: int, order: Sequence[int], gaps: tuple[int, ...] | None = None
) -> Obstacle | None:
    """Why ``order`` has no feasible times in ``shift``; None where it has some."""
    times = _times_or_obstacle(case, shift, order, gaps)
    return times if isinstance(times, Obstacle) else None


def _times_or_obstacle(
    case: Case, shift: int, order: Sequence[int], gaps: tuple[int, ...] | None
) -> RouteTimes | Obstacle:
    search = _Search(case, case.shifts[shift], order)
    found = list(search.schedules(case.shifts[shift].ready, gaps=gaps))
    if not found:
        return search.obstacle
    if case.mode == "working_time" and not case.shifts[shift].has_begun:
        routes = [_shortest(search, slots, route) for slots, route in found]
        return min(
            (leave_late(case, route) for route in routes),
            key=lambda route: (route.end - route.start, route.end, _begins(route)),
        )
    routes = [leave_late(case, route) for _, route in found]
    if case.mode == "working_time":
        return min(routes, key=lambda route: (route.end, _begins(route)))
    return min(routes, key=lambda route: (*_worth(case, route), route.end, -route.start, _begins(route)))


def leave_late(case: Case, route: RouteTimes) -> RouteTimes:
    """The same route with the latest ``start`` that changes no lateness, no start of service and no break."""
    later = route.latest_start(case) - route.start
    if later == 0:
        return route
    first = route.visits[0]
    moved = replace(first, arrival=first.arrival + later)
    stops = tuple(moved if stop is first else stop for stop in route.stops)
    return replace(route, start=route.start + later, stops=stops)


def _worth(case: Case, route: RouteTimes) -> tuple[int, int]:
    """Points and cost of lateness, broken promises and overtime; the rest is the same for all times of an order."""
    late = [late_price(case, visit.ticket, s) for visit in route.visits if (s := lateness(case, visit))]
    over = max(0, route.end - case.shifts[route.shift].end)
    per_second = round(case.prices.get("overtime_minute", 0) * 1000)
    broken = sum(late_promise_units(case) for visit in route.visits if is_late_for_promise(case, visit))
    return sum(p.points for p in late), sum(p.cost for p in late) + over * per_second + broken


def _begins(route: RouteTimes) -> tuple[int, ...]:
    return tuple(stop.start for stop in route.stops)


def _shortest(search: _Search, slots: tuple[int, ...], route: RouteTimes) -> RouteTimes:
    """The shortest route with breaks in ``slots``, among these the one that returns first.

    Leaving one second later than the best such route makes it longer, later or impossible. If nobody waits, or
    only after some point, then up to there some moment is met to the second: the beginning or end of a window,
    the earliest or latest start of a break, or the last end of the shift. So the departures that meet such a
    moment when nobody waits before it are all that can be best.
    """
    best = route
    for depart in _tight_departures(search, slots):
        for _, other in search.schedules(max(depart, search.shift.ready), slots=slots):
            if (other.end - other.start, other.end) < (best.end - best.start, best.end):
                best = other
    return best


def _tight_departures(search: _Search, slots: tuple[int, ...]) -> set[int]:
    """Departures at which some limit or beginning is met exactly when nobody waits before it."""
    shift, here, passed = search.shift, search.shift.start_place, 0
    departures: set[int] = set()

    def take_breaks(slot: int) -> None:
        nonlocal passed
        for planned, taken_at in zip(shift.breaks, slots, strict=False):
            if taken_at == slot:
                departures.update((planned.earliest - passed, planned.latest - passed))
                passed += planned.seconds

    for served, index in enumerate(search.order):
        ticket = search.case.tickets[index]
        take_breaks(2 * served)
        passed += search.leg(here, ticket.place)
        take_breaks(2 * served + 1)
        departures |= {moment - passed for window in ticket.windows for moment in window}
        if ticket.not_before is not None:
            departures.add(ticket.not_before - passed)
        passed, here = passed + ticket.service, ticket.place
    take_breaks(2 * len(search.order))
    passed += 0 if shift.end_place is None else search.leg(here, shift.end_place)
    departures.add(shift.latest_end - passed)
    departures |= {planned.earliest - passed for planned in shift.breaks[len(slots) :]}
    return {depart for depart in departures if depart >= shift.ready}
