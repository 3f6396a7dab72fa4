"""Differences over seeds: the interval of Student, and no claim without pairs."""

from __future__ import annotations

import math

import pytest

from dispatch_engine.whatif.paired import difference, spread, student_quantile


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [(1, 12.7062), (2, 4.3027), (4, 2.7764), (9, 2.2622), (30, 2.0423), (999, 1.9623)],
)
def test_quantiles_are_those_of_the_tables(freedom: int, quantile: float) -> None:
    """Two-sided 95 %, to four decimals."""
    assert student_quantile(freedom, 0.95) == pytest.approx(quantile, abs=5e-5)


def test_spread_of_figures() -> None:
    """2, 4, 9: mean 5, squares 9 + 1 + 16 = 26, deviation √13."""
    found = spread([2.0, 4.0, 9.0])
    assert (found.mean, found.low, found.high) == (5.0, 2.0, 9.0)
    assert found.deviation == pytest.approx(math.sqrt(13), abs=1e-4)


def test_one_value_has_no_deviation() -> None:
    """Null, not 0: nothing is known about it."""
    assert spread([3.0]).deviation is None


def test_pairs_are_compared_not_means() -> None:
    """Base 10, 20, 30, variant 8, 18, 27: differences −2, −2, −3, mean −7/3, deviation √(1/3).

    Half width: 4.3027 × √(1/3) / √3 = 1.4342. The spread of the base itself does not matter.
    """
    found = difference([10.0, 20.0, 30.0], [8.0, 18.0, 27.0])
    assert found.mean == pytest.approx(-7 / 3, abs=1e-4)
    assert found.low == pytest.approx(-7 / 3 - 1.4342, abs=1e-3)
    assert found.high == pytest.approx(-7 / 3 + 1.4342, abs=1e-3)
    assert found.significant


def test_a_noisy_difference_is_not_significant() -> None:
    """+5, −4, +5: the interval holds 0."""
    assert not difference([0.0, 0.0, 0.0], [5.0, -4.0, 5.0]).significant


def test_one_seed_proves_nothing() -> None:
    """However large, without an interval."""
    found = difference([100.0], [1.0])
    assert (found.mean, found.low, found.high, found.significant) == (-99.0, None, None, False)


def test_two_equal_differences_prove_nothing_yet() -> None:
    """Their interval has no width, yet two seeds are too few; three will do."""
    assert not difference([1.0, 1.0], [3.0, 3.0]).significant
    assert difference([1.0] * 3, [3.0] * 3).significant


def test_no_difference_is_not_significant() -> None:
    """All pairs equal: 0, and no minus before it."""
    found = difference([1.0] * 3, [1.0] * 3)
    assert (str(found.mean), found.significant) == ("0.0", False)
