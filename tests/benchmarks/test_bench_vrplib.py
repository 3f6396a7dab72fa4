"""The VRPLIB variants on made-up instances: evaluator, reader, and the engine's value."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_files import PRIZES, VRPLIB, family_folder_with

from benchmarks.errors import UnsupportedError
from benchmarks.families.solution_file import parse_solution
from benchmarks.families.translation import validated_problem
from benchmarks.families.vrplib_evaluate import TENTHS, THOUSANDTHS, evaluate_vrplib, parse_vrplib
from benchmarks.families.vrplib_read import EuroNeurips, PrizeCollecting, SiteDependent
from dispatch_engine.solver.solve import solve

SITES = parse_vrplib(VRPLIB, THOUSANDTHS)
OPTIONAL = parse_vrplib(PRIZES, TENTHS)


def test_solution_files_of_all_sources_are_read() -> None:
    """With and without the number sign, with empty routes and other lines."""
    text = "Route #1: 2 1\nRoute 2 : 3\nRoute #3:\nCost: 12\n"
    assert parse_solution(text) == [[2, 1], [3], []]


def test_rounding_follows_the_set() -> None:
    """Thousandths are rounded to the nearest, tenths truncated."""
    # sqrt(2) = 1.41421: 1414 thousandths, 14 tenths.
    assert (SITES.distance[0][1], OPTIONAL.distance[0][1]) == (1414, 14)


def test_site_dependence_and_load_are_judged() -> None:
    """Each client by a vehicle that may come and can carry it."""
    # 2 x 1414 and 2 x 5000.
    good = evaluate_vrplib(SITES, [[1], [2]])
    assert (good.value, good.broken) == (12828, ())
    assert evaluate_vrplib(SITES, [[2], [1]]).broken == ("route 1: may not visit client 2",)
    assert evaluate_vrplib(SITES, [[], [1, 2]]).broken == ("route 2: carries 8, more than 4",)


def test_duration_counts_from_the_latest_departure() -> None:
    """Waiting before the first visit is no part of the duration."""
    # Client 2 opens at 40: leave at 35, work until 50, back at 55: 20 long.
    limited = parse_vrplib(
        VRPLIB.replace("VEHICLES: 2", "VEHICLES: 2\nVEHICLES_MAX_DURATION: 19"), THOUSANDTHS
    )
    assert evaluate_vrplib(limited, [[1], [2]]).broken == ("route 2: lasts 20000, more than 19000",)


def test_clients_left_out_cost_their_prizes() -> None:
    """Distance and prizes are both in tenths."""
    # 2 x 14 driven, client 2 left out: 90.
    found = evaluate_vrplib(OPTIONAL, [[1]])
    assert (found.value, found.broken, found.parts["prizes"]) == (118, (), 90)
    assert evaluate_vrplib(SITES, [[1], []]).broken == ("customer 2 is not visited",)


def test_engine_minimises_distance_by_vehicles_that_may_come(tmp_path: Path) -> None:
    """Cents are thousandths of the distance."""
    folder, family = family_folder_with(tmp_path, {"TINY.vrp": VRPLIB}), SiteDependent()
    plan = solve(validated_problem(family, folder, "TINY"), iterations=100, seed=0, workers=1)
    found = family.judge(folder, "TINY", plan)
    assert (found.value, found.broken, plan.status) == (12828, (), "optimal")
    assert plan.objective is not None
    assert plan.objective.cost_cents == 12828


def test_engine_leaves_out_what_does_not_pay(tmp_path: Path) -> None:
    """The far client costs 1000 tenths of way and 90 of prize."""
    folder, family = family_folder_with(tmp_path, {"TINY.vrp": PRIZES}), PrizeCollecting()
    plan = solve(validated_problem(family, folder, "TINY"), iterations=100, seed=0, workers=1)
    # 28 + 90 with the near client, 180 with none, about 1000 with both.
    assert (family.judge(folder, "TINY", plan).value, plan.status) == (118, "optimal")


def test_route_duration_limit_is_unsupported_for_now(tmp_path: Path) -> None:
    """The set counts waiting, the contract's limit does not: nothing is approximated."""
    text = VRPLIB.replace("VEHICLES: 2", "VEHICLES: 2\nVEHICLES_MAX_DURATION: 19")
    folder = family_folder_with(tmp_path, {"TINY.vrp": text})
    with pytest.raises(UnsupportedError, match="longest duration of routes that counts waiting"):
        validated_problem(SiteDependent(), folder, "TINY")


def test_explicit_matrix_is_asymmetric(tmp_path: Path) -> None:
    """The file's own seconds are the distances, row to column."""
    text = """NAME : TINY
DIMENSION : 3
VEHICLES : 1
CAPACITY : 10
EDGE_WEIGHT_SECTION
0 10 99
99 0 20
30 99 0
DEMAND_SECTION
1 0
2 1
3 1
DEPOT_SECTION
1
-1
SERVICE_TIME_SECTION
1 0
2 60
3 60
TIME_WINDOW_SECTION
1 0 1000
2 0 900
3 0 900
EOF
"""
    folder, family = family_folder_with(tmp_path, {"TINY.txt": text}), EuroNeurips()
    plan = solve(validated_problem(family, folder, "TINY"), iterations=100, seed=0, workers=1)
    # 0-1-2-0: 10 + 20 + 30; the other way round 99 + 99 + 99.
    assert family.judge(folder, "TINY", plan).value == 60
