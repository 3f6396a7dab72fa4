"""The search: ruin a part of the plan, recreate it greedily, accept by simulated annealing on a softened score."""

from __future__ import annotations

import numpy as np

from dispatch_engine.solver.compiled import inlined, kernel
from dispatch_engine.solver.kernels.chance import below, shuffle, uniform
from dispatch_engine.solver.kernels.data import ABSENCE, BLINK
from dispatch_engine.solver.kernels.pool import remember
from dispatch_engine.solver.kernels.route import NOWHERE
from dispatch_engine.solver.kernels.ruin import ruin
from dispatch_engine.solver.kernels.state import (
    ABSENCES,
    ITERATIONS,
    NUM_TOUCHED,
    NUM_UNSERVED,
    OUT,
    cheapest,
    commit,
    keep_if_best,
    out_price,
    place_at,
    softened,
    take_back,
)

POOL_TEMPERATURES = 2.0
"""A plan's routes are worth remembering if it is at most so many temperatures worse than the least score."""
MOST_PENDING = 60
"""Tickets tried in one recreation at most, beyond those just removed: a storm day has hundreds waiting."""
MOST_DEAR = 4.0
"""The most by which the price of leaving a ticket out is raised."""
RANDOM_SHARE, SCARCE_SHARE, DEAR_SHARE, EARLY_SHARE = 4, 4, 2, 2
ALL_SHARES = 13


@inlined
def gather_pending(state):
    """List the tickets to place in ``state.pending``: all just removed, and up to MOST_PENDING waiting ones."""
    count = 0
    for i in range(state.counter[NUM_TOUCHED]):
        s = state.touched[i]
        for p in range(state.old_length[s]):
            v = state.old_route[s, p]
            if state.shift_of[v] == OUT:
                state.pending[count] = v
                count += 1
    removed = count
    waiting = state.counter[NUM_UNSERVED]
    first = below(state.rng, waiting) if waiting > removed else 0
    for i in range(waiting):
        if count - removed == MOST_PENDING or count == waiting:
            break
        v = state.unserved[(first + i) % waiting]
        known = False
        for j in range(removed):
            if state.pending[j] == v:
                known = True
                break
        if not known:
            state.pending[count] = v
            count += 1
    return count


@inlined
def order_value(data, v, kind, weight):
    """The sort key of ``v`` in an order of recreation: few shifts, dear to leave out, early deadline, long."""
    ticket = data.ticket[v]
    if kind < SCARCE_SHARE:
        return float(ticket.shift_to - ticket.shift_from)
    if kind < SCARCE_SHARE + DEAR_SHARE:
        return -out_price(data, v, weight)
    if kind < SCARCE_SHARE + DEAR_SHARE + EARLY_SHARE:
        last = data.window[ticket.window_to - 1, 1] if ticket.window_to > ticket.window_from else ticket.due
        return float(min(last, ticket.due))
    return -float(ticket.service)


@inlined
def sort_pending(data, state, count, weight):
    """Shuffle the pending tickets, and in two of three cases sort them by one of the orders (stable)."""
    shuffle(state.rng, state.pending, count)
    kind = below(state.rng, ALL_SHARES) - RANDOM_SHARE
    if kind < 0:
        return
    for i in range(count):
        v = state.pending[i]
        key = order_value(data, v, kind, weight)
        j = i
        while j > 0 and state.order_key[j - 1] > key:
            state.pending[j] = state.pending[j - 1]
            state.order_key[j] = state.order_key[j - 1]
            j -= 1
        state.pending[j] = v
        state.order_key[j] = key


@inlined
def dearness(data, state, v):
    """By how much the price of leaving ``v`` out is raised while recreating: more, the longer it has been out.

    Unserved tickets are a plateau: plans differ in which ones are out, and their score does not see it. (The idea is
    the absence counter of SISR's fleet minimisation and of Nagata & Bräysy, *Operations Research Letters* 37, 2009.)
    """
    all_absences = state.counter[ABSENCES]
    if data.knob[ABSENCE] <= 0.0 or all_absences == 0:
        return 1.0
    mean = all_absences / state.shift_of.shape[0]
    return min(MOST_DEAR, 1.0 + data.knob[ABSENCE] * state.absence[v] / mean)


@inlined
def count_absences(state):
    """Note once more which tickets are out of the plan just accepted."""
    count = state.counter[NUM_UNSERVED]
    for i in range(count):
        state.absence[state.unserved[i]] += 1
    state.counter[ABSENCES] += count


@inlined
def recreate(data, state, weight):
    """Insert the pending tickets one by one where each costs least, unless leaving it out costs less."""
    count = gather_pending(state)
    sort_pending(data, state, count, weight)
    for i in range(count):
        v = state.pending[i]
        s, score = cheapest(data, state, v, weight, data.knob[BLINK])
        if s != NOWHERE and score < out_price(data, v, weight) * dearness(data, state, v):
            place_at(data, state, v, s)


@inlined
def remember_touched(state, pool):
    """Put every route changed since the last commit into the ``pool``."""
    for i in range(state.counter[NUM_TOUCHED]):
        s = state.touched[i]
        if state.length[s] > 0:
            remember(pool, s, state.route[s], state.length[s], state.points[s], state.cost[s])


@kernel
def anneal(data, state, pool, iterations, weight, temperature):
    """Run ``iterations`` of ruin and recreate at one weight and temperature; the number of new best plans.

    Routes of accepted plans not much worse than the best one met in this call go into ``pool``.

    ``weight`` is in units per milli-point, ``temperature`` in units. A worse plan is accepted with
    probability exp(-difference / temperature) (Christiaens & Vanden Berghe 2020, section 5.4).
    """
    found = 0
    current = softened(data, state, weight)
    least = current
    for _ in range(iterations):
        ruin(data, state)
        recreate(data, state, weight)
        score = softened(data, state, weight)
        if score <= current - temperature * np.log(uniform(state.rng)):
            if keep_if_best(data, state):
                found += 1
            least = min(least, score)
            if score <= least + POOL_TEMPERATURES * temperature:
                remember_touched(state, pool)
            commit(state)
            current = score
            if data.knob[ABSENCE] > 0.0:
                count_absences(state)
        else:
            take_back(data, state)
    state.counter[ITERATIONS] += iterations
    return found
