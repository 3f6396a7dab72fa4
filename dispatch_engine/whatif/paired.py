"""Means, spreads and differences over seeds: paired by seed, with intervals by Student's t."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, stdev

from dispatch_engine.model.study_result import Difference, Spread

CONFIDENCE = 0.95
MIN_SEEDS = 3
"""With fewer pairs no difference is called significant: two equal numbers come about too easily."""
DIGITS = 4


def spread(values: Sequence[float]) -> Spread:
    """Mean and spread of one figure over the seeds."""
    return Spread(
        mean=_rounded(fmean(values)),
        deviation=_rounded(stdev(values)) if len(values) > 1 else None,
        low=_rounded(min(values)),
        high=_rounded(max(values)),
    )


def difference(base: Sequence[float], variant: Sequence[float]) -> Difference:
    """Variant − base, pair by pair (one pair a seed), with the interval of the mean.

    The differences of the pairs are taken as independent and about normal. They are the chance of the search,
    not of the day: another day would need another problem.
    """
    pairs = [new - old for old, new in zip(base, variant, strict=True)]
    mean = fmean(pairs)
    if len(pairs) < 2:
        return Difference(mean=_rounded(mean), low=None, high=None, significant=False)
    half = student_quantile(len(pairs) - 1, CONFIDENCE) * stdev(pairs) / math.sqrt(len(pairs))
    low, high = _rounded(mean - half), _rounded(mean + half)
    is_clear = len(pairs) >= MIN_SEEDS and (low > 0 or high < 0)
    return Difference(mean=_rounded(mean), low=low, high=high, significant=is_clear)


def _rounded(value: float) -> float:
    return round(value, DIGITS) + 0.0  # + 0.0: never -0.0


def student_quantile(freedom: int, confidence: float) -> float:
    """t such that a Student variable lies within ±t with probability ``confidence``, to 9 digits.

    Parameters
    ----------
    freedom : degrees of freedom, at least 1.
    confidence : between 0 and 1.
    """
    low, high = 0.0, 1.0
    while within(high, freedom) < confidence:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle, freedom) < confidence else (low, middle)
    return (low + high) / 2


def within(t: float, freedom: int) -> float:
    """Probability that a Student variable lies within ±``t``.

    The finite sums for whole degrees of freedom: Abramowitz & Stegun, *Handbook of Mathematical Functions*,
    1964, 26.7.3 and 26.7.4.
    """
    angle = math.atan2(t, math.sqrt(freedom))
    cosine, sine = math.cos(angle), math.sin(angle)
    if freedom % 2 == 0:
        term = total = 1.0
        for k in range(1, freedom // 2):
            term *= cosine * cosine * (2 * k - 1) / (2 * k)
            total += term
        return sine * total
    term = cosine
    total = term if freedom > 1 else 0.0
    for k in range(1, (freedom - 1) // 2):
        term *= cosine * cosine * 2 * k / (2 * k + 1)
        total += term
    return 2 / math.pi * (angle + sine * total)
