"""The plan under search: routes, their prices, cached insertion prices, and how to take a change back."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatch_engine.solver.compiled import inlined, kernel
from dispatch_engine.solver.kernels.chance import below, uniform
from dispatch_engine.solver.kernels.data import (
    CACHE,
    DURATION_PRICE,
    LARGEST_LATE_PRICE,
    ONLY_DURATION,
    TECHNICIAN_PRICE,
)
from dispatch_engine.solver.kernels.duration import look_back_by_duration, shortest_insertion
from dispatch_engine.solver.kernels.insertion import quick_insertion
from dispatch_engine.solver.kernels.route import NOWHERE, best_insertion, evaluate
from dispatch_engine.solver.kernels.slack import look_ahead, look_around, look_back
from dispatch_engine.solver.kernels.timetable import largest_lateness

MANDATORY, SLA_POINTS, COST = range(3)
"""Positions in a total: unserved mandatory tickets, milli-points, units; compared in this order."""
MANDATORY_AS_POINTS = 1_000_000
"""Milli-points that an unserved mandatory ticket weighs in the softened score."""
VERSION, NUM_TOUCHED, ITERATIONS, NUM_UNSERVED, NUM_USED, STAMP, ABSENCES = range(7)
NUM_COUNTERS = 7
"""Positions in ``State.counter``: the last version given, routes touched, iterations done, tickets out, routes with a
stop, the last stamp given, entries in ``State.absence``."""
ALL_SHIFTS = 32
"""A ticket open for at most so many shifts is tried in each of them; see :func:`list_candidates`."""
IDLE_DRAWS = 4
"""Empty shifts drawn for such a ticket."""
MOST_NEAR = 24
"""Routes of near tickets that a ticket open for more shifts is tried in."""
OUT = -1
"""``State.shift_of`` of an unassigned ticket."""
PRICED_VERSION, PRICED_PLACE, PRICED_POINTS, PRICED_COST, PRICED_TIME = range(5)
PRICED_COLUMNS = 5
"""Columns of ``State.priced``: the route's version then, the place, the points and the cost that the insertion
adds, and the route's time cost with it."""
UNKNOWN, AT_LEAST = -2, -3
"""The place of an insertion never priced, and of one of which only a lower bound is known."""
UNLIMITED = float(1 << 62)
"""A cutoff that cuts nothing off."""


class State(NamedTuple):
    """A plan and everything that one search thread needs; all arrays change in place (int64 where nothing is said).

    The plan: ``route`` [S, M] with ``length`` [S]; per route ``points``, ``cost``, ``time_cost`` [S], a
    ``version`` [S] that is new after every change, and its sums ``load``, ``likely_count`` [S, R];
    ``shift_of`` [V]; ``total`` [3].
    Tickets out: listed in ``unserved`` [V]; ``unserved_at`` [V] says where each stands in the list;
    ``absence`` [V] counts the accepted plans without it. Shifts without a stop: ``idle``, ``idle_at`` [S] alike.
    Prices: ``priced`` [V, S, PRICED_COLUMNS], the best insertion of ticket v into shift s, valid while its
    PRICED_VERSION is the route's version.
    Tables of a route (:mod:`~dispatch_engine.solver.kernels.slack`), valid while ``table_version`` [S] is the
    route's version: ``prefix`` [S, M + 1, STORED_LABELS, COLUMNS] with ``prefix_count`` [S, M + 1] (-1 in its
    first entry: the route has too many labels for tables), ``reach`` [S, M + 1, REACH_COLUMNS], ``tour`` [S,
    M + 2, TOUR_COLUMNS].
    To take back: ``old_*``, copies of the routes touched since the last commit; they are listed in
    ``touched`` [S].
    The best plan met: ``best_*``; ``best_version`` [S] of its routes.
    Scratch: ``candidate``, ``stamp`` [S], ``detour`` [M + 1], ``pending`` [V] tickets to place, ``order_key``
    float64[V], ``labels`` [3, MAX_LABELS, COLUMNS], ``trace`` [M + 1, MAX_LABELS, COLUMNS], ``used`` [R]. And
    ``rng`` [2], ``counter`` [NUM_COUNTERS].
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
    unserved: NDArray[np.int64]
    unserved_at: NDArray[np.int64]
    absence: NDArray[np.int64]
    idle: NDArray[np.int64]
    idle_at: NDArray[np.int64]
    candidate: NDArray[np.int64]
    stamp: NDArray[np.int64]
    priced: NDArray[np.int64]
    table_version: NDArray[np.int64]
    prefix: NDArray[np.int64]
    prefix_count: NDArray[np.int64]
    reach: NDArray[np.int64]
    tour: NDArray[np.int64]
    detour: NDArray[np.int64]
    total: NDArray[np.int64]
    old_route: NDArray[np.int64]
    old_length: NDArray[np.int64]
    old_number: NDArray[np.int64]
    old_total: NDArray[np.int64]
    touched: NDArray[np.int64]
    is_touched: NDArray[np.uint8]
    best_route: NDArray[np.int64]
    best_length: NDArray[np.int64]
    best_version: NDArray[np.int64]
    best_total: NDArray[np.int64]
    pending: NDArray[np.int64]
    order_key: NDArray[np.float64]
    labels: NDArray[np.int64]
    trace: NDArray[np.int64]
    used: NDArray[np.int64]
    rng: NDArray[np.int64]
    counter: NDArray[np.int64]


@inlined
def copy(source, target, count):
    """Copy the first ``count`` entries (slice assignment would need an allocation, see `compiled.py`)."""
    for i in range(count):
        target[i] = source[i]


@inlined
def set_shift(state, v, s):
    """Note that ``v`` is served by shift ``s``, or by none (OUT)."""
    before = state.shift_of[v]
    state.shift_of[v] = s
    if before == OUT and s != OUT:
        state.counter[NUM_UNSERVED] -= 1
        last = state.unserved[state.counter[NUM_UNSERVED]]
        state.unserved[state.unserved_at[v]] = last
        state.unserved_at[last] = state.unserved_at[v]
    elif before != OUT and s == OUT:
        state.unserved_at[v] = state.counter[NUM_UNSERVED]
        state.unserved[state.counter[NUM_UNSERVED]] = v
        state.counter[NUM_UNSERVED] += 1


@inlined
def set_length(state, s, length):
    """Note how many stops route ``s`` has."""
    if length > 0 and state.length[s] == 0:
        state.counter[NUM_USED] += 1
        last = state.idle[state.length.shape[0] - state.counter[NUM_USED]]
        state.idle[state.idle_at[s]] = last
        state.idle_at[last] = state.idle_at[s]
    elif length == 0 and state.length[s] > 0:
        state.idle_at[s] = state.length.shape[0] - state.counter[NUM_USED]
        state.idle[state.idle_at[s]] = s
        state.counter[NUM_USED] -= 1
    state.length[s] = length


@inlined
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


@inlined
def commit(state):
    """Make all changes since the last commit final."""
    for i in range(state.counter[NUM_TOUCHED]):
        state.is_touched[state.touched[i]] = 0
    state.counter[NUM_TOUCHED] = 0
    copy(state.total, state.old_total, 3)


@inlined
def take_back(data, state):
    """Undo all changes since the last commit; prices cached for the restored routes are valid again."""
    for i in range(state.counter[NUM_TOUCHED]):
        s = state.touched[i]
        for p in range(state.length[s]):
            set_shift(state, state.route[s, p], OUT)
    for i in range(state.counter[NUM_TOUCHED]):
        s = state.touched[i]
        length = state.old_length[s]
        copy(state.old_route[s], state.route[s], length)
        set_length(state, s, length)
        state.points[s] = state.old_number[s, 0]
        state.cost[s] = state.old_number[s, 1]
        state.time_cost[s] = state.old_number[s, 2]
        state.version[s] = state.old_number[s, 3]
        for p in range(length):
            set_shift(state, state.route[s, p], s)
        recount(data, state, s)
        state.is_touched[s] = 0
    state.counter[NUM_TOUCHED] = 0
    copy(state.old_total, state.total, 3)


@inlined
def recount(data, state, s):
    """Sum up again what route ``s`` uses of each resource."""
    state.load[s, :] = 0
    state.likely_count[s, :] = 0
    for p in range(state.length[s]):
        count_parts(data, state, s, state.route[s, p], 1)


@inlined
def count_parts(data, state, s, v, sign):
    """Add (``sign`` 1) or take off (-1) the parts of ``v`` in the sums of route ``s``."""
    for i in range(data.ticket[v].need_from, data.ticket[v].need_to):
        state.load[s, data.need[i, 0]] += sign * data.need[i, 1]
    for i in range(data.ticket[v].likely_from, data.ticket[v].likely_to):
        state.likely_count[s, data.likely_part[i]] += sign


@inlined
def add_out(data, state, v, sign):
    """Add (``sign`` 1) or take off (-1) the price of leaving ``v`` out in the plan's total."""
    state.total[MANDATORY] += sign * data.ticket[v].out_mandatory
    state.total[SLA_POINTS] += sign * data.ticket[v].out_points
    state.total[COST] += sign * data.ticket[v].out_cost


@inlined
def renew(state, s):
    """Give route ``s`` a version of its own: every price cached for it is stale from now on."""
    state.counter[VERSION] += 1
    state.version[s] = state.counter[VERSION]


@inlined
def insert(data, state, s, v, place, points, cost, time_cost):
    """Insert ``v`` into route ``s`` at ``place`` for ``points`` and ``cost`` more, as priced before."""
    touch(state, s)
    length = state.length[s]
    for p in range(length, place, -1):
        state.route[s, p] = state.route[s, p - 1]
    state.route[s, place] = v
    set_length(state, s, length + 1)
    set_shift(state, v, s)
    count_parts(data, state, s, v, 1)
    add_out(data, state, v, -1)
    state.points[s] += points
    state.cost[s] += cost
    state.total[SLA_POINTS] += points
    state.total[COST] += cost
    state.time_cost[s] = time_cost
    renew(state, s)


@inlined
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
    set_length(state, s, state.length[s] - 1)
    set_shift(state, v, OUT)
    count_parts(data, state, s, v, -1)
    add_out(data, state, v, 1)


@inlined
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


@inlined
def has_tables(data, state, s):
    """Bring the tables of route ``s`` up to date; False where it can have none."""
    only_duration = data.parameter[ONLY_DURATION] > 0
    if data.shift[s].is_limited > 0 or (data.parameter[DURATION_PRICE] > 0 and not only_duration):
        return False
    if state.table_version[s] != state.version[s]:
        state.table_version[s] = state.version[s]
        route, length = state.route[s], state.length[s]
        if look_ahead(data, s, route, length, state.labels, state.prefix[s], state.prefix_count[s]):
            if only_duration:
                look_back_by_duration(data, s, route, length, state.reach[s])
            else:
                look_back(data, s, route, length, state.reach[s])
            look_around(data, s, route, length, state.tour[s])
        else:
            state.prefix_count[s, 0] = -1
    return state.prefix_count[s, 0] > 0


@inlined
def price(data, state, v, s, weight, cutoff):
    """Bring the cached best insertion of ``v`` into shift ``s`` up to date; its place, or NOWHERE.

    A price not known yet is only looked for below ``cutoff``. If there is none, ``cutoff`` itself is kept as what
    the insertion costs AT_LEAST; that stays true while ``weight`` does not fall.
    """
    fresh = state.priced[v, s, PRICED_VERSION] == state.version[s] and data.knob[CACHE] > 0.0
    if fresh and (state.priced[v, s, PRICED_PLACE] != AT_LEAST or cutoff <= state.priced[v, s, PRICED_COST]):
        return state.priced[v, s, PRICED_PLACE] if state.priced[v, s, PRICED_PLACE] != AT_LEAST else NOWHERE
    if not has_tables(data, state, s):
        place, points, cost, time_cost = best_insertion(
            data, s, state.route[s], state.length[s], state.load[s], state.likely_count[s],
            state.points[s], state.time_cost[s], v, weight, cutoff, state.labels, state.used,
        )  # fmt: skip
    elif data.parameter[ONLY_DURATION] > 0:
        place, points, cost, time_cost = shortest_insertion(
            data, s, state.length[s], state.load[s], state.points[s], state.time_cost[s], v, cutoff,
            state.prefix[s], state.reach[s], state.tour[s],
        )  # fmt: skip
    else:
        place, points, cost, time_cost = quick_insertion(
            data, s, state.route[s], state.length[s], state.load[s], state.likely_count[s],
            state.points[s], state.time_cost[s], v, weight, cutoff, state.labels, state.used,
            state.prefix[s], state.prefix_count[s], state.reach[s], state.tour[s], state.detour,
        )  # fmt: skip
    state.priced[v, s, PRICED_VERSION] = state.version[s]
    if place == NOWHERE and cutoff < UNLIMITED:  # too dear or impossible: not told apart
        state.priced[v, s, PRICED_PLACE] = AT_LEAST
        state.priced[v, s, PRICED_COST] = int(np.ceil(cutoff))
        return NOWHERE
    state.priced[v, s, PRICED_PLACE] = place
    state.priced[v, s, PRICED_POINTS] = points
    state.priced[v, s, PRICED_COST] = cost
    state.priced[v, s, PRICED_TIME] = time_cost
    return place


@inlined
def out_price(data, v, weight):
    """What leaving ``v`` out costs in the softened score; a mandatory ticket counts as 1,000 points more."""
    ticket = data.ticket[v]
    return weight * (ticket.out_points + MANDATORY_AS_POINTS * ticket.out_mandatory) + ticket.out_cost


@inlined
def list_candidates(data, state, v):
    """List the shifts to try ``v`` in, in ``state.candidate``; their number.

    All shifts that ``v`` is open for where those are few. Otherwise the routes of the tickets nearest to it, the
    shifts that start nearest and some empty ones, so that an iteration on a large day costs no more than on a
    small one.
    """
    ticket = data.ticket[v]
    count = ticket.shift_to - ticket.shift_from
    if count <= ALL_SHIFTS:
        copy(data.open_shift[ticket.shift_from :], state.candidate, count)
        return count
    count = 0
    state.counter[STAMP] += 1
    stamp = state.counter[STAMP]
    for i in range(data.home_shift.shape[1]):
        s = data.home_shift[v, i]
        state.stamp[s] = stamp
        state.candidate[count] = s
        count += 1
    empty = state.length.shape[0] - state.counter[NUM_USED]
    for _ in range(min(IDLE_DRAWS, empty)):
        s = state.idle[below(state.rng, empty)]
        if state.stamp[s] != stamp:
            state.stamp[s] = stamp
            if data.is_open[s, v] > 0:
                state.candidate[count] = s
                count += 1
    most = min(count + MOST_NEAR, state.candidate.shape[0])
    for i in range(data.near.shape[1]):
        s = state.shift_of[data.near[v, i]]
        if s != OUT and state.stamp[s] != stamp:
            state.stamp[s] = stamp
            if data.is_open[s, v] > 0:
                state.candidate[count] = s
                count += 1
                if count == most:
                    break
    return count


@inlined
def cheapest(data, state, v, weight, blink):
    """The shift where ``v`` costs least, and that price; shifts are overlooked with probability ``blink``.

    (Blinks: Christiaens & Vanden Berghe, *Slack induction by string removals*, 2020, section 5.3.)
    """
    best_shift, best_score = NOWHERE, np.inf
    stale = 0
    for i in range(list_candidates(data, state, v)):  # first the prices known: they cut the others short
        s = state.candidate[i]
        if (
            state.priced[v, s, PRICED_VERSION] != state.version[s]
            or state.priced[v, s, PRICED_PLACE] == AT_LEAST
        ):
            state.candidate[stale] = s
            stale += 1
        elif state.priced[v, s, PRICED_PLACE] != NOWHERE:
            score = weight * state.priced[v, s, PRICED_POINTS] + state.priced[v, s, PRICED_COST]
            if score < best_score and uniform(state.rng) >= blink:
                best_shift, best_score = s, score
    for i in range(stale):
        s = state.candidate[i]
        if price(data, state, v, s, weight, best_score) == NOWHERE:
            continue
        score = weight * state.priced[v, s, PRICED_POINTS] + state.priced[v, s, PRICED_COST]
        if score < best_score and uniform(state.rng) >= blink:
            best_shift, best_score = s, score
    return best_shift, best_score


@inlined
def place_at(data, state, v, s):
    """Insert ``v`` into shift ``s`` where its cached price says."""
    insert(
        data,
        state,
        s,
        v,
        state.priced[v, s, PRICED_PLACE],
        state.priced[v, s, PRICED_POINTS],
        state.priced[v, s, PRICED_COST],
        state.priced[v, s, PRICED_TIME],
    )


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


@inlined
def softened(data, state, weight):
    """The score that the acceptance rule sees: all tiers in one float."""
    total = state.total
    score = weight * (total[SLA_POINTS] + MANDATORY_AS_POINTS * total[MANDATORY]) + total[COST]
    return score + global_cost(data, state)


@inlined
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
        if state.best_version[s] != state.version[s]:
            length = state.length[s]
            state.best_length[s] = length
            copy(state.route[s], state.best_route[s], length)
            state.best_version[s] = state.version[s]
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
            set_shift(state, v, s)
            count_parts(data, state, s, v, 1)
            add_out(data, state, v, -1)
        set_length(state, s, last - first)
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
    state.counter[NUM_USED] = 0
    state.counter[NUM_UNSERVED] = state.shift_of.shape[0]
    state.total[:] = 0
    for s in range(state.length.shape[0]):
        state.idle[s] = s
        state.idle_at[s] = s
    for v in range(state.shift_of.shape[0]):
        state.unserved[v] = v
        state.unserved_at[v] = v
        add_out(data, state, v, 1)
    for s in range(state.length.shape[0]):
        renew(state, s)
    state.counter[NUM_TOUCHED] = 0
    state.is_touched[:] = 0
    copy(state.total, state.old_total, 3)
