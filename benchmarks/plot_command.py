"""``python -m benchmarks plot RESULTS...``: draws the pictures of result files as PNG and SVG."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.results import read_results


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("plot", help="draw result files (needs matplotlib)")
    parser.add_argument("results", nargs="+", type=Path)
    parser.add_argument("-o", "--out", type=Path, default=Path("out/plots"), help="folder (out/plots)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Draw and name the files."""
    from benchmarks.plots import draw_all

    records = [record for path in options.results for record in read_results(path)]
    for file in draw_all(records, options.out):
        print(file)
    return 0
