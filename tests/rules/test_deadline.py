"""Deadline: soft, with a step once late and a slope a minute."""

from __future__ import annotations

from typing import Any

import pytest
from worlds import at, charged, order, problem, ticket


def test_arrival_at_the_deadline_is_in_time():
    """Due at 08:10 and there at 08:10 is in time; due one second earlier is late by one second."""
    assert charged(problem([ticket(due_at=at(10))]), order("K0"), "deadline") == (0, 0)
    late = problem([ticket(due_at=at(10 - 1 / 60))])
    # Normal weight 2: 2 points, and 2 minutes x 2 x 1/60.
    assert charged(late, order("K0"), "deadline") == (2, 4 / 60)


@pytest.mark.parametrize(
    ("priority", "points", "cost"), [("low", 1, 10), ("normal", 2, 20), ("high", 4, 40), ("emergency", 8, 80)]
)
def test_step_and_slope_by_priority(priority: str, points: float, cost: float):
    """Five minutes late: weight × 1 points and 2 × weight × 5 cost minutes."""
    where = problem([ticket(due_at=at(5), priority=priority)])
    assert charged(where, order("K0"), "deadline") == (points, cost)


@pytest.mark.parametrize(
    ("objective", "points", "cost"),
    [
        ({"late_factor": 0.5}, 1, 20),
        ({"weights": {"normal": 3}}, 3, 30),
        ({"prices": {"late_minute": 0}}, 2, 0),
        ({"mode": "cost"}, 0, 5000 + 5 * 50),
        ({"mode": "cost", "prices": {"breach": 10, "late_minute": 0.5}}, 0, 12.5),
        ({"mode": "working_time"}, 0, 0),
    ],
)
def test_prices_of_the_modes(objective: dict[str, Any], points: float, cost: float):
    """Five minutes late under other objectives; cents do not know priorities."""
    where = problem([ticket(due_at=at(5))], objective=objective)
    assert charged(where, order("K0"), "deadline") == (points, cost)


def test_waiting_at_the_door_is_not_late():
    """The clock stops at arrival; measured at start, work that begins after the deadline is late."""
    job = ticket(due_at=at(15), appointment_at=at(20))
    assert charged(problem([job]), order("K0"), "deadline") == (0, 0)
    at_start = problem([job], late_measured_at="start")
    assert charged(at_start, order("K0"), "deadline") == (2, 20)


def test_policy_gives_the_deadline():
    """Without ``due_at`` the policy's hours run from the appointment, else the report, else now."""
    jobs = [ticket(appointment_at=at(60)), ticket(reported_at=at(-40)), ticket()]
    where = problem(jobs, arrival_hours=1.0)
    # Due 10:00, 08:20 and 09:00; arrivals 08:50 at the earliest, K1 first at 08:10: all in time.
    assert charged(where, order("K1", "K2", "K0"), "deadline") == (0, 0)
    # K0 first: service 09:00 to 09:30, K1 at 09:40 is 80 minutes late, K2 at 10:20 another 80: 2 × 2 × 160.
    assert charged(where, order("K0", "K1", "K2"), "deadline") == (4, 640)
