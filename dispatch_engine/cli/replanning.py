"""The command ``replan``: a new plan for the rest of the day, and whom to call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dispatch_engine.cli.comparing import calls_list, moves_table
from dispatch_engine.cli.guard import FAILED, INTERRUPTED, NO
from dispatch_engine.cli.inputs import about, read_events, read_plan, read_problem, refuse_two_from_stdin
from dispatch_engine.cli.interrupts import Interrupts
from dispatch_engine.cli.outputs import STDOUT, print_json, refuse_unwritable, show, write_or_save
from dispatch_engine.cli.progress import view_for
from dispatch_engine.errors import InputError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from dispatch_engine.live.replan import Replanned
    from dispatch_engine.model.wording import Language

DEFAULT_TIME_LIMIT = 5.0


@dataclass(frozen=True)
class ReplanOptions:
    """What the user asked for, value by value checked."""

    problem: str
    plan: str
    events: str
    output: str | None
    problem_output: str | None
    time_limit: float | None
    iterations: int | None
    seed: int
    workers: int | None
    language: Language
    as_json: bool
    max_input_mb: float
    quiet: bool

    @property
    def prints_plan(self) -> bool:
        """Whether standard output is the plan, and nothing else."""
        return self.output == STDOUT or (self.as_json and self.output is None)


def run_replan(options: ReplanOptions) -> int:
    """Replan, write, show; the exit code."""
    with Interrupts() as interrupts:
        sources = (options.problem, options.plan, options.events)
        refuse_two_from_stdin(*sources)
        refuse_unwritable(options.output, options.problem_output, inputs=sources)
        if options.problem_output == STDOUT:
            raise InputError.of(
                "", "unwritable", "standard output is for the plan; write the problem to a file"
            )
        done = _watched(options, interrupts)
        was_interrupted = interrupts.should_stop()
        written = _write(options, done)
        if not options.prints_plan:
            _tell(options, done)
    if not written:
        return FAILED
    if was_interrupted:
        return INTERRUPTED
    return NO if done.plan.status == "infeasible" else 0


def _watched(options: ReplanOptions, interrupts: Interrupts) -> Replanned:
    problem = read_problem(options.problem, options.max_input_mb)
    plan = read_plan(options.plan, options.max_input_mb)
    events = read_events(options.events, options.max_input_mb)
    with view_for(options.quiet, problem.objective.mode) as view:
        # The engine is imported under the view: its libraries take a second or two to load.
        from dispatch_engine.live.replan import replan
        from dispatch_engine.solver.solve import available_cores

        workers = options.workers or available_cores()
        view.steps = None if options.iterations is None else options.iterations * workers
        interrupts.begin_run(view.stopping)
        with about(options.events):
            return replan(
                problem,
                plan,
                events,
                time_limit=DEFAULT_TIME_LIMIT if options.time_limit is None else options.time_limit,
                seed=options.seed,
                workers=workers,
                iterations=options.iterations,
                language=options.language,
                on_progress=view.update,
                should_stop=interrupts.should_stop,
            )


def _write(options: ReplanOptions, done: Replanned) -> bool:
    written = True
    if options.prints_plan or options.output is not None:
        target = None if options.prints_plan else options.output
        written = write_or_save(target, done.plan.to_json(), "plan", ".json")
    if options.problem_output is not None:
        written &= write_or_save(options.problem_output, done.problem.to_json(), "problem", ".json")
    return written


def _tell(options: ReplanOptions, done: Replanned) -> None:
    if options.as_json:
        print_json(done.changes.to_dict())
        return
    from dispatch_engine.cli.tables import facts, plan_report

    rows = [("Plan", options.output or "not kept; name a file with -o")]
    if options.problem_output is not None:
        rows.append(("Problem", options.problem_output))
    show(*plan_report(done.problem, done.plan), *_changes(done), "", *facts(rows))


def _changes(done: Replanned) -> list[RenderableType]:
    from rich.text import Text

    changes = done.changes
    parts: list[RenderableType] = []
    if changes.moves:
        parts += ["", Text(f"Moved ({len(changes.moves)})", "bold"), *moves_table(changes.moves)]
    if changes.calls:
        parts += ["", Text(f"Calls ({len(changes.calls)})", "bold"), *calls_list(changes.calls)]
    return parts or ["", Text("Nothing moves, nobody needs to be called")]
