"""The worker's counts."""

from __future__ import annotations

from dispatch_engine.api.counters import BUCKETS, Counters, Totals


def test_nothing_was_done_yet():
    """All zero, with a class for each bucket and one for longer times."""
    assert Counters().totals() == Totals()
    assert len(Totals().seconds_by_bucket) == len(BUCKETS) + 1


def test_ends_fall_into_their_class():
    """0.5 s into the first (its end belongs to it), 0.6 s into the second, an hour into the last."""
    counters = Counters()
    for state, seconds in (("succeeded", 0.5), ("succeeded", 0.6), ("failed", 3600.0)):
        counters.count_end(state, seconds)
    totals = counters.totals()
    assert totals.ended == {"succeeded": 2, "failed": 1}
    assert totals.seconds_by_bucket == (1, 1, *[0] * 9, 1)
    assert totals.seconds == 3601.1


def test_counts_add_up():
    """Call by call."""
    counters = Counters()
    counters.count(kills=1, overruns=1)
    counters.count(kills=1)
    counters.count(tickets=10, unassigned=3)
    totals = counters.totals()
    assert (totals.kills, totals.overruns, totals.deaths) == (2, 1, 0)
    assert (totals.tickets, totals.unassigned) == (10, 3)
