"""Peers say what they cannot express; PyVRP, where installed, finds the same tiny optimum."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_files import PRIZES, SOLOMON, VRPLIB, family_folder_with

from benchmarks.errors import UnsupportedError
from benchmarks.families.family import Family
from benchmarks.families.translation import validated_problem
from benchmarks.families.vrplib_read import PrizeCollecting, SiteDependent
from benchmarks.families.vrptw_read import Solomon
from benchmarks.machine import CHECKOUT
from benchmarks.solvers import pyvrp_solver
from benchmarks.solvers.plain import CLOSED_PAIRS, PlainProblem
from dispatch_engine.check import check, complete_plan
from dispatch_engine.model.problem import Problem


def test_features_of_dispatch_stand_in_the_way() -> None:
    """The shipped weekday has what plain routing lacks."""
    with pytest.raises(UnsupportedError) as error:
        PlainProblem(Problem.from_file(CHECKOUT / "scenarios" / "shanghai-weekday.json"))
    assert {"breaks", "overtime", "soft deadlines", CLOSED_PAIRS} <= set(error.value.features)


def test_prices_are_brought_to_their_common_unit(tmp_path: Path) -> None:
    """Distances and prices of leaving out stay in proportion."""
    folder = family_folder_with(tmp_path, {"TINY.vrp": PRIZES})
    plain = PlainProblem(validated_problem(PrizeCollecting(), folder, "TINY"))
    # Legs of 14, 500 and 486 tenths and prizes of 90: all even, so that two cents are the unit.
    assert (plain.unit, plain.left_out) == (120_000, [45, 45])
    assert sorted(set(plain.leg.ravel().tolist())) == [0, 7, 243, 250]
    assert (plain.duration_price, plain.vehicle_price) == (0, 0)


CASES: list[tuple[Family, dict[str, str], str, float]] = [
    (Solomon(), {"TINY.txt": SOLOMON}, "TINY", 20.0),
    (PrizeCollecting(), {"TINY.vrp": PRIZES}, "TINY", 118),
    (SiteDependent(), {"TINY.vrp": VRPLIB}, "TINY", 12828),
]


@pytest.mark.parametrize(
    ("family", "files", "name", "optimum"), CASES, ids=lambda case: getattr(case, "name", "")
)
def test_pyvrp_finds_the_tiny_optima(
    family: Family, files: dict[str, str], name: str, optimum: float, tmp_path: Path
) -> None:
    """Its routes pass our checker and the family's evaluator, and its noted cost is the value."""
    pytest.importorskip("pyvrp")
    folder = family_folder_with(tmp_path, files)
    problem, notes = validated_problem(family, folder, name), []
    plan = pyvrp_solver.PyVRP().solve(problem, 0.5, 0, 1, lambda *point: notes.append(point))
    found = family.judge(folder, name, plan)
    assert (found.value, found.broken) == (optimum, ())
    assert check(problem, complete_plan(problem, plan)).ok
    assert notes[-1][2] * (family.value_per_cost or 0) == pytest.approx(optimum)
