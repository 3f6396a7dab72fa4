"""The times of one route: arrivals, starts, ends and breaks of its best schedule, leaving as late as allowed."""

from __future__ import annotations

from dispatch_engine.solver.compiled import kernel
from dispatch_engine.solver.kernels.data import DURATION_PRICE, LATE_AT_START
from dispatch_engine.solver.kernels.route import leg
from dispatch_engine.solver.kernels.schedule import (
    ACTION,
    LATE_COST,
    LATEST,
    READY,
    TAKEN,
    begin,
    finish,
    latest_departure,
    unpack,
    visit,
)

ARRIVAL, START, END = range(3)
"""Columns of a stop's times."""
BEFORE_STOP, BREAK_AT_DOOR, BREAK_START = range(3)
"""Columns of a break: the stop that it precedes (length: before the way home), at its door or not, when."""


@kernel
def run_labels(data, s, route, length, trace):
    """Fill ``trace`` int64[M + 1, MAX_LABELS, COLUMNS] with the labels after each stop, those of the start first.

    Returns the count of labels after the last stop; 0: infeasible.
    """
    shift = data.shift[s]
    count = begin(shift, data.parameter[DURATION_PRICE], trace, 0)
    place = shift.start_place
    for i in range(length):
        ticket = data.ticket[route[i]]
        drive = leg(data, s, place, ticket.place)
        count = visit(data.window, data.rest, data.parameter, shift, ticket, drive, trace, i, count, i + 1)
        if count == 0:
            return 0
        place = ticket.place
    return count


@kernel
def timetable(data, s, route, length, trace, times, breaks):
    """Write the best schedule of a route: (feasible, start of the route, end of the route, number of breaks).

    Parameters: ``times`` int64[M, 3] (arrival, start, end) per stop, ``breaks`` int64[B, 3] (stop that the break
    precedes, 1 at its door or 0 before leaving for it, start); both are filled in place. ``length`` >= 1.
    """
    count = run_labels(data, s, route, length, trace)
    if count == 0:
        return False, 0, 0, 0
    place = data.ticket[route[length - 1]].place
    home = leg(data, s, place, data.shift[s].end_place)
    feasible, _, _, best, left_last = finish(
        data.rest, data.parameter, data.shift[s], home, trace, length, count
    )
    if not feasible:
        return False, 0, 0, 0
    start = departure(data, s, trace[length, best], left_last, home)
    row = best
    for i in range(length, 0, -1):  # from here on row 0 of each stop tells the chosen way
        trace[i, 0, ACTION] = trace[i, row, ACTION]
        row = unpack(trace[i, 0, ACTION])[0]
    return forward(data, s, route, length, trace, left_last, start, times, breaks)


@kernel
def departure(data, s, label, left_last, home):
    """When the walk through the schedule begins: ready time, or the latest departure of least duration."""
    if data.parameter[DURATION_PRICE] == 0:
        return data.shift[s].ready
    duration, latest = label[LATE_COST], label[LATEST]
    ready = label[READY]
    taken = label[TAKEN]
    for _ in range(left_last):
        rest = data.shift[s].rest_from + taken
        latest = min(latest, data.rest[rest, 1] - duration)
        duration += data.rest[rest, 2]
        ready = max(ready, data.rest[rest, 0]) + data.rest[rest, 2]
        taken += 1
    next_rest = data.shift[s].rest_from + taken
    latest = latest_departure(data.rest, data.shift[s], next_rest, duration + home, latest)
    return min(latest, ready + home - (duration + home))


@kernel
def take_breaks(data, s, number, how_many, time, stop, at_door, breaks):
    """Take ``how_many`` breaks from ``number`` on at ``time``: when they are over."""
    for _ in range(how_many):
        rest = data.shift[s].rest_from + number
        time = max(time, data.rest[rest, 0])
        breaks[number, BEFORE_STOP] = stop
        breaks[number, BREAK_AT_DOOR] = at_door
        breaks[number, BREAK_START] = time
        time += data.rest[rest, 2]
        number += 1
    return time


@kernel
def forward(data, s, route, length, trace, left_last, start, times, breaks):
    """Walk the chosen labels from departure ``start`` and write the times, then leave as late as allowed."""
    time, taken = start, 0
    place = data.shift[s].start_place
    for i in range(length):
        ticket = data.ticket[route[i]]
        _, left_after, at_door, window = unpack(trace[i + 1, 0, ACTION])
        time = take_breaks(data, s, taken, left_after, time, i, 0, breaks)
        taken += left_after
        times[i, ARRIVAL] = time + leg(data, s, place, ticket.place)
        time = take_breaks(data, s, taken, at_door, times[i, ARRIVAL], i, 1, breaks)
        taken += at_door
        times[i, START] = max(time, data.window[window, 0])
        time = times[i, START] + ticket.service
        times[i, END] = time
        place = ticket.place
    time = take_breaks(data, s, taken, left_last, time, length, 0, breaks)
    taken += left_last
    end = time + leg(data, s, place, data.shift[s].end_place)
    if start >= data.shift[s].last_start:
        return True, start, end, taken
    return True, leave_late(data, route, times, breaks, taken, start), end, taken


@kernel
def leave_late(data, route, times, breaks, taken, start):
    """Delay the departure as far as no lateness, promise, service start or break changes; return the route's start.

    ``times`` of the first stop changes in place: only the first arrival moves. A break at the start place
    holds everything: then the route starts with that break.
    """
    if taken > 0 and breaks[0, BEFORE_STOP] == 0 and breaks[0, BREAK_AT_DOOR] == 0:
        return breaks[0, BREAK_START]
    arrival = times[0, ARRIVAL]
    last = times[0, START]
    if taken > 0 and breaks[0, BEFORE_STOP] == 0:
        last = breaks[0, BREAK_START]
    if data.parameter[LATE_AT_START] == 0:
        last = min(last, max(arrival, data.ticket[route[0]].due))
    last = min(last, max(arrival, data.ticket[route[0]].promise))
    times[0, ARRIVAL] = last
    return start + last - arrival


@kernel
def largest_lateness(data, s, route, length, trace):
    """Seconds of the largest lateness in the best schedule of a feasible, non-empty route."""
    count = run_labels(data, s, route, length, trace)
    place = data.ticket[route[length - 1]].place
    home = leg(data, s, place, data.shift[s].end_place)
    _, _, _, row, _ = finish(data.rest, data.parameter, data.shift[s], home, trace, length, count)
    largest = 0
    for i in range(length, 0, -1):
        ticket = data.ticket[route[i - 1]]
        before, left_after, _, _ = unpack(trace[i, row, ACTION])
        if data.parameter[LATE_AT_START] > 0:
            reached = trace[i, row, READY] - ticket.service
        else:
            reached = arrival_of(data, s, route, i, left_after, trace[i - 1, before])
        largest = max(largest, reached - ticket.due)
        row = before
    return largest


@kernel
def arrival_of(data, s, route, i, left_after, before):
    """When stop ``i - 1`` is reached from label ``before`` with ``left_after`` breaks first (earliest mode)."""
    place = data.shift[s].start_place if i == 1 else data.ticket[route[i - 2]].place
    ready = before[READY]
    for k in range(left_after):
        rest = data.shift[s].rest_from + before[TAKEN] + k
        ready = max(ready, data.rest[rest, 0]) + data.rest[rest, 2]
    return ready + leg(data, s, place, data.ticket[route[i - 1]].place)
