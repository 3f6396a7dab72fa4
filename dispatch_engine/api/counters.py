"""What a worker has done since it began, counted for the metrics."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

BUCKETS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0)
"""Upper ends, in seconds, of the classes that solve times are counted in; longer ones fall into the last."""


@dataclass(frozen=True)
class Totals:
    """Counts at one moment; all only ever grow.

    Attributes
    ----------
    ended : jobs by their final state.
    kills : children killed because of a cancel or the watchdog.
    overruns : of these, by the watchdog.
    deaths : children that died by themselves, or by somebody else's hand, while they had a job.
    seconds_by_bucket : ended jobs by the time they ran: one count for each of ``BUCKETS`` and one for longer.
    seconds : the sum of these times.
    tickets, unassigned : summed over the plans of jobs that succeeded.
    """

    ended: dict[str, int] = field(default_factory=dict)
    kills: int = 0
    overruns: int = 0
    deaths: int = 0
    seconds_by_bucket: tuple[int, ...] = (0,) * (len(BUCKETS) + 1)
    seconds: float = 0.0
    tickets: int = 0
    unassigned: int = 0


class Counters:
    """Adds up; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ended: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()
        self._by_bucket = [0] * (len(BUCKETS) + 1)
        self._seconds = 0.0

    def count(self, **amounts: int) -> None:
        """Add to the fields of :class:`Totals` with these names."""
        with self._lock:
            self._counts.update(amounts)

    def count_end(self, state: str, seconds: float) -> None:
        """Note that a job ended after running ``seconds``."""
        bucket = next((i for i, end in enumerate(BUCKETS) if seconds <= end), len(BUCKETS))
        with self._lock:
            self._ended[state] += 1
            self._by_bucket[bucket] += 1
            self._seconds += seconds

    def totals(self) -> Totals:
        """All counts as they are now."""
        with self._lock:
            return Totals(
                ended=dict(self._ended),
                seconds_by_bucket=tuple(self._by_bucket),
                seconds=self._seconds,
                **self._counts,
            )
