"""What one route costs, and where a ticket is inserted best: exact, with every shape."""

from __future__ import annotations

import numpy as np

from dispatch_engine.solver.compiled import inlined, kernel
from dispatch_engine.solver.kernels.data import (
    ANY_LIKELY,
    DURATION_PRICE,
    METRE_PRICE,
    SECOND_VISIT_PRICE,
    TRAVEL_PRICE,
)
from dispatch_engine.solver.kernels.schedule import COLUMNS, begin, finish, visit

NO_LIMIT = 1 << 40
"""`NEVER` of the shapes."""
NOWHERE = -1
"""No place in the route is feasible."""


@inlined
def leg(data, s, origin, goal):
    """Seconds from place ``origin`` to ``goal`` in shift ``s``; 0 where the route ends anywhere (goal -1)."""
    if goal < 0:
        return 0
    return np.int64(data.travel[data.shift[s].kind, origin, goal])


@inlined
def leg_cost(data, s, origin, goal):
    """Units for driving from ``origin`` to ``goal``: time and, where priced, distance."""
    if goal < 0:
        return 0
    kind = data.shift[s].kind
    cost = data.travel[kind, origin, goal] * data.parameter[TRAVEL_PRICE]
    if data.parameter[METRE_PRICE] > 0:
        cost += data.metres[kind, origin, goal] * data.parameter[METRE_PRICE]
    return cost


@inlined
def fix_cost(data, s, v, used):
    """Units for the expected second visit of ``v``, ``used`` int64[R] units being used up to and including it."""
    ticket = data.ticket[v]
    chance = 1.0
    for i in range(ticket.likely_from, ticket.likely_to):
        part = data.likely_part[i]
        if data.stock[s, part] - used[part] < 1:
            chance *= 1.0 - data.likely_chance[i]
    return int(np.rint(data.parameter[SECOND_VISIT_PRICE] * (1.0 - chance)))


@inlined
def take_parts(data, v, used):
    """Add to ``used`` what ticket ``v`` needs."""
    for i in range(data.ticket[v].need_from, data.ticket[v].need_to):
        used[data.need[i, 0]] += data.need[i, 1]


@kernel
def second_visits(data, s, route, length, v, position, used):
    """Units for all expected second visits of the route with ``v`` inserted at ``position`` (-1: without).

    ``used`` int64[R] is scratch.
    """
    used[:] = 0
    cost = 0
    for i in range(length + 1):
        if i == position:
            take_parts(data, v, used)
            cost += fix_cost(data, s, v, used)
        if i < length:
            take_parts(data, route[i], used)
            cost += fix_cost(data, s, route[i], used)
    return cost


@inlined
def fits(data, s, v, load):
    """Whether the additive limits of shift ``s`` admit ``v`` on top of ``load`` int64[R]."""
    for i in range(data.ticket[v].need_from, data.ticket[v].need_to):
        part = data.need[i, 0]
        if load[part] + data.need[i, 1] > data.stock[s, part]:
            return False
    return True


@kernel
def begins_as_fixed(data, s, route, length):
    """Whether the route begins with the fixed stops of shift ``s``."""
    first, last = data.shift[s].fixed_from, data.shift[s].fixed_to
    if length < last - first:
        return False
    for i in range(first, last):  # noqa: SIM110 (numba has no generator expressions)
        if route[i - first] != data.fixed[i]:
            return False
    return True


@inlined
def metres_of(data, s, origin, goal):
    """Metres from place ``origin`` to ``goal``; 0 where the shift has no limit of them, or ends anywhere."""
    if goal < 0 or data.shift[s].max_metres >= NO_LIMIT:
        return 0
    return np.int64(data.metres[data.shift[s].kind, origin, goal])


@kernel
def sums_of(data, s, route, length):
    """Seconds of driving, metres, and seconds of driving and service of a route, the way home included."""
    driving, metres, service = 0, 0, 0
    place = data.shift[s].start_place
    for i in range(length + 1):
        goal = data.ticket[route[i]].place if i < length else data.shift[s].end_place
        if length > 0:
            driving += leg(data, s, place, goal)
            metres += metres_of(data, s, place, goal)
        if i < length:
            service += data.ticket[route[i]].service
        place = goal
    return driving, metres, driving + service


@inlined
def is_within(shift, driving, metres, work):
    """Whether the shift's limits of driving, distance and work admit these sums."""
    return driving <= shift.max_driving and metres <= shift.max_metres and work <= shift.max_work


@inlined
def may_detour(data, s, length, sums, v, origin, goal):
    """Whether the limits admit ``v`` between two neighbours of a route of ``length`` stops with these ``sums``."""
    here = data.ticket[v].place
    driving = leg(data, s, origin, here) + leg(data, s, here, goal)
    metres = metres_of(data, s, origin, here) + metres_of(data, s, here, goal)
    if length > 0:
        driving -= leg(data, s, origin, goal)
        metres -= metres_of(data, s, origin, goal)
    work = driving + data.ticket[v].service
    return is_within(data.shift[s], sums[0] + driving, sums[1] + metres, sums[2] + work)


@kernel
def evaluate(data, s, route, length, labels, used):
    """Price a whole route from scratch: (feasible, points, cost, time cost). Additive limits are not looked at.

    The time cost is the part of the cost paid for lateness, overtime and, where priced, duration.
    ``labels`` int64[3, MAX_LABELS, COLUMNS] and ``used`` int64[R] are scratch.
    """
    if length == 0:
        return True, 0, 0, 0
    shift = data.shift[s]
    if shift.is_limited > 0:
        driving, metres, work = sums_of(data, s, route, length)
        if not is_within(shift, driving, metres, work):
            return False, 0, 0, 0
    count = begin(shift, data.parameter[DURATION_PRICE], labels, 0)
    feasible, points, time_cost = run(
        data.window, data.rest, data.parameter, data.ticket, data.travel[shift.kind], shift, shift.start_place,
        route, 0, length, labels, 0, count,
    )  # fmt: skip
    if not feasible:
        return False, 0, 0, 0
    cost = shift.used_price + time_cost
    place = shift.start_place
    for i in range(length):
        goal = data.ticket[route[i]].place
        cost += leg_cost(data, s, place, goal) + data.assign_price[s, route[i]]
        place = goal
    cost += leg_cost(data, s, place, shift.end_place)
    if data.parameter[ANY_LIKELY] > 0:
        cost += second_visits(data, s, route, length, -1, -1, used)
    return True, points, cost, time_cost


@kernel
def run(
    window, rest, parameter, ticket, travel, shift, origin, route, position, length, labels, now, count
):  # fmt: skip
    """From ``labels[now]`` standing at place ``origin``, serve stops ``position``.. and go to the end place.

    Buffers ``now`` and 3 - ``now`` (0 first moves on to 1) alternate; buffer 0 is only read.
    Returns (feasible, points, time cost).
    """
    for i in range(position, length):
        goal = ticket[route[i]].place
        then = 1 if now == 0 else 3 - now
        count = visit(
            window,
            rest,
            parameter,
            shift,
            ticket[route[i]],
            np.int64(travel[origin, goal]),
            labels,
            now,
            count,
            then,
        )
        if count == 0:
            return False, 0, 0
        now = then
        origin = goal
    home = np.int64(travel[origin, shift.end_place]) if shift.end_place >= 0 else 0
    feasible, points, cost, _, _ = finish(rest, parameter, shift, home, labels, now, count)
    return feasible, points, cost


@inlined
def is_order_free(data, v, load, likely_count):
    """Whether the chance of a fix of ``v`` and of the route's tickets does not depend on where ``v`` stands.

    ``load`` int64[R] units used by the route, ``likely_count`` int64[R] its tickets that may need each part.
    """
    ticket = data.ticket[v]
    for i in range(ticket.likely_from, ticket.likely_to):
        if load[data.likely_part[i]] > 0:
            return False
    for i in range(ticket.need_from, ticket.need_to):  # noqa: SIM110 (numba has no generator expressions)
        if likely_count[data.need[i, 0]] > 0:
            return False
    return True


@inlined
def own_fix_cost(data, s, v, used):
    """Units for the expected second visit of ``v`` when nobody else on the route touches its parts."""
    used[:] = 0
    take_parts(data, v, used)
    return fix_cost(data, s, v, used)


@kernel
def best_insertion(
    data, s, route, length, load, likely_count, points_now, time_cost_now, v, weight, cutoff, labels, used
):
    """Find the place in route ``s`` where ``v`` costs least by ``weight * points + cost``.

    Parameters: ``route`` int64[M] with ``length`` stops, which cost ``points_now`` and, for time alone,
    ``time_cost_now``; ``load`` and ``likely_count`` int64[R] its sums; ``labels`` int64[3, MAX_LABELS, COLUMNS]
    and ``used`` int64[R] are scratch.
    Returns (place, more points, more cost, time cost then); place NOWHERE where no place is feasible for less
    than ``cutoff``; a place before a fixed stop is none. A place is priced exactly, by running the schedule
    through the whole rest of the route, unless its detour alone already costs more than the best place so far.
    """
    if length == route.shape[0] or not fits(data, s, v, load):
        return NOWHERE, 0, 0, 0
    any_likely = data.parameter[ANY_LIKELY] > 0
    order_free = not any_likely or is_order_free(data, v, load, likely_count)
    fixed_cost = data.assign_price[s, v]
    routes_fix_cost = 0
    if any_likely:
        if order_free:
            fixed_cost += own_fix_cost(data, s, v, used)
        else:
            routes_fix_cost = second_visits(data, s, route, length, -1, -1, used)
    if length == 0:
        fixed_cost += data.shift[s].used_price
    ticket, window, rest, parameter, shift = (
        data.ticket,
        data.window,
        data.rest,
        data.parameter,
        data.shift[s],
    )
    travel = data.travel[shift.kind]
    by_duration = parameter[DURATION_PRICE] > 0
    best_place, best_points, best_cost, best_time, best_score = NOWHERE, 0, 0, 0, cutoff
    origin = shift.start_place
    here = ticket[v].place
    count = begin(shift, parameter[DURATION_PRICE], labels, 0)
    fixed = shift.fixed_to - shift.fixed_from
    sums = sums_of(data, s, route, length) if shift.is_limited > 0 else (0, 0, 0)
    for p in range(length + 1):
        goal = ticket[route[p]].place if p < length else shift.end_place
        detour = fixed_cost + leg_cost(data, s, origin, here) + leg_cost(data, s, here, goal)
        if length > 0:
            detour -= leg_cost(data, s, origin, goal)
        if (
            p >= fixed
            and (by_duration or detour < best_score)
            and (shift.is_limited == 0 or may_detour(data, s, length, sums, v, origin, goal))
        ):
            drive = np.int64(travel[origin, here])
            num = visit(window, rest, parameter, shift, ticket[v], drive, labels, 0, count, 1)
            if num > 0:
                feasible, points, time_cost = run(
                    window, rest, parameter, ticket, travel, shift, here, route, p, length, labels, 1, num
                )
                if feasible:
                    points -= points_now
                    cost = detour + time_cost - time_cost_now
                    if not order_free:
                        cost += second_visits(data, s, route, length, v, p, used) - routes_fix_cost
                    score = weight * points + cost
                    if score < best_score:
                        best_place, best_points, best_cost, best_score = p, points, cost, score
                        best_time = time_cost
        if p < length:
            drive = np.int64(travel[origin, goal])
            count = visit(window, rest, parameter, shift, ticket[route[p]], drive, labels, 0, count, 1)
            for i in range(count):
                for k in range(COLUMNS):
                    labels[0, i, k] = labels[1, i, k]
            origin = goal
    return best_place, best_points, best_cost, best_time
