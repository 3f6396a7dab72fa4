"""Unassigned: every ticket stands in the plan exactly once, served or left out at a price."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.left_out import goes_to_contractor, left_out_price
from dispatch_engine.rules.rule import NOTHING, Price, Rule, Violation
from dispatch_engine.rules.shapes import POINTS, UNITS, Shapes
from dispatch_engine.rules.visits import PlanTimes


class UnassignedTickets(Rule):
    """Mandatory tickets count first in every mode; then the mode's price of leaving a ticket out.

    ``sla_first``: weight × unassigned_factor points, or weight × 1 where the deadline lies after the horizon;
    ``unassigned_price`` replaces the product. ``cost``: ``unassigned`` cents, or the ticket's own price.
    ``working_time``: one point a ticket, whatever its price.
    """

    name = "unassigned"
    codes = ("duplicate_ticket", "assigned_and_unassigned", "ticket_missing")
    keeps_the_past = True

    def lower(self, case: Case, shapes: Shapes) -> None:
        """Fill the mandatory flags and the prices of leaving out."""
        for index, ticket in enumerate(case.problem.tickets):
            shapes.mandatory[index] = ticket.mandatory
            if case.mode == "working_time":
                shapes.unassigned_points[index] = POINTS
            elif case.mode == "cost":
                cents = case.prices["unassigned"]
                own = ticket.unassigned_price
                shapes.unassigned_cost[index] = round((cents if own is None else own) * UNITS)
            else:
                shapes.unassigned_points[index] = _milli_points(case, index)

    def violations(self, case: Case, plan: PlanTimes) -> Iterator[Violation]:
        """Tickets served twice, served and left out, listed twice, or in neither list."""
        served = Counter(visit.ticket for _, visit in plan.visits())
        left_out = Counter(plan.unassigned)
        for index, ticket in enumerate(case.problem.tickets):
            if served[index] > 1 or left_out[index] > 1:
                times = max(served[index], left_out[index])
                text = f"ticket {ticket.id} stands in the plan {times} times"
                yield Violation("duplicate_ticket", text, None, None, ticket.id, times - 1, "tickets")
            if served[index] and left_out[index]:
                text = f"ticket {ticket.id} is served and listed as unassigned"
                yield Violation("assigned_and_unassigned", text, None, None, ticket.id)
            if not served[index] and not left_out[index]:
                text = f"ticket {ticket.id} is neither in a route nor listed as unassigned"
                yield Violation("ticket_missing", text, None, None, ticket.id)

    def price(self, case: Case, plan: PlanTimes) -> Price:
        """The price of every ticket that nobody serves, no contractor either."""
        total = NOTHING
        for index in range(len(case.tickets)):
            if index not in plan.assigned and not goes_to_contractor(case, index):
                total += left_out_price(case, index)
        return total


def _milli_points(case: Case, index: int) -> int:
    own = case.problem.tickets[index].unassigned_price
    if own is None:
        after = case.unassigned_after_horizon(index)
        own = case.tickets[index].weight * (1 if after else case.problem.objective.unassigned_factor)
    return round(own * POINTS)
