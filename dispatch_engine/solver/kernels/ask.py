"""Questions to a plan that stands: what a ticket costs in each shift, and what a route costs."""

from __future__ import annotations

import numpy as np

from dispatch_engine.solver.compiled import kernel
from dispatch_engine.solver.kernels.data import LATE_AT_START
from dispatch_engine.solver.kernels.route import evaluate
from dispatch_engine.solver.kernels.state import price

NO_DEADLINE = 1 << 40
"""A time after every horizon."""


@kernel
def price_everywhere(data, state, first, last, weight):
    """Bring the cached best insertions of tickets ``first``..``last`` - 1 into all open shifts up to date.

    The answers stand in ``state.priced``; places are chosen by ``weight`` units per milli-point.
    """
    for v in range(first, last):
        ticket = data.ticket[v]
        for i in range(ticket.shift_from, ticket.shift_to):
            price(data, state, v, data.open_shift[i], weight, np.inf)


@kernel
def latest_delay(data, state, s, v, window, arrival, by_price, at_most):
    """How many seconds after ``arrival`` the technician may reach ``v`` before route ``s`` breaks or costs more.

    ``window`` is the row of ``data.window`` in which ``v`` is served; its other rows are closed by the caller.
    ``by_price`` 1: until the route costs more than it does; 0: until it breaks. Both only get worse with later
    arrivals, so the answer is found by halving, at most ``at_most``. What is changed in ``data`` meanwhile is
    put back.
    """
    opened, due, promise = data.window[window, 0], data.ticket[v].due, data.ticket[v].promise
    at_arrival = data.parameter[LATE_AT_START] == 0
    data.ticket[v].promise = NO_DEADLINE
    if at_arrival:
        data.ticket[v].due = NO_DEADLINE
    low, high = 0, at_most + 1
    while high - low > 1:
        middle = (low + high) // 2
        reached = arrival + middle
        fine = reached <= data.window[window, 1]
        if fine:
            data.window[window, 0] = max(opened, reached)
            fine, points, cost, _ = evaluate(
                data, s, state.route[s], state.length[s], state.labels, state.used
            )
        if fine and by_price > 0:
            if reached > promise:
                cost += data.ticket[v].promise_cost
            if at_arrival and reached > due:
                points += data.ticket[v].late_points
                cost += data.ticket[v].late_cost + (reached - due) * data.ticket[v].late_slope
            if arrival <= data.ticket[v].promise < reached:
                cost += data.ticket[v].promise_cost
            fine = points < state.points[s] or (points == state.points[s] and cost <= state.cost[s])
        if fine:
            low = middle
        else:
            high = middle
    data.window[window, 0] = opened
    data.ticket[v].due = due
    data.ticket[v].promise = promise
    return low
