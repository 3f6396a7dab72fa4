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
from dispatch_engine.rules.shapes import POINTS
from dispatch_engine.solver import solve as solving
from dispatch_engine.solver.solve import solve

sys.path.append(str(Path(__file__).parent / "solver"))
from brute_force import best

MODES = ("sla_first", "cost", "working_time")


@pytest.mark.parametrize("mode", MODES)
def test_small_days_cost_what_trying_everything_says(mode: str) -> None:
    """The plan is never better than the true optimum, equals it where it claims to, and passes the check."""

    @given(problem=problems(max_technicians=3, max_tickets=4, mode=mode))
    @settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
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
def test_bounds_of_column_generation_hold(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the exact model: what is called optimal is, and no bound lies above the true optimum."""
    monkeypatch.setattr(solving, "EXACT_TICKETS", 0)
    proved = []

    @given(problem=problems(max_technicians=3, max_tickets=4, min_tickets=1, mode=mode))
    @settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def agree(problem: Problem) -> None:
        shapes = lower_all(Case.of(problem))
        if not shapes.num_shifts:
            return
        plan = solve(problem, time_limit=1.0, workers=1)
        price = check(problem, plan).price
        least = best(shapes)
        assert (price.mandatory, price.points, price.cost) >= least
        if plan.status == "optimal":
            proved.append(plan)
            assert (price.mandatory, price.points, price.cost) == least
        assert plan.bound is not None
        if plan.bound.sla_penalty is not None:
            assert plan.bound.sla_penalty * POINTS <= least[1] + 1e-6

    agree()
    assert proved


def test_alike_technicians_may_each_drive_a_route_of_the_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two technicians with one home and the same day are one group for the bound, but two for the proof.

    Four visits of 100 minutes, 240 minutes a shift: two for each. Every leg takes 10 minutes: 3 legs each, 60 in all.
    """
    monkeypatch.setattr(solving, "EXACT_TICKETS", 0)
    shift = {"start": "2026-11-23T08:00:00+08:00", "end": "2026-11-23T12:00:00+08:00"}
    legs = [[0 if i == j else 600 for j in range(5)] for i in range(5)]
    problem = Problem.from_dict(
        {
            "technicians": [{"id": t, "start": {"matrix_index": 0}, "shifts": [shift]} for t in ("A", "B")],
            "tickets": [
                {"id": f"K{i}", "location": {"matrix_index": i}, "duration_minutes": 100} for i in range(1, 5)
            ],
            "travel": {"provider": "matrix", "durations_seconds": legs},
        }
    )
    plan = solve(problem, time_limit=2.0, workers=1)
    assert plan.status == "optimal"
    assert plan.objective is not None
    assert (plan.objective.sla_penalty, plan.objective.cost_minutes) == (0, 60)


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
