"""Turns times back into the plan that people and programs read, with every field that follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from dispatch_engine.model.clock import seconds_to_minutes
from dispatch_engine.model.plan import BreakStop, Reason, Route, Stop, TicketStop, Unassigned
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.facts import RouteFacts, VisitFacts, route_facts
from dispatch_engine.rules.visits import Pause, PlanTimes, RouteTimes

if TYPE_CHECKING:
    from dispatch_engine.model.problem import Technician, Ticket


def filled_routes(case: Case, plan: PlanTimes) -> tuple[Route, ...]:
    """Every route of ``plan``, in its order, with all fields."""
    return tuple(_route(case, route, route_facts(case, route)) for route in plan.routes)


def filled_unassigned(
    case: Case, plan: PlanTimes, reasons: Mapping[int, Iterable[Reason]] | None = None
) -> tuple[Unassigned, ...]:
    """Every ticket that no route serves, in the problem's order, with the reasons given for its position."""
    given = reasons or {}
    return tuple(
        Unassigned(ticket=ticket.id, reasons=tuple(given.get(index, ())), **_labels(ticket))
        for index, ticket in enumerate(case.problem.tickets)
        if index not in plan.assigned
    )


def kilometres(metres: int | None) -> float | None:
    """Metres as kilometres with 3 decimals; None stays None."""
    return None if metres is None else round(metres / 1000, 3)


def _route(case: Case, route: RouteTimes, facts: RouteFacts) -> Route:
    technician = case.technician_of(route.shift)
    by_visit = {id(fact.visit): fact for fact in facts.visits}
    return Route(
        technician=technician.id,
        shift=case.shifts[route.shift].number,
        start_at=case.clock.datetime(route.start),
        end_at=case.clock.datetime(route.end),
        stops=tuple(
            _break(case, stop) if isinstance(stop, Pause) else _visit(case, by_visit[id(stop)])
            for stop in route.stops
        ),
        travel_minutes=seconds_to_minutes(facts.travel),
        distance_km=kilometres(facts.metres),
        overtime_minutes=seconds_to_minutes(facts.overtime),
        **_labels(technician),
    )


def _break(case: Case, pause: Pause) -> Stop:
    return BreakStop(start=case.clock.datetime(pause.start), end=case.clock.datetime(pause.end))


def _visit(case: Case, facts: VisitFacts) -> Stop:
    visit, clock, ticket = facts.visit, case.clock, case.problem.tickets[facts.visit.ticket]
    return TicketStop(
        ticket=ticket.id,
        arrival=clock.datetime(visit.arrival),
        start=clock.datetime(visit.start),
        end=clock.datetime(visit.end),
        wait_minutes=seconds_to_minutes(max(0, facts.wait)),
        travel_minutes=seconds_to_minutes(facts.travel),
        distance_km=kilometres(facts.metres),
        due_at=None if facts.due is None else clock.datetime(facts.due),
        late_minutes=seconds_to_minutes(facts.late),
        confirm_call_at=None if facts.confirm_call is None else clock.datetime(facts.confirm_call),
        **_labels(ticket),
    )


def _labels(thing: Technician | Ticket) -> dict[str, Any]:
    """Name, address and attributes, where the problem gives them."""
    return {
        key: getattr(thing, key)
        for key in ("name", "address", "attributes")
        if getattr(thing, key) is not None
    }
