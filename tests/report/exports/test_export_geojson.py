"""A plan as GeoJSON, as RFC 7946 has it."""

from __future__ import annotations

import json
from typing import Any

from little_plan import day, document, ticket

from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.report.exports.geojson import cut_at_antimeridian, geojson_text


def features(problem: Problem, plan: Plan) -> list[dict[str, Any]]:
    """The features of a plan, after what the standard asks of all of them."""
    collection = json.loads(geojson_text(problem, plan))
    assert collection["type"] == "FeatureCollection"
    assert set(collection) == {"type", "features"}
    for feature in collection["features"]:
        assert set(feature) == {"type", "id", "geometry", "properties"}
        assert feature["type"] == "Feature"
    ids = [feature["id"] for feature in collection["features"]]
    assert len(set(ids)) == len(ids)
    found: list[dict[str, Any]] = collection["features"]
    return found


def test_routes_visits_and_what_was_left_out() -> None:
    """Longitude first; a route is a line from home over the visits and back."""
    found = features(*day())
    assert [feature["id"] for feature in found] == [
        "route/Ann/1/0",
        "route/bob/0",
        "visit/Ann/1/0/K1",
        "visit/Ann/1/0/K2",
        "visit/bob/0/K3",
        "unassigned/K4",
    ]
    assert found[0]["geometry"] == {
        "type": "LineString",
        "coordinates": [[121.0, 31.0], [121.05, 31.0], [121.1, 31.0], [121.0, 31.0]],
    }
    assert found[2]["geometry"] == {"type": "Point", "coordinates": [121.05, 31.0]}
    assert found[5]["properties"] == {
        "kind": "unassigned",
        "ticket": "K4",
        "service": "repair",
        "priority": "high",
        "reasons": ["2 technicians lack gas 1"],
    }
    visit = found[3]["properties"]
    assert (visit["number"], visit["start"], visit["late_minutes"] > 0) == (
        2,
        "2026-11-23T12:30:00+08:00",
        True,
    )


def test_places_without_coordinates_have_no_geometry() -> None:
    """With a matrix nobody needs coordinates."""
    rows = [[0, 60, 60], [60, 0, 60], [60, 60, 0]]
    shift = {"start": "2026-11-23T08:00:00+08:00", "end": "2026-11-23T17:00:00+08:00"}
    problem = Problem.from_dict(
        {
            "technicians": [{"id": "T1", "start": {"matrix_index": 0}, "shifts": [shift]}],
            "tickets": [{"id": "K1", "location": {"matrix_index": 1}, "duration_minutes": 5}],
            "travel": {"provider": "matrix", "durations_seconds": rows},
        }
    )
    stops = [{"kind": "ticket", "ticket": "K1"}]
    plan = Plan.from_dict({"routes": [{"technician": "T1", "stops": stops}]})
    assert [feature["geometry"] for feature in features(problem, plan)] == [None, None]


def test_lines_are_cut_at_the_antimeridian() -> None:
    """From 179° east to 179° west at the equator and north: half way at 180°, half way up."""
    assert cut_at_antimeridian([[179.0, 0.0], [-179.0, 1.0], [-178.0, 1.0]]) == [
        [[179.0, 0.0], [180.0, 0.5]],
        [[-180.0, 0.5], [-179.0, 1.0], [-178.0, 1.0]],
    ]
    assert cut_at_antimeridian([[-179.0, 0.0], [179.0, 1.0]]) == [
        [[-179.0, 0.0], [-180.0, 0.5]],
        [[180.0, 0.5], [179.0, 1.0]],
    ]
    assert cut_at_antimeridian([[180.0, 1.0], [-180.0, 1.0]]) == [
        [[180.0, 1.0], [180.0, 1.0]],
        [[-180.0, 1.0], [-180.0, 1.0]],
    ]


def test_a_route_across_the_antimeridian_is_a_line_of_two_pieces() -> None:
    """Fiji, say."""
    problem = document(
        tickets=[ticket("K1", 179.9), ticket("K2", -179.9), ticket("K3", 179.8), ticket("K4", 0)]
    )
    for person in problem["technicians"]:
        person["start"] = {"lat": 31.0, "lon": 179.95}
    line = features(*day(**problem))[0]["geometry"]
    assert line["type"] == "MultiLineString"
    assert [len(part) for part in line["coordinates"]] == [3, 3, 2]
