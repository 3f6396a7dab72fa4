"""The runs of a track: which instance, which solver, how long, which seed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.errors import BenchmarkError


@dataclass(frozen=True)
class Job:
    """One run. Two jobs with the same fields are the same run, and are made once."""

    family: str
    instance: str
    solver: str
    time_limit: float
    seed: int
    workers: int

    def to_dict(self) -> dict[str, Any]:
        """As a result line repeats it."""
        return asdict(self)

    @classmethod
    def of(cls, record: dict[str, Any]) -> Job:
        """The job that a result line belongs to."""
        return cls(**{name: record[name] for name in cls.__dataclass_fields__})

    def words(self) -> str:
        """One line for people."""
        return f"{self.solver} {self.family} {self.instance} {self.time_limit:g} s seed {self.seed}"


def numbers(text: str) -> list[int]:
    """``0-4`` or ``0,2,7-9`` as whole numbers. Raises BenchmarkError for anything else."""
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdigit() or (dash and not last.isdigit()):
            raise BenchmarkError(f"'{text}' is no list of seeds; write 0-4 or 0,2,5")
        found += range(int(first), int(last or first) + 1)
    return found


def limits(text: str) -> list[float]:
    """``10,60`` as seconds. Raises BenchmarkError for anything else."""
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = []
    if not found or not all(0 < seconds < float("inf") for seconds in found):
        raise BenchmarkError(f"'{text}' is no list of time limits; write 10,60")
    return found
