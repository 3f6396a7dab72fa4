"""What follows from the times of a route: drives, waiting, deadlines, calls and overtime, in exact units."""

from __future__ import annotations

from dataclasses import dataclass

from dispatch_engine.model.clock import minutes_to_seconds
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.travel import leg_metres, leg_seconds
from dispatch_engine.rules.visits import Leg, Pause, PlanTimes, RouteTimes, Visit, lateness


@dataclass(frozen=True)
class VisitFacts:
    """One visit: seconds, metres and moments in seconds of the problem's clock; None where there is none.

    ``wait`` is start − arrival − breaks taken at the door; ``travel`` and ``metres`` belong to the drive to
    it.
    """

    visit: Visit
    travel: int
    metres: int | None
    wait: int
    due: int | None
    late: int
    confirm_call: int | None


@dataclass(frozen=True)
class RouteFacts:
    """One route: the facts of its visits and its sums, with the drive home."""

    visits: tuple[VisitFacts, ...]
    travel: int
    metres: int | None
    overtime: int


def route_facts(case: Case, route: RouteTimes) -> RouteFacts:
    """Everything that plans print about ``route`` beside its times."""
    legs = list(route.legs(case))
    metres = [leg_metres(case, route, leg) for leg in legs]
    return RouteFacts(
        visits=tuple(_visit_facts(case, route, leg, leg.visit) for leg in legs if leg.visit is not None),
        travel=sum(leg_seconds(case, route, leg) for leg in legs),
        metres=total_metres(metres),
        overtime=max(0, route.end - case.shifts[route.shift].end),
    )


def plan_facts(case: Case, plan: PlanTimes) -> tuple[RouteFacts, ...]:
    """The facts of all routes, in the order of the plan."""
    return tuple(route_facts(case, route) for route in plan.routes)


def total_metres(parts: list[int | None]) -> int | None:
    """The sum, or None as soon as one part is unknown."""
    return None if None in parts else sum(part for part in parts if part is not None)


def _visit_facts(case: Case, route: RouteTimes, leg: Leg, visit: Visit) -> VisitFacts:
    call = case.policy.confirm_call_minutes
    return VisitFacts(
        visit=visit,
        travel=leg_seconds(case, route, leg),
        metres=leg_metres(case, route, leg),
        wait=visit.start - visit.arrival - _rest_at_door(route, visit),
        due=case.tickets[visit.ticket].due,
        late=lateness(case, visit),
        confirm_call=None if call is None else visit.arrival - minutes_to_seconds(call),
    )


def _rest_at_door(route: RouteTimes, visit: Visit) -> int:
    """Seconds of the breaks taken between arriving at ``visit`` and starting it."""
    rest = 0
    for stop in reversed(route.stops[: route.stops.index(visit)]):
        if not isinstance(stop, Pause) or not stop.at_door:
            break
        rest += stop.end - stop.start
    return rest
