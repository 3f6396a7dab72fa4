"""Pins that cannot be: told with the place and what would mend it."""

from __future__ import annotations

from typing import Any

import pytest
from tiny import at, findings_of, tiny

from dispatch_engine.model.problem import Problem

Document = dict[str, Any]


def under_way(first: Document, second: Document | None = None, **fields: Any) -> Document:
    """The tiny problem at 10:00 with one or two pinned tickets."""
    document = tiny(now=at("10:00"), **fields)
    document["tickets"][0]["pinned"] = {"technician": "T1", **first}
    if second is not None:
        document["tickets"][1]["pinned"] = {"technician": "T1", **second}
    return document


DONE = {"status": "done", "started_at": at("08:30"), "finished_at": at("09:30")}
ON_SITE = {"status": "on_site", "started_at": at("09:40")}


def test_a_day_under_way_is_fine() -> None:
    """One visit done, the next begun."""
    assert Problem.from_dict(under_way(DONE, ON_SITE)).tickets[1].pinned.status == "on_site"


@pytest.mark.parametrize(
    ("document", "where", "message"),
    [
        (
            under_way({**ON_SITE, "started_at": at("10:01")}),
            "/tickets/0/pinned/started_at",
            "2026-11-23T10:01:00+08:00 lies after now, 2026-11-23T10:00:00+08:00, but the visit is on_site; "
            "correct it, the status, or /now",
        ),
        (
            under_way({**DONE, "finished_at": at("10:30")}),
            "/tickets/0/pinned/finished_at",
            "2026-11-23T10:30:00+08:00 lies after now, 2026-11-23T10:00:00+08:00, but the visit is done; "
            "correct it, the status, or /now",
        ),
        (
            under_way(ON_SITE, {"status": "en_route"}),
            "/tickets/1/pinned/status",
            "technician 'T1' is on_site with ticket 'K1' already, and cannot be en_route here; make one of them "
            "committed or done",
        ),
        (
            under_way(DONE, {**ON_SITE, "started_at": at("09:20")}),
            "/tickets/1/pinned/started_at",
            "2026-11-23T09:20:00+08:00 lies before technician 'T1' had finished ticket 'K1'; correct the times of "
            "one of them",
        ),
        (
            under_way({**ON_SITE, "started_at": at("08:10")}, DONE),
            "/tickets/1/pinned/started_at",
            "2026-11-23T08:30:00+08:00 lies before technician 'T1' had finished ticket 'K1'; correct the times of "
            "one of them",
        ),
    ],
)
def test_what_cannot_have_happened_is_told(document: Document, where: str, message: str) -> None:
    """Work after now, a technician at two places, visits that overlap."""
    (finding,) = findings_of(document)
    assert (finding.pointer, finding.code, finding.message) == (where, "infeasible_pin", message)


def test_a_visit_needs_a_shift() -> None:
    """Without any shift there is no route to list it in."""
    document = under_way(DONE)
    document["technicians"][0]["shifts"] = []
    (finding,) = findings_of(document)
    assert (finding.pointer, finding.code) == ("/tickets/0/pinned/technician", "infeasible_pin")
    assert finding.message == "technician 'T1' has no shift; add the one in which the visit is made"


@pytest.mark.parametrize(
    ("pin", "field", "code"),
    [
        ({"status": "committed", "started_at": at("09:00")}, "started_at", "conflicting_fields"),
        ({"status": "en_route", "finished_at": at("09:00")}, "finished_at", "conflicting_fields"),
        ({**DONE, "arrival": at("08:31")}, "started_at", "end_before_start"),
    ],
)
def test_a_pin_that_contradicts_itself_is_refused(pin: Document, field: str, code: str) -> None:
    """Times of work that has not begun, and work before the arrival."""
    (finding,) = findings_of(under_way(pin))
    assert (finding.pointer, finding.code) == (f"/tickets/0/pinned/{field}", code)
