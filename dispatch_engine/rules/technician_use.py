"""Technicians used: in mode ``cost`` every technician with at least one ticket has a price."""

from __future__ import annotations

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.rule import Price, Rule
from dispatch_engine.rules.shapes import UNITS, Shapes
from dispatch_engine.rules.visits import PlanTimes


class TechnicianUse(Rule):
    """Counted per technician, not per shift: a second shift of the same technician is free."""

    name = "technician_use"

    def lower(self, case: Case, shapes: Shapes) -> None:
        """Set the price per technician."""
        shapes.technician_price = round(case.prices.get("technician_used", 0) * UNITS)

    def price(self, case: Case, plan: PlanTimes) -> Price:
        """The price ``technician_used`` for every technician who serves a ticket."""
        used = {case.shifts[route.shift].technician for route in plan.routes if route.visits}
        return Price(cost=len(used) * round(case.prices.get("technician_used", 0) * UNITS))
