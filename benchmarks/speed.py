"""The speed targets: what a planner waits for, from ``--help`` to the first plan for a thousand tickets."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from benchmarks.machine import CHECKOUT
from benchmarks.measure import Measurement, Target, take
from dispatch_engine.cli.progress import PHASES
from dispatch_engine.model.problem import Problem, Ticket
from dispatch_engine.solver.solve import Progress, solve
from dispatch_engine.solver.warm import warm_kernels
from dispatch_engine.sources.generate import generate_problem, to_text
from dispatch_engine.travel.provider import build_travel

WEEKDAY = CHECKOUT / "scenarios" / "shanghai-weekday.json"
RECIPE = CHECKOUT / "scenarios" / "shanghai-weekday.yaml"
LARGE_TICKETS, LARGE_TECHNICIANS = 1000, 165
SEED = 11
MEMORY_SECONDS = 10.0
"""How long the run lasts whose memory is measured: the default time limit."""
WAIT_SECONDS = 120.0
"""A process that says nothing for so long has failed."""


def measure_speed() -> Iterator[Measurement]:
    """Take every target's samples, kernels warm, in the order of the printed table."""
    warm_kernels()
    with large_day() as large:
        for target in targets(large):
            yield take(target)


def targets(large: Path) -> tuple[Target, ...]:
    """The targets; ``large`` is the file of the 1,000-ticket day."""
    weekday, big_day = Problem.from_file(WEEKDAY), Problem.from_file(large)
    tickets_only = big_day.replace(technicians=(), tickets=[_plain(t) for t in big_day.tickets])
    return (
        Target("first feasible plan, 120 tickets, 20 technicians", 0.5, "s", lambda: first_plan(weekday)),
        Target("first feasible plan, 1,000 tickets, 165 technicians", 3.0, "s", lambda: first_plan(big_day)),
        Target("loading and validating the 1,000-ticket JSON", 1.5, "s", lambda: loading(large)),
        Target("geodesic travel table, 1,000 × 1,000", 0.3, "s", lambda: geodesic(tickets_only)),
        Target("a new process starts solving after its launch", 2.0, "s", starting),
        Target("`dispatch-engine --help`", 0.6, "s", helping),
        Target("peak memory of a run, 1,000 tickets", 700, "MB", lambda: memory(large), repeats=1),
    )


def _plain(ticket: Ticket) -> Ticket:
    """The ticket without words about technicians."""
    return ticket.replace(preferred_technicians=(), excluded_technicians=(), required_technicians=())


@contextmanager
def large_day() -> Iterator[Path]:
    """The file of a generated day of 1,000 tickets and 165 technicians, kept while in use."""
    day = generate_problem(RECIPE, SEED, tickets=LARGE_TICKETS, technicians=LARGE_TECHNICIANS)
    with tempfile.TemporaryDirectory(prefix="dispatch-engine-speed-") as folder:
        path = Path(folder) / "large-day.json"
        path.write_text(to_text(day), encoding="utf-8")
        yield path


def first_plan(problem: Problem) -> float:
    """Seconds from the call of ``solve`` to its first report of a plan; the run is stopped there."""
    first: list[float] = []
    start = perf_counter()

    def note(progress: Progress) -> None:
        if progress.sla_penalty is not None and not first:
            first.append(perf_counter() - start)

    plan = solve(problem, time_limit=10, seed=0, on_progress=note, should_stop=lambda: bool(first))
    assert plan.routes
    return first[0]


def loading(path: Path) -> float:
    """Seconds to read and validate the problem file."""
    start = perf_counter()
    problem = Problem.from_file(path)
    assert len(problem.tickets) == LARGE_TICKETS
    return perf_counter() - start


def geodesic(tickets_only: Problem) -> float:
    """Seconds for the travel table, times and distances, between the places of 1,000 tickets."""
    start = perf_counter()
    table = build_travel(tickets_only)
    elapsed = perf_counter() - start
    assert table.num_places == LARGE_TICKETS
    assert table.metres is not None
    return elapsed


def starting() -> float:
    """Seconds from the launch of ``dispatch-engine solve`` to its word that it searches for better plans."""
    start = perf_counter()
    with subprocess.Popen(_command("solve", str(WEEKDAY), "--time-limit", "60"), **_PIPES) as process:  # type: ignore[call-overload]
        try:
            for line in process.stderr:
                if PHASES["search"] in line:
                    return perf_counter() - start
            raise AssertionError(f"dispatch-engine solve ended with {process.wait()} before it searched")
        finally:
            process.kill()


def helping() -> float:
    """Seconds of ``dispatch-engine --help``."""
    start = perf_counter()
    done = subprocess.run(
        _command("--help"), capture_output=True, text=True, timeout=WAIT_SECONDS, check=True
    )
    elapsed = perf_counter() - start
    assert "solve" in done.stdout
    return elapsed


def memory(path: Path) -> float:
    """Peak megabytes of a process that solves the day for ten seconds, from the file to the written plan."""
    with tempfile.TemporaryDirectory(prefix="dispatch-engine-speed-") as folder:
        plan = Path(folder) / "plan.json"
        arguments = ["solve", str(path), "-o", str(plan), "--time-limit", str(MEMORY_SECONDS), "--quiet"]
        command = [sys.executable, "-m", "benchmarks.peak_memory", *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=CHECKOUT, timeout=WAIT_SECONDS, check=False
        )
        assert plan.exists(), done.stderr
    return float(done.stdout.split()[-1])


_PIPES = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True, "cwd": CHECKOUT}


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "dispatch_engine", *arguments]
