"""Areas of the map: polygons, holes, circles, the antimeridian, overlaps; and shapes that are none."""

from __future__ import annotations

import pickle
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import only_finding, tiny, with_ticket

from dispatch_engine.check import check
from dispatch_engine.model.areas import Area, AreaIndex, Circle
from dispatch_engine.model.base import validate
from dispatch_engine.model.clock import Clock
from dispatch_engine.model.deadline_words import deadline_words
from dispatch_engine.model.policy import arrival_deadline
from dispatch_engine.model.problem import Problem
from dispatch_engine.model.yaml_reader import parse_yaml
from dispatch_engine.rules.case import Case
from dispatch_engine.solver.solve import solve


def corners(*places: tuple[float, float]) -> list[dict[str, float]]:
    """Corners from longitudes and latitudes."""
    return [{"lon": lon, "lat": lat} for lon, lat in places]


def square(west: float, south: float, size: float) -> list[list[float]]:
    """A closed GeoJSON ring."""
    east, north = west + size, south + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def area(zone: str = "suburban", **shape: Any) -> dict[str, Any]:
    return {"zone": zone, **shape}


def index(*areas: dict[str, Any]) -> AreaIndex:
    return AreaIndex([validate(Area, one) for one in areas])


def zone_at(found: AreaIndex, lon: float, lat: float) -> str | None:
    """The zone of a place, None where it lies in no area."""
    hit = found.find(lat, lon)
    return None if hit is None else hit.zone


SQUARE = area(polygon=corners((121, 31), (122, 31), (122, 32), (121, 32)))


def test_a_polygon_and_its_border() -> None:
    """Inside, outside, on an edge and on a corner: the border belongs to the area."""
    found = index(SQUARE)
    assert [zone_at(found, *place) for place in ((121.5, 31.5), (122.5, 31.5), (121.5, 31), (122, 32))] == [
        "suburban",
        None,
        "suburban",
        "suburban",
    ]


def test_the_first_of_overlapping_areas_counts() -> None:
    """A small area listed first is cut out of a large one."""
    inner = area("urban", geometry={"type": "Polygon", "coordinates": [square(121.4, 31.4, 0.2)]})
    assert zone_at(index(inner, SQUARE), 121.5, 31.5) == "urban"
    assert zone_at(index(SQUARE, inner), 121.5, 31.5) == "suburban"


def test_holes_and_several_polygons() -> None:
    """A ring in a ring is a hole; its border still belongs to the area."""
    rings = [[square(121, 31, 1), square(121.4, 31.4, 0.2)], [square(130, 31, 1)]]
    found = index(area(geometry={"type": "MultiPolygon", "coordinates": rings}))
    assert zone_at(found, 121.5, 31.5) is None
    assert [zone_at(found, *place) for place in ((121.1, 31.5), (121.4, 31.5), (130.5, 31.5))] == [
        "suburban"
    ] * 3


def test_areas_across_the_antimeridian() -> None:
    """From 179° east to 179° west, two degrees wide and not 358, with a hole beyond the line; corners as GeoJSON."""
    ring = [[179, -1], [-179, -1], [-179, 1], [179, 1], [179, -1]]
    hole = [[-179.8, -0.5], [-179.2, -0.5], [-179.2, 0.5], [-179.8, 0.5], [-179.8, -0.5]]
    for shape in (
        {"polygon": corners((179, -1), (-179, -1), (-179, 1), (179, 1))},
        {"geometry": {"type": "Polygon", "coordinates": [ring, hole]}},
    ):
        found = index(area(**shape))
        places = [(179.5, 0.0), (-179.9, 0.0), (180.0, 0.0), (-180.0, 0.0)]
        assert [zone_at(found, *place) for place in places] == ["suburban"] * 4
        assert [zone_at(found, *place) for place in ((178.5, 0.0), (0.0, 0.0), (-178.5, 0.0))] == [None] * 3
        assert (zone_at(found, -179.5, 0.0) is None) == ("geometry" in shape)


def test_circles() -> None:
    """One degree of latitude is 111.2 km; beyond the antimeridian and around a pole, too."""
    assert Circle(lat=0, lon=0, radius_km=111.3).contains(1, 0)
    assert not Circle(lat=0, lon=0, radius_km=111.1).contains(1, 0)
    found = index(
        area("urban", circle={"lat": 0, "lon": 179.9, "radius_km": 50}),
        area("suburban", circle={"lat": 89.9, "lon": 10, "radius_km": 100}),
    )
    assert zone_at(found, -179.9, 0.1) == "urban"
    assert zone_at(found, -179.0, 0.1) is None
    assert zone_at(found, -170.0, 89.8) == "suburban"
    assert zone_at(found, -170.0, 89.0) is None


@given(st.floats(-89, 89), st.floats(-180, 180), st.floats(1, 3000), st.floats(-90, 90), st.floats(-180, 180))
def test_the_box_around_a_circle_hides_nothing(
    lat: float, lon: float, radius: float, there: float, east: float
) -> None:
    """The index finds exactly the places that the circle contains."""
    circle = {"lat": lat, "lon": lon, "radius_km": radius}
    found = index(area(circle=circle))
    assert (zone_at(found, east, there) is not None) == Circle(**circle).contains(there, east)


BOWTIE = corners((121, 31), (122, 32), (122, 31), (121, 32))
POLAR = [[-170, 80], [-60, 80], [60, 80], [170, 80], [-170, 80]]


@pytest.mark.parametrize(
    ("shape", "where", "code", "message"),
    [
        ({}, "", "conflicting_fields", "has no shape; give one of polygon, circle and geometry"),
        (
            {"polygon": BOWTIE, "circle": {"lat": 0, "lon": 0, "radius_km": 1}},
            "",
            "conflicting_fields",
            "has several shapes (polygon, circle); give one of",
        ),
        (
            {"polygon": BOWTIE},
            "/polygon",
            "bad_area",
            "is no polygon: Self-intersection at longitude and latitude 121.5 31.5; correct its corners",
        ),
        (
            {"polygon": corners((1, 1), (2, 2), (3, 3))},
            "/polygon",
            "bad_area",
            "encloses nothing; its corners lie",
        ),
        (
            {"polygon": corners((1, 1), (2, 2), (1, 1))},
            "/polygon",
            "bad_area",
            "encloses nothing; give at least",
        ),
        (
            {"geometry": {"type": "Polygon", "coordinates": [POLAR]}},
            "/geometry",
            "bad_area",
            "goes around a pole; cut it at the antimeridian",
        ),
        (
            {"geometry": {"type": "Polygon", "coordinates": [square(1, 1, 1), square(5, 5, 1)]}},
            "/geometry",
            "bad_area",
            "is no polygon: Hole lies outside shell",
        ),
        (
            {"geometry": {"type": "Polygon", "coordinates": [square(1, 1, 1)[:4]]}},
            "/geometry/coordinates/0",
            "bad_area",
            "is no ring; give at least four positions, the last equal to the first",
        ),
        (
            {"geometry": {"type": "MultiPolygon", "coordinates": [[]]}},
            "/geometry/coordinates/0",
            "bad_area",
            "has no ring; give the outer one",
        ),
        (
            {"geometry": {"type": "MultiPolygon", "coordinates": [7]}},
            "/geometry/coordinates/0",
            "wrong_type",
            "7 has the wrong type; it must be a list",
        ),
        (
            {"geometry": {"type": "Polygon", "coordinates": [[[1, 91], [2, 1], [2, 2], [1, 91]]]}},
            "/geometry/coordinates/0/0",
            "out_of_range",
            "[1, 91] is no longitude and latitude; longitude comes first",
        ),
        (
            {"geometry": {"type": "Polygon", "coordinates": [[[1, "2"], [2, 1], [2, 2], [1, "2"]]]}},
            "/geometry/coordinates/0/0",
            "bad_area",
            "is no position; write [longitude, latitude]",
        ),
        (
            {"circle": {"lat": 0, "lon": 0, "radius_km": 0}},
            "/circle/radius_km",
            "out_of_range",
            "must be more than 0",
        ),
    ],
)
def test_shapes_that_are_none(shape: dict[str, Any], where: str, code: str, message: str) -> None:
    """Each is told where it stands, a border that crosses itself with the place where it does."""
    finding = only_finding(tiny(policy={"extends": "home-appliance", "areas": [area(**shape)]}))
    assert (finding.pointer, finding.code) == (f"/policy/areas/0{where}", code)
    assert message in finding.message


def test_an_area_without_arrival_hours() -> None:
    """Its zone must be one of the policy's."""
    finding = only_finding(
        tiny(policy={"extends": "home-appliance", "areas": [area("moon", **_shape(SQUARE))]})
    )
    assert (finding.pointer, finding.code) == ("/policy/areas/0/zone", "unknown_zone")
    assert finding.message == ("'moon' has no arrival hours; use one of 'urban', 'suburban' or add it there")


def _shape(one: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in one.items() if key != "zone"}


def in_areas(**ticket: Any) -> Problem:
    """The tiny problem with a suburb around its first ticket, at 31.19° north and 121.43° east."""
    suburb = area(name="The suburb", circle={"lat": 31.19, "lon": 121.43, "radius_km": 3})
    policy = {"extends": "home-appliance", "areas": [suburb]}
    return Problem.from_dict({**with_ticket(**ticket), "policy": policy, "time_zone": "Asia/Shanghai"})


def test_tickets_without_a_zone_get_that_of_their_area() -> None:
    """K1 lies in the suburb and is due after six hours, K2 in no area; a ticket's own zone comes first."""
    problem = in_areas()
    assert [problem.policy.zone(ticket) for ticket in problem.tickets] == ["suburban", "urban"]
    clock = Clock.of(problem)
    due = arrival_deadline(problem, problem.tickets[0], clock)
    assert due is not None
    assert clock.datetime(due).hour == 14
    assert deadline_words(problem, problem.tickets[0], clock)["arrival"] == (
        "2026-11-23 14:00: 6 h (zone suburban of The suburb) from the moment of planning 2026-11-23 08:00"
    )
    own = in_areas(zone="urban")
    assert own.policy.zone(own.tickets[0]) == "urban"


def test_the_zone_of_an_area_sets_the_speed() -> None:
    """On the road to the suburb the mean of 25 and 45 km/h counts; without the area 25."""
    slow = Problem.from_dict(tiny())
    fast = in_areas()
    legs = [Case.of(problem).travel.seconds[0, 0, 1] for problem in (slow, fast)]
    assert legs[1] == pytest.approx(legs[0] * 25 / 35, abs=1)


def test_a_plan_with_areas_passes_the_check() -> None:
    """Engine and checker agree about zones, and the problem survives a journey to another process."""
    problem = in_areas()
    plan = solve(problem, iterations=10, workers=1)
    assert check(problem, plan).ok
    again = pickle.loads(pickle.dumps(problem))
    assert again == problem
    assert again.policy.zone(again.tickets[0]) == "suburban"
    assert Problem.from_json(problem.to_json()) == problem


def test_places_without_coordinates_lie_in_no_area() -> None:
    """A row of a matrix is nowhere on the map."""
    matrix = {"provider": "matrix", "durations_seconds": [[0, 60, 60], [60, 0, 60], [60, 60, 0]]}
    document = tiny(travel=matrix, policy={"extends": "home-appliance", "areas": [SQUARE]})
    for number, place in enumerate((document["technicians"][0], *document["tickets"])):
        place["start" if number == 0 else "location"] = {"matrix_index": number}
    problem = Problem.from_dict(document)
    assert problem.policy.zone(problem.tickets[0]) == "urban"


def test_the_example_of_the_concepts_page() -> None:
    """The old town lies in the suburb's square and comes first; the triangle is GeoJSON."""
    page = (Path(__file__).parents[2] / "docs" / "concepts.md").read_text(encoding="utf-8")
    (example,) = re.findall(
        r"^```yaml\n(extends: home-appliance\nareas.*?)^```$", page, re.MULTILINE | re.DOTALL
    )
    policy = parse_yaml(example, 64)
    assert isinstance(policy, dict)
    found = index(*policy["areas"])
    places = ((121.48, 31.24), (121.3, 31.1), (120.4, 30.1), (120.1, 30.4))
    assert [zone_at(found, *place) for place in places] == ["urban", "suburban", "suburban", None]
