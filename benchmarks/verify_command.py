"""``python -m benchmarks verify``: re-verifies every stored best known solution with the evaluators."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import UnsupportedError
from benchmarks.families.family import Family
from benchmarks.families.register import FAMILIES, family_named
from benchmarks.families.translation import validated_problem
from benchmarks.instances import family_folder, instances_folder
from benchmarks.machine import CHECKOUT
from benchmarks.tables import markdown, write_between_markers

HEADER = ("family", "engine", "instances", "published", "solutions stored", "agree", "largest difference")
PAGE = CHECKOUT / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Agreement:
    """How the evaluator's values compare with the published ones; ``engine``: whether ours can solve it."""

    family: str
    instances: int
    published: int
    stored: int
    largest: float
    faults: tuple[str, ...]
    engine: str

    def cells(self) -> list[str]:
        """The row of the printed table."""
        agree = self.stored - len(self.faults)
        largest = f"{self.largest:.1e}" if self.stored else "–"
        return [
            self.family,
            self.engine,
            str(self.instances),
            str(self.published),
            str(self.stored),
            str(agree),
            largest,
        ]


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("verify", help="re-verify the stored best known solutions")
    parser.add_argument("family", nargs="*", help="families; all if none is given")
    parser.add_argument("--instances", metavar="DIR", help="folder of the public instance files")
    parser.add_argument("--write-docs", action="store_true", help="put the table into docs/benchmarks.md")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Verify; exit 1 if a value differs or a stored solution breaks a constraint."""
    folder = instances_folder(options.instances)
    families = [family_named(name) for name in options.family] or list(FAMILIES)
    results = [verify(family, family_folder(folder, family.folder)) for family in families]
    for result in results:
        for fault in result.faults:
            print(f"{result.family}: {fault}")
    table = markdown(HEADER, [result.cells() for result in results], left=2)
    print(table)
    if options.write_docs:
        write_between_markers(PAGE, "verify", table)
    return 1 if any(result.faults for result in results) else 0


def verify(family: Family, folder: Path) -> Agreement:
    """Evaluate every stored solution of the family and compare with the published value as printed."""
    published, faults, differences = family.best_known(folder), [], []
    names = family.instances(folder)
    for name, best in published.items():
        stored = family.stored(folder, name)
        if stored is None:
            continue
        differences.append(abs(stored.value - best.value))
        allowed = half_last_digit(best.value) + family.published_tolerance
        if stored.broken:
            faults.append(f"{name}: {stored.broken[0]}")
        elif stored.first != best.first or differences[-1] > allowed:
            faults.append(f"{name}: {stored.first}, {stored.value:.6f}; published {best.first}, {best.value}")
    return Agreement(
        family=family.name,
        instances=len(names),
        published=len(published),
        stored=len(differences),
        largest=max(differences, default=0.0),
        faults=tuple(faults),
        engine=engine_word(family, folder, published),
    )


def engine_word(family: Family, folder: Path, published: Iterable[str]) -> str:
    """``solves``, or what this version of the engine lacks for the first published instance."""
    for name in published:
        try:
            validated_problem(family, folder, name)
        except UnsupportedError as error:
            return str(error)
        return "solves"
    return "–"


def half_last_digit(value: float) -> float:
    """Half of the last printed digit of a published value; 0 of a whole number, which is exact."""
    text = repr(value)
    decimals = len(text.partition(".")[2])
    return 0.0 if value.is_integer() else 0.5 * 10.0**-decimals
