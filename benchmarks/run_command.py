"""``python -m benchmarks run TRACK``: runs solvers on a track, one process a run, resumable."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from time import monotonic
from typing import Any

from benchmarks.errors import BenchmarkError
from benchmarks.families.generated import CityFull
from benchmarks.gaps import percent
from benchmarks.instances import instances_folder
from benchmarks.jobs import Job, limits, numbers
from benchmarks.machine import CHECKOUT, this_machine
from benchmarks.results import append_result, read_results
from benchmarks.solvers.register import FILL, SOLVERS, solver_named
from benchmarks.solvers.register import PEERS as PEER_SOLVERS
from benchmarks.summary import is_good as is_accepted
from benchmarks.tracks import PEERS, members, needs_files

GRACE_SECONDS = 30.0
"""Loading, checking and judging around the solver's own time; a run that needs more is killed."""
PREPARE_SECONDS = 600.0


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("run", help="run solvers on a track, resumable")
    parser.add_argument("track", help="a family, 'smoke', 'all' or 'peers'")
    parser.add_argument("-o", "--out", type=Path, default=Path("out/results.jsonl"), help="result file")
    parser.add_argument(
        "--time-limit", metavar="S[,S]", help="seconds a run (10; peers: 10,60, other solvers the longest)"
    )
    parser.add_argument("--seeds", default="0", metavar="LIST", help="0-4 or 0,2 (0)")
    parser.add_argument("--workers", type=int, default=2, help="search threads of a run (2)")
    parser.add_argument(
        "--solver", metavar="NAME[,NAME]", help=f"{', '.join(SOLVERS)} (ours; peers: all installed ones)"
    )
    parser.add_argument("--only", default="", metavar="WORD[,WORD]", help="instances whose names contain one")
    parser.add_argument("--instances", metavar="DIR", help="folder of the public instance files")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make the runs that the result file lacks; exit 1 if one of ours failed, was killed or was rejected."""
    instances = instances_folder(options.instances) if needs_files(options.track) else Path()
    jobs = planned(options, instances)
    done = {Job.of(record) for record in read_results(options.out)}
    left = [job for job in jobs if job not in done]
    _tell(f"{len(jobs)} runs, {len(jobs) - len(left)} done before, results in {options.out}")
    for solver in dict.fromkeys(job.solver for job in left):
        prepare(solver)
    machine = this_machine().to_dict() if left else {}
    is_good = True
    clock = _Clock(left)
    for job in left:
        record = {**job.to_dict(), **run_process(job, instances), "machine": machine}
        append_result(options.out, record)
        is_good &= job.solver != "ours" or record["status"] == "unsupported" or is_accepted(record)
        clock.passed(job)
        _tell(f"{clock.words()}  {job.words()}: {outcome(record)}")
    return 0 if is_good else 1


def planned(options: argparse.Namespace, instances: Path) -> list[Job]:
    """All jobs of the command, shortest limits first, so that a broken series still compares solvers."""
    only = [word for word in options.only.split(",") if word]
    entries = entries_of(options.track, options.solver, options.time_limit)
    return [
        Job(family, instance, solver, limit, seed, options.workers)
        for limit in sorted({limit for _, limit in entries})
        for seed in numbers(options.seeds)
        for family, instance in members(options.track, instances, only)
        for solver in (_filling(name, family, options.solver) for name, own in entries if own == limit)
    ]


def entries_of(track: str, solvers: str | None, time_limits: str | None) -> list[tuple[str, float]]:
    """Solvers with their limits. The ``peers`` track gives ours every limit and the others only the longest."""
    if track != PEERS or solvers is not None:
        names = [name.strip() for name in (solvers or "ours").split(",")]
        for name in names:
            solver_named(name)
        return [(name, limit) for limit in sorted(limits(time_limits or "10")) for name in names]
    ours = sorted(limits(time_limits or "10,60"))
    return [
        *(("ours", limit) for limit in ours),
        *((name, ours[-1]) for name in PEER_SOLVERS if is_there(name)),
    ]


def is_there(name: str) -> bool:
    """Whether the solver's package is installed; if not, that is told."""
    try:
        solver_named(name).version()
    except BenchmarkError as error:
        _tell(f"left out: {error}")
        return False
    return True


def _filling(name: str, family: str, asked: str | None) -> str:
    """On full days peers need a late fill, unless the user named the solvers."""
    return name + FILL if asked is None and name in PEER_SOLVERS and family == CityFull.name else name


def prepare(solver: str) -> None:
    """Compile once before anything is timed. Raises BenchmarkError where the solver is not installed."""
    done = _process({"prepare": solver}, PREPARE_SECONDS)
    if done.returncode != 0:
        raise BenchmarkError(done.stderr.strip() or f"{solver} could not be prepared")


def run_process(job: Job, instances: Path) -> dict[str, Any]:
    """The result of a job, made in a process that is killed at its limit plus a grace."""
    order = {"job": job.to_dict(), "instances": str(instances.resolve())}
    try:
        done = _process(order, job.time_limit + GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        return {"status": "killed", "detail": f"no result {GRACE_SECONDS:g} s after its limit"}
    if done.returncode != 0:
        return {"status": "failed", "detail": done.stderr.strip()[-2000:]}
    record: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return record


def _process(order: dict[str, Any], seconds: float) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.run_one"]
    return subprocess.run(
        command,
        input=json.dumps(order),
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
        timeout=seconds,
        check=False,
    )


def outcome(record: dict[str, Any]) -> str:
    """A result for people."""
    if record["status"] != "done":
        return f"{record['status']}: {record['detail'].splitlines()[-1] if record['detail'] else ''}"
    best = record["best_known"]
    if best is None:
        words = f"SLA penalty {record['first']}, cost {record['value']:.1f}"
    else:
        words = f"{record['value']:.10g}, gap {percent(record['gap_percent'])}"
        if record["first"] != best["first"]:
            words += f", {record['first']} instead of {best['first']} first"
    if record["broken"]:
        words += f", BROKEN: {record['broken'][0]}"
    if not record["checker_ok"]:
        words += f", REJECTED by the checker: {record['violations'][0].splitlines()[0]}"
    return words


class _Clock:
    """How many runs are over, and how long the rest will take."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        self.limits = [job.time_limit for job in jobs]
        self.over = 0
        self.start = monotonic()

    def passed(self, job: Job) -> None:
        """One more run is over."""
        assert self.limits[self.over] == job.time_limit
        self.over += 1

    def words(self) -> str:
        """``[3/12, 4 min left]``: time so far per second of limit, times the limits to come."""
        pace = (monotonic() - self.start) / sum(self.limits[: self.over])
        left = pace * sum(self.limits[self.over :])
        return f"[{self.over}/{len(self.limits)}, {left / 60:.0f} min left]"


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
