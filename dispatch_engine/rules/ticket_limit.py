"""Ticket limit: a shift serves at most ``max_tickets`` tickets."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.rule import Rule, Violation
from dispatch_engine.rules.shapes import Shapes
from dispatch_engine.rules.visits import PlanTimes


class TicketLimit(Rule):
    """``max_tickets: null`` sets no limit; 0 closes the shift."""

    name = "ticket_limit"
    codes = ("too_many_tickets", "shift_full")

    def lower(self, case: Case, shapes: Shapes) -> None:
        """Add one additive limit where some shift has one."""
        limits = [_limit(case, shift) for shift in range(len(case.shifts))]
        if all(limit is None for limit in limits):
            return
        tickets = len(case.tickets)
        capacity = np.array([tickets if limit is None else limit for limit in limits], dtype=np.int64)
        shapes.add_resource("tickets", np.ones(tickets, np.int64), capacity, "shift_full")
        for shift in np.flatnonzero(capacity == 0):
            for ticket in range(tickets):
                shapes.forbid(int(shift), ticket, "shift_full")

    def violations(self, case: Case, plan: PlanTimes) -> Iterator[Violation]:
        """One violation per route, with the tickets too many."""
        for route in plan.routes:
            limit, count = _limit(case, route.shift), len(route.visits)
            if limit is not None:
                # What has begun cannot be taken back.
                shift = case.shifts[route.shift]
                limit = max(limit, len(shift.past) + (shift.next_stop is not None))
            if limit is not None and count > limit:
                technician = case.technician_of(route.shift).id
                number = case.shifts[route.shift].number
                yield Violation(
                    "too_many_tickets",
                    f"{technician} serves {count} tickets in shift {number}, at most {limit} are allowed",
                    technician,
                    number,
                    None,
                    count - limit,
                    "tickets",
                )


def _limit(case: Case, shift: int) -> int | None:
    return case.technician_of(shift).shifts[case.shifts[shift].number].max_tickets
