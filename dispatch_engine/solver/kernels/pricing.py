"""The cheapest routes of one shift under dual prices: labelling with ng-sets, limits, breaks and soft deadlines.

A label is a partial route that is ready to leave its last ticket. It remembers, of the tickets visited, those
that every later stop had near (ng-routes: Baldacci, Mingozzi, Roberti, *New route relaxation and pricing
strategies for the vehicle routing problem*, Operations Research 59(5), 2011). One label makes another useless
if it is no worse in time, price, memory, limits used and breaks taken: all that follows is then no worse either,
because no price and no limit falls with time, and a break taken already can only save time later.

In the duration mode the price of a finished route is max(price, by_duration * arrival + late_price): ``price``
counts driving, service and breaks, ``late_price`` is the price without them, less the latest departure. Both
grow with what follows, so dominance compares both. In the earliest mode they are equal.
"""

from __future__ import annotations

from dispatch_engine.solver.compiled import kernel
from dispatch_engine.solver.kernels.completion import (
    complete,
    going_home,
    grid,
    late_price,
    promise_price,
    service_start,
)
from dispatch_engine.solver.kernels.pricing_data import (
    ALL_SETS,
    BIT_HIGH,
    BIT_LOW,
    BUCKET_SECONDS,
    BUCKETS,
    CAPACITY,
    COST_WEIGHT,
    COUNT,
    DUE,
    DURATION_PRICE,
    EXACT,
    FAR,
    FIXED_COST,
    GRID_SIZE,
    GUARDS,
    IS_COMPLETE,
    IS_EXACT,
    LAST,
    LAST_START,
    LATE_AT_START,
    LATE_PRICE,
    LATE_STEPS,
    LATEST_END,
    NEAR_HIGH,
    NEAR_LOW,
    NEXT,
    NODE,
    PARENT,
    PRICE,
    QUICK,
    READY,
    SERVICE,
    SET_HIGH,
    SET_LOW,
    STATUS,
    STEP_WEIGHT,
    STEPS,
    TAKEN,
    THRESHOLD,
    TIME,
    USE,
    USED,
    USED_PRICE,
    WEAR_COST,
    WEAR_FROM,
    WEAR_TO,
    WINDOW_FROM,
    WINDOW_TO,
)

NEW, EXTENDED, USELESS = range(3)
"""Values of a label's ``STATUS``."""


@kernel
def find_routes(local, scratch, dual, weight):
    """Label one shift: least price of a route, at most the threshold; ``scratch.end`` holds the best routes.

    ``dual`` int64[n] is the price paid for serving each ticket. If ``scratch.counter[IS_COMPLETE]`` is 0 the
    memory was full or somebody asked to stop: the routes are real, the least price is not proved.
    """
    price_arcs(local, scratch, dual, weight)
    complete(local, scratch, weight)
    n = local.node.shape[0]
    scratch.counter[COUNT] = 0
    scratch.counter[IS_COMPLETE] = 1
    for j in range(n):
        scratch.end[j, 0] = FAR
        scratch.end[j, 1] = -1
        for b in range(BUCKETS):
            scratch.head[j, b] = -1
            scratch.low[j, b] = FAR
    by_duration = weight[COST_WEIGHT] * local.clock[DURATION_PRICE]
    first_late = -by_duration * min(local.clock[LAST_START], local.clock[LATEST_END])
    for j in range(n):
        move(local, scratch, weight, n, j, local.clock[READY], 0, first_late, 0, 0, 0, 0, 0, -1)
    for b in range(BUCKETS):
        again = True
        while again:
            again = False
            for j in range(n):
                again |= extend_bucket(local, scratch, weight, j, b)
            if scratch.stop[0] != 0:
                scratch.counter[IS_COMPLETE] = 0
                return FAR
    best = weight[THRESHOLD]
    for j in range(n):
        best = min(best, scratch.end[j, 0])
    return best


@kernel
def price_arcs(local, scratch, dual, weight):
    """Fill ``scratch.arc``: what a leg and the ticket at its end cost, less the ticket's dual price."""
    n = local.node.shape[0]
    for i in range(n + 1):
        for j in range(n + 1):
            price = weight[COST_WEIGHT] * local.leg_cost[i, j]
            if j < n:
                price += weight[COST_WEIGHT] * local.node[j, FIXED_COST] - dual[j]
            if i == n:
                price += weight[COST_WEIGHT] * local.clock[USED_PRICE]
            scratch.arc[i, j] = price


@kernel
def extend_bucket(local, scratch, weight, node, b):
    """Extend all new labels of a bucket to every ticket; whether there was one."""
    found = False
    at = scratch.head[node, b]
    while at >= 0:
        if scratch.stop[0] != 0:
            return False
        label = scratch.label[at]
        if label[STATUS] == NEW:
            found = True
            label[STATUS] = EXTENDED
            for j in range(local.node.shape[0]):
                if j == node:
                    continue
                if (label[SET_LOW] & local.node[j, BIT_LOW]) | (
                    label[SET_HIGH] & local.node[j, BIT_HIGH]
                ) != 0:
                    continue
                used = label[USED] + local.node[j, USE]
                guards = local.clock[GUARDS]
                if ((local.clock[CAPACITY] | guards) - used) & guards != guards:
                    continue
                move(
                    local, scratch, weight, node, j, label[TIME], label[PRICE], label[LATE_PRICE],
                    label[SET_LOW], label[SET_HIGH], label[USED], label[TAKEN], label[STEPS], at,
                )  # fmt: skip
        at = label[NEXT]
    return found


@kernel
def move(
    local, scratch, weight, origin, node, time, price, late, set_low, set_high, used, taken, steps, parent
):  # fmt: skip
    """Go from ``origin`` to ``node`` and serve it, with none, one, ... of the open breaks before leaving."""
    rest, clock = local.rest, local.clock
    leg = local.seconds[origin, node]
    by_duration = weight[COST_WEIGHT] * clock[DURATION_PRICE]
    arc = scratch.arc[origin, node]
    set_low = (set_low & local.node[node, NEAR_LOW]) | local.node[node, BIT_LOW]
    set_high = (set_high & local.node[node, NEAR_HIGH]) | local.node[node, BIT_HIGH]
    used += local.node[node, USE]
    worn = weight[COST_WEIGHT] * worn_price(local, node, used)
    price += worn
    late += worn
    while time + leg <= clock[LATEST_END]:
        if may_pay(local, scratch, weight, node, time + leg, price + arc + by_duration * leg, taken, origin):
            serve(
                local, scratch, weight, node, time + leg, price + arc + by_duration * leg, late + arc,
                set_low, set_high, used, taken, steps, parent,
            )  # fmt: skip
        if taken >= rest.shape[0] or time > rest[taken, 1]:
            return
        late = max(late, price - by_duration * rest[taken, 1])
        price += by_duration * rest[taken, 2]
        time = max(time, rest[taken, 0]) + rest[taken, 2]
        taken += 1


@kernel
def worn_price(local, node, used):
    """Units that a second visit to ``node`` costs more than at least, for the parts used up to and including it."""
    off_board = 0
    first = local.node[node, WEAR_FROM]
    for i in range(first, local.node[node, WEAR_TO]):
        if used >> local.wear[i, 0] & local.wear[i, 1] >= local.wear[i, 2]:
            off_board |= 1 << (i - first)
    if off_board == 0:
        return 0
    return local.wear_cost[local.node[node, WEAR_COST] + off_board]


@kernel
def may_pay(local, scratch, weight, node, time, price, taken, origin):
    """Whether a route that reaches ``node`` at ``time`` may still end below the threshold."""
    if local.clock[GRID_SIZE] == 0:
        return True
    at = grid(local, time)
    if scratch.reach_first[taken, node, at] == origin:
        return price + scratch.reach_other[taken, node, at] < weight[THRESHOLD]
    return price + scratch.reach_best[taken, node, at] < weight[THRESHOLD]


@kernel
def serve(
    local, scratch, weight, node, time, price, late, set_low, set_high, used, taken, steps, parent
):  # fmt: skip
    """At the door of ``node``: take none, one, ... of the open breaks, then serve; a label for each."""
    rest, clock = local.rest, local.clock
    service = local.node[node, SERVICE]
    by_duration = weight[COST_WEIGHT] * clock[DURATION_PRICE]
    if clock[LATE_AT_START] == 0 and time > local.node[node, DUE]:
        if time > local.node[node, LAST]:
            return
        price += late_price(local, weight, node, time)
        late += late_price(local, weight, node, time)
        steps += local.node[node, LATE_STEPS]
    broken = promise_price(local, weight, node, time)
    price += broken
    late += broken
    while True:
        if by_duration > 0:
            for w in range(local.node[node, WINDOW_FROM], local.node[node, WINDOW_TO]):
                opens, closes = local.window[w, 0], local.window[w, 1]
                if time <= closes:
                    push(
                        local, scratch, weight, node, max(time, opens) + service, price + by_duration * service,
                        max(late, price - by_duration * closes), set_low, set_high, used, taken, steps, parent,
                    )  # fmt: skip
        else:
            start = service_start(local, node, time)
            if start < FAR and (clock[LATE_AT_START] == 0 or start <= local.node[node, LAST]):
                extra, more = 0, 0
                if clock[LATE_AT_START] > 0 and start > local.node[node, DUE]:
                    extra = late_price(local, weight, node, start)
                    more = local.node[node, LATE_STEPS]
                push(
                    local, scratch, weight, node, start + service, price + extra, late + extra,
                    set_low, set_high, used, taken, steps + more, parent,
                )  # fmt: skip
        if taken >= rest.shape[0] or time > rest[taken, 1]:
            return
        late = max(late, price - by_duration * rest[taken, 1])
        price += by_duration * rest[taken, 2]
        time = max(time, rest[taken, 0]) + rest[taken, 2]
        taken += 1


@kernel
def push(
    local, scratch, weight, node, time, price, late, set_low, set_high, used, taken, steps, parent
):  # fmt: skip
    """Keep the label unless it is hopeless or another is as good in everything; note the route that ends here."""
    if time > local.clock[LATEST_END]:
        return
    if taken < local.rest.shape[0] and time > local.rest[taken, 1]:
        return
    if is_hopeless(local, scratch, weight, node, time, price, set_low, set_high, taken):
        return
    if weight[COST_WEIGHT] * local.clock[DURATION_PRICE] == 0:
        late = price
    if is_dominated(local, scratch, weight, node, time, price, late, set_low, set_high, used, taken, steps):
        return
    at = scratch.counter[COUNT]
    if at >= scratch.label.shape[0]:
        scratch.counter[IS_COMPLETE] = 0
        return
    scratch.counter[COUNT] += 1
    b = (time - local.clock[READY]) // local.clock[BUCKET_SECONDS]
    label = scratch.label[at]
    label[NODE], label[TIME], label[PRICE], label[LATE_PRICE] = node, time, price, late
    label[SET_LOW], label[SET_HIGH], label[USED], label[TAKEN] = set_low, set_high, used, taken
    label[STEPS], label[PARENT], label[NEXT], label[STATUS] = steps, parent, scratch.head[node, b], NEW
    scratch.head[node, b] = at
    scratch.low[node, b] = min(scratch.low[node, b], price)
    total = going_home(local, scratch, weight, node, time, price, late, taken)
    if total < scratch.end[node, 0]:
        scratch.end[node, 0], scratch.end[node, 1] = total, at


@kernel
def is_hopeless(local, scratch, weight, node, time, price, set_low, set_high, taken):
    """Whether no way to go on can end below the threshold, by the completion bounds."""
    if local.clock[GRID_SIZE] == 0:
        return False
    at = grid(local, time)
    rest = scratch.leave_best[taken, node, at]
    first = scratch.leave_first[taken, node, at]
    if first >= 0 and (
        (set_low & local.node[first, BIT_LOW]) | (set_high & local.node[first, BIT_HIGH]) != 0
    ):
        rest = scratch.leave_other[taken, node, at]
    return price + rest >= weight[THRESHOLD]


@kernel
def is_dominated(local, scratch, weight, node, time, price, late, set_low, set_high, used, taken, steps):
    """Whether a kept label is as good in everything; labels that the new one makes useless are dropped."""
    guards, how = local.clock[GUARDS], weight[IS_EXACT]
    here = (time - local.clock[READY]) // local.clock[BUCKET_SECONDS]
    for b in range(here + 1):
        if scratch.low[node, b] > price:
            continue
        at = scratch.head[node, b]
        while at >= 0:
            other = scratch.label[at]
            if (
                other[PRICE] <= price
                and other[TIME] <= time
                and other[TAKEN] >= taken
                and other[LATE_PRICE] <= late
            ):
                if how == QUICK:
                    return True
                outside = (other[SET_LOW] & ~set_low) | (other[SET_HIGH] & ~set_high)
                if outside == 0 and ((used | guards) - other[USED]) & guards == guards:
                    if how == EXACT:
                        return True
                    if other[SET_LOW] == set_low and other[SET_HIGH] == set_high:
                        fewer = steps - other[STEPS]
                        if fewer >= 0 and other[PRICE] <= price - weight[STEP_WEIGHT] * fewer:
                            return True
            at = other[NEXT]
    if how != ALL_SETS:
        for b in range(here, BUCKETS):
            drop_dominated(
                local, scratch, how == EXACT, node, b, time, price, late, set_low, set_high, used, taken
            )
    return False


@kernel
def drop_dominated(local, scratch, exact, node, b, time, price, late, set_low, set_high, used, taken):
    """Unlink the labels of a bucket that a label with these values makes useless."""
    guards = local.clock[GUARDS]
    before = -1
    at = scratch.head[node, b]
    while at >= 0:
        other = scratch.label[at]
        useless = (
            other[PRICE] >= price
            and other[TIME] >= time
            and other[TAKEN] <= taken
            and other[LATE_PRICE] >= late
        )
        if useless and exact:
            outside = (set_low & ~other[SET_LOW]) | (set_high & ~other[SET_HIGH])
            useless = outside == 0 and ((other[USED] | guards) - used) & guards == guards
        if useless:
            other[STATUS] = USELESS
            if before < 0:
                scratch.head[node, b] = other[NEXT]
            else:
                scratch.label[before, NEXT] = other[NEXT]
        else:
            before = at
        at = other[NEXT]


@kernel
def collect(local, scratch, limit, routes, found):
    """Write the cheapest routes that end below ``limit``, one for each last ticket; return their number.

    ``routes`` int64[K, M] local tickets in order, ``found`` int64[K, 3] price, steps of points, number of
    stops. Routes of more than M stops are left out.
    """
    count = 0
    while count < routes.shape[0]:
        last, best = -1, limit
        for j in range(local.node.shape[0]):
            if scratch.end[j, 0] < best:
                last, best = j, scratch.end[j, 0]
        if last < 0:
            return count
        at = scratch.end[last, 1]
        scratch.end[last, 0] = FAR
        length = trace(scratch, at, routes, count)
        if length > 0:
            found[count, 0], found[count, 1], found[count, 2] = best, scratch.label[at, STEPS], length
            count += 1
    return count


@kernel
def trace(scratch, at, routes, row):
    """Write the stops of label ``at`` into ``routes[row]``; their number, 0 if there are more than it holds."""
    length = 0
    back = at
    while back >= 0:
        length += 1
        back = scratch.label[back, PARENT]
    if length > routes.shape[1]:
        return 0
    for position in range(length - 1, -1, -1):
        routes[row, position] = scratch.label[at, NODE]
        at = scratch.label[at, PARENT]
    return length


@kernel
def collect_all(local, scratch, weight, routes, found):
    """Write every kept route below the threshold; their number, which may be more than there are rows.

    ``routes`` and ``found`` as in :func:`collect`; length 0 where a route has more than M stops.
    """
    count = 0
    for at in range(scratch.counter[COUNT]):
        label = scratch.label[at]
        total = going_home(
            local, scratch, weight, label[NODE], label[TIME], label[PRICE], label[LATE_PRICE], label[TAKEN]
        )
        if total >= weight[THRESHOLD]:
            continue
        if count < routes.shape[0]:
            found[count, 0], found[count, 1] = total, label[STEPS]
            found[count, 2] = trace(scratch, at, routes, count)
        count += 1
    return count
