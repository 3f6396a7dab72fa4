"""What it costs that no technician serves a ticket, in plain Python: left undone, or given to a contractor."""

from __future__ import annotations

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.rule import Price
from dispatch_engine.rules.shapes import POINTS, UNITS


def left_out_price(case: Case, index: int) -> Price:
    """What it costs to leave ticket number ``index`` undone, promises apart."""
    ticket, objective = case.problem.tickets[index], case.problem.objective
    mandatory = 1 if ticket.mandatory else 0
    own = ticket.unassigned_price
    if case.mode == "working_time":
        return Price(mandatory, points=POINTS)
    if case.mode == "cost":
        cents = own if own is not None else case.prices["unassigned"]
        return Price(mandatory, cost=round(cents * UNITS))
    if own is not None:
        return Price(mandatory, points=round(own * POINTS))
    due, horizon = case.tickets[index].due, max((shift.end for shift in case.shifts), default=None)
    expires = horizon is None or (due is not None and due <= horizon)
    factor = objective.unassigned_factor if expires else 1
    return Price(mandatory, points=round(case.tickets[index].weight * factor * POINTS))


def contractor_price(case: Case, index: int) -> Price | None:
    """What a contractor takes for ticket number ``index``, promises apart; None where none would do it."""
    price = case.problem.tickets[index].outsource_price
    return None if price is None else Price(cost=round(price * case.minute_units))


def goes_to_contractor(case: Case, index: int) -> bool:
    """Whether ticket number ``index``, if no technician serves it, is given away: where that costs less."""
    hired = contractor_price(case, index)
    if hired is None:
        return False
    undone = left_out_price(case, index)
    if case.tickets[index].promise is not None and case.mode != "working_time":
        stability = case.problem.objective.stability
        undone += Price(cost=round(stability.dropped * case.minute_units))
        hired += Price(cost=round(stability.other_technician * case.minute_units))
    return (hired.mandatory, hired.points, hired.cost) < (undone.mandatory, undone.points, undone.cost)
