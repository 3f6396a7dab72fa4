"""Time windows: service starts inside one of the ticket's windows, ends included."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.rule import Rule, Violation
from dispatch_engine.rules.shapes import Shapes
from dispatch_engine.rules.visits import TOLERANCE, PlanTimes


class Windows(Rule):
    """A window bounds the start of service, not arrival and not the end of the work."""

    name = "windows"
    codes = ("outside_window",)

    def lower(self, case: Case, shapes: Shapes) -> None:
        """Allow each ticket's start only in its windows."""
        for ticket in case.tickets:
            if ticket.windows:
                shapes.intersect_windows(ticket.index, ticket.windows)

    def violations(self, case: Case, plan: PlanTimes) -> Iterator[Violation]:
        """One violation per start outside all windows, with the seconds to the nearest one."""
        for route, visit in plan.visits():
            windows = case.tickets[visit.ticket].windows
            if not windows:
                continue
            outside = min(max(opens - visit.start, visit.start - closes, 0) for opens, closes in windows)
            if outside > TOLERANCE:
                ticket, technician = case.problem.tickets[visit.ticket].id, case.technician_of(route.shift).id
                yield Violation(
                    "outside_window",
                    f"service of ticket {ticket} by {technician} starts {outside} s outside its windows",
                    technician,
                    case.shifts[route.shift].number,
                    ticket,
                    outside,
                    "seconds",
                )
