"""Hypothesis strategy for random ``Shapes``: small days with every shape, tight enough that rules meet.

Sizes and features are drawn one by one, so that a failing example shrinks to the features it needs; the
numbers come from one drawn seed, which keeps an example cheap.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
from brute_force import route_prices
from hypothesis import strategies as st

from dispatch_engine.rules.shapes import NEVER, Likely, Shapes

UNREACHABLE = 1 << 30


@dataclass(frozen=True)
class Features:
    """Which shapes a random day has."""

    breaks: int
    tight_breaks: bool
    windows: bool
    unreachable: bool
    end_anywhere: bool
    overtime: bool
    resources: int
    likely: bool
    late_step: bool
    late_slope: bool
    late_at_start: bool
    largest_late: bool
    assign: bool
    mandatory: bool
    ready_later: bool
    closed: bool
    metres: bool
    technicians: bool
    missing_points: bool
    alike: bool
    promises: bool
    fixed: bool
    under_way: bool
    sums: bool


@st.composite
def features(draw: st.DrawFn) -> Features:
    """Features of a random day, each on or off, breaks 0 to 2 a shift."""
    values: dict[str, object] = {
        name: draw(st.booleans()) for name in Features.__annotations__ if name not in ("breaks", "resources")
    }
    values |= {"breaks": draw(st.integers(0, 2)), "resources": draw(st.integers(0, 2))}
    return Features(**values)  # type: ignore[arg-type]


@st.composite
def shapes(draw: st.DrawFn, max_shifts: int, max_tickets: int, duration: bool | None = None) -> Shapes:
    """A random day of 1 to ``max_shifts`` shifts and 1 to ``max_tickets`` tickets.

    ``duration``: True: only the duration price and unserved tickets (``working_time``); False: all other
    prices; None: either. A day has about 1000 seconds, so that near misses and ties happen.
    """
    num_shifts = draw(st.integers(1, max_shifts))
    num_tickets = draw(st.integers(1, max_tickets))
    chosen = draw(features())
    by_duration = draw(st.booleans()) if duration is None else duration
    rng = random.Random(draw(st.integers(0, 2**32 - 1)))
    return random_shapes(rng, num_shifts, num_tickets, chosen, by_duration)


def random_shapes(
    rng: random.Random, num_shifts: int, num_tickets: int, chosen: Features, by_duration: bool
) -> Shapes:
    """One day with the ``chosen`` features and numbers from ``rng``."""
    made = Shapes(num_shifts, num_tickets)
    _fill_shifts(rng, made, chosen)
    _fill_tickets(rng, made, chosen)
    _fill_travel(rng, made, chosen)
    _fill_resources(rng, made, chosen)
    if chosen.alike and num_shifts > 1:
        _make_alike(made)
    if by_duration:
        made.duration_price = rng.choice([1, 1000])
        made.unassigned_points[:] = 1000
    else:
        _fill_prices(rng, made, chosen)
    if chosen.sums:
        _fill_sums(rng, made)
    if chosen.fixed:
        _fix_beginnings(rng, made, chosen)
    return made


def _fill_sums(rng: random.Random, made: Shapes) -> None:
    """Limit driving, distance and work of some shifts."""
    for s in range(made.num_shifts):
        limits = rng.randint(0, 700), rng.randint(0, 9000), rng.randint(0, 900)
        for name, limit in zip(("max_driving", "max_metres", "max_work"), limits, strict=True):
            if rng.random() < 0.4 and (made.metres is not None or name != "max_metres"):
                getattr(made, name)[s] = limit


def _fix_beginnings(rng: random.Random, made: Shapes, chosen: Features) -> None:
    """Let some shifts begin with one or two tickets that are possible there alone."""
    free = list(range(made.num_tickets))
    rng.shuffle(free)
    for s in rng.sample(range(made.num_shifts), rng.randint(1, made.num_shifts)):
        tickets = tuple(free[: rng.randint(1, 2)])
        made.last_start[s] = made.ready[s] if chosen.under_way else NEVER
        made.capacity[s] = np.maximum(made.capacity[s], made.use[list(tickets)].sum(axis=0))
        if tickets and any(route_prices(made, s, tickets)):
            free = free[len(tickets) :]
            made.fixed[s] = tickets
            made.closed_by[:, list(tickets)] = 1
            made.closed_by[s, list(tickets)] = 0
            made.reasons = made.reasons or ["infeasible_pin"]
        else:
            made.last_start[s] = NEVER


def _fill_shifts(rng: random.Random, made: Shapes, chosen: Features) -> None:
    made.breaks = []
    for s in range(made.num_shifts):
        start = rng.randint(0, 100)
        made.ready[s] = start + (rng.randint(0, 300) if chosen.ready_later else 0)
        made.end[s] = start + rng.randint(500, 1600)
        made.latest_end[s] = made.end[s] + (rng.randint(0, 300) if chosen.overtime else 0)
        made.start_place[s] = rng.randrange(2)
        made.end_place[s] = -1 if chosen.end_anywhere and rng.random() < 0.6 else rng.randrange(2)
        made.kind[s] = rng.randrange(2)
        made.technician[s] = rng.randint(0, s) if chosen.technicians else s
        made.breaks.append(_breaks(rng, made, s, chosen))


def _breaks(rng: random.Random, made: Shapes, s: int, chosen: Features) -> tuple[tuple[int, int, int], ...]:
    breaks = []
    after = int(made.ready[s])
    for _ in range(rng.randint(0, chosen.breaks)):
        earliest = after + rng.choice([rng.randint(0, 350), rng.randint(0, 20)])
        latest = earliest + rng.randint(0, 60 if chosen.tight_breaks else 300)
        breaks.append((earliest, latest, rng.choice([1, 20, 60, 100])))
        after = rng.choice([earliest, latest])
    return tuple(breaks)


def _fill_tickets(rng: random.Random, made: Shapes, chosen: Features) -> None:
    for v in range(made.num_tickets):
        made.place[v] = rng.randint(0, made.num_tickets + 1)
        made.service[v] = rng.choice([1, 30, 60, 120, 200])
        if chosen.windows and rng.random() < 0.7:
            made.windows[v] = _windows(rng)
        if rng.random() < 0.8:
            made.due[v] = rng.randint(0, 800)
        made.mandatory[v] = chosen.mandatory and rng.random() < 0.4


def _windows(rng: random.Random) -> tuple[tuple[int, int], ...]:
    if rng.random() < 0.05:
        return ()
    windows = []
    opens = rng.randint(0, 300)
    for _ in range(rng.randint(1, 3)):
        closes = opens + rng.randint(0, 200)
        windows.append((opens, closes))
        opens = closes + 2 + rng.randint(0, 200)
    return tuple(windows)


def _fill_travel(rng: random.Random, made: Shapes, chosen: Features) -> None:
    places = made.num_tickets + 2
    numbers = np.random.default_rng(rng.randrange(2**32))
    made.travel = numbers.integers(0, 200, (2, places, places)).astype(np.int32)
    if chosen.unreachable:
        made.travel[numbers.random(made.travel.shape) < 0.15] = UNREACHABLE
    for kind in made.travel:
        np.fill_diagonal(kind, 0)
    if chosen.metres:
        made.metres = numbers.integers(0, 3000, made.travel.shape).astype(np.int32)


def _fill_resources(rng: random.Random, made: Shapes, chosen: Features) -> None:
    for r in range(chosen.resources):
        use = np.array([rng.choice([0, 0, 1, 2]) for _ in range(made.num_tickets)], np.int64)
        capacity = np.array([rng.randint(0, 4) for _ in range(made.num_shifts)], np.int64)
        # Names in falling order, so that the order of multiplication is not the order of columns.
        column = made.add_resource(f"part:{'zyx'[r]}", use, capacity, "no_part")
        if chosen.likely:
            made.likely += [
                Likely(v, column, rng.choice([0.1, 0.35, 0.7, 1.0]))
                for v in range(made.num_tickets)
                if rng.random() < 0.5
            ]
    if chosen.closed:
        for s in range(made.num_shifts):
            for v in range(made.num_tickets):
                if rng.random() < 0.2:
                    made.forbid(s, v, "no_skill")


def _make_alike(made: Shapes) -> None:
    """Make the second shift a copy of the first, so that mirrored plans exist."""
    for name in ("ready", "end", "latest_end", "start_place", "end_place", "kind", "max_work"):
        array = getattr(made, name)
        array[1] = array[0]
    made.breaks[1] = made.breaks[0]
    made.closed_by[1] = made.closed_by[0]
    made.capacity[1] = made.capacity[0]


def _fill_prices(rng: random.Random, made: Shapes, chosen: Features) -> None:
    made.travel_price = rng.choice([0, 1000])
    made.metre_price = rng.choice([0, 7])
    made.overtime_price = 2000
    made.technician_price = rng.choice([0, 40_000]) if chosen.technicians else 0
    made.largest_late_price = rng.choice([500, 5000]) if chosen.largest_late else 0
    made.second_visit_price = 100_001 if chosen.likely else 0
    made.late_at_start = chosen.late_at_start
    for v in range(made.num_tickets):
        weight = rng.choice([1, 2, 4])
        if chosen.late_step:
            made.late_points[v] = rng.choice([0, 1000 * weight])
            made.late_cost[v] = rng.choice([0, 50_000])
        if chosen.late_slope:
            made.late_slope[v] = 2000 * weight
        if chosen.promises and rng.random() < 0.6:
            made.promise[v] = rng.randint(0, 800)
            made.promise_cost[v] = rng.choice([0, 10_000, 300_000])
        if chosen.missing_points:
            made.unassigned_points[v] = rng.choice([0, 1000 * weight, 3000 * weight])
        made.unassigned_cost[v] = rng.choice([0, 200_000, 1_000_000])
    if chosen.assign:
        for s in range(made.num_shifts):
            for v in range(made.num_tickets):
                made.assign_price[s, v] = rng.choice([0, 10_000, 100_000])
