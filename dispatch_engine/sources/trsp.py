"""Technician-routing instances (TRSP text format of V. Pillac) read as problems in the words of the contract.

Two families of files exist, and the file itself tells which one it is:

* with ``DISTANCES`` and ``TRAVEL TIMES`` blocks ("Praxedo", real field-service days): both blocks are taken
  over. Travel times there are whole seconds, printed as minutes with four decimals; ``68.4667`` is 4108 s.
  Rounding up after taking off half of the last printed digit (0.003 s) gives back those seconds exactly.
* without them (instances made from Solomon's files): one unit of the plane is one unit of time at speed 1.
  Distances are Euclidean in double precision, times are rounded up to the second. A leg is therefore less
  than one second longer than in the literature, and a published working time grows by less than one second
  a leg. With one minute a unit that is 1/60 unit a leg; an instance whose best known solution meets a
  window to the last digit can lose it.

The format has no date: instances begin on Monday, 2026-01-05, 00:00 UTC, and a unit of time is a minute.
Where the horizon exceeds the 48 hours that a shift may last, a unit is halved until it fits; the returned
notes say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispatch_engine.sources.trsp_text import Instance, Node, read_instance

DAY_ZERO = datetime(2026, 1, 5, tzinfo=UTC)
"""Midnight before the first shift; a Monday."""

NO_PROMISES = {
    "name": "no-promises",
    "arrival_hours": {"urban": None},
    "first_response": None,
    "resolution": None,
    "confirm_call_minutes": None,
}
"""Policy of an imported problem: the files know hard windows only, so that nothing can be late."""

LONGEST_SHIFT_MINUTES = 48 * 60
LONGEST_SERVICE_MINUTES = 24 * 60

PRINTED_DIGIT_SECONDS = 0.003
"""Half of the last digit of the TRAVEL TIMES block: 0.0001 min / 2."""

FLOAT_NOISE_SECONDS = 1e-6
"""Taken off before rounding up, so that 600.0000000001 s stay 600 s."""

METRES_PER_UNIT = 1000
"""Length of one unit of the plane, and of the DISTANCES block (which is in kilometres)."""

METRES_PER_DEGREE = 111_320
"""Used only to put the plane on the map, around latitude 0 and longitude 0."""


@dataclass(frozen=True)
class Imported:
    """A problem as contract JSON, and notes: what the user should know about the translation."""

    problem: dict[str, Any]
    notes: tuple[str, ...]


def read_trsp(path: str | Path, *, depots: bool = False) -> Imported:
    """Read a ``.txt`` or ``.txt.gz`` instance as a problem in ``working_time`` mode.

    Nodes keep their numbers: node 3 is technician ``T3`` or ticket ``K3``, and row 3 of the matrix. Rows of
    the matrix beyond the last node (copies of homes and the depot) are left out.

    Parameters
    ----------
    depots : whether the central depot, where technicians of these instances may fetch every tool and any
        number of parts, becomes a depot of the problem. Without it the days are harder than published, and
        a note says so.

    Raises
    ------
    InputError
        With file, line, value and cure where the file is unreadable, damaged or larger than the contract
        allows.
    """
    instance = read_instance(path)
    scale = _minutes_per_unit(instance)
    technicians = [_technician(node, scale) for node in instance.technicians]
    problem: dict[str, Any] = {
        "schema_version": 1,
        "name": instance.name,
        "now": min((t["shifts"][0]["start"] for t in technicians), default=_instant(0, scale)),
        "time_zone": "UTC",
        "policy": dict(NO_PROMISES),
        "technicians": technicians,
        "tickets": [_ticket(node, scale) for node in instance.requests],
        "travel": _travel(instance, scale),
        "objective": {"mode": "working_time"},
    }
    has_stock = any(node.parts or node.tools for node in instance.requests)
    if has_stock and depots:
        problem["depots"] = [_depot(instance.depot)]
    return Imported(problem, tuple(_notes(instance, scale, has_stock and not depots)))


def _minutes_per_unit(instance: Instance) -> float:
    """One minute a unit, halved until every shift fits into 48 hours and every service into a day."""
    if instance.minutes is not None:
        return 1.0
    longest = max((node.closes - node.opens for node in instance.technicians), default=0.0)
    service = max((node.service for node in instance.requests), default=0.0)
    scale = 1.0
    while longest * scale > LONGEST_SHIFT_MINUTES or service * scale > LONGEST_SERVICE_MINUTES:
        scale /= 2
    return scale


def _notes(instance: Instance, scale: float, without_depot: bool) -> Iterable[str]:
    yield f"minutes_per_unit: {scale:g} (one unit of time of the file is {60 * scale:g} s here)"
    if instance.minutes is None:
        yield "legs are Euclidean distances, rounded up: each is less than 1 s longer than published"
    else:
        yield "legs are the file's TRAVEL TIMES, given back as the whole seconds they were printed from"
    if without_depot:
        yield (
            "the central depot is left out: nobody can fetch tools or parts during the day, "
            "so fewer requests can be served than in the published solutions"
        )


def _technician(node: Node, scale: float) -> dict[str, Any]:
    shift = {"start": _instant(node.opens, scale), "end": _instant(node.closes, scale)}
    technician: dict[str, Any] = {"id": f"T{node.id}", "start": _location(node), "shifts": [shift]}
    _add(technician, "skills", _skills(node.skills))
    _add(technician, "van_stock", _parts(node.parts))
    _add(technician, "tools", _tools(node.tools))
    return technician


def _ticket(node: Node, scale: float) -> dict[str, Any]:
    window = {"start": _instant(node.opens, scale), "end": _instant(node.closes, scale)}
    ticket: dict[str, Any] = {
        "id": f"K{node.id}",
        "location": _location(node),
        "time_windows": [window],
        "duration_minutes": _plain(node.service * scale),
    }
    _add(ticket, "required_skills", _skills(node.skills))
    _add(ticket, "required_parts", _parts(node.parts))
    _add(ticket, "required_tools", _tools(node.tools))
    return ticket


def _depot(node: Node) -> dict[str, Any]:
    return {"id": "D0", "location": _location(node), "stock": None, "restock_minutes": 0}


def _add(target: dict[str, Any], field: str, value: dict[str, int] | list[str]) -> None:
    if value:
        target[field] = value


def _skills(indices: Sequence[int]) -> dict[str, int]:
    return {f"skill-{index}": 1 for index in indices}


def _tools(indices: Sequence[int]) -> list[str]:
    return [f"tool-{index}" for index in indices]


def _parts(counts: Sequence[int]) -> dict[str, int]:
    return {f"part-{index}": count for index, count in enumerate(counts) if count}


def _location(node: Node) -> dict[str, Any]:
    degrees = METRES_PER_UNIT / METRES_PER_DEGREE
    return {
        "lat": round(node.y * degrees, 6),
        "lon": round(node.x * degrees, 6),
        "matrix_index": node.id,
    }


def _instant(units: float, scale: float) -> str:
    return (DAY_ZERO + timedelta(seconds=round(units * scale * 60))).isoformat()


def _plain(minutes: float) -> float | int:
    return int(minutes) if minutes.is_integer() else minutes


def _travel(instance: Instance, scale: float) -> dict[str, Any]:
    if instance.minutes is not None:
        assert instance.kilometres is not None
        seconds = np.ceil(instance.minutes * 60 - PRINTED_DIGIT_SECONDS)
        metres = np.rint(instance.kilometres * METRES_PER_UNIT)
    else:
        units = _euclidean(instance.nodes)
        seconds = np.ceil(units * 60 * scale - FLOAT_NOISE_SECONDS)
        metres = np.rint(units * METRES_PER_UNIT)
    return {
        "provider": "matrix",
        "durations_seconds": np.maximum(seconds, 0).astype(np.int64).tolist(),
        "distances_meters": metres.astype(np.int64).tolist(),
    }


def _euclidean(nodes: Sequence[Node]) -> NDArray[np.float64]:
    """Distances in units of the plane, float64[N, N]."""
    x = np.array([node.x for node in nodes])
    y = np.array([node.y for node in nodes])
    distances: NDArray[np.float64] = np.hypot(x[:, None] - x, y[:, None] - y)
    return distances
