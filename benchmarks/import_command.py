"""``python -m benchmarks imports``: measures how fast tables are imported, exits 1 if a target is missed."""

from __future__ import annotations

import argparse

from benchmarks.speed_command import tell


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("imports", help="measure the import of 20,000 rows (about half a minute)")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of the table")
    parser.add_argument("--write-docs", action="store_true", help="put the table into docs/benchmarks.md")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure, tell, and say with the exit code whether every target is met."""
    from benchmarks.import_speed import measure_imports

    return tell(options, measure_imports(), "imports")
