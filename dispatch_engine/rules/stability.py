"""Stability: what was promised is not begun too early, and changing it has a price."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.left_out import goes_to_contractor
from dispatch_engine.rules.pairs import technician_of_shift
from dispatch_engine.rules.rule import NOTHING, Price, Rule, Violation
from dispatch_engine.rules.shapes import NEVER, Shapes
from dispatch_engine.rules.visits import TOLERANCE, PlanTimes, Visit


class Stability(Rule):
    """Prices of ``objective.stability``: another technician, a visit dropped, an arrival later than promised.

    Each counts once a ticket, in cost minutes (see ``Case.minute_units``); ``working_time`` knows no prices. In every
    mode the visit does not begin earlier than ``promise_minutes`` before its promise.
    """

    name = "stability"
    codes = ("before_promise",)

    def lower(self, case: Case, shapes: Shapes) -> None:
        """Cut the windows at the promise, price other technicians, omission, and arrival after the promise."""
        of_shift = technician_of_shift(case)
        prices = case.problem.objective.stability
        is_priced = case.mode != "working_time"
        for ticket in case.tickets:
            promise = ticket.promise
            if promise is None:
                continue
            if is_priced:
                other = of_shift != promise.technician
                shapes.assign_price[other, ticket.index] += _units(case, prices.other_technician)
                shapes.unassigned_cost[ticket.index] += _units(case, prices.dropped)
            if promise.earliest is not None and promise.latest is not None:
                shapes.intersect_windows(ticket.index, ((promise.earliest, NEVER),))
                shapes.promise[ticket.index] = promise.latest
                price = prices.later_than_promised if is_priced else 0
                shapes.promise_cost[ticket.index] = _units(case, price)

    def violations(self, case: Case, plan: PlanTimes) -> Iterator[Violation]:
        """One violation per visit that begins too long before its promise."""
        for route, visit in plan.visits():
            promise = case.tickets[visit.ticket].promise
            if promise is None or promise.earliest is None:
                continue
            early = promise.earliest - visit.start
            if early > TOLERANCE:
                ticket, technician = case.problem.tickets[visit.ticket].id, case.technician_of(route.shift).id
                slack = case.problem.objective.stability.promise_minutes
                yield Violation(
                    "before_promise",
                    f"service of ticket {ticket} by {technician} starts {early} s earlier than {slack:g} minutes "
                    "before the arrival promised",
                    technician,
                    case.shifts[route.shift].number,
                    ticket,
                    early,
                    "seconds",
                )

    def price(self, case: Case, plan: PlanTimes) -> Price:
        """What all changes of promises cost."""
        if case.mode == "working_time":
            return NOTHING
        prices = case.problem.objective.stability
        others, dropped, late = count_changes(case, plan)
        return Price(
            cost=others * _units(case, prices.other_technician)
            + dropped * _units(case, prices.dropped)
            + late * late_promise_units(case)
        )


def count_changes(case: Case, plan: PlanTimes) -> tuple[int, int, int]:
    """Promised tickets that another technician or a contractor serves, nobody serves, or that are late for it."""
    served = {visit.ticket: (case.shifts[route.shift].technician, visit) for route, visit in plan.visits()}
    others = dropped = late = 0
    for ticket in case.tickets:
        if ticket.promise is None:
            continue
        if ticket.index not in served:
            given_away = goes_to_contractor(case, ticket.index)
            others, dropped = others + given_away, dropped + (not given_away)
            continue
        technician, visit = served[ticket.index]
        others += technician != ticket.promise.technician
        late += is_late_for_promise(case, visit)
    return others, dropped, late


def stability_minutes(case: Case, plan: PlanTimes) -> float:
    """The price of all changes of promises in cost minutes; 0 where the mode knows no prices."""
    if case.mode == "working_time":
        return 0.0
    prices = case.problem.objective.stability
    others, dropped, late = count_changes(case, plan)
    each = (prices.other_technician, prices.dropped, prices.later_than_promised)
    return round(others * each[0] + dropped * each[1] + late * each[2], 3)


def is_late_for_promise(case: Case, visit: Visit) -> bool:
    """Whether the customer was promised an earlier arrival than that of ``visit``, slack included."""
    promise = case.tickets[visit.ticket].promise
    return promise is not None and promise.latest is not None and visit.arrival > promise.latest


def late_promise_units(case: Case) -> int:
    """Integer units of one arrival later than promised."""
    if case.mode == "working_time":
        return 0
    return _units(case, case.problem.objective.stability.later_than_promised)


def _units(case: Case, minutes: float) -> int:
    return round(minutes * case.minute_units)
