"""What happens to each ticket between two plans, and whom that concerns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dispatch_engine.model.clock import minutes_to_seconds, seconds_to_minutes
from dispatch_engine.model.comparison import Call, CallCode, ChangeCode, Move, Placement
from dispatch_engine.model.wording import Language, say
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.visits import PlanTimes, Visit, lateness

NOTICEABLE = 60
"""Seconds by which an arrival must move to count as another time."""


@dataclass(frozen=True)
class Place:
    """Where a plan puts a ticket: shift, position in the route, and the visit."""

    shift: int
    position: int
    visit: Visit


def places(plan: PlanTimes) -> dict[int, Place]:
    """Where ``plan`` puts each ticket that it serves, by position of the ticket in the case."""
    return {
        visit.ticket: Place(route.shift, position, visit)
        for route in plan.routes
        for position, visit in enumerate(route.visits)
    }


def placement(case: Case, place: Place | None) -> Placement | None:
    """``place`` in the words of the public JSON."""
    if place is None:
        return None
    visit, moment = place.visit, case.clock.datetime
    return Placement(
        technician=case.technician_of(place.shift).id,
        shift=case.shifts[place.shift].number,
        position=place.position,
        arrival=moment(visit.arrival),
        start=moment(visit.start),
        end=moment(visit.end),
        late_minutes=seconds_to_minutes(lateness(case, visit)),
    )


def moves_between(case: Case, before: PlanTimes, after: PlanTimes) -> Iterator[Move]:
    """Every ticket that the plans treat differently, in the problem's order."""
    old, new = places(before), places(after)
    for index, ticket in enumerate(case.problem.tickets):
        was, now = old.get(index), new.get(index)
        changes = tuple(_changes(case, was, now))
        if changes:
            yield Move(
                ticket=ticket.id,
                changes=changes,
                before=placement(case, was),
                after=placement(case, now),
                arrival_change_minutes=None
                if was is None or now is None
                else seconds_to_minutes(now.visit.arrival - was.visit.arrival),
            )


def _changes(case: Case, was: Place | None, now: Place | None) -> Iterator[ChangeCode]:
    if was is None or now is None:
        if was is not now:
            yield "unassigned" if now is None else "assigned"
        return
    if case.shifts[was.shift].technician != case.shifts[now.shift].technician:
        yield "other_technician"
    elif was.shift != now.shift:
        yield "other_shift"
    moved = now.visit.arrival - was.visit.arrival
    if abs(moved) >= NOTICEABLE:
        yield "later" if moved > 0 else "earlier"
    late_before, late_now = lateness(case, was.visit) > 0, lateness(case, now.visit) > 0
    if late_before != late_now:
        yield "now_late" if late_now else "now_on_time"


# ---------------------------------------------------------------- whom to call


def calls_for(case: Case, before: PlanTimes, after: PlanTimes, language: Language) -> list[Call]:
    """Customers whose visit comes, goes or moves by more than the promise allows, and technicians with
    another route; the most urgent call first."""
    calls = [*_customers(case, before, after, language), *_technicians(case, before, after, language)]
    return sorted(calls, key=lambda call: (call.call_by is None, call.call_by, call.who, call.ticket or ""))


def _customers(case: Case, before: PlanTimes, after: PlanTimes, language: Language) -> Iterator[Call]:
    old, new = places(before), places(after)
    for index, ticket in enumerate(case.problem.tickets):
        was, now = old.get(index), new.get(index)
        code = _reason_to_call(case, was, now)
        if code is None:
            continue
        known = [expected_at(case, place.visit) for place in (was, now) if place is not None]
        yield Call(
            who="customer",
            code=code,
            ticket=ticket.id,
            technician=None if now is None else case.technician_of(now.shift).id,
            call_by=case.clock.datetime(min(known)),
            message=say(
                language,
                f"call.{code}",
                ticket=ticket.id,
                technician="" if now is None else case.technician_of(now.shift).id,
                was=_time_of_day(case, was),
                arrival=_time_of_day(case, now),
            ),
        )


def _reason_to_call(case: Case, was: Place | None, now: Place | None) -> CallCode | None:
    if was is None or now is None:
        if was is now:
            return None
        return "visit_cancelled" if now is None else "new_visit"
    allowed = minutes_to_seconds(case.problem.objective.stability.promise_minutes)
    moved = expected_at(case, now.visit) - expected_at(case, was.visit)
    if moved > allowed:
        return "later_than_promised"
    return "earlier_than_promised" if moved < -allowed else None


def expected_at(case: Case, visit: Visit) -> int:
    """When the customer expects the technician: at the arrival, but not before the appointment or the opening
    of the window; whoever comes earlier waits at the door."""
    ticket = case.tickets[visit.ticket]
    opens = [window[0] for window in ticket.windows if window[0] <= visit.start]
    return max(visit.arrival, ticket.appointment or visit.arrival, *opens[-1:])


def _technicians(case: Case, before: PlanTimes, after: PlanTimes, language: Language) -> Iterator[Call]:
    old, new = _orders(before), _orders(after)
    starts = {route.shift: route.start for plan in (before, after) for route in plan.routes}
    for shift in sorted(old.keys() | new.keys()):
        if old.get(shift) != new.get(shift):
            name = case.technician_of(shift).id
            yield Call(
                who="technician",
                code="route_changed",
                technician=name,
                call_by=case.clock.datetime(max(starts[shift], case.clock.now)),
                message=say(language, "call.route_changed", technician=name),
            )


def _orders(plan: PlanTimes) -> Mapping[int, tuple[int, ...]]:
    return {route.shift: tuple(visit.ticket for visit in route.visits) for route in plan.routes}


def _time_of_day(case: Case, place: Place | None) -> str:
    return "" if place is None else f"{case.clock.datetime(expected_at(case, place.visit)):%m-%d %H:%M}"
