"""Certifications: valid on the local day of the visit, the last day included."""

from __future__ import annotations

from typing import Any

import pytest
from worlds import at, closed, order, problem, technician, ticket, violations, window

from dispatch_engine.model.problem import Problem

# The day is 2026-11-23; 16 hours after 08:00 UTC is midnight in UTC, 8 hours after it in Shanghai.


def electrician(*until: str | None) -> list[dict[str, Any]]:
    return [{"name": "electrician", "valid_until": day} for day in until]


def one(certifications: list[dict[str, Any]], shift: dict[str, Any] | None = None, **fields: Any) -> Problem:
    demand = ticket(required_certifications=["electrician"], **fields.pop("job", {}))
    return problem([demand], [technician(shift, certifications=certifications)], **fields)


@pytest.mark.parametrize("until", ["2026-11-23", "2027-01-01", None])
def test_valid(until: str | None):
    """A certificate is valid on its last day, and without one for ever."""
    where = one(electrician(until))
    assert violations(where, order("K0")) == []
    assert closed(where) == {}


def test_expired():
    """A certificate that ended the day before closes the pair."""
    where = one(electrician("2026-11-22"))
    (found,) = violations(where, order("K0"))
    assert (found.code, found.ticket) == ("no_certified_technician", "K0")
    assert found.message == (
        "ticket K0 requires the certificate electrician, "
        "technician T0 holds it until 2026-11-22, the visit is on 2026-11-23"
    )
    assert closed(where) == {"T0 K0": "no_certified_technician"}


def test_missing():
    """Another certificate does not help."""
    where = one([{"name": "gas"}])
    (found,) = violations(where, order("K0"))
    assert found.message == "ticket K0 requires the certificate electrician, technician T0 has none"
    assert closed(where) == {"T0 K0": "no_certified_technician"}


def test_renewed():
    """Of two certificates of one name the later one counts."""
    where = one(electrician("2026-11-22", "2026-12-01"))
    assert violations(where, order("K0")) == []
    assert closed(where) == {}


def test_day_is_local():
    """The day of the visit is the day in the problem's time zone."""
    late = {"start": at(480), "end": at(600)}  # 16:00 UTC is the first second of the 24th in Shanghai
    here = one(electrician("2026-11-23"), late)
    there = one(electrician("2026-11-23"), late, time_zone="Asia/Shanghai")
    assert violations(here, order("K0")) == []
    assert [v.code for v in violations(there, order("K0"))] == ["no_certified_technician"]
    assert (closed(here), closed(there)) == ({}, {"T0 K0": "no_certified_technician"})


def test_expiry_at_midnight_inside_the_shift():
    """Over midnight the checker judges the start of service; the arrays close the pair to be safe."""
    night = {"start": at(600), "end": at(1200)}  # 18:00 to 04:00, the midnight at minute 960
    before = one(electrician("2026-11-23"), night)
    assert violations(before, order("K0")) == []
    after = one(electrician("2026-11-23"), night, job={"time_windows": [window(960, 1000)]})
    assert [v.code for v in violations(after, order("K0"))] == ["no_certified_technician"]
    assert closed(before) == closed(after) == {"T0 K0": "no_certified_technician"}


def test_window_before_midnight_keeps_the_pair_open():
    """Where the ticket's last window closes before the certificate expires, the pair stays open."""
    night = {"start": at(600), "end": at(1200)}
    last_second = 960 - 1 / 60
    where = one(electrician("2026-11-23"), night, job={"time_windows": [window(700, last_second)]})
    assert closed(where) == {}
    until_midnight = one(electrician("2026-11-23"), night, job={"time_windows": [window(700, 960)]})
    assert closed(until_midnight) == {"T0 K0": "no_certified_technician"}
