"""Largest lateness: in mode ``cost`` the latest visit of the whole plan has a price of its own."""

from __future__ import annotations

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.rule import Price, Rule
from dispatch_engine.rules.shapes import UNITS, Shapes
from dispatch_engine.rules.visits import PlanTimes, lateness


class LargestLateness(Rule):
    """A term of the plan, not of a route: only the largest lateness of all visits is charged."""

    name = "largest_lateness"

    def lower(self, case: Case, shapes: Shapes) -> None:
        """Set the price per second."""
        shapes.largest_late_price = round(case.prices.get("largest_late_minute", 0) * UNITS / 60)

    def price(self, case: Case, plan: PlanTimes) -> Price:
        """The price ``largest_late_minute`` for the minutes of the latest visit."""
        largest = max((lateness(case, visit) for _, visit in plan.visits()), default=0)
        return Price(cost=largest * round(case.prices.get("largest_late_minute", 0) * 1000))
