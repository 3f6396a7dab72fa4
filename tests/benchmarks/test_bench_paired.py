"""The signed-rank test and the bootstrap on numbers that can be counted."""

from __future__ import annotations

import pytest

from benchmarks import paired
from benchmarks.paired import bootstrap, wilcoxon


def test_small_samples_are_counted_exactly() -> None:
    """All of five differences upward: 2 of the 2^5 sign patterns are that extreme."""
    assert wilcoxon([1, 2, 3, 4, 5]) == pytest.approx(2 / 32)
    assert wilcoxon([-1, -2, -3, -4, -5]) == pytest.approx(2 / 32)
    # Rank sum 1 + 2 of 6: sums of {1,2,3} are 0,1,2,3,3,4,5,6; at least 3 are 5 of 8, two-sided capped at 1.
    assert wilcoxon([1, 2, -3]) == 1.0
    # Negative rank 1 alone: sums of at least 14 of 15 are {1..5} and {2..5}: 2 of 32, doubled.
    assert wilcoxon([-1, 2, 3, 4, 5]) == pytest.approx(4 / 32)


def test_ties_share_their_rank_and_zeros_are_left_out() -> None:
    """Two equal sizes have rank 1.5 each."""
    # Ranks 1.5, 1.5, 3 all upward: 1 pattern of 8, doubled.
    assert wilcoxon([1, 1, 2, 0, 1e-12]) == pytest.approx(2 / 8)
    assert wilcoxon([]) == wilcoxon([0, 0]) == 1.0


def test_many_pairs_follow_the_normal_curve() -> None:
    """Balanced signs say nothing, one-sided ones a lot."""
    balanced = [(-1.0) ** k * (k + 1) for k in range(80)]
    assert wilcoxon(balanced) > 0.5
    assert wilcoxon([float(k + 1) for k in range(80)]) < 1e-10


def test_normal_curve_is_close_to_the_exact_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same fifty pairs, ties among them, counted and by the curve."""
    differences = [float(k // 2 + 1) * (-1 if k % 3 == 0 else 1) for k in range(50)]
    counted = wilcoxon(differences)
    monkeypatch.setattr(paired, "EXACT_UP_TO", 10)
    assert 0.001 < counted < 0.2
    assert wilcoxon(differences) == pytest.approx(counted, rel=0.05)


def test_bootstrap_is_seeded_and_holds_the_mean() -> None:
    """Same seed, same interval; equal differences leave no doubt."""
    differences = [0.1, 0.4, -0.2, 0.3, 0.9, 0.2]
    low, high = bootstrap(differences, seed=3)
    assert (low, high) == bootstrap(differences, seed=3)
    assert low < sum(differences) / 6 < high
    assert bootstrap([0.5, 0.5], seed=1) == (0.5, 0.5)
