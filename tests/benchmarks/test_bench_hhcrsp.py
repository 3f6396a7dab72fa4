"""Home health care on a made-up instance: earliest starts of pairs, tardiness, and what is unsupported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tiny_files import HHCRSP, family_folder_with

from benchmarks.errors import UnsupportedError
from benchmarks.families.hhcrsp_evaluate import (
    Visit,
    earliest_starts,
    evaluate_hhcrsp,
    parse_hhcrsp,
    parse_hhcrsp_solution,
)
from benchmarks.families.hhcrsp_read import Mankowska
from benchmarks.families.translation import validated_problem
from dispatch_engine.solver.solve import solve

INSTANCE = parse_hhcrsp(HHCRSP)
FIRST, SECOND, ALONE = Visit("p2", "s1"), Visit("p2", "s2"), Visit("p1", "s1")


def test_second_service_waits_for_its_gap() -> None:
    """The least gap delays the second caregiver, and lateness counts once as largest, once as sum."""
    # c1: p2 at 6, done 11, p1 at 14, home. c2: p2 at 6, but not before 6 + 8 = 14: 2 after the window's 12.
    found = evaluate_hhcrsp(INSTANCE, {"c1": [FIRST, ALONE], "c2": [SECOND]})
    # Distance 6 + 3 + 4 and 6 + 6 = 25; largest and total tardiness 2: (25 + 2 + 2) / 3.
    assert found.value == pytest.approx(29 / 3)
    assert (found.parts["distance"], found.parts["total tardiness"], found.broken) == (25, 2, ())


def test_first_service_waits_for_the_largest_gap() -> None:
    """A second caregiver who comes late holds the first one back."""
    late = parse_hhcrsp(HHCRSP.replace("[4, 0, 3], [6, 3, 0]", "[4, 0, 30], [6, 30, 0]"))
    orders = {"c1": [FIRST], "c2": [SECOND]}
    starts, is_possible = earliest_starts(late, orders)
    assert (starts, is_possible) == ({FIRST: 6, SECOND: 14}, True)
    # With c2 free only at 40 the first starts at 40 - 9 = 31 at the earliest.
    delayed = {"c1": [FIRST], "c2": [Visit("p1", "s1"), SECOND]}
    starts, _ = earliest_starts(late, delayed)
    # c2: p1 opens at 10, done 15, 30 to p2: 45; the first at 45 - 9 = 36.
    assert (starts[SECOND], starts[FIRST]) == (45, 36)


def test_pairs_that_wait_for_each_other_are_found() -> None:
    """Two pairs in opposite orders have no schedule."""
    raw = json.loads(HHCRSP)
    raw["patients"][0]["required_caregivers"].append({"service": "s2", "duration": 5})
    raw["patients"][0]["synchronization"] = {"type": "simultaneous"}
    raw["patients"][1]["synchronization"] = {"type": "simultaneous"}
    instance = parse_hhcrsp(json.dumps(raw))
    crossed = {"c1": [FIRST, ALONE], "c2": [Visit("p1", "s2"), SECOND]}
    assert "visits of pairs wait for each other for ever" in evaluate_hhcrsp(instance, crossed).broken


def test_missing_services_and_abilities_are_named() -> None:
    """Each service once, by somebody who can, and a pair by two people."""
    assert evaluate_hhcrsp(INSTANCE, {"c2": [FIRST]}).broken == (
        "p1 does not get s1",
        "p2 does not get s2",
        "caregiver c2 cannot do service s1 at p2",
    )
    both = evaluate_hhcrsp(INSTANCE, {"c1": [FIRST, SECOND, ALONE]}).broken
    assert "caregiver c1 does both services of p2" in both


def test_solution_files_give_the_orders() -> None:
    """Caregivers who stay at home have no visits."""
    at_work = {"caregiver_id": "c1", "locations": [{"patient": "p2", "service": "s1", "arrival_time": 6}]}
    text = json.dumps({"routes": [at_work, {"caregiver_id": "c2"}]})
    assert parse_hhcrsp_solution(text) == {"c1": [FIRST], "c2": []}


def test_pairs_are_unsupported_for_now(tmp_path: Path) -> None:
    """The reader writes the pair in the words of the contract; the engine says that it cannot keep it yet."""
    folder = family_folder_with(tmp_path, {"TINY.json": HHCRSP})
    ticket = Mankowska().problem(folder, "TINY")["tickets"][2]
    # 8 and 9 units of 100 s; 900 s are 15 minutes, 800 s are 13.333333 (rounded up by the clock).
    after = {"ticket": "K2-0", "min_gap_minutes": 13.333333, "max_gap_minutes": 15, "from": "start"}
    assert (ticket["after"], ticket["different_technician_from"]) == ([after], "K2-0")
    with pytest.raises(UnsupportedError, match="unsupported: after, different_technician_from"):
        validated_problem(Mankowska(), folder, "TINY")


def test_engine_minimises_three_times_the_value(tmp_path: Path) -> None:
    """Without pairs the set's objective is the engine's cost in thousandths, times three."""
    raw = json.loads(HHCRSP)
    raw["patients"][1] = {**raw["patients"][1], "required_caregivers": [{"service": "s1", "duration": 5}]}
    del raw["patients"][1]["synchronization"]
    raw["patients"][0]["time_window"] = [0, 5]
    folder, family = family_folder_with(tmp_path, {"TINY.json": json.dumps(raw)}), Mankowska()
    plan = solve(validated_problem(family, folder, "TINY"), iterations=100, seed=0, workers=1)
    found = family.judge(folder, "TINY", plan)
    # p1 at 4, done 9, p2 at 12 (window to 12), home 6: 4 + 3 + 6 = 13, nothing late. 13 / 3.
    assert found.value == pytest.approx(13 / 3)
    assert plan.objective is not None
    assert plan.objective.cost_cents == 13_000
