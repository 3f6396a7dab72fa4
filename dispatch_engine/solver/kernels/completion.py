"""What the rest of a route costs at least: bounds over a grid of times, so that hopeless labels are never made.

Backward over time, limits left out, memory of one stop back (no return to the stop just left). Times are
rounded down to the grid: no price and no limit falls with time, so the rest is then never overpriced. In the
duration mode the bound counts driving, service and breaks, not waiting.

`leave[k, i, b]`: ready to leave ticket i at grid time b with k breaks taken. `reach[k, j, b]`: at the door of
ticket j. Each holds the best price, the next ticket of that best (-1: the end), and the best with another next.
"""

from __future__ import annotations

from dispatch_engine.solver.compiled import kernel
from dispatch_engine.solver.kernels.pricing_data import (
    COST_WEIGHT,
    DUE,
    DURATION_PRICE,
    END,
    FAR,
    GRID_SECONDS,
    GRID_SIZE,
    LAST,
    LATE_AT_START,
    LATE_COST,
    LATE_SLOPE,
    LATE_STEPS,
    LATEST_END,
    OVERTIME_PRICE,
    PROMISE,
    PROMISE_COST,
    READY,
    SERVICE,
    STEP_WEIGHT,
    WINDOW_FROM,
    WINDOW_TO,
)


@kernel
def service_start(local, node, time):
    """The earliest start of service at ``node`` not before ``time`` in one of its windows; FAR: none."""
    for w in range(local.node[node, WINDOW_FROM], local.node[node, WINDOW_TO]):
        if time <= local.window[w, 1]:
            return max(time, local.window[w, 0])
    return FAR


@kernel
def late_price(local, weight, node, time):
    """Price of being at ``node`` at ``time``, arrival or start as the rule says; FAR: not allowed."""
    if time > local.node[node, LAST]:
        return FAR
    late = time - local.node[node, DUE]
    if late <= 0:
        return 0
    cost = local.node[node, LATE_COST] + late * local.node[node, LATE_SLOPE]
    return weight[STEP_WEIGHT] * local.node[node, LATE_STEPS] + weight[COST_WEIGHT] * cost


@kernel
def promise_price(local, weight, node, time):
    """Price of arriving at ``node`` at ``time``, later than promised or not."""
    return weight[COST_WEIGHT] * local.node[node, PROMISE_COST] if time > local.node[node, PROMISE] else 0


@kernel
def going_home(local, scratch, weight, node, time, price, late_price, taken):
    """Price of the whole route if it drives to its end now: FAR where that is impossible.

    ``price`` and ``late_price`` are those of the label, see `pricing.py`.
    """
    rest, clock = local.rest, local.clock
    n = local.node.shape[0]
    leg = local.seconds[node, n]
    by_duration = weight[COST_WEIGHT] * clock[DURATION_PRICE]
    while taken < rest.shape[0] and time + leg > rest[taken, 0]:
        if time > rest[taken, 1]:
            return FAR
        late_price = max(late_price, price - by_duration * rest[taken, 1])
        price += by_duration * rest[taken, 2]
        time = max(time, rest[taken, 0]) + rest[taken, 2]
        taken += 1
    arrival = time + leg
    if arrival > clock[LATEST_END]:
        return FAR
    price += scratch.arc[node, n] + by_duration * leg
    late_price += scratch.arc[node, n]
    if by_duration > 0:
        latest = clock[LATEST_END]
        if taken < rest.shape[0]:
            latest = min(latest, rest[taken, 0])
        late_price = max(late_price, price - by_duration * latest)
        price = max(price, by_duration * arrival + late_price)
    return price + weight[COST_WEIGHT] * clock[OVERTIME_PRICE] * max(0, arrival - clock[END])


@kernel
def complete(local, scratch, weight):
    """Fill the bounds of one shift, latest grid time first."""
    if local.clock[GRID_SIZE] == 0:
        return
    for b in range(local.clock[GRID_SIZE] - 1, -1, -1):
        if scratch.stop[0] != 0:
            return
        time = local.clock[READY] + b * local.clock[GRID_SECONDS]
        for taken in range(local.rest.shape[0], -1, -1):
            for node in range(local.node.shape[0]):
                reach(local, scratch, weight, taken, node, b, time)
        for taken in range(local.rest.shape[0], -1, -1):
            for node in range(local.node.shape[0]):
                leave(local, scratch, weight, taken, node, b, time)


@kernel
def grid(local, time):
    """The grid point at or before ``time``; the last one for times after it."""
    return min((time - local.clock[READY]) // local.clock[GRID_SECONDS], local.clock[GRID_SIZE] - 1)


@kernel
def reach(local, scratch, weight, taken, node, b, time):
    """At the door of ``node`` at grid time ``b``: take none, one, ... of the open breaks, then serve."""
    rest, clock = local.rest, local.clock
    best, other, first = FAR, FAR, -2
    by_duration = weight[COST_WEIGHT] * clock[DURATION_PRICE]
    door = 0 if clock[LATE_AT_START] > 0 else late_price(local, weight, node, time)
    door += promise_price(local, weight, node, time)
    now, k = time, taken
    while door < FAR and now <= clock[LATEST_END]:
        start = service_start(local, node, now)
        if start + local.node[node, SERVICE] <= clock[LATEST_END]:
            price = door + by_duration * local.node[node, SERVICE]
            if clock[LATE_AT_START] > 0:
                price += late_price(local, weight, node, start)
            after = grid(local, start + local.node[node, SERVICE])
            price = min(price, FAR)
            better = price + scratch.leave_best[k, node, after]
            second = price + scratch.leave_other[k, node, after]
            there = scratch.leave_first[k, node, after]
            if better < best:
                other = min(second, best) if there != first else min(second, other)
                best, first = better, there
            elif there != first:
                other = min(other, better)
            else:
                other = min(other, second)
        if k >= rest.shape[0] or now > rest[k, 1]:
            break
        now = max(now, rest[k, 0]) + rest[k, 2]
        door += by_duration * rest[k, 2]
        k += 1
    scratch.reach_best[taken, node, b] = min(best, FAR)
    scratch.reach_other[taken, node, b] = min(other, FAR)
    scratch.reach_first[taken, node, b] = first


@kernel
def leave(local, scratch, weight, taken, node, b, time):
    """Leave ``node`` at grid time ``b``: for the end, for another ticket, or after a break."""
    rest, clock = local.rest, local.clock
    n = local.node.shape[0]
    by_duration = weight[COST_WEIGHT] * clock[DURATION_PRICE]
    best, other, first = going_home(local, scratch, weight, node, time, 0, -FAR, taken), FAR, -1
    if taken < rest.shape[0] and time <= rest[taken, 1]:
        after = grid(local, max(time, rest[taken, 0]) + rest[taken, 2])
        price = by_duration * rest[taken, 2]
        there = scratch.leave_first[taken + 1, node, after]
        better = price + scratch.leave_best[taken + 1, node, after]
        other = price + scratch.leave_other[taken + 1, node, after]
        if there == first:
            best = min(best, better)
        elif better < best:
            other = min(other, best)
            best, first = better, there
        else:
            other = min(other, better)
    for j in range(n):
        arrival = time + local.seconds[node, j]
        if j == node or arrival > clock[LATEST_END]:
            continue
        at = grid(local, arrival)
        price = scratch.arc[node, j] + by_duration * local.seconds[node, j]
        if scratch.reach_first[taken, j, at] != node:
            price += scratch.reach_best[taken, j, at]
        else:
            price += scratch.reach_other[taken, j, at]
        if j == first:
            best = min(best, price)
        elif price < best:
            other = best
            best, first = price, j
        else:
            other = min(other, price)
    scratch.leave_best[taken, node, b] = min(best, FAR)
    scratch.leave_other[taken, node, b] = min(other, FAR)
    scratch.leave_first[taken, node, b] = first
