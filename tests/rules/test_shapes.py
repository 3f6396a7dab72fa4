"""The arrays: windows are cut and joined, pairs closed once, prices whole units."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import at, problem, technician, ticket

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.register import lower_all
from dispatch_engine.rules.shapes import NEVER, UNITS, Shapes


def test_windows_are_cut():
    """Only what lies in both lists is left."""
    shapes = Shapes(1, 1)
    shapes.intersect_windows(0, ((10, 20), (30, 40)))
    shapes.intersect_windows(0, ((15, 32), (50, 60)))
    assert shapes.windows[0] == ((15, 20), (30, 32))
    shapes.intersect_windows(0, ((33, NEVER),))
    assert shapes.windows[0] == ()


def test_touching_windows_are_joined():
    """Whole seconds leave no room between 20 and 21; between 20 and 22 there is one second that is closed."""
    shapes = Shapes(1, 2)
    shapes.intersect_windows(0, ((10, 20), (21, 30)))
    shapes.intersect_windows(1, ((10, 20), (22, 30)))
    assert shapes.windows == [((10, 30),), ((10, 20), (22, 30))]


def test_the_first_reason_stays():
    """A pair that is closed keeps its reason; others get the new one."""
    shapes = Shapes(2, 1)
    shapes.forbid(0, 0, "no_skill")
    shapes.forbid_where(np.array([[True], [True]]), "no_tag")
    assert [shapes.reason(shift, 0) for shift in range(2)] == ["no_skill", "no_tag"]
    assert shapes.reasons == ["no_skill", "no_tag"]


@pytest.mark.parametrize(
    ("objective", "expected"),
    [
        (
            {},
            {"travel_price": 1000, "overtime_price": 2000, "second_visit_price": 60 * UNITS},
        ),
        (
            {"mode": "cost", "prices": {"km": 30, "technician_used": 5, "largest_late_minute": 0.5}},
            {
                "travel_price": 100_000,
                "overtime_price": 200_000,
                "metre_price": 1800,
                "technician_price": 5 * UNITS,
                "largest_late_price": 500,
            },
        ),
        ({"mode": "working_time"}, {"duration_price": 1000}),
    ],
)
def test_prices_in_units(objective: dict[str, Any], expected: dict[str, int]):
    """A price a minute is 1000 units a second, a price a kilometre 60 units a metre; the rest is 0."""
    names = [name for name in vars(Shapes(0, 0)) if name.endswith("_price") and name != "assign_price"]
    shapes = lower_all(Case.of(problem([ticket()], objective=objective)))
    assert {name: getattr(shapes, name) for name in names} == dict.fromkeys(names, 0) | expected


def test_times_of_a_shift():
    """Ready, planned end, last end and breaks in seconds of the clock."""
    breaks = [{"earliest": at(100), "latest": at(130), "minutes": 30}]
    person = technician({"max_overtime_minutes": 7.5, "breaks": breaks}, end="anywhere")
    shapes = lower_all(Case.of(problem([ticket()], [person], now=at(1))))
    zero = 8 * 3600
    assert (shapes.ready[0], shapes.end[0]) == (zero + 60, zero + 480 * 60)
    assert shapes.latest_end[0] == zero + 480 * 60 + 450
    assert shapes.breaks == [((zero + 6000, zero + 7800, 1800),)]
    assert (shapes.start_place[0], shapes.end_place[0], shapes.place[0]) == (0, -1, 1)
