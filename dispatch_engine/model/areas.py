"""Parts of the map: polygons with holes, circles, GeoJSON; and which of them a place lies in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from dispatch_engine.model.base import Many, Model, Name, refuse, shown

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

EARTH_KM = 6371.0088
"""Mean radius; a circle's rim is exact to half a per cent of its radius."""

MOST_CORNERS = 100_000
TURNS = (0.0, 360.0, -360.0)
"""Degrees by which a longitude may differ and still be the same place."""

Position = tuple[float, float]
"""Longitude and latitude, as GeoJSON has them."""


class Corner(Model):
    """A corner of an area, WGS 84."""

    lat: Annotated[float, Field(ge=-90, le=90)] = Field(description="Latitude.")
    lon: Annotated[float, Field(ge=-180, le=180)] = Field(description="Longitude.")


class Circle(Model):
    """Everything that is not farther from a centre than a radius."""

    lat: Annotated[float, Field(ge=-90, le=90)] = Field(description="Latitude of the centre.")
    lon: Annotated[float, Field(ge=-180, le=180)] = Field(description="Longitude of the centre.")
    radius_km: Annotated[float, Field(gt=0, le=5000)] = Field(description="Radius, as the crow flies.")

    def contains(self, lat: float, lon: float) -> bool:
        """Whether a place is not farther from the centre than the radius."""
        south, north = math.radians(self.lat), math.radians(lat)
        half = math.sin((north - south) / 2) ** 2
        half += math.cos(south) * math.cos(north) * math.sin(math.radians(lon - self.lon) / 2) ** 2
        return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half))) <= self.radius_km


class Geometry(Model):
    """A GeoJSON geometry (RFC 7946): positions are longitude and latitude, holes are rings after the first."""

    type: Literal["Polygon", "MultiPolygon"] = Field(description="Kind of geometry.")
    coordinates: list[Any] = Field(description="Rings of positions; of a MultiPolygon, one level deeper.")

    @cached_property
    def polygons(self) -> tuple[tuple[tuple[Position, ...], ...], ...]:
        """The rings of each polygon, the outer one first."""
        found = [self.coordinates] if self.type == "Polygon" else self.coordinates
        return tuple(tuple(tuple((x, y) for x, y, *_ in ring) for ring in rings) for rings in found)

    @model_validator(mode="after")
    def _has_rings(self) -> Self:
        top = (("coordinates",), self.coordinates)
        listed = [top] if self.type == "Polygon" else _numbered(*top)
        rings = [ring for at, polygon in listed for ring in _rings(at, polygon)]
        count = sum(_corners(at, ring) for at, ring in rings)
        if count > MOST_CORNERS:
            raise refuse("out_of_range", f"has {count:,} corners, more than {MOST_CORNERS:,}", "coordinates")
        return self


def _rings(at: tuple[str | int, ...], polygon: Any) -> list[tuple[tuple[str | int, ...], Any]]:
    rings = _numbered(at, polygon)
    if not rings:
        raise refuse("bad_area", "has no ring; give the outer one", *at)
    return rings


def _corners(at: tuple[str | int, ...], ring: Any) -> int:
    """The number of positions of a ring, all of them sound."""
    if not isinstance(ring, list) or len(ring) < 4 or ring[0] != ring[-1]:
        raise refuse("bad_area", "is no ring; give at least four positions, the last equal to the first", *at)
    _check_positions(at, ring)
    return len(ring)


def _numbered(at: tuple[str | int, ...], values: Any) -> list[tuple[tuple[str | int, ...], Any]]:
    if not isinstance(values, list):
        raise refuse("wrong_type", f"{shown(values)} has the wrong type; it must be a list", *at)
    return [((*at, number), value) for number, value in enumerate(values)]


def _check_positions(at: tuple[str | int, ...], ring: list[Any]) -> None:
    for number, position in enumerate(ring):
        is_pair = isinstance(position, list) and 2 <= len(position) <= 3
        if not is_pair or not all(type(value) in (int, float) for value in position):
            raise refuse("bad_area", "is no position; write [longitude, latitude]", *at, number)
        if not (abs(position[0]) <= 180 and abs(position[1]) <= 90):
            message = f"[{position[0]}, {position[1]}] is no longitude and latitude; longitude comes first"
            raise refuse("out_of_range", message, *at, number)


class Area(Model):
    """A part of the map whose tickets belong to one zone: a polygon, a circle, or a GeoJSON geometry."""

    name: Name | None = Field(default=None, description="Name for people.")
    zone: Name = Field(description="Zone of the tickets inside.")
    polygon: Annotated[Many[Corner], Field(min_length=3, max_length=10_000)] | None = Field(
        default=None, description="Corners in order; the last joins the first."
    )
    circle: Circle | None = Field(default=None, description="Centre and radius.")
    geometry: Geometry | None = Field(
        default=None, description="GeoJSON geometry `Polygon` or `MultiPolygon`, with holes if wanted."
    )

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        given = [name for name in ("polygon", "circle", "geometry") if getattr(self, name) is not None]
        if len(given) != 1:
            what = "has no shape" if not given else f"has several shapes ({', '.join(given)})"
            raise refuse("conflicting_fields", f"{what}; give one of polygon, circle and geometry")
        for rings in self.rings:
            _check_shape(rings, given[0])
        return self

    @property
    def rings(self) -> tuple[tuple[tuple[Position, ...], ...], ...]:
        """The rings of each polygon, longitudes unwound; none where the area is a circle."""
        if self.polygon is not None:
            ring = tuple((corner.lon, corner.lat) for corner in self.polygon)
            return (_unwound(((*ring, ring[0]),)),)
        return tuple(_unwound(rings) for rings in self.geometry.polygons) if self.geometry else ()


def _check_shape(rings: tuple[tuple[Position, ...], ...], field: str) -> None:
    """A ring goes around something, does not cross itself, and holes lie inside."""
    from shapely.geometry import Polygon
    from shapely.validation import explain_validity

    if any(abs(ring[-1][0] - ring[0][0]) > 1 for ring in rings):
        raise refuse("bad_area", "goes around a pole; cut it at the antimeridian", field)
    if any(len(set(ring)) < 3 for ring in rings):
        raise refuse("bad_area", "encloses nothing; give at least three different corners", field)
    shape = Polygon(rings[0], rings[1:])
    if shape.convex_hull.area == 0:
        raise refuse("bad_area", "encloses nothing; its corners lie in a line", field)
    if not shape.is_valid:
        reason = explain_validity(shape).replace("[", " at longitude and latitude ").replace("]", "")
        raise refuse("bad_area", f"is no polygon: {reason}; correct its corners", field)


def _unwound(rings: Sequence[Sequence[Position]]) -> tuple[tuple[Position, ...], ...]:
    """Rings whose longitudes go on beyond ±180: an edge of more than 180 degrees goes the other way round."""
    outer = _unwound_ring(rings[0])
    west, east = min(lon for lon, _ in outer), max(lon for lon, _ in outer)
    return (outer, *(_moved_between(_unwound_ring(ring), west, east) for ring in rings[1:]))


def _moved_between(hole: tuple[Position, ...], west: float, east: float) -> tuple[Position, ...]:
    """A hole beyond the antimeridian, moved by a whole turn to where its polygon has gone on."""
    first, last = min(lon for lon, _ in hole), max(lon for lon, _ in hole)
    turns = (turn for turn in TURNS if west <= first + turn and last + turn <= east)
    turn = next(turns, 0.0)
    return tuple((lon + turn, lat) for lon, lat in hole)


def _unwound_ring(ring: Sequence[Position]) -> tuple[Position, ...]:
    shift = 0.0
    found = [ring[0]]
    for (before, _), (lon, lat) in pairwise(ring):
        if abs(lon - before) > 180:
            shift += 360 if before > lon else -360
        found.append((lon + shift, lat))
    return tuple(found)


class AreaIndex:
    """Finds the first area that contains a place; borders belong to the area."""

    def __init__(self, areas: Sequence[Area]) -> None:
        from shapely import STRtree

        self._areas = areas
        self._shapes = [_shape(area) for area in areas]
        self._tree = STRtree(self._shapes)
        bounds = [shape.bounds for shape in self._shapes]
        is_plain = all(west >= -180 and east <= 180 for west, _, east, _ in bounds)
        self._turns = TURNS[:1] if is_plain else TURNS
        self._known: dict[Position, int | None] = {}

    def find(self, lat: float, lon: float) -> Area | None:
        """The first area that contains a place, None where none does."""
        place = (lon, lat)
        if place not in self._known:
            self._known[place] = self._first(lat, lon)
        number = self._known[place]
        return None if number is None else self._areas[number]

    def _first(self, lat: float, lon: float) -> int | None:
        from shapely import Point

        points = [Point(lon + turn, lat) for turn in self._turns]
        for number in sorted({int(hit) for point in points for hit in self._tree.query(point)}):
            circle, shape = self._areas[number].circle, self._shapes[number]
            if circle.contains(lat, lon) if circle else any(shape.intersects(point) for point in points):
                return number
        return None


def _shape(area: Area) -> BaseGeometry:
    """The area's shape; of a circle a box around it, on which ``Circle.contains`` has the last word."""
    from shapely.geometry import MultiPolygon, Polygon, box

    if area.circle is None:
        return MultiPolygon([Polygon(rings[0], rings[1:]) for rings in area.rings])
    lat, lon = area.circle.lat, area.circle.lon
    height = math.degrees(area.circle.radius_km / EARTH_KM) * 1.01
    pole = max(abs(lat - height), abs(lat + height))
    # Near a pole the circle may reach every longitude.
    width = 180.0 if pole >= 89 else min(180.0, height / math.cos(math.radians(pole)))
    return box(lon - width, lat - height, lon + width, lat + height)
