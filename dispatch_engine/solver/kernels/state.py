"""The plan under search: routes, their prices, cached insertion prices, and how to take a change back."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatch_engine.solver.compiled import kernel
from dispatch_engine.solver.kernels.chance import uniform
from dispatch_engine.solver.kernels.data import LARGEST_LATE_PRICE, TECHNICIAN_PRICE
from dispatch_engine.solver.kernels.route import NOWHERE, best_insertion, evaluate
from dispatch_engine.solver.kernels.timetable import largest_lateness

MANDATORY, SLA_POINTS, COST = range(3)
"""Positions in a total: unserved mandatory tickets, milli-points, units; compared in this order."""
MANDATORY_AS_POINTS = 1_000_000
"""Milli-points that an unserved mandatory ticket weighs in the softened score."""
VERSION, NUM_TOUCHED, ITERATIONS = range(3)
"""Positions in ``State.counter``."""
OUT = -1
"""``State.shift_of`` of an unassigned ticket."""
UNKNOWN = -2
"""``State.price_place`` of an insertion that was never priced."""


class State(NamedTuple):
    """A plan and everything that one search thread needs; all arrays change in place.

    ``route`` int64[S, M] with ``length`` int64[S]; per route ``points``, ``cost``, ``time_cost`` int64[S] and a
    ``version`` int64[S] that is new after every change; ``load``, ``likely_count`` int64[S, R]; ``shift_of``
    int64[V]. Cached best insertion of ticket v into shift s, valid while ``price_version[v, s]`` is the route's
    version: ``price_place`` int64[V, S], ``price_points``, ``price_cost`` and ``price_time`` (the route's time
    cost then) int64[V, S]. ``total`` int64[3] of the plan. ``old_*``: copies of the routes touched since the
    last commit, listed in ``touched`` int64[S].
    ``best_*``: the best plan met. ``pending`` int64[V] tickets to place, ``order_key`` float64[V] scratch.
    ``labels`` int64[3, MAX_LABELS, COLUMNS], ``used`` int64[R]: scratch. ``rng`` int64[2]. ``counter`` int64[3].
    """

    route: NDArray[np.int64]
    length: NDArray[np.int64]
    points: NDArray[np.int64]
    cost: NDArray[np.int64]
    time_cost: NDArray[np.int64]
    version: NDArray[np.int64]
    load: NDArray[np.int64]
    likely_count: NDArray[np.int64]
    shift_of: NDArray[np.int64]
    price_version: NDArray[np.int64]
    price_place: NDArray[np.int64]
    price_points: NDArray[np.int64]
    price_cost: NDArray[np.int64]
    price_time: NDArray[np.int64]
    total: NDArray[np.int64]
    old_route: NDArray[np.int64]
    old_length: NDArray[np.int64]
    old_number: NDArray[np.int64]
    old_total: NDArray[np.int64]
    touched: NDArray[np.int64]
    is_touched: NDArray[np.uint8]
    best_route: NDArray[np.int64]
    best_length: NDArray[np.int64]
    best_total: NDArray[np.int64]
    pending: NDArray[np.int64]
    order_key: NDArray[np.float64]
    labels: NDArray[np.int64]
    trace: NDArray[np.int64]
    used: NDArray[np.int64]
    rng: NDArray[np.int64]
    counter: NDArray[np.int64]


@kernel
def copy(source, target, count):
    """Copy the first ``count`` entries (slice assignment would need an allocation, see `compiled.py`)."""
    for i in range(count):
        target[i] = source[i]


@kernel
def touch(state, s):
    """Keep a copy of route ``s`` before its first change since the last commit."""
    if state.is_touched[s] > 0:
        return
    state.is_touched[s] = 1
    state.touched[state.counter[NUM_TOUCHED]] = s
    state.counter[NUM_TOUCHED] += 1
    length = state.length[s]
    copy(state.route[s], state.old_route[s], length)
    state.old_length[s] = length
    state.old_number[s, 0] = state.points[s]
    state.old_number[s, 1] = state.cost[s]
    state.old_number[s, 2] = state.time_cost[s]
    state.old_number[s, 3] = state.version[s]


@kernel
def commit(state):
    """Make all changes since the last commit final."""
    for i in range(state.counter[NUM_TOUCHED]):
        state.is_touched[state.touched[i]] = 0
    state.counter[NUM_TOUCHED] = 0
    copy(state.total, state.old_total, 3)


@kernel
def take_back(data, state):
    """Undo all changes since the last commit; prices cached for the restored routes are valid again."""
    for i in range(state.counter[NUM_TOUCHED]):
        s = state.touched[i]
        for p in range(state.length[s]):
            state.shift_of[state.route[s, p]] = OUT
    for i in range(state.counter[NUM_TOUCHED]):
        s = state.touched[i]
        length = state.old_length[s]
        copy(state.old_route[s], state.route[s], length)
        state.length[s] = length
        state.points[s] = state.old_number[s, 0]
        state.cost[s] = state.old_number[s, 1]
        state.time_cost[s] = state.old_number[s, 2]
        state.version[s] = state.old_number[s, 3]
        for p in range(length):
            state.shift_of[state.route[s, p]] = s
        recount(data, state, s)
        state.is_touched[s] = 0
    state.counter[NUM_TOUCHED] = 0
    copy(state.old_total, state.total, 3)


@kernel
def recount(data, state, s):
    """Sum up again what route ``s`` uses of each resource."""
    state.load[s, :] = 0
    state.likely_count[s, :] = 0
    for p in range(state.length[s]):
        count_parts(data, state, s, state.route[s, p], 1)


@kernel
def count_parts(data, state, s, v, sign):
    """Add (``sign`` 1) or take off (-1) the parts of ``v`` in the sums of route ``s``."""
    for i in range(data.ticket[v].need_from, data.ticket[v].need_to):
        state.load[s, data.need[i, 0]] += sign * data.need[i, 1]
    for i in range(data.ticket[v].likely_from, data.ticket[v].likely_to):
        state.likely_count[s, data.likely_part[i]] += sign


@kernel
def add_out(data, state, v, sign):
    """Add (``sign`` 1) or take off (-1) the price of leaving ``v`` out in the plan's total."""
    state.total[MANDATORY] += sign * data.ticket[v].out_mandatory
    state.total[SLA_POINTS] += sign * data.ticket[v].out_points
    state.total[COST] += sign * data.ticket[v].out_cost


@kernel
def renew(state, s):
    """Give route ``s`` a version of its own: every price cached for it is stale from now on."""
    state.counter[VERSION] += 1
    state.version[s] = state.counter[VERSION]


@kernel
def insert(data, state, s, v, place, points, cost, time_cost):
    """Insert ``v`` into route ``s`` at ``place`` for ``points`` and ``cost`` more, as priced before."""
    touch(state, s)
    length = state.length[s]
    for p in range(length, place, -1):
        state.route[s, p] = state.route[s, p - 1]
    state.route[s, place] = v
    state.length[s] = length + 1
    state.shift_of[v] = s
    count_parts(data, state, s, v, 1)
    add_out(data, state, v, -1)
    state.points[s] += points
    state.cost[s] += cost
    state.total[SLA_POINTS] += points
    state.total[COST] += cost
    state.time_cost[s] = time_cost
    renew(state, s)


@kernel
def take_out(data, state, s, position):
    """Remove stop ``position`` from route ``s``; :func:`reprice` it when all removals are done.

    Fixed stops stay: the first one after them goes instead, if there is one.
    """
    position = max(position, data.shift[s].fixed_to - data.shift[s].fixed_from)
    if position >= state.length[s]:
        return
    touch(state, s)
    v = state.route[s, position]
    for p in range(position, state.length[s] - 1):
        state.route[s, p] = state.route[s, p + 1]
    state.length[s] -= 1
    state.shift_of[v] = OUT
    count_parts(data, state, s, v, -1)
    add_out(data, state, v, 1)


@kernel
def reprice(data, state, s):
    """Price route ``s`` from scratch after removals. False where it is no longer feasible (see below).

    Where a matrix breaks the triangle inequality, leaving a stop out can make the rest impossible.
    """
    feasible, points, cost, time_cost = evaluate(
        data, s, state.route[s], state.length[s], state.labels, state.used
    )
    if not feasible:
        return False
    state.total[SLA_POINTS] += points - state.points[s]
    state.total[COST] += cost - state.cost[s]
    state.points[s] = points
    state.cost[s] = cost
    state.time_cost[s] = time_cost
    renew(state, s)
    return True


@kernel
def price(data, state, v, s, weight, cutoff):
    """Bring the cached best insertion of ``v`` into shift ``s`` up to date; its place, or NOWHERE.

    A price that is not cached yet is only looked for below ``cutoff``.
    """
    if state.price_version[v, s] != state.version[s]:
        place, points, cost, time_cost = best_insertion(
            data, s, state.route[s], state.length[s], state.load[s], state.likely_count[s],
            state.points[s], state.time_cost[s], v, weight, cutoff, state.labels, state.used,
        )  # fmt: skip
        if place == NOWHERE and cutoff < np.inf:
            return NOWHERE  # too dear or impossible: not told apart, so not kept
        state.price_place[v, s] = place
        state.price_points[v, s] = points
        state.price_cost[v, s] = cost
        state.price_time[v, s] = time_cost
        state.price_version[v, s] = state.version[s]
    return state.price_place[v, s]


@kernel
def out_price(data, v, weight):
    """What leaving ``v`` out costs in the softened score; a mandatory ticket counts as 1,000 points more."""
    ticket = data.ticket[v]
    return weight * (ticket.out_points + MANDATORY_AS_POINTS * ticket.out_mandatory) + ticket.out_cost


@kernel
def cheapest(data, state, v, weight, blink):
    """The shift where ``v`` costs least, and that price; shifts are overlooked with probability ``blink``.

    (Blinks: Christiaens & Vanden Berghe, *Slack induction by string removals*, 2020, section 5.3.)
    """
    best_shift, best_score = NOWHERE, np.inf
    ticket = data.ticket[v]
    for fresh in (True, False):  # first the prices known: they cut the search for the others short
        for i in range(ticket.shift_from, ticket.shift_to):
            s = data.open_shift[i]
            if (state.price_version[v, s] == state.version[s]) != fresh:
                continue
            if price(data, state, v, s, weight, best_score) == NOWHERE:
                continue
            score = weight * state.price_points[v, s] + state.price_cost[v, s]
            if score < best_score and (blink <= 0.0 or uniform(state.rng) >= blink):
                best_shift, best_score = s, score
    return best_shift, best_score


@kernel
def place_at(data, state, v, s):
    """Insert ``v`` into shift ``s`` where its cached price says."""
    insert(
        data, state, s, v, state.price_place[v, s], state.price_points[v, s], state.price_cost[v, s],
        state.price_time[v, s],
    )  # fmt: skip


@kernel
def global_cost(data, state):
    """Units of the terms that belong to the plan as a whole: largest lateness, technicians with several shifts."""
    cost = 0
    if data.parameter[LARGEST_LATE_PRICE] > 0:
        late = 0
        for s in range(state.length.shape[0]):
            if state.length[s] > 0:
                late = max(late, largest_lateness(data, s, state.route[s], state.length[s], state.trace))
        cost += late * data.parameter[LARGEST_LATE_PRICE]
    if data.parameter[TECHNICIAN_PRICE] > 0:
        last_counted = -1
        for s in range(state.length.shape[0]):
            technician = data.shift[s].technician
            if state.length[s] > 0 and data.shift[s].used_price == 0 and technician != last_counted:
                cost += data.parameter[TECHNICIAN_PRICE]
                last_counted = technician
    return cost


@kernel
def softened(data, state, weight):
    """The score that the acceptance rule sees: all tiers in one float."""
    total = state.total
    score = weight * (total[SLA_POINTS] + MANDATORY_AS_POINTS * total[MANDATORY]) + total[COST]
    return score + global_cost(data, state)


@kernel
def is_better(total, extra, other):
    """Whether ``total`` int64[3] with ``extra`` units on its cost beats ``other``, tier by tier."""
    if total[MANDATORY] != other[MANDATORY]:
        return total[MANDATORY] < other[MANDATORY]
    if total[SLA_POINTS] != other[SLA_POINTS]:
        return total[SLA_POINTS] < other[SLA_POINTS]
    return total[COST] + extra < other[COST]


@kernel
def keep_if_best(data, state):
    """Copy the plan to ``best_*`` if it is the best one met, on the exact tiers. True if it was."""
    if not is_better(state.total, 0, state.best_total):
        return False
    extra = global_cost(data, state)
    if not is_better(state.total, extra, state.best_total):
        return False
    for s in range(state.length.shape[0]):
        length = state.length[s]
        state.best_length[s] = length
        copy(state.route[s], state.best_route[s], length)
    copy(state.total, state.best_total, 3)
    state.best_total[COST] += extra
    return True


@kernel
def clear(data, state):
    """Empty all routes but for their fixed stops, and let the plan's total say so."""
    empty(data, state)
    for s in range(state.length.shape[0]):
        first, last = data.shift[s].fixed_from, data.shift[s].fixed_to
        for i in range(first, last):
            v = data.fixed[i]
            state.route[s, i - first] = v
            state.shift_of[v] = s
            count_parts(data, state, s, v, 1)
            add_out(data, state, v, -1)
        state.length[s] = last - first
        reprice(data, state, s)
    copy(state.total, state.old_total, 3)


@kernel
def empty(data, state):
    """Empty all routes, also of fixed stops: the plan is not a good one until they are back."""
    state.length[:] = 0
    state.points[:] = 0
    state.cost[:] = 0
    state.time_cost[:] = 0
    state.load[:, :] = 0
    state.likely_count[:, :] = 0
    state.shift_of[:] = OUT
    state.total[:] = 0
    for v in range(state.shift_of.shape[0]):
        add_out(data, state, v, 1)
    for s in range(state.length.shape[0]):
        renew(state, s)
    state.counter[NUM_TOUCHED] = 0
    state.is_touched[:] = 0
    copy(state.total, state.old_total, 3)
