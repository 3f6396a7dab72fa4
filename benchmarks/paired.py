"""Two versions on the same instances: the Wilcoxon signed-rank test and a bootstrap interval of the mean."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

EXACT_UP_TO = 60
"""Pairs up to which the null distribution is counted exactly; beyond, the normal approximation is close."""
RESAMPLES = 10_000
CONFIDENCE = 0.95
NOISE = 1e-9
"""Differences up to this size count as none."""

Floats = NDArray[np.float64]


def wilcoxon(differences: Sequence[float]) -> float:
    """Two-sided p-value of the signed-rank test (Wilcoxon, Biometrics Bulletin 1(6), 1945); 1 without pairs.

    Zero differences are left out; equal sizes share their mean rank. The distribution of the rank sum under
    random signs is counted exactly for up to ``EXACT_UP_TO`` pairs, ties included.
    """
    moved = np.array([d for d in differences if abs(d) > NOISE])
    if len(moved) == 0:
        return 1.0
    doubled = np.rint(2 * _mean_ranks(np.abs(moved))).astype(np.int64)
    positive, total = int(doubled[moved > 0].sum()), int(doubled.sum())
    extreme = max(positive, total - positive)
    if len(moved) > EXACT_UP_TO:
        deviation = math.sqrt(float((doubled.astype(float) ** 2).sum())) / 2
        # Half a step of the doubled rank sum, for a discrete sum compared with a continuous curve.
        return min(1.0, math.erfc(max(0.0, extreme - total / 2 - 1) / deviation / math.sqrt(2)))
    return min(1.0, 2 * float(_rank_sum_shares(doubled)[extreme:].sum()))


def _mean_ranks(sizes: Floats) -> Floats:
    """Ranks from 1; equal sizes share the mean of their ranks."""
    order = np.sort(sizes)
    first = np.searchsorted(order, sizes - NOISE, side="left")
    last = np.searchsorted(order, sizes + NOISE, side="right")
    ranks: Floats = (first + last + 1) / 2
    return ranks


def _rank_sum_shares(ranks: NDArray[np.int64]) -> Floats:
    """Probability of each rank sum when every rank counts with probability one half."""
    shares = np.zeros(int(ranks.sum()) + 1)
    shares[0] = 1.0
    for rank in ranks:
        counted = np.zeros_like(shares)
        counted[rank:] = shares[: len(shares) - rank]
        shares = (shares + counted) / 2
    return shares


def bootstrap(differences: Sequence[float], seed: int) -> tuple[float, float]:
    """Percentile interval of the mean difference at ``CONFIDENCE``, by resampling the pairs."""
    values = np.array(differences, np.float64)
    rng = np.random.default_rng(seed)
    means = values[rng.integers(0, len(values), (RESAMPLES, len(values)))].mean(axis=1)
    tail = 100 * (1 - CONFIDENCE) / 2
    low, high = np.percentile(means, [tail, 100 - tail])
    return float(low), float(high)
