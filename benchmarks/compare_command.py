"""``python -m benchmarks compare BEFORE AFTER``: pairs two result files and says what got worse."""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from benchmarks.errors import BenchmarkError
from benchmarks.paired import bootstrap, wilcoxon
from benchmarks.results import Record, read_results
from benchmarks.summary import is_good, published
from benchmarks.tables import markdown

SIGNIFICANT = 0.05
SEED = 0
HEADER = ("family", "limit", "pairs", "before", "after", "difference", "95 % interval", "p", "verdict")

Pair = tuple[Record, Record]
"""A run before, and the same run after."""

Pairing = tuple[str, str, float, int, int]
"""Family, instance, limit, seed, workers: what two runs must share to be compared."""


@dataclass(frozen=True)
class Comparison:
    """One family at one time limit; differences after less before. ``unit`` is that of the numbers.

    ``lost`` counts runs that gave a good plan before and give none, or one that serves less, now.
    """

    family: str
    time_limit: float
    before: tuple[float, ...]
    after: tuple[float, ...]
    lost: int
    unit: str = " %"

    @property
    def differences(self) -> list[float]:
        """Per instance, seeds averaged before: seeds of one instance are no independent pairs."""
        return [b - a for a, b in zip(self.before, self.after, strict=True)]

    @property
    def p(self) -> float:
        """Of the signed-rank test."""
        return wilcoxon(self.differences)

    @property
    def verdict(self) -> str:
        """``regression``, ``better`` or ``no difference``."""
        if self.lost:
            return f"regression: {self.lost} runs lost"
        if self.p >= SIGNIFICANT:
            return "no difference"
        return "regression" if mean(self.differences) > 0 else "better"

    def cells(self) -> list[str]:
        """The row of the printed table."""
        head = [self.family, f"{self.time_limit:g} s", str(len(self.before))]
        if not self.before:
            return [*head, *["–"] * 5, self.verdict]
        low, high = bootstrap(self.differences, SEED)
        gaps = [f"{mean(values):.3f}{self.unit}" for values in (self.before, self.after)]
        difference = f"{mean(self.differences):+.3f}"
        verdict = f"**{self.verdict}**" if self.verdict.startswith("regression") else self.verdict
        return [*head, *gaps, difference, f"{low:+.3f} to {high:+.3f}", f"{self.p:.3f}", verdict]


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("compare", help="pair two result files; exit 1 on a significant regression")
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--solver-before", help="take this solver's runs of the first file")
    parser.add_argument("--solver-after", help="take this solver's runs of the second file")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the comparison; exit 1 if something got significantly worse."""
    before = _of_one_solver(options.before, options.solver_before)
    after = _of_one_solver(options.after, options.solver_after)
    found = compare(before, after)
    if not found:
        raise BenchmarkError(
            "the files have no run in common: same family, instance, limit, seed and workers"
        )
    print(markdown(HEADER, [comparison.cells() for comparison in found], left=2))
    return 1 if any(comparison.verdict.startswith("regression") for comparison in found) else 0


def compare(before: list[Record], after: list[Record]) -> list[Comparison]:
    """Comparisons by family and limit, over the runs that both sides made."""
    old, new = ({_pairing(record): record for record in side} for side in (before, after))
    groups: dict[tuple[str, float], list[Pair]] = defaultdict(list)
    for pairing in old:
        if pairing in new and old[pairing]["status"] != "unsupported":
            groups[pairing[0], pairing[2]].append((old[pairing], new[pairing]))
    return [
        comparison
        for (family, limit), pairs in groups.items()
        for comparison in _comparisons(family, limit, pairs)
    ]


def _comparisons(family: str, limit: float, pairs: list[Pair]) -> list[Comparison]:
    """The gaps of a published set; SLA penalty and cost of days without published values, one after the other."""
    good = [pair for pair in pairs if all(is_good(record) for record in pair)]
    if published([pairs[0][0]]):
        lost = sum(_is_lost(a, b) for a, b in pairs)
        both = [pair for pair in good if all(record["gap_percent"] is not None for record in pair)]
        return [_comparison(family, limit, both, "gap_percent", lost, " %")]
    gone = sum(is_good(a) and not is_good(b) for a, b in pairs)
    # Costs are compared only where the tier above them is the same.
    level = [(a, b) for a, b in good if a["first"] == b["first"]]
    return [
        _comparison(f"{family}: SLA penalty", limit, good, "first", gone, ""),
        _comparison(f"{family}: cost minutes at the same penalty", limit, level, "value", 0, ""),
    ]


def _comparison(family: str, limit: float, pairs: list[Pair], name: str, lost: int, unit: str) -> Comparison:
    old = _by_instance(pairs, lambda pair: pair[0][name])
    new = _by_instance(pairs, lambda pair: pair[1][name])
    return Comparison(family, limit, tuple(old), tuple(new), lost, unit)


def _is_lost(before: Record, after: Record) -> bool:
    """Whether a good run became a bad one, or one that leaves more out."""
    return is_good(before) and (not is_good(after) or after["first"] > before["first"])


def _by_instance(pairs: list[Pair], of: Callable[[Pair], float]) -> list[float]:
    values: dict[str, list[float]] = defaultdict(list)
    for pair in pairs:
        values[pair[0]["instance"]].append(of(pair))
    return [mean(numbers) for numbers in values.values()]


def _pairing(record: Record) -> Pairing:
    return (
        record["family"],
        record["instance"],
        record["time_limit"],
        record["seed"],
        record["workers"],
    )


def _of_one_solver(path: Path, solver: str | None) -> list[Record]:
    records = read_results(path)
    if not records:
        raise BenchmarkError(f"{path}: no results; make some with 'python -m benchmarks run'")
    solvers = sorted({record["solver"] for record in records})
    if solver is None and len(solvers) > 1:
        raise BenchmarkError(
            f"{path}: holds several solvers ({', '.join(solvers)}); choose with --solver-before, --solver-after"
        )
    return [record for record in records if solver in (None, record["solver"])]
