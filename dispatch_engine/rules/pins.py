"""Pins: a committed visit keeps its technician, the next stop comes next, and what has happened stays as it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from dispatch_engine.rules.case import Case, ShiftCase
from dispatch_engine.rules.pairs import technician_of_shift
from dispatch_engine.rules.rule import Rule, Violation
from dispatch_engine.rules.shapes import NEVER, Shapes
from dispatch_engine.rules.visits import TOLERANCE, PlanTimes, RouteTimes, Visit
from dispatch_engine.travel.times import UNREACHABLE

if TYPE_CHECKING:
    from dispatch_engine.model.problem import Pinned
    from dispatch_engine.rules.progress import PastVisit


class Pins(Rule):
    """``committed``: no other technician. ``en_route``: the next stop. ``on_site``, ``done``: facts.

    In the arrays a shift that has begun starts with its last visit so far, as a ticket that only this shift may
    serve, at exactly the time when it was begun; it lasts until the technician is free, and lies where the rest
    begins. All that the past costs is charged with that ticket. Stands after all rules that close or price pairs.
    """

    name = "pins"
    codes = ("infeasible_pin", "pinned_elsewhere", "not_next_stop", "pin_dropped", "changed_past")
    keeps_the_past = True

    def lower(self, case: Case, shapes: Shapes) -> None:
        """Close other technicians, and let begun shifts begin with what has begun."""
        positions = {technician.id: i for i, technician in enumerate(case.problem.technicians)}
        of_shift = technician_of_shift(case)
        for index, ticket in enumerate(case.problem.tickets):
            if ticket.pinned is not None:
                theirs = of_shift == positions[ticket.pinned.technician]
                lapsed = ticket.pinned.status == "en_route" and index not in case.next_stops
                shapes.forbid_shifts(~theirs | lapsed, index, "infeasible_pin")
        for begun in case.shifts:
            if begun.has_begun:
                _Begun(shapes, begun).lower()

    def violations(self, case: Case, plan: PlanTimes) -> Iterator[Violation]:
        """Pinned visits by others, in the wrong place, left out, or at other times than they happened."""
        found = {visit.ticket: (route, visit) for route, visit in plan.visits()}
        for index, ticket in enumerate(case.problem.tickets):
            if ticket.pinned is None:
                continue
            if index in found:
                yield from _wrong_visit(case, ticket.pinned, *found[index])
            elif index in case.past_tickets or index in case.next_stops:
                what = "is the next stop" if index in case.next_stops else f"is {ticket.pinned.status}"
                text = f"ticket {ticket.id} {what} of technician {ticket.pinned.technician} and must be in the plan"
                yield Violation("pin_dropped", text, ticket.pinned.technician, None, ticket.id)


def _wrong_visit(case: Case, pin: Pinned, route: RouteTimes, visit: Visit) -> Iterator[Violation]:
    ticket, shift = case.problem.tickets[visit.ticket].id, case.shifts[route.shift]
    technician = case.technician_of(route.shift).id
    where = (technician, shift.number, ticket)
    if technician != pin.technician:
        text = f"ticket {ticket} is pinned to technician {pin.technician}, {technician} serves it"
        yield Violation("pinned_elsewhere", text, *where)
    elif visit.ticket in case.past_tickets:
        yield from _changed_past(case, route, visit, where)
    elif pin.status == "en_route":
        first = route.visits[len(shift.past) : len(shift.past) + 1]
        if shift.next_stop != visit.ticket or first != (visit,):
            text = f"technician {technician} is on the way to ticket {ticket}, which is not the next stop"
            yield Violation("not_next_stop", text, *where)


def _changed_past(
    case: Case, route: RouteTimes, visit: Visit, where: tuple[str, int, str]
) -> Iterator[Violation]:
    past = {known.ticket: (place, known) for place, known in enumerate(case.shifts[route.shift].past)}
    if visit.ticket not in past:
        text = f"ticket {where[2]} began in another shift of technician {where[0]}"
        yield Violation("pinned_elsewhere", text, *where)
        return
    place, known = past[visit.ticket]
    if route.stops[place : place + 1] != (visit,):
        text = f"ticket {where[2]} was visit {place + 1} of technician {where[0]}, it does not stand there"
        yield Violation("changed_past", text, *where)
    off = max(abs(visit.arrival - known.arrival), abs(visit.start - known.start), abs(visit.end - known.end))
    if off > TOLERANCE:
        text = f"the times of ticket {where[2]} by {where[0]} are {off} s off what happened, or is expected"
        yield Violation("changed_past", text, *where, off, "seconds")


class _Begun:
    """Lowers one shift that has begun."""

    def __init__(self, shapes: Shapes, shift: ShiftCase) -> None:
        self.shapes, self.shift = shapes, shift
        self.here, self.free = shift.start_place, shift.ready
        self.driven = (0, 0)

    def lower(self) -> None:
        """Rewrite the beginning of the shift, the tickets that are fixed, and what is left of its limits."""
        shapes, shift, s = self.shapes, self.shift, self.shift.index
        tickets = [visit.ticket for visit in shift.past]
        if shift.is_over:
            shapes.forbid_where(
                np.arange(shapes.num_shifts)[:, None] == np.full(shapes.num_tickets, s), "shift_full"
            )
        cost = self._history() if shift.past else 0
        if shift.next_stop is not None:
            cost += self._drive_on(int(shapes.place[shift.next_stop]))
        begin = shift.past[-1].start if shift.past else self.free
        cost += shapes.duration_price * (begin - shift.began)
        if shift.past:
            self._stand_here(shift.past)
        shapes.ready[s] = shapes.last_start[s] = begin
        shapes.start_place[s] = self.here
        fixed = (*tickets[-1:], *([] if shift.next_stop is None else [shift.next_stop]))
        shapes.fixed[s] = fixed
        shapes.assign_price[s, fixed[0]] += cost
        left = shapes.capacity[s] - shapes.use[tickets[:-1]].sum(axis=0)
        shapes.capacity[s] = np.maximum(left, shapes.use[list(fixed)].sum(axis=0))
        self._limit(tickets, fixed)
        self._settle(tickets, fixed)

    def _limit(self, past: list[int], fixed: tuple[int, ...]) -> None:
        """Leave of the shift's limits what is not used up, but enough to finish what has begun."""
        shapes, shift, s = self.shapes, self.shift, self.shift.index
        home = 0 if shapes.end_place[s] < 0 else int(shapes.end_place[s])
        back = (0, 0) if shapes.end_place[s] < 0 else self._leg(self.here, home)
        there = sum(int(shapes.service[ticket]) for ticket in fixed[bool(past) :])
        service = there + sum(visit.end - visit.start for visit in shift.past)
        limits = (shapes.max_driving, shapes.max_metres, shapes.max_work)
        used = (self.driven[0], self.driven[1], self.driven[0] + service)
        inside = (0, 0, sum(int(shapes.service[ticket]) for ticket in fixed))
        for limit, spent, seen, way in zip(limits, used, inside, (*back, back[0]), strict=True):
            if limit[s] < NEVER:
                limit[s] = max(int(limit[s]), spent + way) - spent + seen

    def _history(self) -> int:
        """Units of everything that the past costs, but for lateness and the price of the last pair."""
        shapes, shift, s = self.shapes, self.shift, self.shift.index
        cost, here, left = 0, shift.first_place, shapes.capacity[s].copy()
        for visit in shift.past:
            cost += self._leg_units(here, int(shapes.place[visit.ticket]))
            here = int(shapes.place[visit.ticket])
            late = self._lateness(visit)
            if late:
                cost += int(shapes.late_cost[visit.ticket]) + late * int(shapes.late_slope[visit.ticket])
        for visit in shift.past:
            cost += 0 if visit is shift.past[-1] else int(shapes.assign_price[s, visit.ticket])
            left -= shapes.use[visit.ticket]
            chance = 1.0
            for likely in shapes.likely:
                if likely.ticket == visit.ticket and left[likely.resource] < 1:
                    chance *= 1.0 - likely.probability
            cost += round(shapes.second_visit_price * (1.0 - chance))
        past = {visit.ticket for visit in shift.past}
        shapes.likely = [likely for likely in shapes.likely if likely.ticket not in past]
        return cost

    def _lateness(self, visit: PastVisit) -> int:
        moment = visit.start if self.shapes.late_at_start else visit.arrival
        return max(0, moment - int(self.shapes.due[visit.ticket]))

    def _drive_on(self, place: int) -> int:
        """Move on to the next stop's door; units of the drive."""
        units = self._leg_units(self.here, place)
        self.free += int(self.shapes.travel[self.shift.kind, self.here, place])
        self.here = place
        return units

    def _leg_units(self, origin: int, goal: int) -> int:
        """Units of a drive of the past, which is noted as well."""
        seconds, metres = self._leg(origin, goal)
        self.driven = self.driven[0] + seconds, self.driven[1] + metres
        return seconds * self.shapes.travel_price + metres * self.shapes.metre_price

    def _leg(self, origin: int, goal: int) -> tuple[int, int]:
        """Seconds and metres of a drive; what has no way, or no length known, is 0."""
        shapes, kind = self.shapes, self.shift.kind
        if shapes.travel[kind, origin, goal] >= UNREACHABLE:
            return 0, 0
        metres = 0 if shapes.metres is None else int(shapes.metres[kind, origin, goal])
        return int(shapes.travel[kind, origin, goal]), metres

    def _stand_here(self, past: tuple[PastVisit, ...]) -> None:
        """Turn the last visit into one that ends when the technician is free, and is late for all of them."""
        shapes, last = self.shapes, past[-1]
        largest = max(self._lateness(visit) for visit in past)
        points = sum(int(shapes.late_points[visit.ticket]) for visit in past if self._lateness(visit))
        ticket = last.ticket
        shapes.due[ticket] = last.start - largest if largest else NEVER
        shapes.late_points[ticket] = points
        shapes.late_cost[ticket] = shapes.late_slope[ticket] = 0
        shapes.windows[ticket] = ((last.start, last.start),)
        shapes.service[ticket] = self.free - last.start
        shapes.place[ticket] = self.here

    def _settle(self, past: list[int], fixed: tuple[int, ...]) -> None:
        """Open the fixed tickets for this shift alone; earlier ones for none, at no price."""
        shapes = self.shapes
        everybody = np.ones(shapes.num_shifts, np.bool_)
        for ticket in {*past, *fixed}:
            shapes.forbid_shifts(everybody, ticket, "infeasible_pin")
            if ticket in fixed:
                shapes.closed_by[self.shift.index, ticket] = 0
            shapes.mandatory[ticket] = False
            shapes.unassigned_points[ticket] = shapes.unassigned_cost[ticket] = 0
