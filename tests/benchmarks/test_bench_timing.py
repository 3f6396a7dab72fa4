"""The plain schedule of the evaluators: earliest return, latest departure, broken windows."""

from __future__ import annotations

import pytest

from benchmarks.families.timing import Visit, timing


def test_departure_is_as_late_as_the_return_allows() -> None:
    """Waiting for a window is moved before the departure."""
    # Drive 5, wait until 30, work 10, drive 5: back at 45. Leaving at 25 arrives at 30 just the same.
    times = timing(0, [Visit("a", 30, 40, 10)], [5, 5], 100)
    assert (times.departure, times.end, times.duration, times.broken) == (25, 45, 20, ())


def test_waiting_between_two_windows_cannot_be_moved() -> None:
    """A wait after an early window stays in the duration."""
    # First visit at 10 at the latest (window), done at 20, then waiting until 60: 5 + 10 + 40 + 10 + 5 = 70.
    visits = [Visit("a", 0, 10, 10), Visit("b", 60, 70, 10)]
    assert timing(0, visits, [5, 5, 5], 100).duration == pytest.approx(75 - 5)


def test_late_start_and_late_return_are_named() -> None:
    """A missed window and a missed end of the day are both told."""
    broken = timing(0, [Visit("visit a", 0, 4, 10)], [5, 5], 19).broken
    assert broken == (
        "visit a starts at 5.000000, after its window's end 4",
        "the return at 20.000000 is after 19",
    )


def test_a_millionth_is_forgiven() -> None:
    """Floating-point noise does not break a window, twice the tolerance does."""
    assert timing(0, [Visit("a", 0, 5 - 0.9e-6, 1)], [5, 5], 100).broken == ()
    assert len(timing(0, [Visit("a", 0, 5 - 2e-6, 1)], [5, 5], 100).broken) == 1
