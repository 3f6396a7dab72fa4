"""The words of the contract that all readers write: instants, minutes, places, matrices, prices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

DAY_ZERO = datetime(2026, 1, 5, tzinfo=UTC)
"""Time 0 of every instance: benchmark files have no dates."""

NO_PROMISES = {
    "name": "no-promises",
    "arrival_hours": {"urban": None},
    "first_response": None,
    "resolution": None,
    "confirm_call_minutes": None,
}
"""Policy of sets with hard windows only, so that nothing can be late."""

LOAD = "load"
"""Capacity is a part that each van has so many of and each customer takes some of."""

CENTS_PER_KM = 1000
"""One cent a metre: a matrix of metres is then the objective itself."""

NO_PRICES = {
    "unassigned": 1_000_000,
    "breach": 0,
    "late_minute": 0,
    "largest_late_minute": 0,
    "travel_minute": 0,
    "km": 0,
    "overtime_minute": 0,
    "technician_used": 0,
    "second_visit": 0,
    "not_preferred": 0,
}
"""Mode ``cost`` with no price but that of a mandatory ticket left out, which exceeds every detour."""


def instant(seconds: int) -> str:
    """The time of so many seconds after time 0."""
    return (DAY_ZERO + timedelta(seconds=seconds)).isoformat()


def window(opens: int, closes: int) -> dict[str, str]:
    """A time window in seconds after time 0."""
    return {"start": instant(opens), "end": instant(closes)}


def minutes(seconds: int) -> float | int:
    """Minutes that the clock turns into exactly so many seconds again (it rounds up)."""
    whole, rest = divmod(seconds, 60)
    return math.floor(seconds / 60 * 1e6) / 1e6 if rest else whole


def place(index: int) -> dict[str, int]:
    """A row of the travel matrix as a location."""
    return {"matrix_index": index}


def ticket(number: int, row: int, opens: int, closes: int, service: int) -> dict[str, Any]:
    """A mandatory ticket ``K<number>``; times in seconds."""
    return {
        "id": f"K{number}",
        "location": place(row),
        "time_windows": [window(opens, closes)],
        "duration_minutes": minutes(service),
        "mandatory": True,
    }


def technician(number: int, row: int, opens: int, closes: int) -> dict[str, Any]:
    """A technician ``T<number>`` who starts and ends at ``row``; times in seconds."""
    return {"id": f"T{number}", "start": place(row), "shifts": [window(opens, closes)]}


def matrix(seconds: Sequence[Sequence[int]], metres: Sequence[Sequence[int]] | None = None) -> dict[str, Any]:
    """The travel of a problem from whole seconds and, where prices need them, whole metres."""
    travel: dict[str, Any] = {"provider": "matrix", "durations_seconds": [list(row) for row in seconds]}
    if metres is not None:
        travel["distances_meters"] = [list(row) for row in metres]
    return travel


def problem(
    name: str,
    technicians: list[dict[str, Any]],
    tickets: list[dict[str, Any]],
    travel: dict[str, Any],
    prices: dict[str, float],
    policy: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A problem in mode ``cost`` with only the given prices, in cents."""
    return {
        "schema_version": 1,
        "name": name,
        "now": min((t["shifts"][0]["start"] for t in technicians), default=instant(0)),
        "time_zone": "UTC",
        "policy": policy or dict(NO_PROMISES),
        "technicians": technicians,
        "tickets": tickets,
        "travel": travel,
        "objective": {"mode": "cost", "prices": {**NO_PRICES, **prices}},
    }
