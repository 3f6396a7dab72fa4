"""Exact prices of many routes at once, and what a bound may charge for them."""

from __future__ import annotations

from dispatch_engine.solver.compiled import kernel
from dispatch_engine.solver.kernels.data import ANY_LIKELY
from dispatch_engine.solver.kernels.route import (
    begins_as_fixed,
    evaluate,
    fits,
    fix_cost,
    second_visits,
    take_parts,
)


@kernel
def price_columns(data, shift, stop, begin, labels, used, priced):
    """Price routes: ``stop[begin[i] : begin[i + 1]]`` is served by ``shift[i]``, all int64.

    ``priced`` int64[N, 4] receives: 1 where the route is possible, points, cost, and the cost with every second
    visit at its least price (see :func:`least_second_visit`). ``labels`` and ``used``: scratch of `evaluate`.
    """
    for i in range(shift.shape[0]):
        s, route, length = shift[i], stop[begin[i] :], begin[i + 1] - begin[i]
        priced[i, 0] = 0
        if not within_limits(data, s, route, length, used):
            continue
        feasible, points, cost, _ = evaluate(data, s, route, length, labels, used)
        if not feasible:
            continue
        priced[i, 0], priced[i, 1], priced[i, 2], priced[i, 3] = 1, points, cost, cost
        if data.parameter[ANY_LIKELY] > 0:
            priced[i, 3] -= second_visits(data, s, route, length, -1, -1, used)
            for p in range(length):
                priced[i, 3] += least_second_visit(data, s, route[p], used)


@kernel
def within_limits(data, s, route, length, used):
    """Whether shift ``s`` may drive these stops: it begins as it must, is open for all, and within its limits."""
    if not begins_as_fixed(data, s, route, length):
        return False
    used[:] = 0
    for p in range(length):
        if data.is_open[s, route[p]] == 0 or not fits(data, s, route[p], used):
            return False
        take_parts(data, route[p], used)
    return True


@kernel
def least_second_visit(data, s, v, used):
    """Units for the expected second visit of ``v`` in a route that uses no part but what ``v`` needs itself."""
    used[:] = 0
    take_parts(data, v, used)
    return fix_cost(data, s, v, used)


@kernel
def least_second_visits(data, price, used):
    """Fill ``price`` int64[S, V] with :func:`least_second_visit`."""
    for s in range(price.shape[0]):
        for v in range(price.shape[1]):
            price[s, v] = least_second_visit(data, s, v, used)
