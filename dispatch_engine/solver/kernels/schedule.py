"""The schedule of one route: exact best break places, lateness, overtime and least duration, by labels.

A label says how a technician may stand after some stop. In the earliest mode (`sla_first`, `cost`) later is
never better, so a label is (breaks taken, ready, points, cost), and the earliest schedule of a sequence is the
best one. In the duration mode (`working_time`) a label is a function of the departure t: ready again at
max(E, t + D), possible for t <= L (Savelsbergh, *The vehicle routing problem with time windows: minimizing
route duration*, ORSA J. Computing 4(2), 1992). Both kinds share one row layout and one test of dominance.
"""

from __future__ import annotations

from dispatch_engine.solver.compiled import kernel
from dispatch_engine.solver.kernels.data import DURATION_PRICE, LATE_AT_START, OVERTIME_PRICE

TAKEN, READY, LATE_POINTS, LATE_COST, LATEST, ACTION = range(6)
"""Columns of a label: breaks taken; earliest ready E; points; cost (earliest mode) or least duration D
(duration mode); latest departure L (duration mode); how it came about, packed by :func:`action`."""
COLUMNS = 6
MAX_LABELS = 32
"""Labels kept per stop. Days need one or two; if more than this many stay undominated, the worst is dropped:
the schedule found is then still exact in its times, but might not be the cheapest break place."""
FOREVER = 1 << 41


@kernel
def action(parent, left_after, at_door, window):
    """Pack the label before, the breaks taken before leaving and at the door, and the window into one number."""
    return parent | left_after << 8 | at_door << 16 | window << 24


@kernel
def unpack(action):
    """The four numbers of :func:`action`: label before, breaks before leaving, breaks at the door, window."""
    return action & 255, action >> 8 & 255, action >> 16 & 255, action >> 24


@kernel
def begin(shift, price, labels, target):
    """Write the label of standing at the start place of ``shift`` into ``labels[target]``; return the count.

    ``price`` is the price per second of duration, 0 in the earliest mode.
    """
    row = labels[target, 0]
    row[:] = 0
    row[READY] = shift.ready
    row[LATEST] = shift.last_start if price > 0 else 0
    return 1


@kernel
def push(labels, target, count, taken, ready, points, cost, latest, action):
    """Add a label to the ``count`` labels of ``labels[target]`` unless one of them is as good in everything.

    Those that the new one makes useless are dropped. Returns the new count.
    """
    kept = 0
    for i in range(count):
        if labels[target, i, TAKEN] == taken:
            more_points = labels[target, i, LATE_POINTS] - points
            more_cost = labels[target, i, LATE_COST] - cost
            more_ready = labels[target, i, READY] - ready
            more_latest = labels[target, i, LATEST] - latest
            same = more_points == 0
            if more_ready <= 0 and more_latest >= 0 and (more_points < 0 or (same and more_cost <= 0)):
                return count
            if more_ready >= 0 and more_latest <= 0 and (more_points > 0 or (same and more_cost >= 0)):
                continue
        if kept != i:
            for k in range(COLUMNS):
                labels[target, kept, k] = labels[target, i, k]
        kept += 1
    if kept == MAX_LABELS:
        kept -= 1
    labels[target, kept, TAKEN] = taken
    labels[target, kept, READY] = ready
    labels[target, kept, LATE_POINTS] = points
    labels[target, kept, LATE_COST] = cost
    labels[target, kept, LATEST] = latest
    labels[target, kept, ACTION] = action
    return kept + 1


@kernel
def visit(window, rest, parameter, shift, ticket, leg, labels, source, count, target):
    """Drive ``leg`` seconds to ``ticket`` and serve it: ``labels[source]`` -> ``labels[target]``; return the count.

    For each of the ``count`` labels, and for each number of breaks taken before leaving, try each number of
    breaks at the door. In the earliest mode the last break open is never worse taken at the door than before
    leaving, if the door is reached by its latest start; then the latter is not tried. With two open breaks that
    does not hold: the drive between may cost the second one its latest start.
    """
    last = shift.rest_to
    limit = shift.latest_end
    by_duration = parameter[DURATION_PRICE] > 0
    found = 0
    for i in range(count):
        ready = labels[source, i, READY]
        cost = labels[source, i, LATE_COST]
        latest = labels[source, i, LATEST]
        next_rest = shift.rest_from + labels[source, i, TAKEN]
        left_after = 0
        while ready + leg <= limit:
            if by_duration:
                found = serve_by_duration(
                    window, rest, shift, ticket, ready + leg, cost + leg, latest, next_rest, i, left_after,
                    labels, target, found,
                )  # fmt: skip
            else:
                found = serve_early(
                    window, rest, parameter[LATE_AT_START] > 0, shift, ticket, ready + leg,
                    labels[source, i, LATE_POINTS], cost, next_rest, i, left_after, labels, target, found,
                )  # fmt: skip
            if next_rest >= last or ready > rest[next_rest, 1]:
                break
            if not by_duration and next_rest + 1 == last and ready + leg <= rest[next_rest, 1]:
                break
            ready = max(ready, rest[next_rest, 0]) + rest[next_rest, 2]
            if by_duration:
                latest = min(latest, rest[next_rest, 1] - cost)
                cost += rest[next_rest, 2]
            next_rest += 1
            left_after += 1
    return found


@kernel
def serve_early(
    window, rest, at_start, shift, ticket, arrival, points, cost, next_rest, parent, left_after, labels, target, found
):  # fmt: skip
    """Arrive, take none, one, ... of the breaks left at the door, serve at once: push a label for each.

    A label that is ready only after the latest start of a break still open leads nowhere: no push.
    """
    time = arrival
    at_door = 0
    while True:
        for w in range(ticket.window_from, ticket.window_to):
            if time <= window[w, 1]:
                start = max(time, window[w, 0])
                ready = start + ticket.service
                if next_rest < shift.rest_to and ready > rest[next_rest, 1]:
                    break
                late = (start if at_start else arrival) - ticket.due
                late_points, late_cost = points, cost
                if late > 0:
                    late_points += ticket.late_points
                    late_cost += ticket.late_cost + late * ticket.late_slope
                if arrival > ticket.promise:
                    late_cost += ticket.promise_cost
                found = push(
                    labels, target, found, next_rest - shift.rest_from, ready, late_points, late_cost, 0,
                    action(parent, left_after, at_door, w),
                )  # fmt: skip
                break
        if next_rest >= shift.rest_to or time > rest[next_rest, 1]:
            return found
        time = max(time, rest[next_rest, 0]) + rest[next_rest, 2]
        next_rest += 1
        at_door += 1


@kernel
def serve_by_duration(
    window, rest, shift, ticket, arrival, duration, latest, next_rest, parent, left_after, labels, target, found
):  # fmt: skip
    """The same when duration is priced: a later window may allow a later departure, so each one is tried."""
    time = arrival
    at_door = 0
    while True:
        for w in range(ticket.window_from, ticket.window_to):
            if time > window[w, 1]:
                continue
            ready = max(time, window[w, 0]) + ticket.service
            if next_rest < shift.rest_to and ready > rest[next_rest, 1]:
                break
            found = push(
                labels, target, found, next_rest - shift.rest_from, ready, 0, duration + ticket.service,
                min(latest, window[w, 1] - duration), action(parent, left_after, at_door, w),
            )  # fmt: skip
        if next_rest >= shift.rest_to or time > rest[next_rest, 1]:
            return found
        time = max(time, rest[next_rest, 0]) + rest[next_rest, 2]
        latest = min(latest, rest[next_rest, 1] - duration)
        duration += rest[next_rest, 2]
        next_rest += 1
        at_door += 1


@kernel
def finish(rest, parameter, shift, leg, labels, source, count):
    """Drive ``leg`` seconds to the end place: (feasible, points, cost, best label, breaks before leaving).

    A break still open is needed unless the route ends at or before the break's earliest start; it is then
    taken before the drive home. In the duration mode ``cost`` is the least duration times its price.
    """
    last = shift.rest_to
    price = parameter[DURATION_PRICE]
    found, best_points, best_cost, best_label, best_left = False, 0, 0, -1, 0
    for i in range(count):
        ready = labels[source, i, READY]
        cost = labels[source, i, LATE_COST]
        latest = labels[source, i, LATEST]
        points = labels[source, i, LATE_POINTS]
        next_rest = shift.rest_from + labels[source, i, TAKEN]
        left_after = 0
        while next_rest < last and ready + leg > rest[next_rest, 0]:
            if ready > rest[next_rest, 1]:
                ready = FOREVER
                break
            ready = max(ready, rest[next_rest, 0]) + rest[next_rest, 2]
            if price > 0:
                latest = min(latest, rest[next_rest, 1] - cost)
                cost += rest[next_rest, 2]
            next_rest += 1
            left_after += 1
        arrival = ready + leg
        if arrival > shift.latest_end:
            continue
        if price > 0:
            latest = latest_departure(rest, shift, next_rest, cost + leg, latest)
            cost = price * max(cost + leg, arrival - latest)
        overtime = arrival - shift.end
        if overtime > 0:
            cost += overtime * parameter[OVERTIME_PRICE]
        if not found or points < best_points or (points == best_points and cost < best_cost):
            found, best_points, best_cost, best_label, best_left = True, points, cost, i, left_after
    return found, best_points, best_cost, best_label, best_left


@kernel
def latest_departure(rest, shift, next_rest, duration, latest):
    """The latest departure that ends in time, and early enough to need none of the breaks still open."""
    latest = min(latest, shift.latest_end - duration)
    if next_rest < shift.rest_to:
        latest = min(latest, rest[next_rest, 0] - duration)
    return latest
