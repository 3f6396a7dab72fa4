"""Kernels against their slow twins: route prices, insertions, taken-back changes, times."""

from __future__ import annotations

import random

import numpy as np
import pytest
from brute_force import best_orders, route_prices
from hypothesis import given, settings
from hypothesis import strategies as st
from shapes_strategies import shapes as random_shapes

from dispatch_engine.rules.shapes import Shapes
from dispatch_engine.solver.arrays import compile_data, longest_route, new_pool, new_state
from dispatch_engine.solver.kernels.anneal import anneal
from dispatch_engine.solver.kernels.chance import below, seeded, shuffle, uniform
from dispatch_engine.solver.kernels.polish import load_routes
from dispatch_engine.solver.kernels.route import NOWHERE, best_insertion, evaluate
from dispatch_engine.solver.kernels.state import (
    AT_LEAST,
    PRICED_COST,
    PRICED_PLACE,
    PRICED_POINTS,
    PRICED_TIME,
    PRICED_VERSION,
    clear,
    commit,
    global_cost,
    keep_if_best,
    price,
)

Priced = tuple[int, int, int]


def without_global_terms(shapes: Shapes) -> Shapes:
    """The same day, priced route by route only."""
    shapes.largest_late_price = 0
    shapes.technician_price = 0
    return shapes


def orders(shapes: Shapes, s: int, chance: random.Random) -> tuple[int, ...]:
    """A random order of some tickets that are open for shift ``s`` and within its limits, perhaps empty."""
    fixed = shapes.fixed[s]
    tickets = [v for v in range(shapes.num_tickets) if not shapes.closed_by[s, v] and v not in fixed]
    chance.shuffle(tickets)
    room = longest_route(shapes)
    chosen: list[int] = list(fixed)
    for v in tickets[: chance.randint(0, len(tickets))]:
        use = shapes.use[[*chosen, v]].sum(axis=0)
        if len(chosen) < room and (use <= shapes.capacity[s]).all():
            chosen.append(v)
    return tuple(chosen)


def slow_price(shapes: Shapes, s: int, order: tuple[int, ...]) -> tuple[int, int] | None:
    """(points, cost) of the best schedule of ``order`` by trying everything; None: impossible."""
    if not order:
        return (0, 0)
    return min(((points, cost) for points, cost, _ in route_prices(shapes, s, order)), default=None)


def fast_price(shapes: Shapes, s: int, order: tuple[int, ...]) -> tuple[int, int] | None:
    """The same by the kernel."""
    data = compile_data(shapes)
    state = new_state(shapes, data, 0)
    route = np.array(order, np.int64)
    feasible, points, cost, _ = evaluate(data, s, route, len(order), state.labels, state.used)
    return (int(points), int(cost)) if feasible else None


@given(day=random_shapes(2, 5), seed=st.integers(0, 10**6))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_a_route_costs_what_trying_every_break_place_says(day: Shapes, seed: int) -> None:
    """The schedule kernel finds the exact best price of a sequence, in the earliest and the duration mode."""
    day = without_global_terms(day)
    chance = random.Random(seed)
    s = chance.randrange(day.num_shifts)
    order = orders(day, s, chance)
    assert fast_price(day, s, order) == slow_price(day, s, order)


def test_two_breaks_before_leaving_keep_both_in_time() -> None:
    """The drive may not come between two breaks if the second one would then begin too late.

    Stop 0 at home ends at 5400 s; both breaks (600 s) may begin from 5100, by 6900 and by 6000. At home: 5400
    and 6000, both in time; then 179 s to stop 1. At its door the second one would begin at 6179: too late.
    """
    day = Shapes(1, 2)
    day.travel = np.array([[[0, 179], [179, 0]]], np.int32)
    day.place[:], day.service[:] = (0, 1), (5400, 300)
    day.end[:] = day.latest_end[:] = 10_800
    day.breaks, day.travel_price = [((5100, 6900, 600), (5100, 6000, 600))], 1000
    assert fast_price(day, 0, (0, 1)) == slow_price(day, 0, (0, 1)) == (0, 358_000)


@given(day=random_shapes(1, 5), seed=st.integers(0, 10**6))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_an_insertion_is_the_cheapest_of_all_places(day: Shapes, seed: int) -> None:
    """`best_insertion` names a place whose price, route priced anew, is the least of all places."""
    day = without_global_terms(day)
    chance = random.Random(seed)
    order = orders(day, 0, chance)
    others = [v for v in range(day.num_tickets) if v not in order and not day.closed_by[0, v]]
    before = slow_price(day, 0, order)
    if not others or before is None or len(order) >= longest_route(day):
        return
    v = chance.choice(others)
    if (day.use[[*order, v]].sum(axis=0) > day.capacity[0]).any():
        return
    prices = {
        p: slow_price(day, 0, (*order[:p], v, *order[p:])) for p in range(len(day.fixed[0]), len(order) + 1)
    }
    data = compile_data(day)
    state = new_state(day, data, 0)
    table, length = np.zeros_like(state.route), np.zeros_like(state.length)
    table[0, : len(order)], length[0] = order, len(order)
    assert load_routes(data, state, table, length)
    weight = chance.choice([0.0, 1.0, 1e6])
    place, points, cost, time_cost = best_insertion(
        data, 0, state.route[0], len(order), state.load[0], state.likely_count[0],
        state.points[0], state.time_cost[0], v, weight, np.inf, state.labels, state.used,
    )  # fmt: skip
    possible = [price for price in prices.values() if price is not None]
    if not possible:
        assert place == NOWHERE
        return
    assert (before[0] + points, before[1] + cost) == prices[place]
    route = np.array((*order[:place], v, *order[place:]), np.int64)
    assert time_cost == evaluate(data, 0, route, len(route), state.labels, state.used)[3]
    # Places whose drive alone costs more are skipped unpriced; that is exact where extra stops never save time.
    scores = [weight * (p[0] - before[0]) + p[1] - before[1] for p in possible]
    if day.duration_price > 0:
        assert weight * points + cost == min(scores)


def with_shortest_ways(shapes: Shapes) -> Shapes:
    """The same day where no detour is shorter than the direct way, in seconds and in metres."""
    for table in [shapes.travel] if shapes.metres is None else [shapes.travel, shapes.metres]:
        for middle in range(table.shape[1]):
            around = table[:, :, middle, None].astype(np.int64) + table[:, middle, None, :]
            table[:] = np.minimum(table, around)
    return shapes


@given(day=random_shapes(1, 6), seed=st.integers(0, 10**6), metric=st.booleans())
@settings(max_examples=500, deadline=None, derandomize=True)
def test_the_tables_of_a_route_price_an_insertion_exactly(day: Shapes, seed: int, metric: bool) -> None:
    """`price`, which uses the tables, states the true price of its place: the least one where detours cost time."""
    day = without_global_terms(with_shortest_ways(day) if metric else day)
    chance = random.Random(seed)
    order = orders(day, 0, chance)
    others = [v for v in range(day.num_tickets) if v not in order and not day.closed_by[0, v]]
    before = slow_price(day, 0, order)
    if not others or before is None or len(order) >= longest_route(day):
        return
    v = chance.choice(others)
    if (day.use[[*order, v]].sum(axis=0) > day.capacity[0]).any():
        return
    data = compile_data(day)
    state = new_state(day, data, 0)
    table, length = np.zeros_like(state.route), np.zeros_like(state.length)
    table[0, : len(order)], length[0] = order, len(order)
    assert load_routes(data, state, table, length)
    weight = chance.choice([0.0, 1.0, 1e6])
    place = price(data, state, v, 0, weight, np.inf)
    prices = {
        p: slow_price(day, 0, (*order[:p], v, *order[p:])) for p in range(len(day.fixed[0]), len(order) + 1)
    }
    possible = [found for found in prices.values() if found is not None]
    if not possible:
        assert place == NOWHERE
        return
    added = int(state.priced[v, 0, PRICED_POINTS]), int(state.priced[v, 0, PRICED_COST])
    assert (before[0] + added[0], before[1] + added[1]) == prices[place]
    route = np.array((*order[:place], v, *order[place:]), np.int64)
    assert (
        state.priced[v, 0, PRICED_TIME] == evaluate(data, 0, route, len(route), state.labels, state.used)[3]
    )
    if metric:
        assert weight * added[0] + added[1] == min(
            weight * (found[0] - before[0]) + found[1] - before[1] for found in possible
        )


@given(day=random_shapes(3, 6), seed=st.integers(0, 10**6), weight=st.sampled_from([1.0, 50.0, 1e5]))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_sums_kept_by_the_search_equal_a_full_recount(day: Shapes, seed: int, weight: float) -> None:
    """After any number of moves, accepted and taken back, every sum equals the sum from scratch."""
    data = compile_data(day)
    state = new_state(day, data, seed)
    clear(data, state)
    commit(state)
    for _ in range(10):
        anneal(data, state, new_pool(day), 5, weight, 1e5)
        assert_sums(day, data, state)


def assert_sums(day: Shapes, data, state) -> None:
    """Totals, loads and places of the state, against the routes counted again."""
    points = cost = 0
    served: list[int] = []
    for s in range(day.num_shifts):
        length = int(state.length[s])
        route = state.route[s, :length].copy()
        served += route.tolist()
        feasible, route_points, route_cost, time_cost = evaluate(
            data, s, route, length, state.labels, state.used
        )
        assert feasible
        assert (route_points, route_cost, time_cost) == (state.points[s], state.cost[s], state.time_cost[s])
        assert (state.load[s] == day.use[route].sum(axis=0)).all()
        assert not day.closed_by[s, route].any()
        assert all(state.shift_of[v] == s for v in route)
        assert tuple(route[: len(day.fixed[s])].tolist()) == day.fixed[s]
        points, cost = points + route_points, cost + route_cost
    assert len(served) == len(set(served))
    missing = [v for v in range(day.num_tickets) if v not in served]
    assert all(state.shift_of[v] == -1 for v in missing)
    assert state.total.tolist() == [
        int(day.mandatory[missing].sum()),
        points + int(day.unassigned_points[missing].sum()),
        cost + int(day.unassigned_cost[missing].sum()),
    ]


@given(day=random_shapes(3, 6), seed=st.integers(0, 10**6))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_cached_prices_are_never_stale(day: Shapes, seed: int) -> None:
    """Every cached insertion price of a route's present version equals a fresh one; every bound holds."""
    data = compile_data(with_shortest_ways(day))
    state = new_state(day, data, seed)
    clear(data, state)
    anneal(data, state, new_pool(day), 20, 100.0, 1e5)
    for v in range(day.num_tickets):
        for s in range(day.num_shifts):
            if (
                state.priced[v, s, PRICED_VERSION] != state.version[s]
                or state.shift_of[v] == s
                or day.closed_by[s, v]
            ):
                continue
            place, points, cost, _ = best_insertion(
                data, s, state.route[s], state.length[s], state.load[s], state.likely_count[s],
                state.points[s], state.time_cost[s], v, 100.0, np.inf, state.labels, state.used,
            )  # fmt: skip
            kept = state.priced[v, s]
            if kept[PRICED_PLACE] == AT_LEAST:
                assert place == NOWHERE or 100.0 * points + cost >= kept[PRICED_COST]
            else:
                assert (place, points, cost) == (kept[PRICED_PLACE], kept[PRICED_POINTS], kept[PRICED_COST])


@given(day=random_shapes(2, 4), seed=st.integers(0, 10**6))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_global_terms_belong_to_the_plan(day: Shapes, seed: int) -> None:
    """Largest lateness and technicians used are priced once for the whole plan."""
    for breaks in range(day.num_shifts):
        day.breaks[breaks] = ()  # with breaks, the largest lateness is not what a route minimises
    data = compile_data(day)
    state = new_state(day, data, seed)
    clear(data, state)
    anneal(data, state, new_pool(day), 20, 100.0, 1e5)
    keep_if_best(data, state)
    used = [s for s in range(day.num_shifts) if state.length[s]]
    largest = 0
    for s in used:
        order = tuple(state.route[s, : state.length[s]].tolist())
        largest = max(largest, min(route_prices(day, s, order))[2])
    technicians = len({int(day.technician[s]) for s in used})
    in_routes = sum(int(data.shift[s]["used_price"]) for s in used)
    expected = largest * day.largest_late_price + technicians * day.technician_price
    assert global_cost(data, state) + in_routes == expected


@pytest.mark.parametrize("seed", [0, 1, -5, 10**30])
def test_random_numbers_are_spread_and_repeat(seed: int) -> None:
    """Draws lie in (0, 1), average 1/2, and the same seed gives the same numbers."""
    rng, again = seeded(seed), seeded(seed)
    draws = [uniform(rng) for _ in range(2000)]
    assert draws == [uniform(again) for _ in range(2000)]
    assert 0 < min(draws) < 0.01
    assert 0.99 < max(draws) < 1
    assert abs(sum(draws) / 2000 - 0.5) < 0.03
    assert {below(rng, 3) for _ in range(100)} == {0, 1, 2}
    values = np.arange(10)
    shuffle(rng, values, 10)
    assert sorted(values) == list(range(10))


def test_best_orders_is_reachable() -> None:
    """The slow twin agrees with a hand calculation: 60 s there, 1800 s work, 60 s back, at 1000 units a second."""
    day = Shapes(1, 1)
    day.travel = np.array([[[0, 60], [60, 0]]], np.int32)
    day.place[:], day.service[:], day.start_place[:], day.end_place[:] = 1, 1800, 0, 0
    day.end[:] = day.latest_end[:] = 7200
    day.breaks, day.travel_price = [()], 1000
    # 60 s + 60 s = 120 s of driving = 120,000 units
    assert best_orders(day, 0, (0,)) == [(0, 120_000, 0)]
    assert fast_price(day, 0, (0,)) == (0, 120_000)
