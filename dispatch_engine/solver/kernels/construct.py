"""The first plan: regret insertion, tickets that few can serve first."""

from __future__ import annotations

import numpy as np

from dispatch_engine.solver.compiled import inlined, kernel
from dispatch_engine.solver.kernels.route import NOWHERE
from dispatch_engine.solver.kernels.state import (
    NUM_UNSERVED,
    OUT,
    PRICED_COST,
    PRICED_POINTS,
    PRICED_VERSION,
    out_price,
    place_at,
    price,
)

ASK_ALL = 5000
"""On days of up to so many tickets every insertion has all others look at the changed route."""
SCARCE = 1e15
"""Added to the regret of a ticket that only one shift can take."""


@inlined
def consider(data, state, v, s, weight, best_shift, best_score, second_score):
    """Let shift ``s`` take its place among the two best prices of ``v``, if it fits there at all."""
    if price(data, state, v, s, weight, np.inf) == NOWHERE:
        return
    score = weight * state.priced[v, s, PRICED_POINTS] + state.priced[v, s, PRICED_COST]
    if score < best_score[v]:
        second_score[v] = best_score[v]
        best_shift[v], best_score[v] = s, score
    elif score < second_score[v]:
        second_score[v] = score


@kernel
def best_two(data, state, v, weight, best_shift, best_score, second_score):
    """Write the cheapest shift of ``v``, its score, and the second best score into the three arrays."""
    best_shift[v], best_score[v], second_score[v] = NOWHERE, np.inf, np.inf
    ticket = data.ticket[v]
    for i in range(ticket.shift_from, ticket.shift_to):
        consider(data, state, v, data.open_shift[i], weight, best_shift, best_score, second_score)


@kernel
def regret(data, v, weight, best_score, second_score):
    """What waiting with ``v`` may cost: its second best price, or being left out, against its best price."""
    worth = out_price(data, v, weight)
    if second_score[v] < np.inf:
        return min(second_score[v], worth) - best_score[v]
    return worth - best_score[v] + SCARCE


@kernel
def look_around_first(data, state, weight, first, last, best_shift, best_score, second_score):
    """Find the two best prices of the tickets ``first`` to ``last`` (excluded) that are out."""
    for v in range(first, last):
        if state.shift_of[v] == OUT:
            best_two(data, state, v, weight, best_shift, best_score, second_score)


@kernel
def construct(data, state, weight, most, best_shift, best_score, second_score, accepted):
    """Insert up to ``most`` tickets by largest regret; the softened price paid for each goes to ``accepted``.

    ``best_shift`` int64[V], ``best_score``, ``second_score``, ``accepted`` float64[V] are filled in place; the first
    three by :func:`look_around_first` before. Only tickets whose two best shifts the last insertion touched look at
    all their shifts again; on a large day only those near it are asked, others when their turn comes.
    Returns the number of tickets inserted, less than ``most`` when nothing fits any more (Potvin & Rousseau, *EJOR*
    66, 1993).
    """
    inserted = 0
    while inserted < most:
        chosen, largest = -1, -np.inf
        for i in range(state.counter[NUM_UNSERVED]):
            v = state.unserved[i]
            if best_shift[v] >= 0 and best_score[v] < out_price(data, v, weight):
                value = regret(data, v, weight, best_score, second_score)
                if value > largest or (value == largest and v < chosen):
                    chosen, largest = v, value
        if chosen < 0:
            return inserted
        s = best_shift[chosen]
        if state.priced[chosen, s, PRICED_VERSION] != state.version[s]:
            best_two(data, state, chosen, weight, best_shift, best_score, second_score)
            continue
        accepted[inserted] = best_score[chosen]
        inserted += 1
        place_at(data, state, chosen, s)
        if state.shift_of.shape[0] <= ASK_ALL:
            for v in range(state.shift_of.shape[0]):
                refresh(data, state, v, s, weight, best_shift, best_score, second_score)
        else:
            for i in range(data.near.shape[1]):
                refresh(data, state, data.near[chosen, i], s, weight, best_shift, best_score, second_score)
    return inserted


@kernel
def refresh(data, state, v, s, weight, best_shift, best_score, second_score):
    """Bring the two best prices of ``v`` up to date after route ``s`` changed.

    The second score may be too high after a rise in the second best shift went unseen; it is then looked up
    when that shift becomes the best one. The best one is always right.
    """
    if state.shift_of[v] != OUT or data.is_open[s, v] == 0:
        return
    if best_shift[v] == s:
        best_two(data, state, v, weight, best_shift, best_score, second_score)
        return
    consider(data, state, v, s, weight, best_shift, best_score, second_score)
