"""Service: lasts as long as it says, after arriving, one thing at a time."""

from __future__ import annotations

import pytest
from worlds import full, order, problem, ticket

from dispatch_engine.check import check
from dispatch_engine.model.plan import Plan


def test_duration_rounds_up_to_the_second():
    """12.345 minutes are 740.7 s, so 741 s."""
    (stop,) = full(problem([ticket(duration_minutes=12.345)]), order("K0"))["routes"][0]["stops"]
    assert (stop["start"], stop["end"]) == ("2026-11-23T08:10:00Z", "2026-11-23T08:22:21Z")


@pytest.mark.parametrize(("minutes", "word"), [(31, "less"), (29, "more")])
def test_wrong_length(minutes: int, word: str):
    """A plan made for 30 minutes does not fit a job of 31 or 29."""
    plan = Plan.from_dict(full(problem([ticket()]), order("K0")))
    found = check(problem([ticket(duration_minutes=minutes)]), plan).violations[0]
    assert (found.code, found.amount) == ("wrong_service_time", 60)
    assert found.message == f"service of ticket K0 by T0 lasts 60 s {word} than its duration"


def test_before_arrival_and_overlap():
    """A service moved before the arrival, into the one before, breaks both rules."""
    where = problem([ticket()] * 2)
    plan = full(where, order("K0", "K1"))  # K0 08:10-08:40, K1 08:50-09:20
    plan["routes"][0]["stops"][1] |= {"start": "2026-11-23T08:35:00Z", "end": "2026-11-23T09:05:00Z"}
    found = {v.code: v for v in check(where, Plan.from_dict(plan)).violations}
    assert found["service_before_arrival"].amount == 900
    assert found["overlap"].amount == 300
    assert found["overlap"].message == "T0: ticket K0 and ticket K1 overlap by 300 s"
