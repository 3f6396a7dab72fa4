"""Engine, checker, exact model and brute force agree on random problems with all rules mixed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from strategies import problems

from dispatch_engine.check import check
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.register import lower_all
from dispatch_engine.solver.solve import solve

sys.path.append(str(Path(__file__).parent / "solver"))
from brute_force import best

MODES = ("sla_first", "cost", "working_time")


@pytest.mark.parametrize("mode", MODES)
def test_small_days_cost_what_trying_everything_says(mode: str) -> None:
    """The plan is never better than the true optimum, equals it where it claims to, and passes the check."""

    @given(problem=problems(max_technicians=3, max_tickets=4, mode=mode))
    @settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def agree(problem: Problem) -> None:
        plan = solve(problem, iterations=300, workers=1)
        verdict = check(problem, plan)
        assert verdict.ok, verdict.violations
        shapes = lower_all(Case.of(problem))
        if shapes.num_shifts and shapes.num_tickets:
            price = verdict.price
            assert (price.mandatory, price.points, price.cost) == best(shapes)

    agree()


@pytest.mark.parametrize("mode", MODES)
def test_larger_days_pass_the_check(mode: str) -> None:
    """On days too large to prove, every plan still passes the checker, with the engine's price to the unit."""

    @given(problem=problems(max_technicians=5, max_tickets=24, min_tickets=13, mode=mode, plain=True))
    @settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def agree(problem: Problem) -> None:
        assert check(problem, solve(problem, iterations=150, workers=1)).ok

    agree()


def test_the_plan_survives_its_own_json() -> None:
    """Written and read again, a plan is the same and still passes the check."""
    problem = Problem.from_file(Path(__file__).parents[1] / "scenarios" / "tiny-day.json")
    plan = solve(problem, iterations=50, workers=1)
    again = Plan.from_json(plan.to_json())
    assert again == plan
    assert check(problem, again).ok
