"""Surplus skill: a price for every level beyond the required one."""

from __future__ import annotations

from typing import Any

from worlds import charged, order, problem, technician, ticket

from dispatch_engine.model.problem import Problem
from dispatch_engine.solver.solve import solve


def world(price: float, **fields: Any) -> Problem:
    """An expert T0 and an apprentice T1, and a ticket that requires gas 1."""
    staff = [technician(skills={"gas": 3, "water": 9}), technician(skills={"gas": 1})]
    objective = {"mode": "sla_first", "prices": {"surplus_level": price}, **fields}
    return problem([ticket(required_skills={"gas": 1, "air": 0})], staff, objective=objective)


def test_each_level_beyond_costs():
    """Level 3 for 1: two levels at 5; water is not asked for, and level 1 is no more than needed."""
    assert charged(world(5), order("K0"), "surplus_skill") == (0, 10)
    assert charged(world(5), order("K0", technician="T1"), "surplus_skill") == (0, 0)
    assert charged(world(0), order("K0"), "surplus_skill") == (0, 0)


def test_mode_cost_knows_it_too():
    """Two levels at 700 cents."""
    assert charged(world(700, mode="cost"), order("K0"), "surplus_skill") == (0, 1400)


def test_the_expert_stays_free():
    """Both are 10 minutes away; the apprentice goes."""
    plan = solve(world(5), iterations=50)
    assert [route.technician for route in plan.routes] == ["T1"]
