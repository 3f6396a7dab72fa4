"""How long a run may go on: a deadline or a number of iterations, one protocol for both, and a way to stop."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Protocol


class Budget(Protocol):
    """What is left of a run, as one search thread sees it."""

    def share_used(self, iterations: int) -> float:
        """The share of the budget used so far, 0 to 1, after ``iterations`` of this thread."""

    def next_chunk(self, iterations: int, seconds_per_iteration: float) -> int:
        """How many iterations to run before asking again; 0: the budget is used up."""


class TimeBudget:
    """A run until ``deadline`` (seconds of ``time.monotonic``)."""

    CHUNK_SECONDS = 0.02
    """Time between two looks at the clock; a cancel is noticed within about that time."""

    def __init__(self, start: float, deadline: float) -> None:
        self._start = start
        self._deadline = deadline

    def share_used(self, iterations: int) -> float:  # noqa: ARG002 (one protocol for both budgets)
        """The share of the time that has passed."""
        span = max(self._deadline - self._start, 1e-9)
        return min(1.0, max(0.0, (monotonic() - self._start) / span))

    def next_chunk(self, iterations: int, seconds_per_iteration: float) -> int:  # noqa: ARG002
        """As many iterations as fit into ``CHUNK_SECONDS`` and into the time left, by the measured rate."""
        left = self._deadline - monotonic()
        if left <= 0:
            return 0
        return max(1, int(min(self.CHUNK_SECONDS, left) / max(seconds_per_iteration, 1e-7)))


class IterationBudget:
    """A run of exactly ``limit`` iterations per thread, whatever the clock says: the same plan every time."""

    CHUNK = 100
    """Iterations between two steps of the annealing schedule; part of what makes runs repeatable."""

    def __init__(self, limit: int) -> None:
        self._limit = limit

    def share_used(self, iterations: int) -> float:
        """The share of the iterations done."""
        return iterations / self._limit if self._limit else 1.0

    def next_chunk(self, iterations: int, seconds_per_iteration: float) -> int:  # noqa: ARG002
        """``CHUNK``, or what is left."""
        return min(self.CHUNK, self._limit - iterations)


class Stop:
    """Says whether somebody wants the run to end now; once true it stays true."""

    def __init__(self, asked: Callable[[], bool] | None = None) -> None:
        self._asked = asked
        self._stopped = False

    def __call__(self) -> bool:
        """Whether to stop."""
        if not self._stopped and self._asked is not None:
            self._stopped = bool(self._asked())
        return self._stopped

    def now(self) -> None:
        """Ask for the end of the run."""
        self._stopped = True
