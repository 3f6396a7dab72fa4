"""Service area: a technician works inside a polygon, and outside at a price or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dispatch_engine.model.service_areas import shape_of
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.pairs import technician_of_shift
from dispatch_engine.rules.rule import NOTHING, Price, Rule, Violation
from dispatch_engine.rules.shapes import Shapes
from dispatch_engine.rules.visits import PlanTimes, RouteTimes, Visit

if TYPE_CHECKING:
    from dispatch_engine.model.areas import Corner
    from dispatch_engine.model.problem import Location, ServiceArea


class ServiceAreas(Rule):
    """What counts is the customer's place, straight lines between corners, the border included.

    ``outside_price`` null closes everything outside; else each visit there costs so many cost minutes.
    """

    name = "service_area"
    codes = ("outside_service_area",)
    asks_who = True

    def lower(self, case: Case, shapes: Shapes) -> None:
        """Close or price what lies outside, by shapely for all tickets at once."""
        technicians, tickets = case.problem.technicians, case.problem.tickets
        if not tickets or all(technician.service_area is None for technician in technicians):
            return
        lon = np.array([ticket.location.lon for ticket in tickets], np.float64)
        lat = np.array([ticket.location.lat for ticket in tickets], np.float64)
        of_shift = technician_of_shift(case)
        for position, technician in enumerate(technicians):
            area = technician.service_area
            if area is None:
                continue
            outside = (of_shift == position)[:, None] & ~_contains(area, lon, lat)[None, :]
            if area.outside_price is None:
                shapes.forbid_where(outside, "outside_service_area")
            else:
                shapes.assign_price[outside] += _units(case, area.outside_price)

    def violations(self, case: Case, plan: PlanTimes) -> Iterator[Violation]:
        """One violation per visit outside an area that has no price."""
        for route, visit in _visits_outside(case, plan):
            technician, ticket = case.technician_of(route.shift), case.problem.tickets[visit.ticket]
            assert technician.service_area is not None
            if technician.service_area.outside_price is None:
                yield Violation(
                    "outside_service_area",
                    f"ticket {ticket.id} lies outside the service area of technician {technician.id}",
                    technician.id,
                    case.shifts[route.shift].number,
                    ticket.id,
                )

    def price(self, case: Case, plan: PlanTimes) -> Price:
        """``outside_price`` of every visit outside."""
        total = NOTHING
        for route, _ in _visits_outside(case, plan):
            area = case.technician_of(route.shift).service_area
            assert area is not None
            total += Price(cost=_units(case, area.outside_price or 0))
        return total


def _units(case: Case, minutes: float) -> int:
    return 0 if case.mode == "working_time" else round(minutes * case.minute_units)


def _contains(area: ServiceArea, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
    import shapely

    shape = shape_of(area.polygon)
    shapely.prepare(shape)
    return np.asarray(shapely.intersects_xy(shape, lon, lat), np.bool_)


def _visits_outside(case: Case, plan: PlanTimes) -> Iterator[tuple[RouteTimes, Visit]]:
    """Visits to customers outside the technician's area."""
    for route, visit in plan.visits():
        area = case.technician_of(route.shift).service_area
        if area is not None and not _is_inside(area.polygon, case.problem.tickets[visit.ticket].location):
            yield route, visit


def _is_inside(polygon: Sequence[Corner], place: Location) -> bool:
    """Whether ``place`` lies in the polygon or on its border: how many edges lie east of it, exactly."""
    assert place.lat is not None
    assert place.lon is not None
    inside = False
    for one, other in pairwise((*polygon, polygon[0])):
        if (one.lat, one.lon) == (place.lat, place.lon):
            return True
        if one.lat == other.lat == place.lat and min(one.lon, other.lon) <= place.lon <= max(
            one.lon, other.lon
        ):
            return True
        if (one.lat > place.lat) != (other.lat > place.lat):
            east = _side(one, other, place)
            if east == 0:
                return True
            inside ^= (east > 0) == (other.lat > one.lat)
    return inside


def _side(one: Corner, other: Corner, place: Location) -> Fraction:
    """More than 0 where ``place`` lies left of the way from ``one`` to ``other``; fractions do not round."""
    x, y = Fraction(place.lon or 0), Fraction(place.lat or 0)
    x1, y1, x2, y2 = (Fraction(value) for value in (one.lon, one.lat, other.lon, other.lat))
    return (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1)
