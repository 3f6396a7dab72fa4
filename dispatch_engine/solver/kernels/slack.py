"""What a route knows about itself: how the technician may stand after each stop, and how late each may be reached.

Two tables per route make most insertions a matter of one comparison. Forward: the labels of
:mod:`~dispatch_engine.solver.kernels.schedule` after each stop. Backward: the latest arrival at each stop for
which the rest of the day costs no lateness and no overtime, by the number of breaks still to take (the forward
time slack of Savelsbergh, *ORSA J. Computing* 4(2), 1992, carried over to breaks and soft deadlines).
"""

from __future__ import annotations

from dispatch_engine.solver.compiled import inlined
from dispatch_engine.solver.kernels.data import DURATION_PRICE, LATE_AT_START, OVERTIME_PRICE
from dispatch_engine.solver.kernels.route import leg_cost
from dispatch_engine.solver.kernels.schedule import COLUMNS, begin, visit

STORED_LABELS = 4
"""Labels kept per stop. Nearly all stops have one or two; a route with more is priced without its tables."""
STORED_BREAKS = 2
"""Breaks still to take that the backward table tells apart; with more of them it promises nothing."""
LATEST = STORED_BREAKS + 1
"""Column of ``State.reach``: the latest arrival from which the rest is possible at all, breaks left aside."""
REACH_COLUMNS = STORED_BREAKS + 2
PLACE, LEG_COST = range(2)
TOUR_COLUMNS = 2
"""Columns of ``State.tour``: a place of the route (row 0: start, last row: end), the price of the drive to it."""
NEVER_EARLY_ENOUGH = -(1 << 60)
"""No arrival will do."""


@inlined
def latest_start(window, ticket, limit):
    """The latest moment up to ``limit`` at which service may start; NEVER_EARLY_ENOUGH where there is none."""
    for w in range(ticket.window_to - 1, ticket.window_from - 1, -1):
        if window[w, 0] <= limit:
            return min(window[w, 1], limit)
    return NEVER_EARLY_ENOUGH


@inlined
def after_break(rest, b, drive, reach):
    """The latest moment to be ready with break ``b`` to take before a drive that must arrive by ``reach``."""
    if rest[b, 0] + rest[b, 2] + drive > reach:
        return NEVER_EARLY_ENOUGH
    return min(rest[b, 1], reach - drive - rest[b, 2])


@inlined
def look_back(data, s, route, length, reach):
    """Fill ``reach`` int64[M + 1, REACH_COLUMNS] from the end place (row ``length``) back to the first stop.

    Column k < LATEST: the latest arrival with k breaks still to take from which the rest costs nothing for time.
    It is a promise, not an equivalence: two breaks in one place are not looked for.
    """
    shift = data.shift[s]
    rest = data.rest
    at_start = data.parameter[LATE_AT_START] > 0
    free_end = shift.end if data.parameter[OVERTIME_PRICE] > 0 else shift.latest_end
    reach[length, LATEST] = shift.latest_end
    reach[length, 0] = free_end
    breaks = shift.rest_to - shift.rest_from
    for k in range(1, LATEST):
        reach[length, k] = min(free_end, rest[shift.rest_to - k, 0]) if k <= breaks else NEVER_EARLY_ENOUGH
    travel = data.travel[shift.kind]
    for i in range(length - 1, -1, -1):
        ticket = data.ticket[route[i]]
        goal = data.ticket[route[i + 1]].place if i + 1 < length else shift.end_place
        drive = travel[ticket.place, goal] if goal >= 0 else 0
        reach[i, LATEST] = latest_start(data.window, ticket, reach[i + 1, LATEST] - drive - ticket.service)
        last_unbroken = NEVER_EARLY_ENOUGH  # the latest start that leaves one break fewer to the rest
        for k in range(LATEST):
            if k > breaks:
                reach[i, k] = NEVER_EARLY_ENOUGH
                continue
            limit = reach[i + 1, k] - drive - ticket.service
            start = latest_start(data.window, ticket, min(limit, ticket.due) if at_start else limit)
            best = start
            if k > 0:
                b = shift.rest_to - k
                limit = after_break(rest, b, drive, reach[i + 1, k - 1]) - ticket.service
                best = max(
                    best, latest_start(data.window, ticket, min(limit, ticket.due) if at_start else limit)
                )
                if rest[b, 0] + rest[b, 2] <= last_unbroken:
                    best = max(best, min(rest[b, 1], last_unbroken - rest[b, 2]))
            reach[i, k] = min(best, ticket.due, ticket.promise)
            last_unbroken = start


@inlined
def look_ahead(data, s, route, length, labels, prefix, prefix_count):
    """Store the labels before the first stop and after each one in ``prefix`` int64[M + 1, STORED_LABELS, COLUMNS].

    ``prefix_count`` int64[M + 1] counts them. False where some place has more than fit or none.
    """
    shift = data.shift[s]
    travel = data.travel[shift.kind]
    count = begin(shift, data.parameter[DURATION_PRICE], labels, 0)
    origin, now = shift.start_place, 0
    for i in range(length + 1):
        if count > STORED_LABELS or count == 0:
            return False
        prefix_count[i] = count
        for j in range(count):
            for k in range(COLUMNS):
                prefix[i, j, k] = labels[now, j, k]
        if i < length:
            ticket = data.ticket[route[i]]
            count = visit(
                data.window, data.rest, data.parameter, shift, ticket, travel[origin, ticket.place] + 0,
                labels, now, count, 1 - now,
            )  # fmt: skip
            origin, now = ticket.place, 1 - now
    return True


@inlined
def look_around(data, s, route, length, tour):
    """Fill ``tour`` int64[M + 2, TOUR_COLUMNS]: the places of the route in order, start and end included."""
    origin = data.shift[s].start_place
    tour[0, PLACE] = origin
    tour[0, LEG_COST] = 0
    for i in range(length + 1):
        goal = data.ticket[route[i]].place if i < length else data.shift[s].end_place
        tour[i + 1, PLACE] = goal
        tour[i + 1, LEG_COST] = leg_cost(data, s, origin, goal) if length > 0 else 0
        origin = goal
