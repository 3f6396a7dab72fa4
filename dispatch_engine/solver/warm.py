"""Compile every kernel that Python calls, or load it from the disk cache, by planning a day of two tickets."""

from __future__ import annotations

import threading
from time import monotonic

import numpy as np

from dispatch_engine.rules.shapes import Shapes
from dispatch_engine.solver.bound import lower_bounds
from dispatch_engine.solver.budget import IterationBudget, Stop
from dispatch_engine.solver.kernels.ask import latest_delay, price_everywhere
from dispatch_engine.solver.kernels.polish import last_try
from dispatch_engine.solver.kernels.timetable import timetable
from dispatch_engine.solver.search import EXACT_WEIGHT, Search

_lock = threading.Lock()
_is_warm = False


def is_warm() -> bool:
    """Whether this process has all kernels ready."""
    return _is_warm


def warm_kernels() -> None:
    """Make all kernels ready: about a minute once per version and machine, a second from then on."""
    global _is_warm
    with _lock:
        if _is_warm:
            return
        search = Search(two_tickets(), seed=0, workers=1)
        search.construct()
        search.anneal(IterationBudget(2), Stop())
        state = search.settle()
        last_try(search.data, state, 0, 0.0, np.zeros(1, np.int64))
        price_everywhere(search.data, state, 0, 1, EXACT_WEIGHT)
        latest_delay(search.data, state, 0, int(state.route[0, 0]), 0, 0, 1, 1)
        times, breaks = np.zeros((2, 3), np.int64), np.zeros((1, 3), np.int64)
        timetable(search.data, 0, state.route[0], int(state.length[0]), state.trace, times, breaks)
        best = (0, 0, int(state.best_total[2]) + 1)
        lower_bounds(two_tickets(), search.data, best=best, deadline=monotonic() + 600)
        _is_warm = True


def two_tickets() -> Shapes:
    """One shift of two hours, two tickets of half an hour, a minute apart."""
    shapes = Shapes(num_shifts=1, num_tickets=2)
    shapes.travel = np.full((1, 2, 2), 60, np.int32)
    shapes.place[:] = (0, 1)
    shapes.service[:] = 1800
    shapes.unassigned_points[:] = 1000
    shapes.end[:] = shapes.latest_end[:] = 7200
    shapes.breaks = [()]
    shapes.travel_price = 1000
    return shapes
