"""Days of one route for the micro-benchmarks, and a slow, obvious twin that prices them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import hypot

import numpy as np

from dispatch_engine.rules.shapes import POINTS, Shapes

SEED = 7
SERVICE = 600
SHIFT = 24 * 3600
BREAK = (2 * 3600, 4 * 3600, 1800)
"""Earliest and latest start, and length, in seconds."""
TRAVEL_PRICE, LATE_SLOPE = 1000, 2000
"""Units a second."""
WEIGHT = 5000.0
"""Units a milli-point: an SLA point is worth more than any detour here."""

Score = tuple[int, int]
"""Milli-points and units."""


def route_day(stops: int) -> Shapes:
    """One shift with a break, ``stops`` tickets along a spiral, and one more ticket to insert, number ``stops``.

    Every third ticket is due a little before the route gets there, the others long after.
    """
    rng = np.random.default_rng(SEED)
    angle = np.linspace(0, 6 * np.pi, stops + 1)
    reach = np.linspace(600, 1200, stops + 1)
    points = [
        (0.0, 0.0),
        *zip((reach * np.cos(angle)).tolist(), (reach * np.sin(angle)).tolist(), strict=True),
    ]
    points[-1] = tuple(rng.uniform(-1200, 1200, 2).tolist())
    shapes = Shapes(num_shifts=1, num_tickets=stops + 1)
    away = [[round(hypot(x - a, y - b)) for a, b in points] for x, y in points]
    shapes.travel = np.array([away], np.int32)
    shapes.place[:] = range(1, stops + 2)
    shapes.service[:] = SERVICE
    shapes.end[:] = shapes.latest_end[:] = SHIFT
    shapes.due[:] = [(n + 1) * SERVICE + (0 if n % 3 == 0 else SHIFT) for n in range(stops + 1)]
    shapes.late_points[:], shapes.late_slope[:] = POINTS, LATE_SLOPE
    shapes.unassigned_points[:] = 3 * POINTS
    shapes.breaks = [(BREAK,)]
    shapes.travel_price = TRAVEL_PRICE
    return shapes


def slow_price(shapes: Shapes, order: list[int]) -> Score:
    """The price of serving ``order``: every place of the break is tried, and none where the route ends early."""
    travel = [int(shapes.travel[0, a, b]) for a, b in _legs(shapes, order)]
    late = min(_lateness(shapes, order, travel))
    return late[0], late[1] + TRAVEL_PRICE * sum(travel)


def slow_insertion(shapes: Shapes, order: list[int], ticket: int) -> Score:
    """The price of ``order`` with ``ticket`` at its best place, by ``WEIGHT``: every place is tried."""
    tries = [slow_price(shapes, [*order[:p], ticket, *order[p:]]) for p in range(len(order) + 1)]
    return min(tries, key=lambda score: WEIGHT * score[0] + score[1])


def _legs(shapes: Shapes, order: list[int]) -> Iterator[tuple[int, int]]:
    places = [0, *(int(shapes.place[ticket]) for ticket in order), 0]
    return pairwise(places)


def _lateness(shapes: Shapes, order: list[int], travel: list[int]) -> Iterator[Score]:
    """Points and units for lateness, for every place of the break that is allowed."""
    slots: list[int | None] = [None, *range(2 * len(order) + 1)]
    for slot in slots:
        now, points, cost, taken = 0, 0, 0, slot is None
        for position, ticket in enumerate(order):
            for moment in (2 * position, 2 * position + 1):
                if slot == moment:
                    taken, now = now <= BREAK[1], max(now, BREAK[0]) + BREAK[2]
                if moment % 2 == 0:
                    now += travel[position]
                    delay = now - int(shapes.due[ticket])
                    points += POINTS * (delay > 0)
                    cost += LATE_SLOPE * max(0, delay)
            now += SERVICE
        if slot == 2 * len(order):
            taken, now = now <= BREAK[1], max(now, BREAK[0]) + BREAK[2]
        now += travel[-1]
        if taken and now <= SHIFT and (slot is not None or now <= BREAK[0]):
            yield points, cost
