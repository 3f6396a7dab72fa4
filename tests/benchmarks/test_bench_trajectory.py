"""Incumbents over time and the primal integral of the DIMACS challenge."""

from __future__ import annotations

import pytest

from benchmarks.families.trsp_read import TrspPraxedo
from benchmarks.families.vrptw_read import Solomon, SolomonHierarchical
from benchmarks.instances import BestKnown
from benchmarks.run_one import values_of
from benchmarks.trajectory import improving, primal_integral, value_at


def test_integral_of_a_run() -> None:
    """Each value counts for as long as it is in force; 110 counts before the first."""
    # Best known 100, limit 10: 110 for 2 s, 105 for 3 s, 100 for 5 s = 1035; 100 (1035 / 1000 - 1) = 3.5.
    assert primal_integral([(2, 105), (5, 100)], 100, 10) == pytest.approx(3.5)


def test_extremes_of_the_integral() -> None:
    """10 without anything better than the base, 0 with the best from the start, below 0 when beaten."""
    assert primal_integral([], 100, 10) == pytest.approx(10)
    assert primal_integral([(1, 120), (2, 110)], 100, 10) == pytest.approx(10)
    assert primal_integral([(0, 100)], 100, 10) == pytest.approx(0)
    assert primal_integral([(0, 99)], 100, 10) == pytest.approx(-1)


def test_late_incumbents_do_not_count() -> None:
    """What comes after the limit is too late."""
    assert primal_integral([(11, 100)], 100, 10) == pytest.approx(10)


def test_only_improvements_are_kept() -> None:
    """Equal and worse reports are dropped."""
    assert improving([(0, 5), (1, 5), (2, 7), (3, 4)]) == [(0, 5), (3, 4)]
    assert value_at([(0, 5), (3, 4)], 2.9) == 5
    assert value_at([(1, 5)], 0.5) is None


def test_reports_become_values_of_the_set() -> None:
    """Cents become tenths of a unit; plans that serve too little and values of another kind are left out."""
    points = [(0.1, 0.0, 9000.0), (0.2, 0.0, 8273.0)]
    assert values_of(Solomon(), BestKnown(827.3, 0, ""), points) == [
        (0.1, 900.0),
        (0.2, pytest.approx(827.3)),
    ]
    assert values_of(SolomonHierarchical(), BestKnown(828.9, 10, ""), points) == []
    unserved = [(0.1, 2.0, 3000.0), (0.2, 1.0, 3600.0), (0.3, 0.0, 3700.0)]
    assert values_of(TrspPraxedo(), BestKnown(3595.0, 1, ""), unserved) == [(0.2, 3600.0)]
