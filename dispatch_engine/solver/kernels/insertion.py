"""Where a ticket is inserted best, from the route's tables: places in order of detour, most in one step."""

from __future__ import annotations

from dispatch_engine.solver.compiled import inlined
from dispatch_engine.solver.kernels.data import ANY_LIKELY, METRE_PRICE, TRAVEL_PRICE
from dispatch_engine.solver.kernels.route import (
    NOWHERE,
    fits,
    is_order_free,
    own_fix_cost,
    run,
    second_visits,
)
from dispatch_engine.solver.kernels.schedule import COLUMNS, LATE_COST, LATE_POINTS, READY, TAKEN, visit
from dispatch_engine.solver.kernels.slack import LATEST, LEG_COST, PLACE, STORED_BREAKS

UNDRIVEN = 1 << 62
"""More than any detour."""
FREE, IMPOSSIBLE, TO_RUN = range(3)
"""Answers of :func:`rest_of_day`: costs no time, cannot be, or must be run through."""


@inlined
def fill_detours(data, s, length, v, tour, detour):
    """Units of driving that ``v`` adds at each place of route ``s``: ``detour`` int64[M + 1]; the least of them."""
    here = data.ticket[v].place
    kind = data.shift[s].kind
    to, back = data.travel_from[kind, here], data.travel[kind, here]
    price = data.parameter[TRAVEL_PRICE]
    by_metre = data.parameter[METRE_PRICE]
    least = UNDRIVEN
    fixed = data.shift[s].fixed_to - data.shift[s].fixed_from
    for p in range(length + 1):
        if p < fixed:
            detour[p] = UNDRIVEN
            continue
        origin, goal = tour[p, PLACE], tour[p + 1, PLACE]
        more = to[origin] * price - tour[p + 1, LEG_COST]
        if goal >= 0:
            more += back[goal] * price
        if by_metre > 0:
            more += data.metres[kind, origin, here] * by_metre
            if goal >= 0:
                more += data.metres[kind, here, goal] * by_metre
        detour[p] = more
        least = min(least, more)
    return least


@inlined
def rest_of_day(data, shift, labels, count, drive, reach):
    """What follows for ``count`` labels ``labels[1]`` that drive ``drive`` seconds to a stop with row ``reach``.

    Returns the answer and, if FREE, the label: the cheapest one, and no other can end cheaper.
    """
    best = 0
    for j in range(1, count):
        points, cost = labels[1, j, LATE_POINTS], labels[1, j, LATE_COST]
        if points < labels[1, best, LATE_POINTS] or (
            points == labels[1, best, LATE_POINTS] and cost < labels[1, best, LATE_COST]
        ):
            best = j
    possible = False
    for j in range(count):
        ready = labels[1, j, READY]
        possible = possible or ready + drive <= reach[LATEST]
        if labels[1, j, LATE_POINTS] != labels[1, best, LATE_POINTS] or (
            labels[1, j, LATE_COST] != labels[1, best, LATE_COST]
        ):
            continue
        left = shift.rest_to - shift.rest_from - labels[1, j, TAKEN]
        if left > STORED_BREAKS:
            continue
        if ready + drive <= reach[left]:
            return FREE, j
        if left > 0:
            b = shift.rest_to - left
            after = max(ready, data.rest[b, 0]) + data.rest[b, 2]
            if ready <= data.rest[b, 1] and after + drive <= reach[left - 1]:
                return FREE, j
    return (TO_RUN if possible else IMPOSSIBLE), best


@inlined
def is_hopeless(data, s, v, p, weight, room, prefix, prefix_count, reach, tour):
    """Whether ``v`` at place ``p`` is too late anyway: for itself, for the rest of the day, or for ``room``.

    ``room`` is how much lateness may cost, softened, before the place is no longer the best one.
    """
    ticket = data.ticket[v]
    kind = data.shift[s].kind
    ready = prefix[p, 0, READY]
    for j in range(1, prefix_count[p]):
        ready = min(ready, prefix[p, j, READY])
    arrival = ready + data.travel_from[kind, ticket.place, tour[p, PLACE]]
    if ticket.window_to > ticket.window_from and arrival > data.window[ticket.window_to - 1, 1]:
        return True
    late = arrival - ticket.due
    if late > 0 and weight * ticket.late_points + ticket.late_cost + late * ticket.late_slope >= room:
        return True
    if ticket.window_to > ticket.window_from:
        arrival = max(arrival, data.window[ticket.window_from, 0])
    goal = tour[p + 1, PLACE]
    drive = data.travel[kind, ticket.place, goal] if goal >= 0 else 0
    return arrival + ticket.service + drive > reach[p, LATEST]


@inlined
def try_place(data, s, route, length, v, p, labels, prefix, prefix_count, reach, tour):
    """Insert ``v`` at place ``p``: (feasible, points, time cost) of the whole route then."""
    shift = data.shift[s]
    travel = data.travel[shift.kind]
    here = data.ticket[v].place
    goal = tour[p + 1, PLACE]
    for j in range(prefix_count[p]):
        for k in range(COLUMNS):
            labels[0, j, k] = prefix[p, j, k]
    count = visit(
        data.window, data.rest, data.parameter, shift, data.ticket[v],
        data.travel_from[shift.kind, here, tour[p, PLACE]] + 0,
        labels, 0, prefix_count[p], 1,
    )  # fmt: skip
    if count == 0:
        return False, 0, 0
    drive = travel[here, goal] + 0 if goal >= 0 else 0
    answer, j = rest_of_day(data, shift, labels, count, drive, reach[p])
    if answer == FREE:
        return True, labels[1, j, LATE_POINTS], labels[1, j, LATE_COST]
    if answer == IMPOSSIBLE:
        return False, 0, 0
    return run(
        data.window, data.rest, data.parameter, data.ticket, travel, shift, here, route, p, length, labels, 1, count
    )  # fmt: skip


@inlined
def quick_insertion(
    data, s, route, length, load, likely_count, points_now, time_cost_now, v, weight, cutoff, labels, used,
    prefix, prefix_count, reach, tour, detour,
):  # fmt: skip
    """The answer of :func:`~dispatch_engine.solver.kernels.route.best_insertion`, from the route's tables.

    Of places that cost the same another one may be named. Not for the duration mode. ``prefix``,
    ``prefix_count``, ``reach`` and ``tour`` are those of :mod:`~dispatch_engine.solver.kernels.slack`; ``detour``
    int64[M + 1] is scratch. Time costs can only rise, so no place whose detour alone reaches the best price is tried.
    """
    if length == route.shape[0] or not fits(data, s, v, load):
        return NOWHERE, 0, 0, 0
    least = fill_detours(data, s, length, v, tour, detour)
    fixed_cost = data.assign_price[s, v]
    if length == 0:
        fixed_cost += data.shift[s].used_price
    if least + fixed_cost >= cutoff:
        return NOWHERE, 0, 0, 0
    any_likely = data.parameter[ANY_LIKELY] > 0
    order_free = not any_likely or is_order_free(data, v, load, likely_count)
    routes_fix_cost = 0
    if any_likely:
        if order_free:
            fixed_cost += own_fix_cost(data, s, v, used)
        else:
            routes_fix_cost = second_visits(data, s, route, length, -1, -1, used)
    best_place, best_points, best_cost, best_time, best_score = NOWHERE, 0, 0, 0, cutoff
    while least < UNDRIVEN and least + fixed_cost < best_score:
        then = UNDRIVEN
        for p in range(length + 1):
            if detour[p] != least:
                if detour[p] > least:
                    then = min(then, detour[p])
                continue
            if is_hopeless(
                data, s, v, p, weight, best_score - least - fixed_cost, prefix, prefix_count, reach, tour
            ):
                continue
            feasible, points, time_cost = try_place(
                data, s, route, length, v, p, labels, prefix, prefix_count, reach, tour
            )
            if feasible:
                points -= points_now
                cost = detour[p] + fixed_cost + time_cost - time_cost_now
                if not order_free:
                    cost += second_visits(data, s, route, length, v, p, used) - routes_fix_cost
                score = weight * points + cost
                if score < best_score:
                    best_place, best_points, best_cost, best_score = p, points, cost, score
                    best_time = time_cost
        least = then
    return best_place, best_points, best_cost, best_time
