"""``python -m benchmarks real-days``: solves the real rural days and compares with their best known plans."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.gaps import comparable_gap, net_gap, percent
from benchmarks.instances import family_folder, instances_folder
from benchmarks.machine import CHECKOUT, this_machine
from benchmarks.tables import markdown, write_between_markers

DAYS = ("R1", "R3", "R5", "R6")
MOST_PERCENT = 3.0
"""A day is good within so much of its best known working time, with no more unserved than listed."""
HEADER = ("day", "working min", "best known", "gap", "net of service", "unserved", "listed", "verdict")
PAGE = CHECKOUT / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class DayResult:
    """One day solved, checked by the engine's checker and judged by the independent evaluator."""

    day: str
    value: float
    best: float
    gap: float | None
    net: float | None
    unserved: int
    listed_unserved: int
    faults: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        """Whether the plan is feasible, serves enough and lies within ``MOST_PERCENT``."""
        if self.faults or self.unserved > self.listed_unserved:
            return False
        return self.unserved < self.listed_unserved or (self.gap is not None and self.gap <= MOST_PERCENT)

    def cells(self) -> list[str]:
        """The row of the printed table."""
        verdict = "good" if self.is_good else f"**missed** {'; '.join(self.faults[:2])}".strip()
        return [
            self.day,
            f"{self.value:.2f}",
            f"{self.best:.2f}",
            percent(self.gap),
            percent(self.net),
            str(self.unserved),
            str(self.listed_unserved),
            verdict,
        ]


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("real-days", help="solve the real rural days R1, R3, R5, R6")
    parser.add_argument("--time-limit", type=float, default=20.0, metavar="S", help="seconds a day (20)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=None, help="search threads; one a core if not given")
    parser.add_argument("--instances", metavar="DIR", help="folder of the public instance files")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of the table")
    parser.add_argument("--write-docs", action="store_true", help="put the table into docs/benchmarks.md")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Solve the days; exit 1 if one is not good."""
    folder = family_folder(instances_folder(options.instances), "trsp_praxedo")
    results = []
    for day in DAYS:
        result = solve_day(folder, day, options.time_limit, options.seed, options.workers)
        print(f"{day}: {result.value:.2f} min, gap {percent(result.gap)}", file=sys.stderr, flush=True)
        results.append(result)
    machine = this_machine()
    text = (
        f"{options.time_limit:g} s a day, seed {options.seed}. {machine.words()}\n\n"
        f"{markdown(HEADER, [result.cells() for result in results])}"
    )
    if options.json:
        print(json.dumps({"machine": machine.to_dict(), "days": [asdict(r) for r in results]}, indent=2))
    else:
        print(text)
    if options.write_docs:
        write_between_markers(PAGE, "real-days", text)
    return 0 if all(result.is_good for result in results) else 1


def solve_day(folder: Path, day: str, time_limit: float, seed: int, workers: int | None) -> DayResult:
    """Import, solve in ``working_time`` mode, check, and judge with the evaluator that knows no engine."""
    from benchmarks.families.translation import validated_problem
    from benchmarks.families.trsp_read import TrspPraxedo
    from dispatch_engine.check import check
    from dispatch_engine.solver.solve import solve

    family = TrspPraxedo()
    problem = validated_problem(family, folder, day)
    plan = solve(problem, time_limit=time_limit, seed=seed, workers=workers)
    found, best = family.judge(folder, day, plan), family.best_known(folder)[day]
    return DayResult(
        day=day,
        value=found.value,
        best=best.value,
        gap=comparable_gap(found, best),
        net=net_gap(found, best, family.stored(folder, day)),
        unserved=found.first,
        listed_unserved=best.first,
        faults=(*found.broken, *(v.message for v in check(problem, plan).violations)),
    )
