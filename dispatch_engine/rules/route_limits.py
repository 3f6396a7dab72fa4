"""Route limits: a shift drives, travels and works no more than it may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from dispatch_engine.model.clock import minutes_to_seconds
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.rule import Rule, Violation
from dispatch_engine.rules.shapes import NEVER, Shapes
from dispatch_engine.rules.travel import leg_metres, leg_seconds
from dispatch_engine.rules.visits import TOLERANCE, PlanTimes, RouteTimes, Visit


class RouteLimits(Rule):
    """``max_driving_minutes``, ``max_distance_km`` with the way home; ``max_work_minutes``: driving and service.

    Waiting and breaks are no work here: how long a day may be says the shift. What has begun cannot be taken
    back: a shift under way may at least finish it and go home.
    """

    name = "route_limits"
    codes = ("too_much_driving", "too_far", "too_much_work")

    def lower(self, case: Case, shapes: Shapes) -> None:
        """Fill the three limits of every shift."""
        for shift in case.shifts:
            own = case.technician_of(shift.index).shifts[shift.number]
            if own.max_driving_minutes is not None:
                shapes.max_driving[shift.index] = minutes_to_seconds(own.max_driving_minutes)
            if own.max_distance_km is not None:
                shapes.max_metres[shift.index] = _metres(own.max_distance_km)
            if own.max_work_minutes is not None:
                shapes.max_work[shift.index] = minutes_to_seconds(own.max_work_minutes)

    def violations(self, case: Case, plan: PlanTimes) -> Iterator[Violation]:
        """One violation per route and limit, with what is too much."""
        for route in plan.routes:
            limits = _limits(case, route.shift)
            if limits == Usage():
                continue
            used, least = usage(case, route), usage(case, _begun(case, route.shift))
            for code, name, word, unit in _WORDS:
                limit = getattr(limits, name)
                if limit is None:
                    continue
                limit = max(limit, getattr(least, name))
                over = getattr(used, name) - limit
                if over > TOLERANCE:
                    technician, number = case.technician_of(route.shift).id, case.shifts[route.shift].number
                    text = f"{technician} {word} {limit + over} {unit} in shift {number}, at most {limit} are allowed"
                    yield Violation(code, text, technician, number, None, over, unit)


_WORDS = (
    ("too_much_driving", "driving", "drives", "seconds"),
    ("too_far", "metres", "drives", "metres"),
    ("too_much_work", "work", "works", "seconds"),
)


@dataclass(frozen=True)
class Usage:
    """Seconds of driving, metres, seconds of driving and service; None: not limited, or not known."""

    driving: int | None = None
    metres: int | None = None
    work: int | None = None


def usage(case: Case, route: RouteTimes) -> Usage:
    """What ``route`` uses of each limit; metres are 0 where they are not known."""
    legs = list(route.legs(case))
    driving = sum(leg_seconds(case, route, leg) for leg in legs)
    metres = sum(leg_metres(case, route, leg) or 0 for leg in legs)
    return Usage(driving, metres, driving + sum(visit.end - visit.start for visit in route.visits))


def _begun(case: Case, shift: int) -> RouteTimes:
    """The route of what has begun and the way home; its times after the past mean nothing."""
    state = case.shifts[shift]
    stops = [Visit(visit.ticket, visit.arrival, visit.start, visit.end) for visit in state.past]
    if state.next_stop is not None:
        service = case.tickets[state.next_stop].service
        stops.append(Visit(state.next_stop, state.ready, state.ready, state.ready + service))
    return RouteTimes(shift, state.began, state.ready, tuple(stops))


def _limits(case: Case, shift: int) -> Usage:
    own = case.technician_of(shift).shifts[case.shifts[shift].number]
    driving, metres, work = own.max_driving_minutes, own.max_distance_km, own.max_work_minutes
    return Usage(
        driving=None if driving is None else minutes_to_seconds(driving),
        metres=None if metres is None else _metres(metres),
        work=None if work is None else minutes_to_seconds(work),
    )


def _metres(kilometres: float) -> int:
    """Whole metres, rounded down; decimals are exact."""
    return min(int(Decimal(repr(float(kilometres))) * 1000), NEVER)
