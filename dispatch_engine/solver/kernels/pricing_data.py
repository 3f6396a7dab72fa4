"""The arrays of pricing: one shift as the labelling sees it, and the memory that one thread labels in."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SERVICE, WINDOW_FROM, WINDOW_TO, DUE, LATE_STEPS, LATE_COST, LATE_SLOPE = range(7)
USE, NEAR_LOW, NEAR_HIGH, BIT_LOW, BIT_HIGH, FIXED_COST, LAST, WEAR_FROM, WEAR_TO, WEAR_COST = range(7, 17)
PROMISE, PROMISE_COST = range(17, 19)
NODE_COLUMNS = 19
"""Columns of ``Local.node``. ``LATE_STEPS``: in steps of points; ``USE``: all limits packed into one number;
``NEAR_*``: bits of the tickets that a route standing here remembers; ``BIT_*``: the ticket's own bit; ``LAST``:
later than that is forbidden; ``WEAR_*``: see ``Local.wear``; an arrival after ``PROMISE`` costs ``PROMISE_COST``."""

READY, END, LATEST_END, LATE_AT_START, OVERTIME_PRICE, DURATION_PRICE, USED_PRICE = range(7)
CAPACITY, GUARDS, GRID_SECONDS, GRID_SIZE, BUCKET_SECONDS, LAST_START = range(7, 13)
CLOCK_COLUMNS = 13
"""Positions in ``Local.clock``. ``GUARDS``: the top bit of each packed limit; ``GRID_*``: of the completion
bounds, size 0: none; ``BUCKET_SECONDS``: labels are kept in buckets of so many seconds; ``LAST_START``: no route
begins later."""

NODE, TIME, PRICE, LATE_PRICE, SET_LOW, SET_HIGH, USED, TAKEN, STEPS, PARENT, NEXT, STATUS = range(12)
LABEL_COLUMNS = 12
"""Columns of ``Scratch.label``: see `pricing.py`."""

COST_WEIGHT, STEP_WEIGHT, THRESHOLD, IS_EXACT = range(4)
NUM_WEIGHTS = 4
"""Positions in ``weight``: price of a cost unit and of a step of points; only routes below the threshold are
wanted; what dominance is, one of QUICK, EXACT and ALL_SETS."""

QUICK, EXACT, ALL_SETS = range(3)
"""Dominance: a guess by time and price; exact for the cheapest route; exact for the cheapest orders of every set
of tickets (each ticket's memory must then hold all tickets)."""

COUNT, IS_COMPLETE = range(2)
"""Positions in ``Scratch.counter``."""

BUCKETS = 32
"""Buckets of time in which labels are kept and extended."""
WORD = 62
"""Bits used of each of the two words that remember tickets."""
FAR = 1 << 60
"""A price above every real one."""


class Local(NamedTuple):
    """One shift with its n open tickets, numbered 0..n-1; n is the start place (row) and the end place (column).

    ``node`` int64[n, NODE_COLUMNS]; ``seconds``, ``leg_cost`` int64[n+1, n+1], UNREACHABLE seconds where there
    is no way, 0 to an end anywhere; ``window`` int64[W, 2] (open, close); ``rest`` int64[m, 3] (earliest,
    latest, seconds); ``clock`` int64[CLOCK_COLUMNS]. ``wear`` int64[P, 3] (shift, mask, least): a part that a
    ticket may need is not on board any more when ``used >> shift & mask >= least``; the parts of a ticket that
    are off board, as bits in the order of its rows WEAR_FROM.., give the row of ``wear_cost`` int64[Q], from its
    WEAR_COST on, that says what that costs more than FIXED_COST.
    """

    node: NDArray[np.int64]
    seconds: NDArray[np.int64]
    leg_cost: NDArray[np.int64]
    window: NDArray[np.int64]
    rest: NDArray[np.int64]
    clock: NDArray[np.int64]
    wear: NDArray[np.int64]
    wear_cost: NDArray[np.int64]


class Scratch(NamedTuple):
    """Memory of one pricing thread, for shifts of up to N tickets, m breaks and G grid points.

    ``arc`` int64[N+1, N+1] price of a leg and of the ticket it leads to; ``label`` int64[X, LABEL_COLUMNS];
    ``head``, ``low`` int64[N, BUCKETS] first label and least price of each bucket; ``end`` int64[N, 2] best
    price of a route that ends at each ticket, and its label; ``leave_*``, ``reach_*`` int64[m+1, N, G]:
    completion bounds, see `completion.py`; ``stop`` int64[1]: not 0: give up; ``counter`` int64[2].
    """

    arc: NDArray[np.int64]
    label: NDArray[np.int64]
    head: NDArray[np.int64]
    low: NDArray[np.int64]
    end: NDArray[np.int64]
    leave_best: NDArray[np.int64]
    leave_other: NDArray[np.int64]
    leave_first: NDArray[np.int64]
    reach_best: NDArray[np.int64]
    reach_other: NDArray[np.int64]
    reach_first: NDArray[np.int64]
    stop: NDArray[np.int64]
    counter: NDArray[np.int64]
