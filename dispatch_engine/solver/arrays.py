"""From shapes to the kernels' arrays: record rows, flat lists, neighbours, and an empty plan to search on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dispatch_engine.errors import EngineError
from dispatch_engine.rules.shapes import NEVER, Shapes
from dispatch_engine.solver.kernels import data as layout
from dispatch_engine.solver.kernels.chance import seeded
from dispatch_engine.solver.kernels.data import SHIFT, TICKET, Data
from dispatch_engine.solver.kernels.pool import Pool
from dispatch_engine.solver.kernels.schedule import COLUMNS, MAX_LABELS
from dispatch_engine.solver.kernels.slack import REACH_COLUMNS, STORED_LABELS, TOUR_COLUMNS
from dispatch_engine.solver.kernels.state import ALL_SHIFTS, NUM_COUNTERS, OUT, PRICED_COLUMNS, UNKNOWN, State
from dispatch_engine.solver.tuning import DEFAULTS, Tuning

NEIGHBOURS = 100
"""Nearest tickets listed per ticket."""
HOME_SHIFTS = 8
"""Shifts listed per ticket because they start near it."""
POOL_SLOTS = 1 << 17
"""Routes that one thread remembers at most."""
POOL_STOPS = 24
"""Longer routes are not remembered; so the table stays below 20 MB a thread."""
LARGEST_SUM = 1 << 62
"""Totals stay below it, so that int64 sums are exact."""


def compile_data(shapes: Shapes, tuning: Tuning = DEFAULTS, neighbours: int = NEIGHBOURS) -> Data:
    """Lay out ``shapes`` and what steers the kernels; ``neighbours`` per ticket are listed, a search needs some.

    Raises
    ------
    EngineError
        Where prices and times are so large that a plan's cost might not fit into 64 bits.
    """
    _refuse_overflow(shapes)
    likely = _likely_lists(shapes)
    return Data(
        ticket=_ticket_rows(shapes, likely).view(np.recarray),
        shift=_shift_rows(shapes).view(np.recarray),
        window=_rows(shapes.windows, 2),
        rest=_rows(shapes.breaks, 3),
        need=_need(shapes),
        likely_part=np.array([part for parts in likely for part, _ in parts], np.int64),
        likely_chance=np.array([chance for parts in likely for _, chance in parts], np.float64),
        stock=np.ascontiguousarray(shapes.capacity, np.int64),
        is_open=(shapes.closed_by == 0).astype(np.uint8),
        open_shift=np.nonzero((shapes.closed_by == 0).T)[1].astype(np.int64),
        assign_price=np.ascontiguousarray(shapes.assign_price, np.int64),
        travel=_read_only(shapes.travel),
        travel_from=_read_only(_turned(shapes.travel)),
        metres=_metres(shapes),
        fixed=np.array([v for tickets in shapes.fixed for v in tickets], np.int64),
        near=nearest(shapes, neighbours),
        home_shift=nearest_shifts(shapes),
        parameter=_parameters(shapes),
        knob=_knobs(tuning),
    )


def nearest(shapes: Shapes, most: int = NEIGHBOURS) -> NDArray[np.int64]:
    """Each ticket's nearest tickets, int64[V, N], by the shorter way of the first kind of travel; ties by index."""
    place = shapes.place
    count = min(most, max(shapes.num_tickets - 1, 0))
    result = np.zeros((shapes.num_tickets, count), np.int64)
    for ticket in range(shapes.num_tickets if count else 0):
        away = np.minimum(shapes.travel[0][place[ticket], place], shapes.travel[0][place, place[ticket]])
        away = away.astype(np.int64)
        away[ticket] = np.iinfo(np.int64).max
        result[ticket] = np.argsort(away, kind="stable")[:count]
    return result


def nearest_shifts(shapes: Shapes) -> NDArray[np.int64]:
    """The shifts open for each ticket that start nearest to it, int64[V, H]; not for tickets open for few.

    Among shifts that start equally near each ticket draws its own.
    """
    chance = np.random.Generator(np.random.PCG64(20_200_523))
    count = min(HOME_SHIFTS, shapes.num_shifts)
    result = np.zeros((shapes.num_tickets, count), np.int64)
    if shapes.num_shifts <= ALL_SHIFTS:
        return result
    for ticket in range(shapes.num_tickets):
        away = shapes.travel[shapes.kind, shapes.start_place, shapes.place[ticket]].astype(np.int64)
        away[shapes.closed_by[:, ticket] != 0] = np.iinfo(np.int64).max
        result[ticket] = np.lexsort((chance.permutation(shapes.num_shifts), away))[:count]
    return result


def longest_route(shapes: Shapes) -> int:
    """No route can have more stops than this: as many of the shortest services as fit the longest shift."""
    if shapes.num_tickets == 0 or shapes.num_shifts == 0:
        return 0
    longest = int((shapes.latest_end - shapes.ready).max())
    return int(np.searchsorted(np.cumsum(np.sort(shapes.service)), longest, side="right"))


def new_state(shapes: Shapes, data: Data, seed: int, *, with_prices: bool = True) -> State:
    """An empty plan, ready to be searched by one thread with random numbers from ``seed``.

    ``with_prices=False`` leaves out the table of insertion prices, by far the largest: for a plan only to look at.
    """
    shifts, tickets, resources = shapes.num_shifts, shapes.num_tickets, data.stock.shape[1]
    stops = longest_route(shapes)

    def numbers(*shape: int) -> NDArray[np.int64]:
        return np.zeros(shape, np.int64)

    return State(
        route=numbers(shifts, stops),
        length=numbers(shifts),
        points=numbers(shifts),
        cost=numbers(shifts),
        time_cost=numbers(shifts),
        version=numbers(shifts),
        load=numbers(shifts, resources),
        likely_count=numbers(shifts, resources),
        shift_of=np.full(tickets, OUT, np.int64),
        unserved=np.arange(tickets, dtype=np.int64),
        unserved_at=np.arange(tickets, dtype=np.int64),
        absence=numbers(tickets),
        idle=np.arange(shifts, dtype=np.int64),
        idle_at=np.arange(shifts, dtype=np.int64),
        candidate=numbers(max(shifts, ALL_SHIFTS)),
        stamp=numbers(shifts),
        priced=np.full((tickets if with_prices else 0, shifts, PRICED_COLUMNS), UNKNOWN, np.int64),
        table_version=np.full(shifts, -1, np.int64),
        prefix=numbers(shifts, stops + 1, STORED_LABELS, COLUMNS),
        prefix_count=numbers(shifts, stops + 1),
        reach=numbers(shifts, stops + 1, REACH_COLUMNS),
        tour=numbers(shifts, stops + 2, TOUR_COLUMNS),
        detour=numbers(stops + 1),
        total=numbers(3),
        old_route=numbers(shifts, stops),
        old_length=numbers(shifts),
        old_number=numbers(shifts, 4),
        old_total=numbers(3),
        touched=numbers(shifts),
        is_touched=np.zeros(shifts, np.uint8),
        best_route=numbers(shifts, stops),
        best_length=numbers(shifts),
        best_version=np.full(shifts, -1, np.int64),
        best_total=np.full(3, np.iinfo(np.int64).max, np.int64),
        pending=numbers(tickets),
        order_key=np.zeros(tickets, np.float64),
        labels=numbers(3, MAX_LABELS, COLUMNS),
        trace=numbers(stops + 1, MAX_LABELS, COLUMNS),
        used=numbers(resources),
        rng=seeded(seed),
        counter=numbers(NUM_COUNTERS),
    )


def new_pool(shapes: Shapes, slots: int = POOL_SLOTS) -> Pool:
    """An empty memory of routes; ``slots`` is a power of two. Its codes are the same for every run."""
    codes = np.random.Generator(np.random.PCG64(20_200_523)).integers(
        1, np.iinfo(np.int64).max, shapes.num_tickets + shapes.num_shifts, np.int64
    )

    def numbers() -> NDArray[np.int64]:
        return np.zeros(slots, np.int64)

    return Pool(
        ticket_code=codes[: shapes.num_tickets].copy(),
        shift_code=codes[shapes.num_tickets :].copy(),
        key=numbers(),
        shift=numbers(),
        length=numbers(),
        points=numbers(),
        cost=numbers(),
        stamp=numbers(),
        route=np.zeros((slots, min(longest_route(shapes), POOL_STOPS)), np.int32),
        counted=np.zeros(2, np.int64),
    )


def _likely_lists(shapes: Shapes) -> list[list[tuple[int, float]]]:
    """Per ticket its (resource, probability), in the order of part names, in which chances are multiplied."""
    lists: list[list[tuple[int, float]]] = [[] for _ in range(shapes.num_tickets)]
    for likely in shapes.likely:
        lists[likely.ticket].append((likely.resource, likely.probability))
    for entries in lists:
        entries.sort(key=lambda entry: shapes.resource_names[entry[0]])
    return lists


def _offsets(sizes: list[int]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(np.array(sizes, np.int64))])


def _ticket_rows(shapes: Shapes, likely: list[list[tuple[int, float]]]) -> NDArray[np.void]:
    rows = np.zeros(shapes.num_tickets, TICKET)
    for name in (
        "place",
        "service",
        "due",
        "late_points",
        "late_cost",
        "late_slope",
        "promise",
        "promise_cost",
    ):
        rows[name] = getattr(shapes, name)
    rows["out_mandatory"] = shapes.mandatory
    rows["out_points"] = shapes.unassigned_points
    rows["out_cost"] = shapes.unassigned_cost
    spans = {
        "window": [len(windows) for windows in shapes.windows],
        "need": list(np.count_nonzero(shapes.use, axis=1)),
        "likely": [len(entries) for entries in likely],
        "shift": list(np.count_nonzero(shapes.closed_by == 0, axis=0)),
    }
    for name, sizes in spans.items():
        offsets = _offsets(sizes)
        rows[f"{name}_from"], rows[f"{name}_to"] = offsets[:-1], offsets[1:]
    return rows


def _shift_rows(shapes: Shapes) -> NDArray[np.void]:
    rows = np.zeros(shapes.num_shifts, SHIFT)
    for name in (
        "start_place",
        "end_place",
        "kind",
        "technician",
        "ready",
        "end",
        "latest_end",
        "last_start",
    ):
        rows[name] = getattr(shapes, name)
    for name in ("max_driving", "max_metres", "max_work"):
        is_known = name != "max_metres" or shapes.metres is not None
        rows[name] = getattr(shapes, name) if is_known else NEVER
        rows["is_limited"] |= rows[name] < NEVER
    offsets = _offsets([len(tickets) for tickets in shapes.fixed])
    rows["fixed_from"], rows["fixed_to"] = offsets[:-1], offsets[1:]
    offsets = _offsets([len(breaks) for breaks in shapes.breaks])
    rows["rest_from"], rows["rest_to"] = offsets[:-1], offsets[1:]
    # The price of using a technician belongs to the route where he has one shift, to the plan where he has more.
    shifts_of = np.bincount(shapes.technician, minlength=1) if shapes.num_shifts else np.zeros(1, np.int64)
    rows["used_price"] = np.where(shifts_of[shapes.technician] == 1, shapes.technician_price, 0)
    return rows


def _rows(lists: Sequence[tuple[tuple[int, ...], ...]], width: int) -> NDArray[np.int64]:
    return np.array([row for rows in lists for row in rows], np.int64).reshape(-1, width)


def _need(shapes: Shapes) -> NDArray[np.int64]:
    tickets, resources = np.nonzero(shapes.use)
    return np.column_stack([resources, shapes.use[tickets, resources]]).astype(np.int64)


def _metres(shapes: Shapes) -> NDArray[np.int32]:
    is_asked = shapes.metre_price > 0 or bool((shapes.max_metres < NEVER).any())
    if not is_asked or shapes.metres is None:
        return _read_only(np.zeros((1, 1, 1), np.int32))
    return _read_only(shapes.metres)


def _read_only(table: NDArray[np.int32]) -> NDArray[np.int32]:
    """A large table as kernels take it, always read-only: to numba a writable one would be another type.

    No copy is made where the table already is contiguous.
    """
    view = np.ascontiguousarray(table, np.int32).view()
    view.flags.writeable = False
    return view


def _turned(travel: NDArray[np.int32]) -> NDArray[np.int32]:
    """``travel`` with origin and goal exchanged; the very table where that makes no difference."""
    turned = travel.transpose(0, 2, 1)
    return travel if np.array_equal(travel, turned) else turned


def _parameters(shapes: Shapes) -> NDArray[np.int64]:
    values = np.zeros(layout.NUM_PARAMETERS, np.int64)
    values[layout.TRAVEL_PRICE] = shapes.travel_price
    values[layout.METRE_PRICE] = 0 if shapes.metres is None else shapes.metre_price
    values[layout.OVERTIME_PRICE] = shapes.overtime_price
    values[layout.DURATION_PRICE] = shapes.duration_price
    values[layout.SECOND_VISIT_PRICE] = shapes.second_visit_price
    values[layout.LARGEST_LATE_PRICE] = shapes.largest_late_price
    values[layout.TECHNICIAN_PRICE] = shapes.technician_price
    values[layout.LATE_AT_START] = shapes.late_at_start
    values[layout.ONLY_DURATION] = _is_only_duration(shapes)
    values[layout.ANY_LIKELY] = bool(shapes.likely) and shapes.second_visit_price > 0
    return values


def _is_only_duration(shapes: Shapes) -> bool:
    """Whether nothing but the duration of routes is priced, no shift has a break and no ticket two windows."""
    others = (shapes.travel_price, shapes.metre_price, shapes.overtime_price, shapes.second_visit_price)
    plain = not any(shapes.breaks) and all(len(windows) == 1 for windows in shapes.windows)
    return shapes.duration_price > 0 and not any(others) and plain


def _knobs(tuning: Tuning) -> NDArray[np.float64]:
    values = np.zeros(layout.NUM_KNOBS)
    values[layout.ROOM_SHARE] = tuning.room_share
    values[layout.RIVALS_SHARE] = tuning.rivals_share
    values[layout.LATE_SHARE] = tuning.late_share
    values[layout.ROUTES_SHARE] = tuning.routes_share
    values[layout.RANDOM_SHARE] = tuning.random_share
    values[layout.REMOVED] = tuning.removed
    values[layout.LONGEST] = tuning.longest
    values[layout.SWAP_SHARE] = tuning.swap_share
    values[layout.ABSENCE] = tuning.absence
    values[layout.CACHE] = tuning.cache
    values[layout.BLINK] = tuning.blink
    return values


def _refuse_overflow(shapes: Shapes) -> None:
    if shapes.num_shifts == 0 or shapes.num_tickets == 0:
        return
    span = float(shapes.latest_end.max() - shapes.ready.min()) + 1.0
    farthest = 0.0 if shapes.metres is None else float(shapes.metres.max(initial=0))
    per_ticket = (
        span
        * (shapes.travel_price + shapes.overtime_price + shapes.duration_price + shapes.largest_late_price)
        + 2.0 * farthest * shapes.metre_price
        + shapes.second_visit_price
        + shapes.technician_price
        + float(np.abs(shapes.assign_price).max(initial=0))
        + float(shapes.late_cost.max(initial=0))
        + span * float(shapes.late_slope.max(initial=0))
        + float(shapes.promise_cost.max(initial=0))
        + float(shapes.unassigned_cost.max(initial=0))
    )
    points = float(shapes.late_points.max(initial=0)) + float(shapes.unassigned_points.max(initial=0))
    if max(per_ticket, points) * shapes.num_tickets > LARGEST_SUM:
        raise EngineError(
            "the prices are so large that the cost of a plan would not fit into 64 bits; "
            "divide objective.prices, objective.weights and unassigned_price by a common factor"
        )
