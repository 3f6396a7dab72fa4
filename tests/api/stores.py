"""The stores that the contract is tested on, and a clock that tests set by hand.

Another store joins by a function with the same arguments and a word in ``STORES``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dispatch_engine.api.sqlite_store import SqliteStore
from dispatch_engine.api.store import MAX_QUEUED, Store


@dataclass
class Clock:
    """Seconds since 1970 that pass only when told to."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += seconds


MakeStore = Callable[..., Store]


def make_sqlite(folder: Path, clock: Clock, max_queued: int = MAX_QUEUED) -> Store:
    """A store in a new file, or the same one again."""
    return SqliteStore(folder / "jobs.db", clock=clock, max_queued=max_queued)


STORES: dict[str, MakeStore] = {"sqlite": make_sqlite}
