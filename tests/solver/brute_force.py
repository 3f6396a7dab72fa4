"""Every assignment, order and break place of a tiny day, tried one by one: slow, obvious, sharing nothing.

It reads the arrays of ``Shapes`` and imports no solver, kernel or rule: each of them can be held against it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise, permutations, product
from typing import NamedTuple

from dispatch_engine.rules.shapes import Shapes

UNREACHABLE = 1 << 30
NEVER = 1 << 40

Priced = tuple[int, int, int]
"""(points, cost, largest lateness) of one route."""


class Leg(NamedTuple):
    """One thing a technician does: drive, rest, arrive or serve; with seconds, number of break, or ticket."""

    kind: str
    what: int


def best(shapes: Shapes) -> tuple[int, int, int]:
    """Least (unserved mandatory, points, cost) of all plans."""
    everything = range(shapes.num_tickets)
    menu = [
        {
            frozenset(subset): priced
            for size in range(1, shapes.num_tickets + 1)
            for subset in combinations(everything, size)
            if (priced := best_orders(shapes, s, subset))
        }
        for s in range(shapes.num_shifts)
    ]
    fixed = {v for tickets in shapes.fixed for v in tickets}
    return min(
        plan_price(shapes, chosen, routes)
        for chosen in choices(menu, frozenset())
        if fixed <= {v for _, tickets in chosen for v in tickets}
        for routes in product(*(menu[s][tickets] for s, tickets in chosen))
    )


def choices(
    menu: list[dict[frozenset[int], list[Priced]]], taken: frozenset[int], s: int = 0
) -> Iterator[list[tuple[int, frozenset[int]]]]:
    """All ways to give each shift from ``s`` on nothing or one possible set of tickets, each ticket once."""
    if s == len(menu):
        yield []
        return
    for rest in choices(menu, taken, s + 1):
        yield rest
    for tickets in menu[s]:
        if not tickets & taken:
            for rest in choices(menu, taken | tickets, s + 1):
                yield [(s, tickets), *rest]


def plan_price(
    shapes: Shapes, chosen: list[tuple[int, frozenset[int]]], routes: tuple[Priced, ...]
) -> tuple[int, int, int]:
    """Price of a whole plan: its routes, what is missing, technicians and the largest lateness."""
    served = {v for _, tickets in chosen for v in tickets}
    missing = [v for v in range(shapes.num_tickets) if v not in served]
    technicians = {int(shapes.technician[s]) for s, _ in chosen}
    points = sum(route[0] for route in routes) + sum(int(shapes.unassigned_points[v]) for v in missing)
    cost = sum(route[1] for route in routes) + sum(int(shapes.unassigned_cost[v]) for v in missing)
    cost += shapes.technician_price * len(technicians)
    cost += shapes.largest_late_price * max((route[2] for route in routes), default=0)
    return sum(bool(shapes.mandatory[v]) for v in missing), points, cost


def best_orders(shapes: Shapes, s: int, tickets: tuple[int, ...]) -> list[Priced]:
    """The undominated prices of serving ``tickets`` in shift ``s``, over all orders; empty: impossible."""
    if any(shapes.closed_by[s, v] for v in tickets):
        return []
    for r in range(shapes.use.shape[1]):
        if sum(int(shapes.use[v, r]) for v in tickets) > shapes.capacity[s, r]:
            return []
    found: set[Priced] = set()
    for order in permutations(tickets):
        if order[: len(shapes.fixed[s])] != shapes.fixed[s]:
            continue
        found |= set(route_prices(shapes, s, order))
    return [
        p for p in found if not any(q != p and all(a <= b for a, b in zip(q, p, strict=True)) for q in found)
    ]


def route_prices(shapes: Shapes, s: int, order: tuple[int, ...]) -> Iterator[Priced]:
    """All prices at which shift ``s`` can serve ``order``, over break places and begins that may be best."""
    stops = [int(shapes.start_place[s]), *(int(shapes.place[v]) for v in order)]
    if shapes.end_place[s] >= 0:
        stops.append(int(shapes.end_place[s]))
    legs = list(pairwise(stops))
    kind = int(shapes.kind[s])
    if any(shapes.travel[kind, a, b] >= UNREACHABLE for a, b in legs):
        return
    driven = sum(int(shapes.travel[kind, a, b]) for a, b in legs)
    metres = 0 if shapes.metres is None else sum(int(shapes.metres[kind, a, b]) for a, b in legs)
    worked = driven + sum(int(shapes.service[v]) for v in order)
    if driven > shapes.max_driving[s] or metres > shapes.max_metres[s] or worked > shapes.max_work[s]:
        return
    fixed = sum(int(shapes.travel[kind, a, b]) * shapes.travel_price for a, b in legs)
    if shapes.metres is not None:
        fixed += sum(int(shapes.metres[kind, a, b]) * shapes.metre_price for a, b in legs)
    fixed += sum(int(shapes.assign_price[s, v]) for v in order) + second_visits(shapes, s, order)
    driving = [int(shapes.travel[kind, a, b]) for a, b in legs]
    for program in programs(shapes, s, order, driving):
        for begin in begins(shapes, s, order, program):
            timed = price_of_times(shapes, s, order, program, begin)
            if timed is not None:
                yield timed[0], fixed + timed[1], timed[2]


def programs(shapes: Shapes, s: int, order: tuple[int, ...], driving: list[int]) -> Iterator[list[Leg]]:
    """All sequences of driving, resting and serving: each break in any place or not taken, places in order.

    Place 0 is the start place, then come each stop's door (odd) and each stop after its service (even).
    """
    number = len(shapes.breaks[s])
    for places in product(range(-1, 2 * len(order) + 1), repeat=number):
        used = [place for place in places if place >= 0]
        if used != sorted(used):
            continue
        program: list[Leg] = []
        for place in range(2 * len(order) + 1):
            stop = (place - 1) // 2
            if place % 2:
                program += [Leg("drive", driving[stop]), Leg("arrive", order[stop])]
            program += [Leg("rest", k) for k in range(number) if places[k] == place]
            if place % 2:
                program.append(Leg("serve", order[stop]))
        program += [Leg("drive", seconds) for seconds in driving[len(order) :]]
        yield program


def begins(shapes: Shapes, s: int, order: tuple[int, ...], program: list[Leg]) -> list[int]:
    """Every begin of the route that could be best.

    Without a duration price that is the earliest. Else all times are piecewise linear in the begin x, with
    slope 0 or 1; as long as nobody has waited, an event lies at x plus the work before it. So a piece can
    only end where that sum meets one of the event's own moments, and an optimum lies at the end of a piece.
    """
    ready = int(shapes.ready[s])
    if program[0].kind == "rest":
        ready = min(max(ready, shapes.breaks[s][program[0].what][0]), int(shapes.last_start[s]))
    if not shapes.duration_price:
        return [ready]
    found = {ready}
    work = 0
    for leg in program:
        moments: list[int] = []
        if leg.kind == "drive":
            work += leg.what
        elif leg.kind == "rest":
            moments = list(shapes.breaks[s][leg.what][:2])
        else:
            moments = [int(shapes.due[leg.what]), *(t for window in shapes.windows[leg.what] for t in window)]
        found |= {moment - work + step for moment in moments for step in (0, 1)}
        if leg.kind == "rest":
            work += shapes.breaks[s][leg.what][2]
        elif leg.kind == "serve":
            work += int(shapes.service[leg.what])
    moments = [int(shapes.end[s]), int(shapes.latest_end[s]), *(rest[0] for rest in shapes.breaks[s])]
    found |= {moment - work + step for moment in moments for step in (0, 1)}
    return [
        begin for begin in sorted(found) if ready <= begin <= min(shapes.latest_end[s], shapes.last_start[s])
    ]


def price_of_times(
    shapes: Shapes, s: int, order: tuple[int, ...], program: list[Leg], begin: int
) -> Priced | None:
    """(points, cost, largest lateness) of what depends on times, each thing done as early as possible."""
    now = begin
    points = cost = largest = 0
    for kind, what in program:
        if kind == "drive":
            now += what
        elif kind == "rest":
            earliest, latest, seconds = shapes.breaks[s][what]
            now = max(now, earliest)
            if now > latest:
                return None
            now += seconds
        else:
            if kind == "serve":
                starts = [max(now, a) for a, b in shapes.windows[what] if now <= b]
                if not starts:
                    return None
                now = min(starts)
            if (kind == "serve") == shapes.late_at_start:
                late = max(0, now - int(shapes.due[what]))
                points += int(shapes.late_points[what]) if late else 0
                cost += (int(shapes.late_cost[what]) if late else 0) + late * int(shapes.late_slope[what])
                largest = max(largest, late)
            if kind == "arrive" and now > shapes.promise[what]:
                cost += int(shapes.promise_cost[what])
            if kind == "serve":
                now += int(shapes.service[what])
    taken = {leg.what for leg in program if leg.kind == "rest"}
    skipped = [rest for k, rest in enumerate(shapes.breaks[s]) if k not in taken]
    if now > shapes.latest_end[s] or any(now > earliest for earliest, _, _ in skipped):
        return None
    cost += shapes.overtime_price * max(0, now - int(shapes.end[s]))
    cost += shapes.duration_price * (now - begin)
    return points, cost, largest


def second_visits(shapes: Shapes, s: int, order: tuple[int, ...]) -> int:
    """Units for the chance of a second visit to each stop."""
    total = 0
    for position, v in enumerate(order):
        fixed = 1.0
        parts = [part for part in shapes.likely if part.ticket == v]
        for part in sorted(parts, key=lambda part: shapes.resource_names[part.resource]):
            used = sum(int(shapes.use[w, part.resource]) for w in order[: position + 1])
            if int(shapes.capacity[s, part.resource]) - used < 1:
                fixed *= 1.0 - part.probability
        total += round(shapes.second_visit_price * (1.0 - fixed))
    return total
