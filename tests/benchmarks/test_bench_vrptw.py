"""VRPTW under both conventions on a made-up instance: evaluator, reader, and the engine's value."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_files import SOLOMON, family_folder_with

from benchmarks.families.translation import validated_problem
from benchmarks.families.vrptw_evaluate import evaluate_hierarchical, evaluate_truncated, parse_vrptw
from benchmarks.families.vrptw_read import GehringHomberger, Solomon, SolomonHierarchical
from dispatch_engine.solver.solve import solve

INSTANCE = parse_vrptw(SOLOMON)


def test_file_is_read() -> None:
    """Fleet, capacity and all rows."""
    assert (INSTANCE.vehicles, INSTANCE.capacity, len(INSTANCE.rows)) == (2, 10, 3)
    assert (INSTANCE.rows[2].x, INSTANCE.rows[2].demand, INSTANCE.rows[2].closes) == (6, 5, 50)


def test_conventions_differ() -> None:
    """One truncates each leg and lets the fleet be; the other counts vehicles and keeps all digits."""
    skewed = parse_vrptw(SOLOMON.replace("1      3     4 ", "1      1     1 "))
    # sqrt(2) = 1.4142 becomes 1.4; (1, 1) to (6, 8) is sqrt(74) = 8.6023, becomes 8.6; 10 home.
    assert evaluate_truncated(skewed, [[1, 2]]).value == pytest.approx(20.0, abs=1e-12)
    exact = evaluate_hierarchical(skewed, [[1, 2]])
    assert exact.value == pytest.approx(2**0.5 + 74**0.5 + 10)
    assert (exact.first, evaluate_truncated(skewed, [[1, 2]]).first) == (1, 0)


def test_every_constraint_is_judged() -> None:
    """Load, fleet, windows, and visits."""
    small = parse_vrptw(SOLOMON.replace("2         10", "1          9"))
    assert evaluate_truncated(small, [[1, 2]]).broken == ("route 1 carries 10, more than 9",)
    assert evaluate_truncated(small, [[1], [2]]).broken == ("2 vehicles are used, there are 1",)
    assert evaluate_truncated(INSTANCE, [[1, 1]]).broken == (
        "customer 1 is visited 2 times",
        "customer 2 is not visited",
    )
    tight = parse_vrptw(
        SOLOMON.replace("2      6     8     5      0       50", "2      6     8     5      0       19")
    )
    assert evaluate_truncated(tight, [[1, 2]]).broken == (
        "route 1: customer 2 starts at 20.000000, after its window's end 19",
    )


@pytest.mark.parametrize("family", [Solomon(), GehringHomberger()])
def test_engine_minimises_the_published_value(family: Solomon, tmp_path: Path) -> None:
    """The optimal plan's cents are tenths of the set's distance, and the evaluator agrees."""
    folder = family_folder_with(tmp_path, {"TINY.txt": SOLOMON})
    plan = solve(validated_problem(family, folder, "TINY"), iterations=100, seed=0, workers=1)
    found = family.judge(folder, "TINY", plan)
    # 5 + 5 + 10 along the line; two vehicles would need 10 + 20.
    assert (found.value, found.broken, plan.status) == (20.0, (), "optimal")
    assert plan.objective is not None
    assert plan.objective.cost_cents == 200


def test_hierarchy_prices_vehicles_above_ways(tmp_path: Path) -> None:
    """The price of a vehicle exceeds every way, and the way is priced in thousandths."""
    # (3, 4) and (-3, 4): one vehicle drives 5 + 6 + 5 = 16, two drive 20.
    text = SOLOMON.replace("2      6     8 ", "2     -3     4 ")
    folder, family = family_folder_with(tmp_path, {"TINY.txt": text}), SolomonHierarchical()
    plan = solve(validated_problem(family, folder, "TINY"), iterations=100, seed=0, workers=1)
    found = family.judge(folder, "TINY", plan)
    assert (found.first, found.value, found.broken) == (1, 16.0, ())
    assert plan.objective is not None
    # 16 units are 16,000 m at a cent each; a vehicle costs twice the sum of all ways out, 2 x 10,000.
    assert plan.objective.cost_cents == 36_000
