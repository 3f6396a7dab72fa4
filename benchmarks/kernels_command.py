"""``python -m benchmarks kernels``: times the compiled kernels, their compilation, and a start with warm ones."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.errors import BenchmarkError
from benchmarks.machine import CHECKOUT, this_machine
from benchmarks.tables import markdown, write_between_markers

PAGE = CHECKOUT / "docs" / "decisions" / "0003-kernels-without-reference-counts.md"
MOST_SECONDS = 900.0

Figures = dict[str, dict[str, Any]]
"""By name."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "kernels", help="time the compiled kernels and their compilation (1-2 minutes)"
    )
    parser.add_argument(
        "--reference-counts", action="store_true", help="also with numba's reference counts, side by side"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of the table")
    parser.add_argument(
        "--write-docs", action="store_true", help="put both columns into docs/decisions/0003-*.md"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure each choice in its own processes and print them side by side."""
    machine = this_machine()
    columns = {"without reference counts": measured(False)}
    if options.reference_counts or options.write_docs:
        columns = {"with reference counts": measured(True), **columns}
    text = f"{machine.words()}\n\n{table(columns)}"
    if options.json:
        print(json.dumps({"machine": machine.to_dict(), "figures": columns}, indent=2))
    else:
        print(text)
    if options.write_docs:
        write_between_markers(PAGE, "kernels", text)
    return 0


def measured(reference_counts: bool) -> Figures:
    """Compile into an empty cache folder in one process, then start and measure in a second one."""
    with tempfile.TemporaryDirectory(prefix="dispatch-engine-kernels-") as cache:
        cold = _process(Path(cache), reference_counts, micro=False)
        warm = _process(Path(cache), reference_counts, micro=True)
    renamed = [{**f, "name": f"{f['name']}, cache empty" if f["unit"] else f["name"]} for f in cold]
    renamed += [{**f, "name": f"{f['name']}, from the cache"} for f in warm if f["unit"] == "s"]
    return {f["name"]: f for f in [*(f for f in warm if f["unit"] == "µs"), *renamed]}


def table(columns: dict[str, Figures]) -> str:
    """One row a figure, the best sample of each column; the median stands behind it."""
    header = ["best (median)", *columns]
    names = next(iter(columns.values()))
    return markdown(
        header, [[name, *(words(figures[name]) for figures in columns.values())] for name in names]
    )


def words(figure: dict[str, Any]) -> str:
    """``1.2 µs (1.3)``; a single sample stands alone."""
    unit = f" {figure['unit']}" if figure["unit"] else ""
    best = f"{figure['best']:.3g}{unit}"
    return best if len(figure["samples"]) == 1 else f"{best} ({figure['median']:.3g})"


def _process(cache: Path, reference_counts: bool, *, micro: bool) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.kernel_process"],
        input=json.dumps({"reference_counts": reference_counts, "micro": micro}),
        env={**os.environ, "DISPATCH_ENGINE_CACHE_DIR": str(cache)},
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
        timeout=MOST_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise BenchmarkError(f"the measuring process failed: {done.stderr.strip()[-2000:]}")
    figures: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return figures
