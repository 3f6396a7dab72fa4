"""Second visits: a likely part that is not on board may make the technician come again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.rule import NOTHING, Price, Rule
from dispatch_engine.rules.shapes import UNITS, Shapes
from dispatch_engine.rules.visits import PlanTimes, Visit


class SecondVisits(Rule):
    """Chance of a fix at the first visit: product of (1 − p) over the likely parts not on board.

    A likely part is on board if one unit is left after the required parts of all stops up to and including
    the visit. The price of one visit is ``round(second_visit * UNITS * (1 - chance))`` units, where
    ``chance`` is multiplied up from 1.0 in the order of the sorted part names: engines that do the same get
    the same integer.
    """

    name = "second_visits"

    def lower(self, case: Case, shapes: Shapes) -> None:
        """Set the price; ``Parts`` lists who may need what."""
        shapes.second_visit_price = round(case.prices.get("second_visit", 0) * UNITS)

    def price(self, case: Case, plan: PlanTimes) -> Price:
        """The price ``second_visit`` times the chance of one, rounded visit by visit."""
        price = round(case.prices.get("second_visit", 0) * UNITS)
        if not price:
            return NOTHING
        return Price(cost=sum(round(price * (1 - chance)) for _, chance in fix_chances(case, plan)))


def fix_chances(case: Case, plan: PlanTimes) -> Iterator[tuple[Visit, float]]:
    """Every visit of ``plan`` with the chance that it fixes the problem at once."""
    for route in plan.routes:
        left = Counter(case.technician_of(route.shift).van_stock)
        for visit in route.visits:
            ticket = case.problem.tickets[visit.ticket]
            left.subtract(ticket.required_parts)
            chance = 1.0
            for part, probability in sorted(ticket.likely_parts.items()):
                if left[part] < 1:
                    chance *= 1 - probability
            yield visit, chance
