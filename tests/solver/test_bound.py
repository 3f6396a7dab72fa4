"""Bounds against every plan of small days, by hand and by brute force, and how tight they are."""

from __future__ import annotations

import math
import random
from itertools import permutations

import numpy as np
import pytest
from brute_force import best as brute_best
from brute_force import route_prices
from hypothesis import given, settings
from hypothesis import strategies as st
from shapes_strategies import Features, random_shapes
from shapes_strategies import shapes as any_shapes

from dispatch_engine.rules.shapes import NEVER, Likely, Shapes
from dispatch_engine.solver import bound_local, bound_master, bound_pricing, bound_tier
from dispatch_engine.solver.arrays import compile_data, new_state
from dispatch_engine.solver.bound import LowerBounds, lower_bounds
from dispatch_engine.solver.bound_local import groups_of, is_remembered, remember_cycles
from dispatch_engine.solver.bound_master import Duals, Master
from dispatch_engine.solver.bound_pricing import new_scratch
from dispatch_engine.solver.exact_constraints import identical_shifts
from dispatch_engine.solver.kernels import pricing_data as layout
from dispatch_engine.solver.kernels.pricing import find_routes
from dispatch_engine.solver.kernels.route import evaluate
from dispatch_engine.solver.master import Column

NEVER_ENDS = math.inf
Total = tuple[int, int, int]


def bounds(day: Shapes, best: Total, columns: tuple[Column, ...] = (), workers: int = 1) -> LowerBounds:
    """The bounds of ``day`` without a limit of time."""
    return lower_bounds(
        day, compile_data(day), best=best, columns=columns, deadline=NEVER_ENDS, workers=workers
    )


def with_mandatory_optional(day: Shapes) -> Total:
    """The best plan where mandatory tickets may be left out: no plan beats it in points, then cost."""
    mandatory = day.mandatory.copy()
    day.mandatory[:] = False
    found = brute_best(day)
    day.mandatory[:] = mandatory
    return found


def small_day(shifts: int = 1, tickets: int = 2) -> Shapes:
    """Tickets of ten minutes in places 1, 2, ...; every leg takes 100 s at 1000 units; shifts of an hour."""
    day = Shapes(shifts, tickets)
    places = tickets + 1
    day.travel = np.full((1, places, places), 100, np.int32)
    np.fill_diagonal(day.travel[0], 0)
    day.place[:] = range(1, places)
    day.service[:] = 600
    day.end[:] = day.latest_end[:] = 3600
    day.technician[:] = range(shifts)
    day.breaks = [()] * shifts
    day.travel_price = 1000
    day.unassigned_points[:] = 1000
    return day


def test_a_day_of_one_route_is_bounded_by_its_price() -> None:
    """Home - 1 - 2 - home: three legs of 100 s; both are served, so no points."""
    # 3 * 100 s * 1000 = 300,000; the best known plan costs 5 units more.
    found = bounds(small_day(), (0, 0, 300_005))
    assert (found.points, found.cost) == (0, 300_000)
    assert found.relaxed == ()


def test_a_ticket_too_many_costs_its_points() -> None:
    """One hour holds four of five tickets, so the lightest stays out."""
    # n tickets take 600 n + 100 (n + 1) s: 2900 s for four, 3600 s for five; a shift 1 s shorter has no room.
    day = small_day(tickets=5)
    day.end[:] = day.latest_end[:] = 3599
    day.unassigned_points[:] = (4000, 4000, 2000, 8000, 4000)
    found = bounds(day, (0, 2000, 500_000))
    assert (found.points, found.cost) == (2000, 500_000)


def test_points_are_rounded_up_to_their_common_step() -> None:
    """Two of three tickets of 2 points fit; a plan with 4 points is known, so the cost stays open."""
    day = small_day(tickets=3)
    day.end[:] = day.latest_end[:] = 1600
    day.unassigned_points[:] = 2000
    found = bounds(day, (0, 4000, 0))
    assert (found.points, found.cost) == (2000, None)


def test_a_soft_deadline_is_late_or_forbidden() -> None:
    """Two tickets due at 100 s: one is late; with a plan of no points known, lateness is out of the question."""
    day = small_day()
    day.due[:] = 100
    day.late_points[:], day.late_slope[:] = (1000, 2000), 7
    # Ticket 0 second: arrival 100 + 600 + 100 = 800, 700 s late: 1 point, 300,000 + 700 * 7 units.
    assert bounds(day, (0, 1000, 400_000)).points == 1000
    assert bounds(day, (0, 1000, 400_000)).cost == 200_000  # or left out: 1 point as well, and cheaper
    day.unassigned_points[:] = 3000
    assert bounds(day, (0, 1000, 304_900)).cost == 304_900


def test_a_break_and_overtime_are_in_the_price() -> None:
    """A break of 1000 s makes the route end late: 200 + 600 + 1000 = 1800 s, 300 s after the end."""
    day = small_day(tickets=1)
    day.breaks = [((0, 600, 1000),)]
    day.end[:], day.overtime_price = 1500, 2000
    assert bounds(day, (0, 0, 800_000)).cost == 200_000 + 300 * 2000


def test_the_working_time_runs_from_a_late_departure() -> None:
    """Served at 2000 s and at once: 100 s there, 600 s service, 100 s home."""
    day = small_day(tickets=1)
    day.windows[0] = ((2000, 2100),)
    day.travel_price, day.duration_price = 0, 1000
    assert bounds(day, (0, 0, 900_000)).cost == 800_000


def test_a_part_used_up_before_makes_a_second_visit_likelier() -> None:
    """One fan on board: ticket 1 takes it, ticket 0 wants it with 50 %, so 0 goes first if it may."""
    day = small_day()
    fan = day.add_resource("part:fan", np.array([0, 1]), np.array([1]), "no_part")
    day.likely, day.second_visit_price = [Likely(0, fan, 0.5)], 60_000
    assert bounds(day, (0, 0, 10**6)).cost == 300_000
    day.windows[0] = ((1500, 3000),)
    day.windows[1] = ((0, 500),)
    found = bounds(day, (0, 0, 10**6))
    assert (found.cost, found.relaxed) == (330_000, ())


def test_what_is_charged_least_is_named() -> None:
    """A mandatory ticket, the largest lateness and a technician's second shift are left to the plan."""
    day = small_day(shifts=2)
    day.technician[:] = 0
    day.mandatory[0] = True
    day.largest_late_price = day.technician_price = 5
    found = bounds(day, (0, 0, 300_005))
    assert found.cost == 300_000
    assert found.relaxed == ("mandatory", "largest_lateness", "technicians")


def test_limits_along_the_way_are_relaxed() -> None:
    """With 100 s of driving nothing can be served; the bound knows only that both tickets might be."""
    day = small_day()
    day.max_driving[0] = 100
    found = bounds(day, (0, 2000, 0))
    assert (found.points, found.relaxed, found.complete) == (0, ("limits",), False)


def test_a_used_technician_with_one_shift_is_charged() -> None:
    """One route instead of none costs the technician."""
    day = small_day()
    day.technician_price = 40_000
    assert bounds(day, (0, 0, 340_000)).cost == 340_000


@pytest.mark.parametrize("tickets", [0, 1])
@pytest.mark.parametrize("shifts", [0, 1])
def test_empty_days_have_bounds(shifts: int, tickets: int) -> None:
    """Without shifts everything stays out; without tickets nothing costs."""
    day = small_day(shifts, tickets)
    best = (0, 0, 200_000 * tickets) if shifts else (0, 1000 * tickets, 0)
    found = bounds(day, best)
    assert (found.points, found.cost) == best[1:]


worse_points = st.sampled_from([0, 0, 0, 1000, 5000])
worse_cost = st.sampled_from([0, 0, 1, 777, 300_000])


def assert_valid(day: Shapes, found: LowerBounds, optimum: Total, known: Total) -> None:
    """The bounds are at most what the best plan has, and tier 2 waits for tier 1."""
    assert found.points is not None
    assert found.points <= optimum[1]
    if found.cost is not None:
        assert found.points == known[1]
        assert found.cost <= optimum[2]


@given(
    day=any_shapes(3, 4), more_points=worse_points, more_cost=worse_cost, near=st.sampled_from([1, 2, 3, 8])
)
@settings(max_examples=400, deadline=None, derandomize=True)
def test_no_plan_beats_the_bounds(day: Shapes, more_points: int, more_cost: int, near: int) -> None:
    """All shapes mixed, every mode: bounds are at most the optimum, however bad the known plan is.

    A memory of few tickets makes revisits possible, as on larger days.
    """
    optimum = with_mandatory_optional(day)
    known = (0, optimum[1] + more_points, optimum[2] + more_cost)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bound_local, "NEAR", near)
        found = bounds(day, known)
    assert_valid(day, found, optimum, known)


@given(day=any_shapes(2, 4, duration=True), more_cost=worse_cost)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_no_working_time_beats_the_bounds(day: Shapes, more_cost: int) -> None:
    """The same where only the time between start and end of a route is paid."""
    optimum = with_mandatory_optional(day)
    known = (0, optimum[1], optimum[2] + more_cost)
    assert_valid(day, bounds(day, known), optimum, known)


@given(day=any_shapes(2, 4), seed=st.integers(0, 10**6))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_the_bounds_do_not_rely_on_the_linear_solver(day: Shapes, seed: int) -> None:
    """With duals that are noise the bounds get weak, not wrong: they hold for any prices of the tickets."""
    numbers = np.random.default_rng(seed)
    true_solve = Master.solve
    rounds = iter(range(12))

    def noisy(master: Master) -> tuple[float, Duals] | None:
        solved = true_solve(master)
        if solved is None or next(rounds, None) is None:
            return None
        value, duals = solved
        ticket = duals.ticket * numbers.normal(1.0, 1.0, len(duals.ticket))
        return value, Duals(ticket, duals.group * numbers.random(), duals.step * 2 * numbers.random())

    optimum = with_mandatory_optional(day)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bound_master.Master, "solve", noisy)
        found = bounds(day, optimum)
    assert found.points is None or found.points <= optimum[1]
    assert found.cost is None or found.cost <= optimum[2]


def test_a_cheaper_start_that_uses_the_part_drops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ticket 0 or 2, then 1, then 3: 0 pays more than 2, but takes the only valve, which 3 needs."""
    day = small_day(tickets=4)
    day.windows = [((0, 100),), ((700, 1400),), ((0, 100),), ((2000, 3000),)]
    day.add_resource("part:valve", np.array([1, 0, 0, 1]), np.array([1]), "no_part")
    monkeypatch.setattr(bound_local, "NEAR", 1)
    # 2-1-3: four legs of 100,000 less 200,000 + 500,000 + 900,000; 1-3 without 2: 300,000 - 1,400,000.
    dual = np.array([300_000, 500_000, 200_000, 900_000])
    assert labelled_least(day, dual, 0, False) == -1_200_000


@given(day=any_shapes(1, 5), seed=st.integers(0, 10**6), near=st.integers(1, 3))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_pricing_with_short_memory_is_never_dearer(day: Shapes, seed: int, near: int) -> None:
    """Where routes may return to tickets they forgot, the least price is at most that of every real route."""
    chance = random.Random(seed)
    dual = np.array([chance.randint(-50_000, 900_000) for _ in range(day.num_tickets)], np.int64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bound_local, "NEAR", near)
        assert labelled_least(day, dual, 300_000, False) <= labelled_least(day, dual, 300_000)


@given(day=any_shapes(1, 5), seed=st.integers(0, 10**6))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_pricing_finds_the_cheapest_route(day: Shapes, seed: int) -> None:
    """With every ticket remembered, labelling and trying every order and break place agree to the unit."""
    day.technician_price = day.largest_late_price = 0
    day.max_driving[:] = day.max_metres[:] = day.max_work[:] = NEVER  # relaxed in pricing
    chance = random.Random(seed)
    dual = np.array([chance.randint(-50_000, 900_000) for _ in range(day.num_tickets)], np.int64)
    per_step = chance.choice([0, 300_000])
    least = 0
    tickets = range(day.num_tickets)
    for size in range(1, day.num_tickets + 1):
        for order in permutations(tickets, size):
            if day.closed_by[0, list(order)].any() or (day.use[list(order)].sum(0) > day.capacity[0]).any():
                continue
            if order[: len(day.fixed[0])] != day.fixed[0]:
                continue
            for points, cost, _ in route_prices(day, 0, order):
                least = min(least, cost + points // 1000 * per_step - int(dual[list(order)].sum()))
    assert labelled_least(day, dual, per_step) == least


def labelled_least(day: Shapes, dual: np.ndarray, per_step: int, full_memory: bool = True) -> int:
    """The least price of a route of the only shift by the kernel, 0 if none is below 0."""
    found = groups_of(day, compile_data(day), 1000)
    if not found:
        return 0
    group = found[0]
    if full_memory:
        group.local.node[:, [layout.NEAR_LOW, layout.NEAR_HIGH]] = (1 << layout.WORD) - 1
    weight = np.array([1, per_step, 0, 1], np.int64)
    scratch = new_scratch([group.local], np.zeros(1, np.int64))
    least = int(find_routes(group.local, scratch, dual[group.tickets], weight))
    assert scratch.counter[layout.IS_COMPLETE] == 1
    return least


def metric_day(seed: int) -> Shapes:
    """Three shifts, five tickets in a plane, windows and deadlines; no shape that couples routes."""
    plain = dict.fromkeys(Features.__annotations__, False) | {"breaks": 1, "resources": 1, "windows": True}
    plain |= {"late_step": True, "late_slope": True, "missing_points": True, "overtime": True}
    rng = random.Random(seed)
    day = random_shapes(rng, 3, 5, Features(**plain), False)  # type: ignore[arg-type]
    where = np.random.default_rng(seed).random((day.num_tickets + 2, 2)) * 150
    away = np.ceil(np.hypot(*(where[:, None] - where[None, :]).T)).astype(np.int32)
    day.travel = np.stack([away, away])
    day.travel_price = 1000
    day.unassigned_points[:] = np.maximum(day.unassigned_points, 1000)
    return day


def test_the_bounds_of_simple_days_are_the_optimum() -> None:
    """Both bounds meet the optimum on at least 85 of 100 simple days; the gap of others is filled with all routes."""
    closed = complete = 0
    for seed in range(100):
        day = metric_day(seed)
        optimum = brute_best(day)
        found = bounds(day, optimum)
        assert_valid(day, found, optimum, optimum)
        closed += (found.points, found.cost) == optimum[1:]
        complete += found.complete
        assert found.complete or found.points != optimum[1]
    assert closed >= 85
    assert complete > closed


@given(day=any_shapes(2, 5))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_routes_met_are_possible_and_priced_exactly(day: Shapes) -> None:
    """Each route handed back costs what the route kernel says, and keeps the shift's limits."""
    data = compile_data(day)
    state = new_state(day, data, 0)
    found = bounds(day, (0, 10**6, 10**9), (Column(0, (0, 0), 0, 0), Column(0, (0,), 5, 5)))
    assert len({(c.shift, c.tickets) for c in found.columns}) == len(found.columns)
    for column in found.columns:
        assert len(set(column.tickets)) == len(column.tickets)
        assert not day.closed_by[column.shift, list(column.tickets)].any()
        assert (day.use[list(column.tickets)].sum(axis=0) <= day.capacity[column.shift]).all()
        route = np.array(column.tickets, np.int64)
        priced = evaluate(data, column.shift, route, len(route), state.labels, state.used)
        assert tuple(priced[:3]) == (True, column.points, column.cost)


def test_no_time_proves_nothing() -> None:
    """A deadline in the past leaves both open, except for points when none are to be proved."""
    day = small_day()
    day.end[:] = day.latest_end[:] = 1000
    found = lower_bounds(day, compile_data(day), best=(0, 1000, 200_000), deadline=-math.inf)
    assert (found.points, found.cost) == (None, None)
    found = lower_bounds(day, compile_data(day), best=(0, 0, 200_000), deadline=-math.inf)
    assert (found.points, found.cost) == (0, None)


def test_points_proved_elsewhere_are_taken_as_given() -> None:
    """The first tier is skipped: its bound is the known plan's points, and the cost is bounded."""
    day = small_day(tickets=3)
    day.end[:] = day.latest_end[:] = 1600  # room for two of three tickets
    found = lower_bounds(
        day, compile_data(day), best=(0, 1000, 300_000), deadline=NEVER_ENDS, points_proved=True
    )
    assert (found.points, found.cost) == (1000, 300_000)


@pytest.mark.parametrize("asked", range(0, 60, 3))
def test_an_interrupted_run_says_what_it_has(asked: int) -> None:
    """Stopped after any number of questions, the bounds are open or valid."""
    day = metric_day(3)
    optimum = brute_best(day)
    left = iter(range(asked))
    found = lower_bounds(
        day,
        compile_data(day),
        best=optimum,
        deadline=NEVER_ENDS,
        should_stop=lambda: next(left, None) is None,
    )
    assert found.points is None or found.points <= optimum[1]
    assert found.cost is None or found.cost <= optimum[2]


@pytest.mark.parametrize("labels", [1, 2, 5, 10, 20, 50])
def test_a_full_memory_proves_nothing_wrong(labels: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where labels had to be thrown away the bounds are open or valid."""
    monkeypatch.setattr(bound_pricing, "LABELS", labels)
    for seed in range(10):
        day = metric_day(seed)
        optimum = brute_best(day)
        found = bounds(day, optimum)
        assert found.points is None or found.points <= optimum[1]
        assert found.cost is None or found.cost <= optimum[2]


def test_two_threads_prove_the_same() -> None:
    """Shifts priced side by side give the same bounds."""
    for seed in range(5):
        day = metric_day(seed)
        optimum = brute_best(day)
        one, two = bounds(day, optimum), bounds(day, optimum, workers=2)
        assert (one.points, one.cost, one.rounds) == (two.points, two.cost, two.rounds)


def test_alike_shifts_are_priced_once() -> None:
    """Two identical shifts are one group, and the bound still lets both be used."""
    day = small_day(shifts=2)
    day.end[:] = day.latest_end[:] = 1000  # room for one ticket each
    assert [group.shifts for group in groups_of(day, compile_data(day), 1000)] == [(0, 1)]
    assert bounds(day, (0, 0, 400_000)).cost == 400_000


def test_a_return_is_forbidden_once_all_between_remember() -> None:
    """Route 0-1-0 with no memory is allowed; after it was met, stop 1 remembers ticket 0."""
    local = groups_of(small_day(), compile_data(small_day()), 1000)[0].local
    local.node[:, layout.NEAR_LOW] = local.node[:, layout.BIT_LOW]
    assert not is_remembered(local, [0, 1, 0])
    assert remember_cycles(local, [0, 1, 0])
    assert is_remembered(local, [0, 1, 0])
    assert not is_remembered(local, [0, 1])
    assert not remember_cycles(local, [0, 1, 0])


def test_a_ticket_without_a_deadline_is_never_late() -> None:
    """Late prices of a ticket that is due never do not count."""
    day = small_day(tickets=1)
    day.late_points[:], day.late_cost[:] = 1000, 10**6
    assert (day.due == NEVER).all()
    assert bounds(day, (0, 0, 200_000)).cost == 200_000


@given(day=any_shapes(2, 4), more_cost=worse_cost)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_complete_routes_hold_an_optimal_plan(day: Shapes, more_cost: int) -> None:
    """Where all routes within the gap are said to be there, the best plan of them is the brute-force optimum."""
    day.mandatory[:] = False
    day.technician_price = day.largest_late_price = 0
    optimum = brute_best(day)
    known = (0, optimum[1], optimum[2] + more_cost)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bound_tier, "LARGEST_GAP", 1e9)
        found = bounds(day, known)
    if found.complete:
        assert min(known, best_of(day, found.columns)) == optimum


def best_of(day: Shapes, columns: list[Column], left: frozenset[int] | None = None, shift: int = 0) -> Total:
    """The best plan that is made of ``columns``, by trying all."""
    if left is None:
        left = frozenset(range(day.num_tickets))
    if shift == day.num_shifts:
        if left & {v for tickets in day.fixed for v in tickets}:
            return 1, 0, 0
        out = list(left)
        return 0, int(day.unassigned_points[out].sum()), int(day.unassigned_cost[out].sum())
    plans = [best_of(day, columns, left, shift + 1)]
    for column in columns:
        if alike(day, column.shift) == alike(day, shift) and left.issuperset(column.tickets):
            wrong, points, cost = best_of(day, columns, left.difference(column.tickets), shift + 1)
            plans.append((wrong, points + column.points, cost + column.cost))
    return min(plans)


def alike(day: Shapes, shift: int) -> int:
    """The first of the shifts that are identical to ``shift``."""
    return min(min(group) if shift in group else shift for group in [[shift], *identical_shifts(day)])
