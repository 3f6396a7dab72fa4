"""Service: work lasts as long as the ticket says, after arriving, and one thing happens at a time."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.rule import Rule, Violation
from dispatch_engine.rules.shapes import Shapes
from dispatch_engine.rules.visits import TOLERANCE, PlanTimes, RouteTimes, Visit


class Service(Rule):
    """``duration_minutes`` as seconds, rounded up; nothing interrupts it."""

    name = "service"
    codes = ("wrong_service_time", "service_before_arrival", "overlap")

    def lower(self, case: Case, shapes: Shapes) -> None:
        """Fill places and seconds of work."""
        for ticket in case.tickets:
            shapes.place[ticket.index] = ticket.place
            shapes.service[ticket.index] = ticket.service

    def violations(self, case: Case, plan: PlanTimes) -> Iterator[Violation]:
        """Wrong lengths of service, service before arrival, and stops that overlap."""
        for route, visit in plan.visits():
            off = visit.end - visit.start - case.tickets[visit.ticket].service
            if abs(off) > TOLERANCE:
                text = f"lasts {abs(off)} s {'more' if off > 0 else 'less'} than its duration"
                yield _visit_violation(case, route, visit, "wrong_service_time", text, abs(off))
            early = visit.arrival - visit.start
            if early > TOLERANCE:
                text = f"starts {early} s before the technician arrives"
                yield _visit_violation(case, route, visit, "service_before_arrival", text, early)
        for route in plan.routes:
            yield from _overlaps(case, route)


def _visit_violation(
    case: Case, route: RouteTimes, visit: Visit, code: str, text: str, amount: int
) -> Violation:
    technician, ticket = case.technician_of(route.shift).id, case.problem.tickets[visit.ticket].id
    number = case.shifts[route.shift].number
    message = f"service of ticket {ticket} by {technician} {text}"
    return Violation(code, message, technician, number, ticket, amount, "seconds")


def _overlaps(case: Case, route: RouteTimes) -> Iterator[Violation]:
    technician, number = case.technician_of(route.shift).id, case.shifts[route.shift].number
    for before, after in zip(route.stops, route.stops[1:], strict=False):
        overlap = before.end - after.start
        if overlap > TOLERANCE:
            ids = [case.problem.tickets[s.ticket].id for s in (before, after) if isinstance(s, Visit)]
            names = " and ".join([f"ticket {i}" for i in ids] + ["a break"] * (2 - len(ids)))
            yield Violation(
                "overlap",
                f"{technician}: {names} overlap by {overlap} s",
                technician,
                number,
                ids[-1] if ids else None,
                overlap,
                "seconds",
            )
