"""Working time: in mode ``working_time`` every second between start and end of a route counts."""

from __future__ import annotations

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.rule import NOTHING, Price, Rule
from dispatch_engine.rules.shapes import Shapes
from dispatch_engine.rules.visits import PlanTimes


class WorkingTime(Rule):
    """From ``start_at`` to ``end_at``: driving, service, waiting and breaks; 1000 units a second."""

    name = "working_time"

    def lower(self, case: Case, shapes: Shapes) -> None:
        """Set the price per second of a route."""
        if case.mode == "working_time":
            shapes.duration_price = 1000

    def price(self, case: Case, plan: PlanTimes) -> Price:
        """The summed length of all routes."""
        if case.mode != "working_time":
            return NOTHING
        return Price(cost=1000 * sum(route.end - route.start for route in plan.routes))
