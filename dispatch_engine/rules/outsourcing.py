"""Outsourcing: a ticket that no technician serves may go to a contractor at its own price."""

from __future__ import annotations

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.left_out import contractor_price, goes_to_contractor
from dispatch_engine.rules.rule import NOTHING, Price, Rule
from dispatch_engine.rules.shapes import Shapes
from dispatch_engine.rules.visits import PlanTimes


class Outsourcing(Rule):
    """``outsource_price`` cost minutes instead of the price of leaving the ticket undone, where that is less.

    Compared tier by tier: a contractor costs no SLA points and serves a mandatory ticket. Which of the two happens
    depends on the ticket alone, so a plan need not say it: both stand in ``unassigned``. To whom it was promised
    before, the contractor is another technician. Stands after ``Stability``.
    """

    name = "outsourcing"
    codes = ("outsourced",)

    def lower(self, case: Case, shapes: Shapes) -> None:
        """Replace the price of leaving out where the contractor takes less."""
        other = case.problem.objective.stability.other_technician if case.mode != "working_time" else 0
        for index, ticket in enumerate(case.problem.tickets):
            if ticket.outsource_price is None:
                continue
            units = round(ticket.outsource_price * case.minute_units)
            if case.tickets[index].promise is not None:
                units += round(other * case.minute_units)
            undone = (
                int(shapes.mandatory[index]),
                int(shapes.unassigned_points[index]),
                int(shapes.unassigned_cost[index]),
            )
            if (0, 0, units) < undone:
                shapes.mandatory[index] = False
                shapes.unassigned_points[index], shapes.unassigned_cost[index] = 0, units

    def price(self, case: Case, plan: PlanTimes) -> Price:
        """The contractors' prices."""
        total = NOTHING
        for index in range(len(case.tickets)):
            if index not in plan.assigned and goes_to_contractor(case, index):
                total += contractor_price(case, index) or NOTHING
        return total
