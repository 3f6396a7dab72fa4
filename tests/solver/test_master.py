"""The pool remembers the cheapest order of each set, and the master makes the best plan of what it holds."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from shapes_strategies import shapes as random_shapes

from dispatch_engine.rules.shapes import Shapes
from dispatch_engine.solver.arrays import compile_data, new_pool, new_state
from dispatch_engine.solver.budget import Stop
from dispatch_engine.solver.kernels.anneal import anneal
from dispatch_engine.solver.kernels.polish import load_routes
from dispatch_engine.solver.kernels.pool import remember
from dispatch_engine.solver.kernels.route import evaluate
from dispatch_engine.solver.kernels.state import clear
from dispatch_engine.solver.master import Column, Master, pool_columns
from dispatch_engine.solver.search import Search
from dispatch_engine.solver.warm import two_tickets


def three_tickets() -> Shapes:
    """Two shifts, three tickets; leaving one out costs a point (1,000 milli-points)."""
    day = Shapes(2, 3)
    day.breaks = [(), ()]
    day.unassigned_points[:] = 1000
    return day


def test_the_pool_keeps_the_cheapest_order_of_a_set() -> None:
    """Three orders of one set on one shift and one on another: two columns, the first at its least price."""
    pool_of_one_shift = Shapes(2, 2)
    pool_of_one_shift.service[:] = 60
    pool_of_one_shift.latest_end[:] = 7200
    pool = new_pool(pool_of_one_shift, 16)
    for s, order, cost in ((0, (0, 1), 70), (0, (1, 0), 50), (0, (0, 1), 60), (1, (0, 1), 90)):
        remember(pool, s, np.array(order, np.int64), 2, 0, cost)
    assert pool_columns([pool]) == [Column(0, (1, 0), 0, 50), Column(1, (0, 1), 0, 90)]
    assert pool.counted.tolist() == [4, 2]


def test_of_two_pools_the_cheaper_order_counts_and_the_latest_routes_come_first() -> None:
    """Set {0, 1} costs 50 in one pool and 40 in the other; with room for one column, the last one met is kept."""
    day = Shapes(1, 2)
    day.service[:] = 60
    day.latest_end[:] = 7200
    one, two = new_pool(day, 16), new_pool(day, 16)
    remember(one, 0, np.array([0, 1], np.int64), 2, 0, 50)
    remember(two, 0, np.array([1, 0], np.int64), 2, 0, 40)
    remember(two, 0, np.array([1], np.int64), 1, 0, 7)
    assert pool_columns([one, two]) == [Column(0, (1,), 0, 7), Column(0, (1, 0), 0, 40)]
    assert pool_columns([one, two], most=1) == [Column(0, (1,), 0, 7)]


def test_a_full_pool_forgets_the_oldest() -> None:
    """With 8 slots and 12 sets there are 8 columns left, and the last one offered is among them."""
    day = Shapes(1, 12)
    day.service[:] = 60
    day.latest_end[:] = 7200
    pool = new_pool(day, 8)
    for v in range(12):
        remember(pool, 0, np.array([v], np.int64), 1, 0, v)
    columns = pool_columns([pool])
    assert len(columns) == 8
    assert Column(0, (11,), 0, 11) in columns


def test_the_master_serves_all_before_it_saves_cost() -> None:
    """A: {0,1} on shift 0 for 10, {2} on shift 1 for 100, all served. B: {0} and {1} for 1 each leaves 2 out.

    Points come first: A costs 0 points and 110 units, B 1,000 points and 2 units.
    """
    columns = [
        Column(0, (0, 1), 0, 10),
        Column(1, (2,), 0, 100),
        Column(0, (0,), 0, 1),
        Column(1, (1,), 0, 1),
    ]
    master = Master(three_tickets(), columns)
    assert master.choose([[], []], 1.0, seconds=2.0, seed=0, deterministic=True).routes == [[0, 1], [2]]


def test_the_master_prefers_the_cheapest_of_equal_points() -> None:
    """Both orders of assigning serve everything; 30 + 5 beats 20 + 20."""
    columns = [
        Column(0, (0, 1), 0, 30), Column(1, (2,), 0, 5), Column(1, (0, 1), 0, 20), Column(0, (2,), 0, 20),
    ]  # fmt: skip
    master = Master(three_tickets(), columns)
    assert master.choose([[0, 1], [2]], 1.0, seconds=2.0, seed=0, deterministic=True).routes == [[0, 1], [2]]
    assert master.choose([[2], [0, 1]], 1.0, seconds=2.0, seed=0, deterministic=True).routes == [[0, 1], [2]]


def test_no_columns_no_plan() -> None:
    """An empty pool has nothing to say."""
    assert Master(three_tickets(), []).choose([[], []], 1.0, seconds=1.0, seed=0) is None


def best_choice(day: Shapes, columns: list[Column]) -> tuple[int, int, int]:
    """The best (mandatory, points, cost) of one column or none per shift, by trying all."""
    menus: list[list[Column | None]] = [
        [None, *(c for c in columns if c.shift == s)] for s in range(day.num_shifts)
    ]
    fixed = [v for tickets in day.fixed for v in tickets]
    return min(
        worth(day, [c for c in choice if c])
        for choice in product(*menus)
        if disjoint(choice) and all(any(v in c.tickets for c in choice if c) for v in fixed)
    )


def disjoint(choice: tuple[Column | None, ...]) -> bool:
    served = [v for column in choice if column for v in column.tickets]
    return len(served) == len(set(served))


def worth(day: Shapes, chosen: list[Column]) -> tuple[int, int, int]:
    missing = [v for v in range(day.num_tickets) if not any(v in c.tickets for c in chosen)]
    return (
        int(day.mandatory[missing].sum()),
        sum(c.points for c in chosen) + int(day.unassigned_points[missing].sum()),
        sum(c.cost for c in chosen) + int(day.unassigned_cost[missing].sum()),
    )


@given(day=random_shapes(3, 5), seed=st.integers(0, 10**6))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_the_master_finds_the_best_plan_in_the_pool(day: Shapes, seed: int) -> None:
    """On random days, what the master chooses is worth as much as the best of all choices."""
    data = compile_data(day)
    state, pool = new_state(day, data, seed), new_pool(day, 256)
    clear(data, state)
    anneal(data, state, pool, 60, 10.0, 1e6)
    columns = pool_columns([pool])
    for s, tickets in enumerate(day.fixed):
        if tickets and (s, tickets) not in {(c.shift, c.tickets) for c in columns}:
            _, points, cost, _ = evaluate(data, s, np.array(tickets), len(tickets), state.labels, state.used)
            columns.append(Column(s, tickets, int(points), int(cost)))
    if not columns:
        return
    chosen_routes = Master(day, columns).choose(
        [[] for _ in range(day.num_shifts)], 10.0, seconds=5.0, seed=0, deterministic=True
    )
    assert chosen_routes is not None
    prices = {(c.shift, c.tickets): c for c in columns}
    chosen = [prices[s, tuple(route)] for s, route in enumerate(chosen_routes.routes) if route]
    assert worth(day, chosen) == best_choice(day, columns)


@given(day=random_shapes(3, 6), seed=st.integers(0, 10**6))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_pooled_routes_cost_what_they_say(day: Shapes, seed: int) -> None:
    """Each remembered route, priced from scratch, costs what the pool says."""
    data = compile_data(day)
    state, pool = new_state(day, data, seed), new_pool(day, 64)
    clear(data, state)
    anneal(data, state, pool, 60, 10.0, 1e6)
    for column in pool_columns([pool]):
        route = np.array(column.tickets, np.int64)
        priced: Any = evaluate(data, column.shift, route, len(route), state.labels, state.used)
        assert priced[:3] == (True, column.points, column.cost)
        assert not day.closed_by[column.shift, route].any()
        assert (day.use[route].sum(axis=0) <= day.capacity[column.shift]).all()


def test_routes_that_are_closed_or_over_a_limit_are_not_loaded() -> None:
    """Whoever offers routes, the state refuses a closed ticket and a limit that is passed."""
    day = two_tickets()
    day.add_resource("fan", np.array([1, 1]), np.array([1]), "no_part")
    data = compile_data(day)
    state = new_state(day, data, 0)
    route, length = np.zeros_like(state.route), np.zeros_like(state.length)
    route[0, :2], length[0] = (0, 1), 2
    assert not load_routes(data, state, route, length)
    length[0] = 1
    assert load_routes(data, state, route, length)
    day.forbid(0, 0, "no_skill")
    assert not load_routes(compile_data(day), state, route, length)


def test_recombination_improves_the_best_plan() -> None:
    """A plan from the master, if better, is the best one from then on; a second run finds nothing more."""
    day = two_tickets()
    search = Search(day, seed=0, workers=2)
    search.construct()
    for state in search.states:
        clear(search.data, state)
        state.best_total[:], state.best_length[:] = np.iinfo(np.int64).max, 0
    search.best_total = None
    search._best_length[:] = 0
    remember(search.pools[1], 0, np.array([1, 0], np.int64), 2, 0, 120_000)
    assert search.recombine(1.0, Stop(), deterministic=True)
    # Start and end at place 0, every leg 60 s, also from a place to itself here: three legs, 180 s.
    assert search.best_total == (0, 0, 180_000)
    assert not search.recombine(1.0, Stop(), deterministic=True)
