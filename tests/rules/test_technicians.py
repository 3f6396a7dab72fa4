"""Named technicians: required and excluded are hard, preferred has a price."""

from __future__ import annotations

import pytest
from worlds import charged, closed, codes, order, problem, technician, ticket

TWO = [technician(), technician()]


def test_required_is_one_of_them():
    """Each of the required technicians may come, nobody else."""
    where = problem([ticket(required_technicians=["T1"])], TWO)
    assert codes(where, order("K0", technician="T1")) == []
    assert codes(where, order("K0", technician="T0")) == ["excluded"]
    assert closed(where) == {"T0 K0": "excluded"}


def test_excluded():
    """An excluded technician may not come, even when required."""
    where = problem([ticket(excluded_technicians=["T0"], required_technicians=["T0", "T1"])], TWO)
    assert codes(where, order("K0", technician="T0")) == ["excluded"]
    assert codes(where, order("K0", technician="T1")) == []
    assert closed(where) == {"T0 K0": "excluded"}


@pytest.mark.parametrize(
    ("objective", "price"),
    [
        ({}, 10),
        ({"prices": {"not_preferred": 2.5}}, 2.5),
        ({"mode": "cost", "prices": {"not_preferred": 700}}, 700),
        ({"mode": "working_time"}, 0),
    ],
)
def test_others_than_the_preferred_cost(objective: dict[str, object], price: float):
    """Only visits of tickets that prefer somebody cost, and only by somebody else."""
    where = problem([ticket(preferred_technicians=["T1"]), ticket()], TWO, objective=objective)
    assert charged(where, order("K0", "K1", technician="T0"), "technicians") == (0, price)
    assert charged(where, order("K0", "K1", technician="T1"), "technicians") == (0, 0)
    assert closed(where) == {}
