"""The command ``solve``: paths tried, the problem read, the run watched, the plan written and shown."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dispatch_engine.cli.guard import FAILED, INTERRUPTED, NO, tell
from dispatch_engine.cli.inputs import about, read_problem
from dispatch_engine.cli.interrupts import Interrupts
from dispatch_engine.cli.outputs import STDOUT, refuse_unwritable, show, write_or_save, write_result
from dispatch_engine.cli.progress import view_for
from dispatch_engine.errors import InputError

if TYPE_CHECKING:
    from dispatch_engine.model.plan import Plan
    from dispatch_engine.model.problem import Problem

DEFAULT_TIME_LIMIT = 10.0


@dataclass(frozen=True)
class SolveOptions:
    """What the user asked for, value by value checked."""

    problem: str
    output: str | None
    time_limit: float | None
    iterations: int | None
    seed: int
    workers: int | None
    report: str | None
    as_json: bool
    max_input_mb: float
    quiet: bool


def run_solve(options: SolveOptions) -> int:
    """Solve, write, show; the exit code."""
    with Interrupts() as interrupts:
        refuse_unwritable(options.output, options.report, inputs=[options.problem])
        _refuse_two_on_stdout(options)
        problem = read_problem(options.problem, options.max_input_mb)
        plan = _watched(options, problem, interrupts)
        was_interrupted = interrupts.should_stop()
        written = _write(options, problem, plan)
        if not _prints_plan(options):
            _tell_result(options, problem, plan)
    if not written:
        return FAILED
    if was_interrupted:
        return INTERRUPTED
    return NO if plan.status == "infeasible" else 0


def _refuse_two_on_stdout(options: SolveOptions) -> None:
    if options.report == STDOUT and (options.as_json or options.output == STDOUT):
        text = "standard output takes one document: write the report or the plan to a file"
        raise InputError.of("", "unwritable", text)


def _prints_plan(options: SolveOptions) -> bool:
    """Whether standard output is the plan, and nothing else."""
    return options.output == STDOUT or (options.as_json and options.output is None)


def _watched(options: SolveOptions, problem: Problem, interrupts: Interrupts) -> Plan:
    """Run the engine with progress on stderr; Ctrl-C ends the search and keeps the plan."""
    if options.iterations is not None and options.time_limit is not None and not options.quiet:
        tell("note: --iterations ends the run; --time-limit does not apply")
    time_limit = DEFAULT_TIME_LIMIT if options.time_limit is None else options.time_limit
    with view_for(options.quiet, problem.objective.mode) as view:
        # The engine is imported under the view: its libraries take a second or two to load.
        from dispatch_engine.solver.solve import available_cores, solve

        workers = options.workers or available_cores()
        view.steps = None if options.iterations is None else options.iterations * workers
        interrupts.begin_run(view.stopping)
        with about(options.problem):
            return solve(
                problem,
                time_limit=time_limit,
                seed=options.seed,
                workers=workers,
                iterations=options.iterations,
                on_progress=view.update,
                should_stop=interrupts.should_stop,
            )


def _write(options: SolveOptions, problem: Problem, plan: Plan) -> bool:
    """Write plan and report where they were asked for; whether all of it arrived."""
    written = True
    if _prints_plan(options) or options.output is not None:
        target = None if _prints_plan(options) else options.output
        written = write_or_save(target, plan.to_json(), "plan", ".json")
    if options.report is not None:
        from dispatch_engine.report.html import render_report

        written &= write_or_save(options.report, render_report(problem, plan), "report", ".html")
    return written


def _tell_result(options: SolveOptions, problem: Problem, plan: Plan) -> None:
    if options.as_json:
        write_result(None, json.dumps(summary(options, plan), indent=2, ensure_ascii=False) + "\n")
        return
    if options.report == STDOUT:
        return
    from dispatch_engine.cli.tables import facts, plan_report, solver_words

    rows = [("Plan", options.output or "not kept; name a file with -o")]
    if options.report is not None:
        rows.append(("Report", options.report))
    if plan.solver is not None:
        rows.append(("Solver", solver_words(plan.solver)))
    show(*plan_report(problem, plan), "", *facts(rows))


def summary(options: SolveOptions, plan: Plan) -> dict[str, object]:
    """What ``--json`` prints where the plan itself goes to a file."""
    document = json.loads(plan.to_json())
    keys = ("problem", "status", "objective", "bound", "kpis", "solver")
    return {
        **{key: document.get(key) for key in keys},
        "unassigned": [entry.ticket for entry in plan.unassigned],
        "plan": options.output,
        "report": options.report,
    }
