"""Variants of the search against the base, on the same days with the same seeds and the same budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, stdev
from time import monotonic

from benchmarks.paired import bootstrap, wilcoxon
from benchmarks.variants import BASE, Variant
from dispatch_engine.rules.shapes import POINTS, UNITS, Shapes
from dispatch_engine.solver.budget import Budget, IterationBudget, Stop, TimeBudget
from dispatch_engine.solver.search import Search, Total

BOOTSTRAP_SEED = 0
MASTER_WORK = 2.0
"""Deterministic seconds of the master under an iteration limit, as in ``solve``."""
HEADER = (
    "variant",
    "runs",
    "SLA penalty",
    "less base (95 %)",
    "cost minutes",
    "less base (95 %)",
    "better / same / worse",
    "p",
)


@dataclass(frozen=True)
class Limit:
    """What every run may use: ``iterations`` a thread, or ``seconds`` if that is None."""

    iterations: int | None
    seconds: float

    def words(self) -> str:
        """For people."""
        return f"{self.seconds:g} s" if self.iterations is None else f"{self.iterations} iterations a thread"


@dataclass(frozen=True)
class Outcome:
    """One run: ``penalty`` in SLA points, ``cost`` in cost minutes."""

    variant: str
    day: str
    seed: int
    total: Total

    @property
    def penalty(self) -> float:
        """SLA points."""
        return self.total[1] / POINTS

    @property
    def cost(self) -> float:
        """Cost minutes."""
        return self.total[2] / UNITS


def run_variant(day: Shapes, variant: Variant, limit: Limit, seed: int, workers: int) -> Total:
    """Construct, anneal, recombine and fill, as ``solve`` does, without bounds and exact models."""
    began = monotonic()
    search = Search(day, seed, workers, variant.tuning)
    search.construct()
    search.anneal(_budget(variant, limit, began), Stop())
    if variant.master_share:
        seconds = MASTER_WORK if limit.iterations is not None else variant.master_share * limit.seconds
        search.recombine(seconds, Stop(), deterministic=limit.iterations is not None)
    search.settle()
    assert search.best_total is not None
    return search.best_total


def _budget(variant: Variant, limit: Limit, began: float) -> Budget:
    if limit.iterations is not None:
        return IterationBudget(limit.iterations)
    return TimeBudget(began, began + (1 - variant.master_share) * limit.seconds)


def rows(outcomes: Sequence[Outcome], variants: Sequence[Variant]) -> list[list[str]]:
    """The cells of ``HEADER`` for each variant; differences are of the same day and seed."""
    base = _by_run(outcomes, BASE.name)
    return [_row(variant, _by_run(outcomes, variant.name), base) for variant in variants]


def _row(
    variant: Variant, found: dict[tuple[str, int], Outcome], base: dict[tuple[str, int], Outcome]
) -> list[str]:
    head = f"`{variant.name}`: {variant.change}"
    penalties, costs = [o.penalty for o in found.values()], [o.cost for o in found.values()]
    values = [_spread(penalties, 2), _spread(costs, 1)]
    if variant.name == BASE.name:
        return [head, str(len(found)), values[0], "–", values[1], "–", "–", "–"]
    pairs = [(found[run], base[run]) for run in found]
    wins = [(one.total > other.total) - (one.total < other.total) for one, other in pairs]
    counts = " / ".join(str(wins.count(sign)) for sign in (-1, 0, 1))
    return [
        head,
        str(len(found)),
        values[0],
        _difference([one.penalty - other.penalty for one, other in pairs], 2),
        values[1],
        _difference([one.cost - other.cost for one, other in pairs], 1),
        counts,
        f"{wilcoxon([_ranked(one.total, other.total) for one, other in pairs]):.3f}",
    ]


def _ranked(one: Total, other: Total) -> float:
    """The signed difference in one number: any SLA point outweighs every cost difference."""
    return 1e6 * (one[1] - other[1]) / POINTS + (one[2] - other[2]) / UNITS


def _by_run(outcomes: Sequence[Outcome], variant: str) -> dict[tuple[str, int], Outcome]:
    return {(o.day, o.seed): o for o in outcomes if o.variant == variant}


def _spread(values: Sequence[float], digits: int) -> str:
    deviation = stdev(values) if len(values) > 1 else 0.0
    return f"{mean(values):.{digits}f} ± {deviation:.{digits}f}"


def _difference(values: Sequence[float], digits: int) -> str:
    low, high = bootstrap(values, BOOTSTRAP_SEED)
    return f"{mean(values):+.{digits}f} ({low:+.{digits}f} to {high:+.{digits}f})"
