"""The technician-routing evaluator and reader on a made-up instance."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_files import TRSP, family_folder_with

from benchmarks.errors import UnsupportedError
from benchmarks.families.translation import validated_problem
from benchmarks.families.trsp_evaluate import evaluate_trsp, parse_trsp
from benchmarks.families.trsp_read import TrspPillac, TrspPraxedo

INSTANCE = parse_trsp(TRSP)


def test_value_is_the_working_time() -> None:
    """Return less latest departure, with the service as its constant part."""
    # Request 2 opens at 30 and is 10 away: leave at 20, work until 40, home at 50.
    found = evaluate_trsp(INSTANCE, {1: [2]})
    assert (found.value, found.constant, found.first, found.broken) == (30, 10, 1, ())


def test_tool_and_second_part_need_the_depot() -> None:
    """Without the restock the tool is missing and the part is used up; with it nothing is."""
    assert evaluate_trsp(INSTANCE, {1: [2, 3]}).broken == (
        "technician 1 lacks a tool of request 3",
        "technician 1 has no part 0 left for request 3",
    )
    # Depot at 5 on the way, request 2 at 30, request 3 at 50 until 60, 20 home: 20 to 80.
    found = evaluate_trsp(INSTANCE, {1: [0, 2, 3]})
    assert (found.value, found.first, found.broken) == (60, 0, ())


def test_second_restock_and_strange_visits_are_refused() -> None:
    """The depot once a day, every request once, nothing that is no request."""
    assert "technician 1 passes by the depot twice" in evaluate_trsp(INSTANCE, {1: [0, 2, 0, 3]}).broken
    broken = evaluate_trsp(INSTANCE, {1: [2, 2]}).broken
    assert "customer 2 is visited 2 times" in broken
    assert "technician 1: request 2 starts at 40.000000, after its window's end 40" not in broken


def test_missing_skill_is_named() -> None:
    """A request with another skill is not for this technician."""
    other = parse_trsp(
        TRSP.replace("2    0     10    30     40     10     [0]", "2    0     10    30     40     10     [1]")
    )
    assert evaluate_trsp(other, {1: [2]}).broken == ("technician 1 lacks a skill of request 2",)


def test_files_with_a_depot_are_unsupported_for_now(tmp_path: Path) -> None:
    """The reader writes the depot down; the engine says that it cannot use it yet."""
    folder = family_folder_with(tmp_path, {"TINY.txt": TRSP})
    with pytest.raises(UnsupportedError, match="unsupported: depots"):
        validated_problem(TrspPillac(), folder, "TINY")


def test_matrix_of_the_file_is_used(tmp_path: Path) -> None:
    """With a TRAVEL TIMES block the plane does not count."""
    plain = (
        TRSP.replace("[0] \t[0] \t[1]", "[0] \t[] \t[]").replace("\t[1]\n", "\t[]\n").replace("[0] ", "[] ")
    )
    rows = "\n".join(f"{i};" + "".join(f"{abs(i - j) * 2:.4f};" for j in range(4)) for i in range(4))
    instance = parse_trsp(f"{plain}DISTANCES\n{rows}\nTRAVEL TIMES\n{rows}\n")
    # From node 1 to node 2 two minutes: leave at 28, work 30 to 40, home at 42.
    assert evaluate_trsp(instance, {1: [2]}).value == 14
    assert TrspPraxedo().first == "unserved"
