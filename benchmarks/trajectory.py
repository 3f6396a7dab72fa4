"""Incumbents over time, and the primal gap and integral that summarise them.

The primal integral is that of the 12th DIMACS Implementation Challenge (VRPTW competition rules, 2021). With
incumbents of value v(1) > v(2) > ... > v(n) found at times t(1) < ... < t(n), the best known value B and the
time limit T,

    PI = 100 ((sum over i of v(i-1) (t(i) - t(i-1)) + v(n) (T - t(n))) / (T B) - 1),    v(0) = 1.1 B, t(0) = 0,

where incumbents that are not below v(0) do not count. It is 10 where nothing better than 1.1 B was found, 0
where B was there from the start, negative where B was beaten. Our seconds are those of this machine; the
challenge scaled them by the machine's PassMark.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

BASE = 1.1
"""v(0) / B: the value in force before the first incumbent."""

Incumbent = tuple[float, float]
"""Seconds and value."""


def improving(points: Iterable[Incumbent]) -> list[Incumbent]:
    """Only the points that are better than all before them."""
    found: list[Incumbent] = []
    for seconds, value in points:
        if not found or value < found[-1][1]:
            found.append((seconds, value))
    return found


def primal_integral(points: Sequence[Incumbent], best: float, time_limit: float) -> float:
    """The integral of the module's docstring; incumbents after ``time_limit`` do not count."""
    value, since, area = BASE * best, 0.0, 0.0
    for seconds, found in points:
        if found < value and seconds <= time_limit:
            area += value * (seconds - since)
            value, since = found, seconds
    area += value * (time_limit - since)
    return 100 * (area / (time_limit * best) - 1)


def value_at(points: Sequence[Incumbent], seconds: float) -> float | None:
    """The best value found by then; None before the first."""
    values = [value for found_at, value in points if found_at <= seconds]
    return min(values) if values else None
