"""Arrival deadline of the SLA policy: soft, a step once late and a slope for every second."""

from __future__ import annotations

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.rule import NOTHING, Price, Rule
from dispatch_engine.rules.shapes import POINTS, UNITS, Shapes
from dispatch_engine.rules.visits import PlanTimes, lateness


class Deadline(Rule):
    """Late means after ``due`` by at least one second, measured at arrival or at the start of service.

    ``sla_first``: step of weight × late_factor points, slope of ``late_minute`` × weight a minute.
    ``cost``: step of ``breach`` cents, slope of ``late_minute`` cents a minute. ``working_time``: no price.
    """

    name = "deadline"

    def lower(self, case: Case, shapes: Shapes) -> None:
        """Fill due times, steps and slopes."""
        shapes.late_at_start = case.policy.late_measured_at == "start"
        for ticket in case.tickets:
            if ticket.due is None:
                continue
            shapes.due[ticket.index] = ticket.due
            if case.mode == "sla_first":
                factor = case.problem.objective.late_factor
                shapes.late_points[ticket.index] = round(ticket.weight * factor * POINTS)
                slope = case.prices["late_minute"] * ticket.weight
                shapes.late_slope[ticket.index] = round(slope * UNITS / 60)
            elif case.mode == "cost":
                shapes.late_cost[ticket.index] = round(case.prices["breach"] * UNITS)
                shapes.late_slope[ticket.index] = round(case.prices["late_minute"] * UNITS / 60)

    def price(self, case: Case, plan: PlanTimes) -> Price:
        """Step and slope of every late visit."""
        total = NOTHING
        for _, visit in plan.visits():
            late = lateness(case, visit)
            if late:
                total += late_price(case, visit.ticket, late)
        return total


def late_price(case: Case, ticket: int, late: int) -> Price:
    """What coming ``late`` > 0 seconds after the deadline of ``ticket`` costs."""
    prices, weight = case.prices, case.tickets[ticket].weight
    if case.mode == "sla_first":
        per_second = round(prices["late_minute"] * weight * 1000)
        points = round(weight * case.problem.objective.late_factor * POINTS)
        return Price(points=points, cost=per_second * late)
    if case.mode == "cost":
        per_second = round(prices["late_minute"] * 1000)
        return Price(cost=round(prices["breach"] * UNITS) + per_second * late)
    return NOTHING
