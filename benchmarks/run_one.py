"""One run in a process of its own: ``python -m benchmarks.run_one`` reads a job and prints its result line."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.errors import BenchmarkError, UnsupportedError
from benchmarks.families.evaluation import Evaluation
from benchmarks.families.family import Family
from benchmarks.families.register import family_named
from benchmarks.families.translation import validated_problem
from benchmarks.gaps import comparable_gap, net_gap
from benchmarks.instances import BestKnown, family_folder
from benchmarks.jobs import Job
from benchmarks.peak_memory import peak_megabytes
from benchmarks.solvers.register import solver_named
from benchmarks.trajectory import Incumbent, improving, primal_integral
from dispatch_engine.check import check, complete_plan
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem

WITHOUT_REFERENCE: dict[str, Any] = {
    "best_known": None,
    "gap_percent": None,
    "net_gap_percent": None,
    "primal_integral": None,
    "trajectory": [],
}
"""What a record says where nothing was published to compare with."""


def run_job(job: Job, instances: Path) -> dict[str, Any]:
    """Solve, check, judge and summarise; what cannot be expressed comes back as ``unsupported``."""
    solver, family = solver_named(job.solver), family_named(job.family)
    folder = family_folder(instances, family.folder) if family.has_files else Path()
    points: list[tuple[float, float, float]] = []
    try:
        version = solver.version()
        problem = validated_problem(family, folder, job.instance)
        solver.prepare()
        start = perf_counter()
        plan = solver.solve(
            problem, job.time_limit, job.seed, job.workers, lambda *point: points.append(point)
        )
    except UnsupportedError as error:
        return {"status": "unsupported", "detail": ", ".join(error.features)}
    seconds = perf_counter() - start
    found = family.judge(folder, job.instance, plan)
    return {
        "status": "done",
        "detail": "",
        "solver_version": version,
        "wall_seconds": round(seconds, 3),
        **judged(family, folder, job, found, points),
        **checked(problem, plan),
        "peak_memory_mb": round(peak_megabytes(), 1),
    }


def judged(
    family: Family, folder: Path, job: Job, found: Evaluation, points: list[tuple[float, float, float]]
) -> dict[str, Any]:
    """The evaluator's words, and gaps and primal integral against the best known value, where there is one."""
    said = {
        "class": family.class_of(job.instance),
        "value": found.value,
        "first": found.first,
        "constant": found.constant,
        "parts": found.parts,
        "broken": list(found.broken[:10]),
    }
    if not family.is_published:
        return {**said, **WITHOUT_REFERENCE}
    best = family.best_known(folder)[job.instance]
    trajectory = values_of(family, best, points)
    integral = None
    if family.value_per_cost is not None and best.value > 0:
        integral = primal_integral(trajectory, best.value, job.time_limit)
    return {
        **said,
        "best_known": asdict(best),
        "gap_percent": comparable_gap(found, best),
        "net_gap_percent": net_gap(found, best, family.stored(folder, job.instance)),
        "primal_integral": integral,
        "trajectory": [[round(s, 3), v] for s, v in trajectory],
    }


def values_of(family: Family, best: BestKnown, points: list[tuple[float, float, float]]) -> list[Incumbent]:
    """Incumbents in the set's own unit; those that leave out more tickets than the best known do not count."""
    if family.value_per_cost is None:
        return []
    served = [(s, cost) for s, points_, cost in points if family.first != "unserved" or points_ <= best.first]
    return improving((s, cost * family.value_per_cost) for s, cost in served)


def checked(problem: Problem, plan: Plan) -> dict[str, Any]:
    """The verdict of our own checker on the plan, completed with times where the solver gave only orders."""
    try:
        full = plan if plan.objective is not None else complete_plan(problem, plan)
    except Exception as error:  # a peer's plan may be anything; the record says what was wrong with it
        return {"checker_ok": False, "violations": [str(error)[:500]]}
    verdict = check(problem, full)
    return {
        "checker_ok": verdict.ok,
        "violations": [violation.message for violation in verdict.violations[:10]],
        "plan_status": full.status,
        "sla_penalty": verdict.objective.sla_penalty,
        "unassigned": verdict.kpis.unassigned,
        "bound_gap_percent": None if full.bound is None else full.bound.gap_percent,
        "iterations": None if plan.solver is None else plan.solver.iterations,
    }


def main() -> int:
    """Read ``{"job", "instances"}`` or ``{"prepare": solver}`` from stdin; print the result as one line."""
    order = json.load(sys.stdin)
    try:
        if "prepare" in order:
            solver = solver_named(order["prepare"])
            solver.version()
            solver.prepare()
            return 0
        print(json.dumps(run_job(Job(**order["job"]), Path(order["instances"]))))
    except BenchmarkError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
