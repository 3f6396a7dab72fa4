"""``python -m benchmarks refresh-docs``: measures again what docs/benchmarks.md shows, but for the long runs."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

MINUTES = 8
LONG = ("peers", "proofs")
"""Marked places that take an hour and more; the page names their commands."""
Run = Callable[[list[str]], int]


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "refresh-docs",
        help=f"measure docs/benchmarks.md again, but for peers and proofs (about {MINUTES} minutes)",
    )
    parser.add_argument("--instances", metavar="DIR", help="folder of the public instance files")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Every measurement in turn, each by its own command; exit 1 if one of them says no."""
    from benchmarks.commands import main

    return refresh(main, ["--instances", options.instances] if options.instances else [])


def refresh(run_command: Run, where: list[str]) -> int:
    """Speed, imports, real days, evaluators and the smoke track, with PyVRP beside ours where it is installed."""
    solvers = "ours,pyvrp" if find_spec("pyvrp") else "ours"
    with tempfile.TemporaryDirectory(prefix="dispatch-engine-benchmarks-") as folder:
        results = str(Path(folder) / "smoke.jsonl")
        steps = (
            ["speed", "--write-docs"],
            ["imports", "--write-docs"],
            ["real-days", "--write-docs", *where],
            ["verify", "--write-docs", *where],
            ["run", "smoke", "-o", results, "--time-limit", "10", "--solver", solvers, *where],
            ["summary", results, "--write-docs"],
        )
        codes = []
        for step in steps:
            print(f"== {' '.join(step)}", file=sys.stderr, flush=True)
            codes.append(run_command(step))
    return max(codes)
