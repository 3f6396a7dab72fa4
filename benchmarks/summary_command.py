"""``python -m benchmarks summary RESULTS...``: the table of result files, for the terminal and the docs."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.errors import BenchmarkError
from benchmarks.machine import CHECKOUT
from benchmarks.peers_table import peers_text
from benchmarks.report_command import machines
from benchmarks.results import read_results
from benchmarks.summary import published, table
from benchmarks.tables import write_between_markers

PAGE = CHECKOUT / "docs" / "benchmarks.md"


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("summary", help="print the table of result files")
    parser.add_argument("results", nargs="+", type=Path)
    parser.add_argument("--write-docs", action="store_true", help="put the table into docs/benchmarks.md")
    parser.add_argument(
        "--place", metavar="NAME", help="marker of that page, if not 'runs' or, for generated days, 'peers'"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the table."""
    records = [record for path in options.results for record in read_results(path)]
    if not records:
        raise BenchmarkError("no results in these files; make some with 'python -m benchmarks run'")
    known = published(records)
    generated = [record for record in records if record not in known]
    for name, part, words in (("runs", known, table), ("peers", generated, peers_text)):
        if part:
            text = "\n\n".join([*machines(part), words(part)])
            print(text)
            if options.write_docs:
                write_between_markers(PAGE, options.place or name, text)
    return 0
