"""Service areas: hard or priced, the border inside, the same by shapely and by counting edges."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import at, charged, closed, codes, order, problem, technician, ticket, violations

from dispatch_engine.errors import InputError
from dispatch_engine.model.areas import Corner
from dispatch_engine.model.problem import Location, Problem, ServiceArea
from dispatch_engine.rules.service_area import _contains, _is_inside

SQUARE = [{"lat": 0, "lon": 0}, {"lat": 0, "lon": 2}, {"lat": 2, "lon": 2}, {"lat": 2, "lon": 0}]


def world(lat: float, lon: float, outside_price: float | None = None, **fields: Any) -> Problem:
    """One technician with the square from (0, 0) to (2, 2), one ticket at a place."""
    area: dict[str, Any] = {"polygon": SQUARE}
    if outside_price is not None:
        area["outside_price"] = outside_price
    job = ticket(location={"lat": lat, "lon": lon, "matrix_index": 1})
    return problem([job], [technician(service_area=area)], **fields)


def test_outside_is_closed():
    """Inside and on the border the pair is open, outside it is not."""
    for lat, lon in ((1, 1), (0, 0), (0, 1), (2, 2)):
        assert closed(world(lat, lon)) == {}
        assert codes(world(lat, lon), order("K0")) == []
    assert closed(world(1, 2.001)) == {"T0 K0": "outside_service_area"}
    (found,) = violations(world(1, 2.001), order("K0"))
    assert (found.code, found.message) == (
        "outside_service_area",
        "ticket K0 lies outside the service area of technician T0",
    )


def test_outside_may_have_a_price():
    """30 cost minutes; in mode `cost` each is worth a minute of driving."""
    assert closed(world(3, 3, 30)) == {}
    assert charged(world(3, 3, 30), order("K0"), "service_area") == (0, 30)
    assert charged(world(1, 1, 30), order("K0"), "service_area") == (0, 0)
    cents = world(3, 3, 30, objective={"mode": "cost", "prices": {"travel_minute": 7}})
    assert charged(cents, order("K0"), "service_area") == (0, 210)
    assert charged(world(3, 3, 30, objective={"mode": "working_time"}), order("K0"), "service_area") == (0, 0)


def test_who_is_on_the_way_may_leave_the_area():
    """A visit that is done, or driven to, is not judged."""
    job = ticket(
        location={"lat": 9, "lon": 9, "matrix_index": 1}, pinned={"technician": "T0", "status": "en_route"}
    )
    where = problem([job], [technician(service_area={"polygon": SQUARE})], now=at(10))
    assert codes(where, order("K0")) == []


@given(
    corners=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=6, unique=True),
    lat=st.integers(0, 12),
    lon=st.integers(0, 12),
)
@settings(max_examples=500, deadline=None, derandomize=True)
def test_both_sides_agree_on_the_grid(corners: list[tuple[int, int]], lat: int, lon: int):
    """Corners and edges are often met exactly: shapely and the count of edges say the same."""
    import numpy as np
    from shapely import Polygon

    if not Polygon([(x, y) for y, x in corners]).is_valid:
        return
    polygon = tuple(Corner(lat=y / 10, lon=x / 10) for y, x in corners)
    place = Location(lat=lat / 20, lon=lon / 20)
    by_shapely = _contains(ServiceArea(polygon=polygon), np.array([lon / 20]), np.array([lat / 20]))
    assert _is_inside(polygon, place) == bool(by_shapely[0])


def hourglass() -> Problem:
    """The corners of the square in the wrong order."""
    area = {"polygon": [SQUARE[0], SQUARE[1], SQUARE[3], SQUARE[2]]}
    return problem([], [technician(service_area=area)])


def line() -> Problem:
    """Three corners on one line."""
    return problem([], [technician(service_area={"polygon": [{"lat": i, "lon": i} for i in range(3)]})])


@pytest.mark.parametrize("make", [hourglass, line])
def test_a_polygon_that_is_none_is_refused(make: Any):
    """The finding names the place and the cure."""
    with pytest.raises(InputError) as caught:
        make()
    (finding,) = caught.value.findings
    assert (finding.pointer, finding.code) == ("/technicians/0/service_area/polygon", "bad_polygon")
    assert finding.message == (
        "crosses itself or encloses nothing; list the corners in their order around the area"
    )


def test_tickets_need_coordinates_where_there_is_an_area():
    """A row of the matrix alone lies nowhere."""
    with pytest.raises(InputError) as caught:
        problem([ticket()], [technician(service_area={"polygon": SQUARE})])
    (finding,) = caught.value.findings
    assert (finding.pointer, finding.code) == ("/tickets/0/location/lat", "missing_field")
    assert finding.message == "is required where a technician has a service_area; add lat and lon"
