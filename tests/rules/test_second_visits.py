"""Second visits: the chance of a fix at the first visit depends on what is still on board."""

from __future__ import annotations

from typing import Any

import pytest
from worlds import charged, order, problem, technician, ticket

from dispatch_engine.check import check

FAN = ticket(likely_parts={"fan": 0.4})


def test_part_on_board_fixes():
    """With a fan on board nothing is charged, and likely parts are not used up by earlier visits."""
    where = problem([FAN, FAN], [technician(van_stock={"fan": 1})])
    assert charged(where, order("K0", "K1"), "second_visits") == (0, 0)
    assert check(where, order("K0", "K1")).kpis.first_visit_fix_percent == 100


@pytest.mark.parametrize(
    ("objective", "price"),
    [({}, 24), ({"mode": "cost", "prices": {"second_visit": 500}}, 200), ({"mode": "working_time"}, 0)],
)
def test_part_not_on_board(objective: dict[str, Any], price: float):
    """Chance 0.6 of a fix: 60 × 0.4 cost minutes, or 500 × 0.4 cents."""
    where = problem([FAN], objective=objective)
    assert charged(where, order("K0"), "second_visits") == (0, price)
    verdict = check(where, order("K0"))
    assert verdict.objective.expected_second_visits == 0.4
    assert verdict.kpis.first_visit_fix_percent == 60


def test_required_parts_of_this_stop_count():
    """The visit itself uses the last fan, so none is left for its likely need."""
    both = ticket(required_parts={"fan": 1}, likely_parts={"fan": 0.4})
    one, two = ([technician(van_stock={"fan": units})] for units in (1, 2))
    assert charged(problem([both], one), order("K0"), "second_visits") == (0, 24)
    assert charged(problem([both], two), order("K0"), "second_visits") == (0, 0)


def test_order_matters():
    """Before the fan is used up the likely need is met, after it it is not."""
    where = problem([FAN, ticket(required_parts={"fan": 1})], [technician(van_stock={"fan": 1})])
    assert charged(where, order("K0", "K1"), "second_visits") == (0, 0)
    assert charged(where, order("K1", "K0"), "second_visits") == (0, 24)


def test_chances_multiply():
    """Two missing parts: (1 - 0.4) × (1 - 0.5) = 0.3, so 60 × 0.7 = 42; K1 is left out and costs nothing."""
    where = problem([ticket(likely_parts={"fan": 0.4, "board": 0.5}), FAN])
    assert charged(where, order("K0"), "second_visits") == (0, 42)
