"""Compiled loops around the kernels that are timed: a call from Python costs more than the kernel itself."""

from __future__ import annotations

from typing import Any

import numpy as np

from dispatch_engine.solver.compiled import kernel
from dispatch_engine.solver.kernels.state import PRICED_VERSION, price, reprice


@kernel
def price_often(data: Any, state: Any, v: int, s: int, weight: float, times: int) -> int:
    """Look ``times`` times for the best place of ``v`` in route ``s``, each time anew; that place."""
    place = 0
    for _ in range(times):
        state.priced[v, s, PRICED_VERSION] = -1
        place = price(data, state, v, s, weight, np.inf)
    return place


@kernel
def reprice_often(data: Any, state: Any, s: int, times: int) -> bool:
    """Price route ``s`` from scratch ``times`` times; whether it is feasible."""
    feasible = True
    for _ in range(times):
        feasible = reprice(data, state, s)
    return feasible
