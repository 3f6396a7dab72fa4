"""Repeated measurements of one number, and its verdict against a target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Target:
    """A number that should stay below ``limit``; ``measure`` gives one sample of it, in ``unit``."""

    name: str
    limit: float
    unit: str
    measure: Callable[[], float]
    repeats: int = 5


@dataclass(frozen=True)
class Measurement:
    """The samples of a target."""

    target: Target
    samples: tuple[float, ...]

    @property
    def best(self) -> float:
        """The least sample: what the program needs when nothing else disturbs it."""
        return min(self.samples)

    @property
    def median(self) -> float:
        """The middle sample: what a user sees."""
        return median(self.samples)

    @property
    def is_met(self) -> bool:
        """Whether the best sample is below the limit."""
        return self.best < self.target.limit

    def cells(self) -> list[str]:
        """The row of the printed table."""
        target = self.target
        numbers = [f"{value:.3g} {target.unit}" for value in (self.best, self.median)]
        verdict = "met" if self.is_met else "**missed**"
        return [target.name, f"< {target.limit:g} {target.unit}", *numbers, str(len(self.samples)), verdict]

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "name": self.target.name,
            "limit": self.target.limit,
            "unit": self.target.unit,
            "best": self.best,
            "median": self.median,
            "samples": list(self.samples),
            "met": self.is_met,
        }


def take(target: Target) -> Measurement:
    """All samples of ``target``, one after the other."""
    return Measurement(target, tuple(target.measure() for _ in range(target.repeats)))
