"""Facts of technicians and tickets as tables over (shift, ticket), the axes of the engines."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from dispatch_engine.rules.case import Case


def technician_of_shift(case: Case) -> NDArray[np.int64]:
    """int64[S]: position of the technician who works each shift."""
    return np.array([shift.technician for shift in case.shifts], dtype=np.int64)


def for_shifts(case: Case, per_technician: Iterable[float]) -> NDArray[np.float64]:
    """float64[S, 1]: one number per technician, repeated for each of the technician's shifts."""
    values = np.array(list(per_technician), dtype=np.float64)
    return values[technician_of_shift(case)][:, None] if len(values) else np.zeros((0, 1))


def for_tickets(per_ticket: Iterable[float]) -> NDArray[np.float64]:
    """float64[1, V]: one number per ticket."""
    return np.array(list(per_ticket), dtype=np.float64)[None, :]
