"""Largest lateness: only the latest visit of the plan is charged, in mode ``cost``."""

from __future__ import annotations

from worlds import at, charged, order, problem, ticket


def test_only_the_largest():
    """K0 is 5 minutes late, K1 20 minutes: 20 × 7 cents."""
    objective = {"mode": "cost", "prices": {"largest_late_minute": 7}}
    jobs = [ticket(due_at=at(5)), ticket(due_at=at(30))]
    # Arrivals 08:10 and 08:50.
    assert charged(problem(jobs, objective=objective), order("K0", "K1"), "largest_lateness") == (0, 140)
    assert charged(problem(jobs), order("K0", "K1"), "largest_lateness") == (0, 0)
