"""How long tables of 20,000 rows take to become a problem: a process from its launch to the written file.

It works on one core and waits for nothing, so its processor time is what a user waits for on an idle machine, and
the same number on a busy one.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.machine import CHECKOUT
from benchmarks.measure import Measurement, Target, take
from dispatch_engine.model.problem import Problem
from dispatch_engine.report.exports.files import csv_files, workbook_bytes
from dispatch_engine.report.exports.problem_tables import problem_sheets
from dispatch_engine.sources.generate import generate_problem

RECIPE = CHECKOUT / "scenarios" / "shanghai-weekday.yaml"
TICKETS, TECHNICIANS = 20_000, 500
SEED = 11
LIMIT_SECONDS = 2.0
WAIT_SECONDS = 120.0


def measure_imports() -> Iterator[Measurement]:
    """Take the samples of both kinds of tables."""
    with tables() as (folder, workbook):
        for kind, source in (("csv", folder), ("xlsx", workbook)):
            name = f"`import {kind}`, {TICKETS:,} tickets, {TECHNICIANS} technicians"
            yield take(Target(name, LIMIT_SECONDS, "s", partial(importing, kind, source)))


@contextmanager
def tables() -> Iterator[tuple[Path, Path]]:
    """A generated day as a folder of CSV files and as a workbook, kept while in use."""
    day = Problem.from_dict(generate_problem(RECIPE, SEED, tickets=TICKETS, technicians=TECHNICIANS))
    sheets = problem_sheets(day)
    with tempfile.TemporaryDirectory(prefix="dispatch-engine-import-") as place:
        folder, workbook = Path(place) / "day", Path(place) / "day.xlsx"
        folder.mkdir()
        for name, text in csv_files(sheets).items():
            (folder / name).write_text(text, encoding="utf-8", newline="")
        workbook.write_bytes(workbook_bytes(sheets))
        yield folder, workbook


def importing(kind: str, source: Path) -> float:
    """Processor seconds of ``dispatch-engine import``, from the launch of the process to the written problem."""
    target = source.parent / "problem.json"
    command = [sys.executable, "-m", "dispatch_engine", "import", kind, str(source), "-o", str(target), "-q"]
    before = _seconds_of_children()
    subprocess.run(command, check=True, cwd=CHECKOUT, timeout=WAIT_SECONDS)
    elapsed = _seconds_of_children() - before
    assert len(Problem.from_file(target).tickets) == TICKETS
    return elapsed


def _seconds_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
