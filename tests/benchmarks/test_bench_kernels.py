"""Micro-benchmarks of the kernels: their slow twin by hand, and that each asserts its answer."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import kernel_days, kernel_process, kernels_command
from benchmarks.kernel_days import route_day, slow_insertion, slow_price
from dispatch_engine.rules.shapes import Shapes


def two_stops() -> Shapes:
    """Legs of 100 s between all places; ticket 0 is due after 50 s, ticket 1 never late."""
    shapes = route_day(1)
    shapes.travel = np.full((1, 3, 3), 100, np.int32)
    shapes.due[:] = (50, 100_000)
    return shapes


def test_the_twin_prices_travel_and_lateness() -> None:
    """Three legs of 100 s; the second stop is 800 - 50 s late, the first 50 s if it comes first."""
    day = two_stops()
    # 0 then 1: 300 s x 1000 + late 50 s x 2000; the route ends at 1500 s, before the break's earliest start.
    assert slow_price(day, [0, 1]) == (1000, 400_000)
    # 1 then 0: 0 is reached at 100 + 600 + 100 = 800, 750 s late.
    assert slow_price(day, [1, 0]) == (1000, 300_000 + 1_500_000)
    assert slow_insertion(day, [0], 1) == slow_insertion(day, [1], 0) == (1000, 400_000)


def test_the_twin_takes_the_break_where_it_costs_least(monkeypatch: pytest.MonkeyPatch) -> None:
    """A break from 300 s on, at 900 s at the latest: it is taken after the stop that is due."""
    monkeypatch.setattr(kernel_days, "BREAK", (300, 900, 1800))
    day = two_stops()
    # 0 is reached at 100 s and done at 700 s; the break is over at 2500 s, and 1 is reached at 2600 s, in time.
    day.due[:] = (150, 2600)
    assert slow_price(day, [0, 1]) == (0, 300_000)
    # Due one second earlier, 1 must be reached before the break, which is then taken at its door.
    day.due[1] = 2599
    assert slow_price(day, [0, 1]) == (0, 300_000)
    # Before 800 s nobody can be there: 1 is late by 100 s.
    day.due[1] = 700
    assert slow_price(day, [0, 1]) == (1000, 300_000 + 200_000)


@pytest.mark.parametrize("stops", [5, 20])
def test_kernels_are_timed_only_if_they_are_right(stops: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both answers are held against the twin; a wrong one stops the benchmark."""
    monkeypatch.setattr(kernel_process, "SAMPLE_SECONDS", 1e-3)
    assert kernel_process.insertion(stops).name == f"best insertion into a route of {stops} stops"
    assert min(kernel_process.evaluation(stops).samples) > 0
    monkeypatch.setattr(kernel_days, "slow_insertion", lambda day, order, ticket: (0, 1))
    with pytest.raises(AssertionError, match=f"insertion into {stops} stops costs .*, the kernel says"):
        kernel_process.insertion(stops)
    monkeypatch.setattr(kernel_days, "slow_price", lambda day, order: (0, 1))
    with pytest.raises(AssertionError, match=f"a route of {stops} stops costs .*, the kernel says"):
        kernel_process.evaluation(stops)


def test_table_of_both_choices() -> None:
    """Best and median stand together; one sample stands alone; a count has no unit."""
    many = {"name": "a", "unit": "µs", "best": 1.234, "median": 2.0, "samples": [1.234, 2.0, 3.0]}
    one = {"name": "b", "unit": "", "best": 102.0, "median": 102.0, "samples": [102.0]}
    text = kernels_command.table({"with": {"a": many, "b": one}, "without": {"a": many, "b": one}})
    assert text.splitlines()[0] == "| best (median) | with | without |"
    assert text.splitlines()[2] == "| a | 1.23 µs (2) | 1.23 µs (2) |"
    assert text.splitlines()[3] == "| b | 102 | 102 |"
