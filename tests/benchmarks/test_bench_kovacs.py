"""Skill levels and outsourcing on a made-up instance: evaluator, reader, and the engine's value."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_files import KOVACS_CREW, KOVACS_TASKS, family_folder_with

from benchmarks.errors import UnsupportedError
from benchmarks.families.kovacs_evaluate import evaluate_kovacs, parse_kovacs
from benchmarks.families.kovacs_read import Kovacs
from benchmarks.families.translation import validated_problem
from dispatch_engine.solver.solve import solve

INSTANCE = parse_kovacs(KOVACS_TASKS, KOVACS_CREW)
FILES = {
    "tasks_noTeam/TINY_noTeam.txt": KOVACS_TASKS,
    "technicians_noTeam/technicians_TINY_noTeam.txt": KOVACS_CREW,
    "tasks_Team/TINY_Team.txt": KOVACS_TASKS,
}


def test_levels_are_the_highest_demanded() -> None:
    """Demands of 1 at levels 1 and 2 need level 2; a demand of 3 at level 1 needs no more than its level."""
    assert (INSTANCE.tasks[2].levels, INSTANCE.tasks[3].levels) == ((2, 0), (0, 2))
    assert (INSTANCE.can_do(1, 2), INSTANCE.can_do(1, 3)) == (True, False)


def test_outsourcing_is_paid_by_the_sum_of_demands() -> None:
    """Travel plus 200 + (sum of demands)^1.5 for what is not done."""
    # 5 out and 5 back; task 3 demands 3 + 1 = 4: 200 + 8.
    found = evaluate_kovacs(INSTANCE, {1: [2]})
    assert (found.value, found.broken) == (218, ())


def test_lack_of_skill_is_named() -> None:
    """Task 3 is beyond the technician."""
    assert evaluate_kovacs(INSTANCE, {1: [2, 3]}).broken == ("1 cannot do task 3",)


def test_engine_minimises_travel_and_outsourcing(tmp_path: Path) -> None:
    """Cents are thousandths of the set's value."""
    folder, family = family_folder_with(tmp_path, FILES), Kovacs()
    plan = solve(validated_problem(family, folder, "TINY_noTeam_complete"), iterations=100, seed=0, workers=1)
    found = family.judge(folder, "TINY_noTeam_complete", plan)
    assert (found.value, found.broken, plan.status) == (218, (), "optimal")
    assert plan.objective is not None
    assert plan.objective.cost_cents == 218_000


def test_teams_are_unsupported(tmp_path: Path) -> None:
    """A team that travels together has no words in the contract."""
    folder = family_folder_with(tmp_path, FILES)
    assert "TINY_Team" in Kovacs().instances(folder)
    with pytest.raises(UnsupportedError, match="unsupported: teams that travel together"):
        validated_problem(Kovacs(), folder, "TINY_Team")
