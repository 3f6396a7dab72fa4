"""Surplus skill: every level that a technician has beyond what the ticket requires may have a price."""

from __future__ import annotations

import numpy as np

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.pairs import technician_of_shift
from dispatch_engine.rules.rule import NOTHING, Price, Rule
from dispatch_engine.rules.shapes import UNITS, Shapes
from dispatch_engine.rules.visits import PlanTimes


class SurplusSkill(Rule):
    """Keeps rare experts free: ``surplus_level`` for each level above the required one, skill by skill.

    Only skills that the ticket requires count; its price is 0 unless it is set.
    """

    name = "surplus_skill"

    def lower(self, case: Case, shapes: Shapes) -> None:
        """Price the pairs."""
        price = round(case.prices.get("surplus_level", 0) * UNITS)
        if not price or not case.shifts:
            return
        technicians, of_shift = case.problem.technicians, technician_of_shift(case)
        for index, ticket in enumerate(case.problem.tickets):
            for skill, needed in ticket.required_skills.items():
                level = np.array([t.skills.get(skill, 0) for t in technicians], np.int64)
                shapes.assign_price[:, index] += price * np.maximum(level - needed, 0)[of_shift]

    def price(self, case: Case, plan: PlanTimes) -> Price:
        """The price of all surplus levels of all visits."""
        price = round(case.prices.get("surplus_level", 0) * UNITS)
        if not price:
            return NOTHING
        levels = 0
        for route, visit in plan.visits():
            skills = case.technician_of(route.shift).skills
            for skill, needed in case.problem.tickets[visit.ticket].required_skills.items():
                levels += max(0, skills.get(skill, 0) - needed)
        return Price(cost=price * levels)
