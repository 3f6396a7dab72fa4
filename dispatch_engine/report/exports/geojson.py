"""A plan as GeoJSON (RFC 7946): routes as lines, visits, unassigned tickets and depots as points."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.report.data import report_data
from dispatch_engine.report.visits import without_nulls

Feature = dict[str, Any]
Position = list[float]
DECIMALS = 6
"""A millionth of a degree is about ten centimetres."""


def geojson_text(problem: Problem, plan: Plan) -> str:
    """The plan as a feature collection, positions as longitude and latitude in WGS 84.

    Each feature has a ``kind``: ``route``, ``visit``, ``unassigned`` or ``depot``. What has no coordinates has
    a null geometry. Lines that cross the antimeridian are cut there, as the standard asks.
    """
    document = problem.model_dump(mode="json", exclude={"travel", "policy", "base_plan"})
    policy = problem.policy.model_dump(mode="json", exclude={"areas"})
    shown = plan.model_dump(mode="json")
    data = report_data(document, shown, policy)
    features = [*_routes(data, shown), *_visits(data, shown), *_unassigned(data), *_depots(data)]
    collection = {"type": "FeatureCollection", "features": features}
    return json.dumps(collection, ensure_ascii=False, indent=1) + "\n"


def _routes(data: Mapping[str, Any], plan: Mapping[str, Any]) -> Iterator[Feature]:
    for line, route in zip(data["routes"], plan["routes"], strict=True):
        person = data["technicians"][line["technician"]]
        points = [*line["path"], *([line["home"]] if line["home"] else [])]
        fields = ("shift", "start_at", "end_at", "travel_minutes", "distance_km", "overtime_minutes")
        yield _feature(
            f"route/{route['technician']}/{route['shift']}",
            _line(points),
            kind="route",
            technician=route["technician"],
            name=person.get("name"),
            stroke=person["colour"],
            **{field: route.get(field) for field in fields},
        )


def _visits(data: Mapping[str, Any], plan: Mapping[str, Any]) -> Iterator[Feature]:
    stops = [
        (route["technician"], route["shift"], stop)
        for route in plan["routes"]
        for stop in route["stops"]
        if stop["kind"] == "ticket"
    ]
    fields = ("arrival", "start", "end", "due_at", "late_minutes", "wait_minutes", "travel_minutes")
    for shown, (technician, shift, stop) in zip(data["stops"], stops, strict=True):
        yield _feature(
            f"visit/{technician}/{shift}/{stop['ticket']}",
            _point(shown.get("at")),
            kind="visit",
            technician=technician,
            shift=shift,
            number=shown["number"],
            **_about(shown),
            **{field: stop.get(field) for field in fields},
        )


def _unassigned(data: Mapping[str, Any]) -> Iterator[Feature]:
    for entry in data["unassigned"]:
        yield _feature(
            f"unassigned/{entry['ticket']}",
            _point(entry.get("at")),
            kind="unassigned",
            **_about(entry),
            reasons=[reason["message"] or reason["code"] for reason in entry["reasons"]],
        )


def _depots(data: Mapping[str, Any]) -> Iterator[Feature]:
    for depot in data["depots"]:
        point = _point(depot.get("at"))
        yield _feature(f"depot/{depot['id']}", point, kind="depot", depot=depot["id"], name=depot.get("name"))


def _about(ticket: Mapping[str, Any]) -> dict[str, Any]:
    return {key: ticket.get(key) for key in ("ticket", "name", "address", "service", "priority")}


def _feature(identity: str, geometry: Feature | None, **properties: Any) -> Feature:
    found = without_nulls(properties)
    return {"type": "Feature", "id": identity, "geometry": geometry, "properties": found}


# ---------------------------------------------------------------- geometry


def _point(at: Sequence[float] | None) -> Feature | None:
    return None if at is None else {"type": "Point", "coordinates": _position(at)}


def _position(at: Sequence[float]) -> Position:
    return [round(at[1], DECIMALS), round(at[0], DECIMALS)]


def _line(points: Sequence[Sequence[float]]) -> Feature | None:
    if len(points) < 2:
        return None
    parts = cut_at_antimeridian([_position(at) for at in points])
    if len(parts) == 1:
        return {"type": "LineString", "coordinates": parts[0]}
    return {"type": "MultiLineString", "coordinates": parts}


def cut_at_antimeridian(line: Sequence[Position]) -> list[list[Position]]:
    """The pieces of a line; a leg of more than 180 degrees goes the other way round and is cut at ±180."""
    parts = [[list(line[0])]]
    for (lon, lat), (next_lon, next_lat) in pairwise(line):
        if abs(next_lon - lon) > 180:
            side = 180.0 if lon > 0 else -180.0
            width = next_lon + 2 * side - lon
            crossing = lat + (next_lat - lat) * (side - lon) / width if width else lat
            parts[-1].append([side, round(crossing, DECIMALS)])
            parts.append([[-side, round(crossing, DECIMALS)]])
        parts[-1].append([next_lon, next_lat])
    return parts
