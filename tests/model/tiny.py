"""One tiny problem as a plain document; each test changes one thing."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from dispatch_engine.errors import Finding, InputError
from dispatch_engine.model.problem import Problem

DAY = "2026-11-23T"
OFFSET = "+08:00"

_DOCUMENT: dict[str, Any] = {
    "technicians": [
        {
            "id": "T1",
            "start": {"lat": 31.23, "lon": 121.47},
            "shifts": [{"start": f"{DAY}08:00:00{OFFSET}", "end": f"{DAY}17:00:00{OFFSET}"}],
        }
    ],
    "tickets": [
        {"id": "K1", "location": {"lat": 31.19, "lon": 121.43}, "duration_minutes": 45},
        {"id": "K2", "location": {"lat": 31.25, "lon": 121.5}, "duration_minutes": 60},
    ],
}


def at(clock: str, day: int = 23) -> str:
    """A time of the tiny problem's day as text: ``at("09:30")``."""
    return f"2026-11-{day:02d}T{clock}:00{OFFSET}"


def tiny(**changes: Any) -> dict[str, Any]:
    """A document with one technician and two tickets; top-level fields may be changed."""
    return {**copy.deepcopy(_DOCUMENT), **changes}


def with_ticket(**changes: Any) -> dict[str, Any]:
    """The tiny document with fields of its first ticket changed."""
    document = tiny()
    document["tickets"][0].update(changes)
    return document


def with_technician(**changes: Any) -> dict[str, Any]:
    """The tiny document with fields of its technician changed."""
    document = tiny()
    document["technicians"][0].update(changes)
    return document


def with_shift(**changes: Any) -> dict[str, Any]:
    """The tiny document with fields of its only shift changed."""
    document = tiny()
    document["technicians"][0]["shifts"][0].update(changes)
    return document


def by_matrix(**travel: Any) -> dict[str, Any]:
    """The tiny document on a 3 by 3 matrix: technician 0, tickets 1 and 2."""
    rows = [[0, 600, 900], [600, 0, None], [900, 300, 0]]
    document = tiny(travel={"provider": "matrix", "durations_seconds": rows, **travel})
    document["technicians"][0]["start"] = {"matrix_index": 0}
    for index, ticket in enumerate(document["tickets"]):
        ticket["location"] = {"matrix_index": index + 1}
    return document


def findings_of(document: object) -> tuple[Finding, ...]:
    """What is wrong with a document (parsed, or as text or bytes)."""
    read = Problem.from_json if isinstance(document, str | bytes) else Problem.from_dict
    with pytest.raises(InputError) as caught:
        read(document)
    return caught.value.findings


def only_finding(document: object) -> Finding:
    """The single thing that is wrong with a document."""
    (finding,) = findings_of(document)
    return finding
