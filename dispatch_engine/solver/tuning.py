"""How the search behaves: every share and length in one record, with the values that measurements settled."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Tuning:
    """Settings of ruin and recreate. Shares of ruins are per thousand iterations, strings get what the others leave.

    Attributes
    ----------
    removed, longest : mean number of stops that strings take out, and the longest string (SISR's c-bar and L-max).
    blink : per thousand, how often a candidate shift is overlooked.
    for_unserved, rivals, late, routes, random : shares of the ruins, see :mod:`~dispatch_engine.solver.kernels.ruin`.
    swaps : per thousand iterations that exchange two whole routes before recreation.
    absence : percent by which leaving out a ticket that is out as often as the average gets dearer; 0: never.
    ejections : per thousand iterations that try to place an unserved ticket by ejecting others.
    cache : whether insertion prices are kept from one iteration to the next.
    """

    removed: int = 10
    longest: int = 10
    blink: int = 10
    for_unserved: int = 150
    rivals: int = 0
    late: int = 0
    routes: int = 100
    random: int = 50
    swaps: int = 0
    absence: int = 0
    ejections: int = 0
    cache: bool = True

    def as_array(self) -> NDArray[np.int64]:
        """The settings in order of :data:`NAMES`, for the kernels."""
        return np.array(astuple(self), np.int64)


NAMES = tuple(field.name for field in fields(Tuning))
