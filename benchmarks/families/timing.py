"""The earliest schedule of a sequence of visits with hard windows, and its latest departure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.families.evaluation import TOLERANCE


@dataclass(frozen=True)
class Visit:
    """A stop: its window bounds the start of service; early arrival waits."""

    name: str
    opens: float
    closes: float
    service: float


@dataclass(frozen=True)
class Timing:
    """``departure`` is the latest that delays neither the return ``end`` nor breaks a window."""

    departure: float
    end: float
    broken: tuple[str, ...]

    @property
    def duration(self) -> float:
        """From the latest departure to the earliest return."""
        return self.end - self.departure


def timing(ready: float, visits: Sequence[Visit], legs: Sequence[float], latest_end: float) -> Timing:
    """Drive ``legs[0]``, do ``visits[0]``, ..., drive ``legs[-1]`` home; start at or after ``ready``."""
    time, broken = ready, []
    for visit, leg in zip(visits, legs, strict=False):
        time = max(time + leg, visit.opens)
        if time > visit.closes + TOLERANCE:
            broken.append(f"{visit.name} starts at {time:.6f}, after its window's end {visit.closes:g}")
        time += visit.service
    end = time + legs[-1]
    if end > latest_end + TOLERANCE:
        broken.append(f"the return at {end:.6f} is after {latest_end:g}")
    return Timing(_latest_departure(end, visits, legs), end, tuple(broken))


def _latest_departure(end: float, visits: Sequence[Visit], legs: Sequence[float]) -> float:
    time = end - legs[-1]
    for visit, leg in zip(reversed(visits), reversed(legs[:-1]), strict=True):
        time = min(time - visit.service, visit.closes) - leg
    return time
