"""The read-only arrays of one day as the kernels see them: few record arrays and flat lists."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

TICKET = np.dtype(
    [
        ("place", np.int32),
        ("service", np.int32),  # seconds
        ("window_from", np.int32),  # rows of Data.window
        ("window_to", np.int32),
        ("need_from", np.int32),  # rows of Data.need
        ("need_to", np.int32),
        ("likely_from", np.int32),  # rows of Data.likely
        ("likely_to", np.int32),
        ("shift_from", np.int32),  # entries of Data.open_shift
        ("shift_to", np.int32),
        ("due", np.int64),  # seconds, NEVER where there is none
        ("late_points", np.int64),
        ("late_cost", np.int64),
        ("late_slope", np.int64),  # units per second
        ("out_mandatory", np.int64),
        ("out_points", np.int64),
        ("out_cost", np.int64),
    ],
    align=True,
)
"""One row a ticket: place, service, prices, and where its lists begin and end."""

SHIFT = np.dtype(
    [
        ("start_place", np.int32),
        ("end_place", np.int32),  # -1: ends at the last stop
        ("kind", np.int32),  # row of Data.travel
        ("technician", np.int32),
        ("rest_from", np.int32),  # rows of Data.rest
        ("rest_to", np.int32),
        ("ready", np.int64),  # seconds
        ("end", np.int64),
        ("latest_end", np.int64),
        ("used_price", np.int64),  # units, charged when the route has a stop
    ],
    align=True,
)
"""One row a shift: places, clock, breaks."""

TRAVEL_PRICE, METRE_PRICE, OVERTIME_PRICE, DURATION_PRICE, SECOND_VISIT_PRICE = range(5)
LARGEST_LATE_PRICE, TECHNICIAN_PRICE, LATE_AT_START, ANY_LIKELY = range(5, 9)
NUM_PARAMETERS = 9
"""Positions in ``Data.parameter``: prices per second or metre, and flags."""


class Data(NamedTuple):
    """One day: S shifts, V tickets, R resources, L places, K kinds of travel. Nothing in it changes.

    ``window`` int64[W, 2] (open, close); ``rest`` int64[B, 3] (earliest, latest, seconds); ``need`` int32[N, 2]
    (resource, amount); ``likely_part`` int32[M], ``likely_chance`` float64[M]; ``stock`` int64[S, R];
    ``is_open`` uint8[S, V]; ``open_shift`` int32[E] flat lists of each ticket's shifts; ``assign_price``
    int64[S, V]; ``travel`` int32[K, L, L] seconds; ``metres`` int32[K, L, L] ([1, 1, 1] where not priced);
    ``near`` int32[V, N] each ticket's nearest tickets; ``parameter`` int64[NUM_PARAMETERS].
    """

    ticket: NDArray[np.void]
    shift: NDArray[np.void]
    window: NDArray[np.int64]
    rest: NDArray[np.int64]
    need: NDArray[np.int32]
    likely_part: NDArray[np.int32]
    likely_chance: NDArray[np.float64]
    stock: NDArray[np.int64]
    is_open: NDArray[np.uint8]
    open_shift: NDArray[np.int32]
    assign_price: NDArray[np.int64]
    travel: NDArray[np.int32]
    metres: NDArray[np.int32]
    near: NDArray[np.int32]
    parameter: NDArray[np.int64]
