"""Where holds are kept: in memory here, in a store of the service there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from dispatch_engine.model.offers import Hold


class HoldStore(Protocol):
    """Keeps holds; what it keeps survives the live plan that made them."""

    def save(self, hold: Hold) -> None:
        """Keep ``hold``; a hold with its id is replaced."""

    def remove(self, hold_id: str) -> None:
        """Forget a hold; one that is not kept is no error."""

    def holds(self) -> Iterable[Hold]:
        """All holds, in the order in which they were saved first."""


class MemoryHolds:
    """Holds that live as long as the process."""

    def __init__(self) -> None:
        self._holds: dict[str, Hold] = {}

    def save(self, hold: Hold) -> None:
        """Keep ``hold``."""
        self._holds[hold.id] = hold

    def remove(self, hold_id: str) -> None:
        """Forget a hold."""
        self._holds.pop(hold_id, None)

    def holds(self) -> Iterable[Hold]:
        """All holds, oldest first."""
        return tuple(self._holds.values())
