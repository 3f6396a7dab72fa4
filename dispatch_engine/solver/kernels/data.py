"""The read-only arrays of one day as the kernels see them: few record arrays and flat lists."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

TICKET = np.dtype(
    [
        ("place", np.int64),
        ("service", np.int64),  # seconds
        ("window_from", np.int64),  # rows of Data.window
        ("window_to", np.int64),
        ("need_from", np.int64),  # rows of Data.need
        ("need_to", np.int64),
        ("likely_from", np.int64),  # rows of Data.likely
        ("likely_to", np.int64),
        ("shift_from", np.int64),  # entries of Data.open_shift
        ("shift_to", np.int64),
        ("due", np.int64),  # seconds, NEVER where there is none
        ("late_points", np.int64),
        ("late_cost", np.int64),
        ("late_slope", np.int64),  # units per second
        ("promise", np.int64),  # seconds, NEVER where there is none: an arrival after it costs promise_cost
        ("promise_cost", np.int64),
        ("out_mandatory", np.int64),
        ("out_points", np.int64),
        ("out_cost", np.int64),
    ],
    align=True,
)
"""One row a ticket: place, service, prices, and where its lists begin and end."""

SHIFT = np.dtype(
    [
        ("start_place", np.int64),
        ("end_place", np.int64),  # -1: ends at the last stop
        ("kind", np.int64),  # row of Data.travel
        ("technician", np.int64),
        ("rest_from", np.int64),  # rows of Data.rest
        ("rest_to", np.int64),
        ("ready", np.int64),  # seconds
        ("end", np.int64),
        ("latest_end", np.int64),
        ("max_driving", np.int64),  # seconds, way home included; NEVER: any
        ("max_metres", np.int64),
        ("max_work", np.int64),  # seconds of driving and service
        ("is_limited", np.int64),  # 1: one of the three holds
        ("last_start", np.int64),  # no route begins after it
        ("fixed_from", np.int64),  # entries of Data.fixed
        ("fixed_to", np.int64),
        ("used_price", np.int64),  # units, charged when the route has a stop
    ],
    align=True,
)
"""One row a shift: places, clock, breaks."""

TRAVEL_PRICE, METRE_PRICE, OVERTIME_PRICE, DURATION_PRICE, SECOND_VISIT_PRICE = range(5)
LARGEST_LATE_PRICE, TECHNICIAN_PRICE, LATE_AT_START, ANY_LIKELY, ONLY_DURATION = range(5, 10)
NUM_PARAMETERS = 10
"""Positions in ``Data.parameter``: prices per second or metre, and flags."""

ROOM_SHARE, RIVALS_SHARE, LATE_SHARE, ROUTES_SHARE, RANDOM_SHARE = range(5)
REMOVED, LONGEST, SWAP_SHARE, ABSENCE, CACHE, BLINK = range(5, 11)
NUM_KNOBS = 11
"""Positions in ``Data.knob``: what steers the search, see ``Tuning``."""


class Data(NamedTuple):
    """One day: S shifts, V tickets, R resources, L places, K kinds of travel. Nothing in it changes.

    All integers but the two large tables are 64 bits wide: a kernel called with two widths compiles twice.

    ``window`` int64[W, 2] (open, close); ``rest`` int64[B, 3] (earliest, latest, seconds); ``need`` int64[N, 2]
    (resource, amount); ``likely_part`` int64[M], ``likely_chance`` float64[M]; ``stock`` int64[S, R];
    ``is_open`` uint8[S, V]; ``open_shift`` int64[E] flat lists of each ticket's shifts; ``assign_price``
    int64[S, V]; ``travel`` int32[K, origin, goal] seconds, ``travel_from`` int32[K, goal, origin] the same
    turned round, so that both ways of one place lie together; ``metres`` int32[K, L, L], [1, 1, 1] if nobody asks;
    ``fixed`` int64[F] flat lists of the tickets that shifts begin with; ``near`` int64[V, N] each ticket's nearest
    tickets; ``home_shift`` int64[V, H] the shifts that start nearest; ``parameter`` int64[NUM_PARAMETERS]; ``knob``
    float64[NUM_KNOBS].
    """

    ticket: NDArray[np.void]
    shift: NDArray[np.void]
    window: NDArray[np.int64]
    rest: NDArray[np.int64]
    need: NDArray[np.int64]
    likely_part: NDArray[np.int64]
    likely_chance: NDArray[np.float64]
    stock: NDArray[np.int64]
    is_open: NDArray[np.uint8]
    open_shift: NDArray[np.int64]
    assign_price: NDArray[np.int64]
    travel: NDArray[np.int32]
    travel_from: NDArray[np.int32]
    metres: NDArray[np.int32]
    fixed: NDArray[np.int64]
    near: NDArray[np.int64]
    home_shift: NDArray[np.int64]
    parameter: NDArray[np.int64]
    knob: NDArray[np.float64]
