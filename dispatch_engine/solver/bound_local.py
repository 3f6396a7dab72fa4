"""From shapes to what pricing reads: shifts that are alike together, their open tickets, limits that can bind."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import numpy as np
from numpy.typing import NDArray

from dispatch_engine.rules.shapes import NEVER, Shapes
from dispatch_engine.solver.exact_constraints import identical_shifts
from dispatch_engine.solver.kernels import pricing_data as layout
from dispatch_engine.solver.kernels.column import least_second_visits
from dispatch_engine.solver.kernels.data import Data
from dispatch_engine.solver.kernels.pricing_data import Local
from dispatch_engine.travel.times import UNREACHABLE

Int = NDArray[np.int64]

NEAR = 8
"""Tickets that a route remembers around each ticket, the ticket itself included."""
GRID_SECONDS = 480
"""Distance of the grid of the completion bounds; less where a service is shorter. A finer grid spares labels,
and costs more than they do."""
LARGEST_GRID = 4096
"""Without completion bounds beyond so many grid points."""
MOST_WORN = 4
"""Likely parts of one ticket that are followed exactly."""
PACKED_BITS = 62
"""Bits for all limits of a shift together; limits that do not fit are left out of the bound."""


@dataclass(frozen=True)
class Group:
    """Shifts between which routes can be exchanged, priced as one.

    Attributes
    ----------
    shifts : their numbers; ``tickets`` : int64[n], the tickets open for them.
    local : the first of them as pricing reads it.
    left_out : whether a limit that might bind did not fit into the pricing. wears : whether the price of second
        visits may fall short, because parts used up before are not all counted.
    most_stops : no route has more stops, revisits included.
    """

    shifts: tuple[int, ...]
    tickets: Int
    local: Local
    left_out: bool
    wears: bool
    most_stops: int


def groups_of(shapes: Shapes, data: Data, step: int) -> list[Group]:
    """All shifts that can serve something, grouped; points count in units of ``step``."""
    second = np.zeros((shapes.num_shifts, shapes.num_tickets), np.int64)
    least_second_visits(data, second, np.zeros(data.stock.shape[1], np.int64))
    alike = identical_shifts(shapes)
    bundled = {s for group in alike for s in group}
    bundles = [*alike, *([s] for s in range(shapes.num_shifts) if s not in bundled)]
    found = []
    for shifts in sorted(bundles):
        tickets = _open_tickets(shapes, shifts[0])
        if len(tickets) and shapes.latest_end[shifts[0]] >= shapes.ready[shifts[0]]:
            found.append(_group(shapes, data, tuple(shifts), tickets, second[shifts[0]], step))
    return found


def with_limit(group: Group, limit: int) -> Local:
    """The group's shift where a ticket may not be late if that alone costs more than ``limit`` steps."""
    local = group.local
    node = local.node.copy()
    dear = node[:, layout.LATE_STEPS] > limit
    node[dear, layout.LAST] = node[dear, layout.DUE]
    return local._replace(node=node)


def with_full_memory(local: Local) -> Local | None:
    """The same where no route may return to any ticket; None if there are more tickets than bits."""
    if len(local.node) > 2 * layout.WORD:
        return None
    node = local.node.copy()
    node[:, [layout.NEAR_LOW, layout.NEAR_HIGH]] = (1 << layout.WORD) - 1
    return local._replace(node=node)


def remember_cycles(local: Local, stops: list[int]) -> bool:
    """Let every stop between two visits of one ticket remember it; whether a memory grew.

    ``stops``: local tickets of a route in order. (Roberti & Mingozzi, *Dynamic ng-path relaxation for the
    delivery man problem*, Transportation Science 48(3), 2014.)
    """
    grew = False
    last: dict[int, int] = {}
    for position, ticket in enumerate(stops):
        for between in stops[last[ticket] + 1 : position] if ticket in last else ():
            grew |= _remember(local.node, between, ticket)
        last[ticket] = position
    return grew


def is_remembered(local: Local, stops: list[int]) -> bool:
    """Whether the memories forbid the route, because it returns to a ticket that it still remembers."""
    low = high = 0
    for ticket in stops:
        node = local.node[ticket]
        if low & int(node[layout.BIT_LOW]) or high & int(node[layout.BIT_HIGH]):
            return True
        low = low & int(node[layout.NEAR_LOW]) | int(node[layout.BIT_LOW])
        high = high & int(node[layout.NEAR_HIGH]) | int(node[layout.BIT_HIGH])
    return False


def _remember(node: Int, at: int, ticket: int) -> bool:
    if ticket >= 2 * layout.WORD:
        return False
    column, bit = layout.NEAR_LOW + ticket // layout.WORD, 1 << ticket % layout.WORD
    if int(node[at, column]) & bit:
        return False
    node[at, column] |= bit
    return True


def _open_tickets(shapes: Shapes, s: int) -> Int:
    fits = (shapes.use <= shapes.capacity[s]).all(axis=1)
    has_window = np.array([len(windows) > 0 for windows in shapes.windows], np.bool_)
    return np.flatnonzero((shapes.closed_by[s] == 0) & fits & has_window).astype(np.int64)


def _group(
    shapes: Shapes, data: Data, shifts: tuple[int, ...], tickets: Int, second: Int, step: int
) -> Group:
    s = shifts[0]
    seconds, leg_cost = _legs(shapes, s, tickets)
    limits = _Limits.of(shapes, s, tickets)
    node = _nodes(shapes, data, tickets, seconds, step)
    node[:, layout.USE] = limits.use
    wear, wear_cost, wears = _wear(shapes, data, s, tickets, limits, node)
    node[:, layout.FIXED_COST] = shapes.assign_price[s, tickets] + second[tickets]
    clock = _clock(shapes, data, s, int(node[:, layout.SERVICE].min()))
    clock[layout.CAPACITY], clock[layout.GUARDS] = limits.capacity, limits.guards
    row = data.shift[s]
    span = int(shapes.latest_end[s] - shapes.ready[s])
    return Group(
        shifts=shifts,
        tickets=tickets,
        local=Local(
            node=node,
            seconds=seconds,
            leg_cost=leg_cost,
            window=data.window,
            rest=np.ascontiguousarray(data.rest[row.rest_from : row.rest_to]),
            clock=clock,
            wear=wear,
            wear_cost=wear_cost,
        ),
        left_out=limits.left_out,
        wears=wears,
        most_stops=span // max(1, int(node[:, layout.SERVICE].min())) + 1,
    )


def _legs(shapes: Shapes, s: int, tickets: Int) -> tuple[Int, Int]:
    """Seconds and cost between the start (last row), the tickets, and the end (last column)."""
    kind, start, end = int(shapes.kind[s]), int(shapes.start_place[s]), int(shapes.end_place[s])
    place = shapes.place[tickets]
    rows, columns = np.append(place, start), np.append(place, max(end, 0))
    seconds = shapes.travel[kind][np.ix_(rows, columns)].astype(np.int64)
    cost = seconds * shapes.travel_price
    if shapes.metre_price and shapes.metres is not None:
        cost += shapes.metres[kind][np.ix_(rows, columns)].astype(np.int64) * shapes.metre_price
    if end < 0:
        seconds[:, -1] = cost[:, -1] = 0
    _fix_beginning(seconds, np.searchsorted(tickets, shapes.fixed[s]))
    cost[seconds > shapes.latest_end[s] - shapes.ready[s]] = 0  # never driven; keeps the numbers small
    return np.ascontiguousarray(seconds), np.ascontiguousarray(cost)


def _fix_beginning(seconds: Int, fixed: Int) -> None:
    """Leave only the ways that a route has which begins with the tickets ``fixed`` in their order."""
    before = len(seconds) - 1
    for ticket in fixed.tolist():
        drive = seconds[before, ticket]
        seconds[before, :] = seconds[:, ticket] = UNREACHABLE
        seconds[before, ticket] = drive
        before = ticket


def _nodes(shapes: Shapes, data: Data, tickets: Int, seconds: Int, step: int) -> Int:
    node = np.zeros((len(tickets), layout.NODE_COLUMNS), np.int64)
    rows = data.ticket[tickets]
    node[:, layout.SERVICE] = rows["service"]
    node[:, layout.WINDOW_FROM], node[:, layout.WINDOW_TO] = rows["window_from"], rows["window_to"]
    node[:, layout.DUE], node[:, layout.LAST] = NEVER, NEVER
    node[:, layout.PROMISE], node[:, layout.PROMISE_COST] = rows["promise"], rows["promise_cost"]
    if shapes.duration_price == 0:  # the duration mode knows no lateness
        node[:, layout.DUE] = rows["due"]
        node[:, layout.LATE_STEPS] = rows["late_points"] // step
        node[:, layout.LATE_COST], node[:, layout.LATE_SLOPE] = rows["late_cost"], rows["late_slope"]
    count = len(tickets)
    away = np.minimum(seconds[:count, :count], seconds[:count, :count].T) + rows["service"][None, :] // 4
    np.fill_diagonal(away, -1)
    for j in range(count):
        if j < 2 * layout.WORD:
            node[j, layout.BIT_LOW + j // layout.WORD] = 1 << j % layout.WORD
        for i in np.argsort(away[j], kind="stable")[:NEAR]:
            _remember(node, j, int(i))
    return node


def _clock(shapes: Shapes, data: Data, s: int, shortest_service: int) -> Int:
    clock = np.zeros(layout.CLOCK_COLUMNS, np.int64)
    clock[layout.READY] = shapes.ready[s]
    clock[layout.END], clock[layout.LATEST_END] = shapes.end[s], shapes.latest_end[s]
    clock[layout.LATE_AT_START] = shapes.late_at_start
    clock[layout.LAST_START] = shapes.last_start[s]
    clock[layout.OVERTIME_PRICE], clock[layout.DURATION_PRICE] = shapes.overtime_price, shapes.duration_price
    clock[layout.USED_PRICE] = data.shift[s].used_price
    span = int(shapes.latest_end[s] - shapes.ready[s])
    clock[layout.BUCKET_SECONDS] = span // layout.BUCKETS + 1
    distance = min(GRID_SECONDS, shortest_service)
    if distance > 0 and span // distance < LARGEST_GRID:
        clock[layout.GRID_SECONDS], clock[layout.GRID_SIZE] = distance, span // distance + 1
    return clock


@dataclass
class _Limits:
    """All limits that matter, packed into one number a ticket; ``field`` maps a resource to (shift, mask, unit)."""

    use: Int
    capacity: int
    guards: int
    left_out: bool
    field: dict[int, tuple[int, int, int]]

    @classmethod
    def of(cls, shapes: Shapes, s: int, tickets: Int) -> _Limits:
        """Limits that can bind first, then parts whose use only makes second visits likelier."""
        limits = cls(np.zeros(len(tickets), np.int64), 0, 0, False, {})
        total, capacity = shapes.use[tickets].sum(axis=0), shapes.capacity[s]
        position = 0
        for r in np.flatnonzero(total > capacity).tolist():
            position, fits = limits._add(shapes, s, tickets, r, position)
            limits.left_out |= not fits
        for r in sorted({likely.resource for likely in shapes.likely}):
            if capacity[r] - total[r] < 1 <= capacity[r] and r not in limits.field:
                position, _ = limits._add(shapes, s, tickets, r, position)
        return limits

    def _add(self, shapes: Shapes, s: int, tickets: Int, r: int, position: int) -> tuple[int, bool]:
        use = shapes.use[tickets, r]
        unit = max(1, gcd(*use.tolist()))
        most = int(shapes.capacity[s, r]) // unit
        bits = most.bit_length()
        if position + bits + 1 > PACKED_BITS:
            return position, False
        self.use |= (use // unit) << position
        self.capacity |= most << position
        self.guards |= 1 << (position + bits)
        self.field[r] = (position, (1 << (bits + 1)) - 1, unit)
        return position + bits + 1, True


def _wear(
    shapes: Shapes, data: Data, s: int, tickets: Int, limits: _Limits, node: Int
) -> tuple[Int, Int, bool]:
    """``Local.wear``, ``Local.wear_cost``, and whether some part that may be used up is not counted."""
    rows: list[tuple[int, int, int]] = []
    costs: list[int] = []
    missing = False
    total = shapes.use[tickets].sum(axis=0)
    for j, v in enumerate(tickets.tolist()):
        ticket = data.ticket[v]
        span = range(ticket.likely_from, ticket.likely_to) if shapes.second_visit_price else range(0)
        parts = [(int(data.likely_part[i]), float(data.likely_chance[i])) for i in span]
        stock = {part: int(shapes.capacity[s, part]) for part, _ in parts}
        gone = {part for part, _ in parts if stock[part] - shapes.use[v, part] < 1}
        at_risk = [part for part, _ in parts if part not in gone and stock[part] - total[part] < 1]
        counted = [part for part in dict.fromkeys(at_risk) if part in limits.field][:MOST_WORN]
        missing |= len(counted) < len(set(at_risk))
        node[j, layout.WEAR_FROM], node[j, layout.WEAR_TO] = len(rows), len(rows) + len(counted)
        node[j, layout.WEAR_COST] = len(costs)
        for part in counted:
            position, mask, unit = limits.field[part]
            rows.append((position, mask, -(-stock[part] // unit)))
        least = _second_visit(shapes, parts, gone)
        for bits in range(1 << len(counted)):
            off = gone | {part for i, part in enumerate(counted) if bits >> i & 1}
            costs.append(_second_visit(shapes, parts, off) - least)
    return np.array(rows, np.int64).reshape(-1, 3), np.array(costs, np.int64), missing


def _second_visit(shapes: Shapes, parts: list[tuple[int, float]], off_board: set[int]) -> int:
    """Units for a second visit with these parts off board, multiplied in the order of `route.fix_cost`."""
    chance = 1.0
    for part, probability in parts:
        if part in off_board:
            chance *= 1.0 - probability
    return round(shapes.second_visit_price * (1.0 - chance))
