"""``python -m benchmarks speed``: measures the speed targets, prints the table, exits 1 if one is missed."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable

from benchmarks.machine import CHECKOUT, Machine, this_machine
from benchmarks.measure import Measurement
from benchmarks.tables import markdown, write_between_markers

HEADER = ("measured", "target", "best", "median", "samples", "verdict")
PAGE = CHECKOUT / "docs" / "benchmarks.md"


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("speed", help="measure the speed targets (about half a minute)")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of the table")
    parser.add_argument("--write-docs", action="store_true", help="put the table into docs/benchmarks.md")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure, tell, and say with the exit code whether every target is met."""
    from benchmarks.speed import measure_speed

    return tell(options, measure_speed(), "speed")


def tell(options: argparse.Namespace, measured: Iterable[Measurement], marker: str) -> int:
    """Print what is measured, put it between the page's markers if asked to, and say if all targets are met."""
    machine = this_machine()
    results = []
    for result in measured:
        print(f"{result.target.name}: {result.best:.3g} {result.target.unit}", file=sys.stderr, flush=True)
        results.append(result)
    if options.json:
        document = {"machine": machine.to_dict(), "measurements": [result.to_dict() for result in results]}
        print(json.dumps(document, indent=2))
    else:
        print(page_text(machine, results))
    if options.write_docs:
        write_between_markers(PAGE, marker, page_text(machine, results))
    return 0 if all(result.is_met for result in results) else 1


def page_text(machine: Machine, results: list[Measurement]) -> str:
    """The table with its machine, as Markdown."""
    table = markdown(HEADER, [result.cells() for result in results])
    return f"{machine.words()}\n\n{table}"
