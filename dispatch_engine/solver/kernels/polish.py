"""Before and after the search: load given routes, fill what still fits, and try why a ticket does not."""

from __future__ import annotations

import numpy as np

from dispatch_engine.solver.compiled import kernel
from dispatch_engine.solver.kernels.route import NOWHERE, begins_as_fixed, best_insertion, fits
from dispatch_engine.solver.kernels.state import (
    OUT,
    PRICED_COST,
    PRICED_POINTS,
    add_out,
    commit,
    copy,
    empty,
    place_at,
    price,
    recount,
    reprice,
    set_length,
    set_shift,
)

FITS, NO_ROOM, LIMIT = range(3)
"""Answers of :func:`last_try`; LIMIT + r: additive limit r of the shift is used up."""


@kernel
def load_routes(data, state, route, length):
    """Replace the plan by the routes ``route`` int64[S, M] with ``length`` int64[S].

    False if a route has no schedule, goes over a limit, lacks a fixed stop, or serves a ticket that is closed for
    its shift.
    """
    empty(data, state)
    feasible = True
    for s in range(length.shape[0]):
        set_length(state, s, length[s])
        copy(route[s], state.route[s], length[s])
        for p in range(length[s]):
            set_shift(state, route[s, p], s)
            add_out(data, state, route[s, p], -1)
        recount(data, state, s)
        feasible = feasible and begins_as_fixed(data, s, route[s], length[s])
        for p in range(length[s]):
            feasible = feasible and data.is_open[s, route[s, p]] > 0
        for r in range(data.stock.shape[1]):
            feasible = feasible and (length[s] == 0 or state.load[s, r] <= data.stock[s, r])
        feasible = reprice(data, state, s) and feasible
    commit(state)
    return feasible


@kernel
def fill(data, state, weight):
    """Insert every unassigned ticket that makes the plan better on the exact tiers; the number inserted."""
    inserted = 0
    for v in range(state.shift_of.shape[0]):
        if state.shift_of[v] != OUT:
            continue
        ticket = data.ticket[v]
        for i in range(ticket.shift_from, ticket.shift_to):
            s = data.open_shift[i]
            if price(data, state, v, s, weight, np.inf) == NOWHERE:
                continue
            points = state.priced[v, s, PRICED_POINTS] - ticket.out_points
            gains = points < 0 or (points == 0 and state.priced[v, s, PRICED_COST] < ticket.out_cost)
            if ticket.out_mandatory > 0 or gains:
                place_at(data, state, v, s)
                inserted += 1
                break
    commit(state)
    return inserted


@kernel
def last_try(data, state, v, weight, answer):
    """Write for each shift that ``v`` is open for whether it still fits: ``answer`` int64[S]; others are left."""
    ticket = data.ticket[v]
    for i in range(ticket.shift_from, ticket.shift_to):
        s = data.open_shift[i]
        answer[s] = NO_ROOM
        if not fits(data, s, v, state.load[s]):
            for k in range(ticket.need_from, ticket.need_to):
                part = data.need[k, 0]
                if state.load[s, part] + data.need[k, 1] > data.stock[s, part]:
                    answer[s] = LIMIT + part
        else:
            place, _, _, _ = best_insertion(
                data, s, state.route[s], state.length[s], state.load[s], state.likely_count[s],
                state.points[s], state.time_cost[s], v, weight, np.inf, state.labels, state.used,
            )  # fmt: skip
            if place != NOWHERE:
                answer[s] = FITS
