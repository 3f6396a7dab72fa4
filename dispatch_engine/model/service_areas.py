"""Areas on the map: checks of polygons, and of what must be known where some technician has one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from dispatch_engine.errors import Finding

if TYPE_CHECKING:
    from dispatch_engine.model.areas import Corner
    from dispatch_engine.model.problem import Problem


def shape_of(polygon: Sequence[Corner]) -> Any:
    """The polygon for shapely, longitude first."""
    from shapely import Polygon  # heavy, and seldom needed

    return Polygon([(corner.lon, corner.lat) for corner in polygon])


def service_areas(problem: Problem) -> Iterator[Finding]:
    """Service areas enclose something, without crossing themselves, and tickets have coordinates to look up."""
    in_use = False
    for index, technician in enumerate(problem.technicians):
        if technician.service_area is None:
            continue
        in_use = True
        area = shape_of(technician.service_area.polygon)
        if not area.is_valid or area.area == 0:
            message = "crosses itself or encloses nothing; list the corners in their order around the area"
            yield Finding(f"/technicians/{index}/service_area/polygon", "bad_polygon", message)
    for index, ticket in enumerate(problem.tickets if in_use else ()):
        if ticket.location.lat is None:
            message = "is required where a technician has a service_area; add lat and lon"
            yield Finding(f"/tickets/{index}/location/lat", "missing_field", message)
