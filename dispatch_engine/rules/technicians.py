"""Named technicians: required and excluded ones are hard, preferred ones have a price."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.pairs import technician_of_shift
from dispatch_engine.rules.rule import NOTHING, Price, Rule, Violation
from dispatch_engine.rules.shapes import UNITS, Shapes
from dispatch_engine.rules.visits import PlanTimes


class Technicians(Rule):
    """``required_technicians``: one of them. ``preferred_technicians``: others cost ``not_preferred``."""

    name = "technicians"
    codes = ("excluded",)
    asks_who = True

    def lower(self, case: Case, shapes: Shapes) -> None:
        """Close pairs with other or excluded technicians and price the not preferred ones."""
        ids = [technician.id for technician in case.problem.technicians]
        of_shift = technician_of_shift(case)
        price = round(case.prices.get("not_preferred", 0) * UNITS)
        for index, ticket in enumerate(case.problem.tickets):
            required, excluded = set(ticket.required_technicians), set(ticket.excluded_technicians)
            if required or excluded:
                closed = [i in excluded or bool(required and i not in required) for i in ids]
                self._close(shapes, index, np.array(closed, dtype=np.bool_)[of_shift])
            if ticket.preferred_technicians and price:
                others = [i not in ticket.preferred_technicians for i in ids]
                shapes.assign_price[np.array(others, dtype=np.bool_)[of_shift], index] += price

    @staticmethod
    def _close(shapes: Shapes, ticket: int, closed: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> None:
        for shift in np.flatnonzero(closed):
            shapes.forbid(int(shift), ticket, "excluded")

    def violations(self, case: Case, plan: PlanTimes) -> Iterator[Violation]:
        """One violation per visit by an excluded technician or by one not among the required ones."""
        for route, visit in plan.visits():
            technician, ticket = case.technician_of(route.shift).id, case.problem.tickets[visit.ticket]
            where = (technician, case.shifts[route.shift].number, ticket.id)
            if technician in ticket.excluded_technicians:
                yield Violation("excluded", f"ticket {ticket.id} excludes technician {technician}", *where)
            elif ticket.required_technicians and technician not in ticket.required_technicians:
                names = ", ".join(ticket.required_technicians)
                yield Violation(
                    "excluded", f"ticket {ticket.id} is for {names}, not for {technician}", *where
                )

    def price(self, case: Case, plan: PlanTimes) -> Price:
        """The price ``not_preferred`` for each visit by another than the preferred technicians."""
        return (
            Price(cost=count_not_preferred(case, plan) * round(case.prices["not_preferred"] * UNITS))
            if ("not_preferred" in case.prices)
            else NOTHING
        )


def count_not_preferred(case: Case, plan: PlanTimes) -> int:
    """Visits by a technician who is not preferred, of tickets that prefer some."""
    return sum(
        1
        for route, visit in plan.visits()
        if (preferred := case.problem.tickets[visit.ticket].preferred_technicians)
        and case.technician_of(route.shift).id not in preferred
    )
