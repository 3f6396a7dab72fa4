"""The command ``whatif``: variants of a problem planned side by side, or what one more of everything is worth."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from dispatch_engine.cli.guard import FAILED, INTERRUPTED, NO, tell
from dispatch_engine.cli.inputs import about, read_problem
from dispatch_engine.cli.interrupts import Interrupts
from dispatch_engine.cli.outputs import print_json, show
from dispatch_engine.cli.runs_progress import RunsView, runs_view_for

if TYPE_CHECKING:
    from dispatch_engine.model.study import Study
    from dispatch_engine.model.study_result import StudyResult


@dataclass(frozen=True)
class WhatIfOptions:
    """What the user asked for, value by value checked; None: as the file or the default says."""

    file: str
    rank: bool
    seeds: int | None
    time_limit: float | None
    iterations: int | None
    workers: int | None
    confirm: int | None
    as_json: bool
    max_input_mb: float
    quiet: bool


def run_whatif(options: WhatIfOptions) -> int:
    """Compare variants or rank, tell, and return the exit code."""
    if options.confirm is not None and not options.rank:
        raise typer.BadParameter("is an option of --rank; give both or neither", param_hint="--confirm")
    if options.iterations is not None and options.time_limit is not None and not options.quiet:
        tell("note: --iterations ends each plan; --time-limit does not apply")
    with Interrupts() as interrupts:
        return _run_rank(options, interrupts) if options.rank else _run_study(options, interrupts)


@contextmanager
def _watched(options: WhatIfOptions, interrupts: Interrupts) -> Iterator[RunsView]:
    """Progress on stderr; from now on Ctrl-C ends the runs and keeps what is finished."""
    with runs_view_for(options.quiet) as view:
        interrupts.begin_run(view.stopping)
        yield view


def _processes(options: WhatIfOptions) -> int:
    from dispatch_engine.solver.solve import available_cores

    return options.workers or available_cores()


# ---------------------------------------------------------------- variants


def _run_study(options: WhatIfOptions, interrupts: Interrupts) -> int:
    from dispatch_engine.cli.whatif_tables import study_report
    from dispatch_engine.whatif.compare import what_if

    study, folder = _read_study(options)
    with _watched(options, interrupts) as view, about(options.file):
        view.total = (len(study.variants) + 1) * len(study.seeds)
        result = what_if(
            study,
            folder=folder,
            processes=_processes(options),
            on_outcome=view.update,
            should_stop=interrupts.should_stop,
        )
    if options.as_json:
        print_json(result.to_dict())
    else:
        show(*study_report(result))
    return _exit_code(result, interrupts.should_stop())


def _read_study(options: WhatIfOptions) -> tuple[Study, Path]:
    """The file with the options of the command laid over it, and where its paths start."""
    from dispatch_engine.model.study import Study

    with about(options.file):
        study = Study.from_file(options.file, options.max_input_mb)
        given: dict[str, Any] = {
            "seeds": options.seeds,
            "time_limit_seconds": options.time_limit,
            "iterations": options.iterations,
        }
        changes = {name: value for name, value in given.items() if value is not None}
        if options.time_limit is not None and options.iterations is None:
            changes["iterations"] = None
        return study.replace(**changes), Path(options.file).absolute().parent


def _exit_code(result: StudyResult, was_interrupted: bool) -> int:
    if was_interrupted:
        return INTERRUPTED
    states = {variant.state for variant in result.variants}
    if "failed" in states:
        return FAILED
    return NO if "bad" in states else 0


# ---------------------------------------------------------------- ranking


def _run_rank(options: WhatIfOptions, interrupts: Interrupts) -> int:
    from dispatch_engine.cli.whatif_tables import ranking_report
    from dispatch_engine.model.study import DEFAULT_SEEDS, DEFAULT_TIME_LIMIT_SECONDS
    from dispatch_engine.whatif.rank import DEFAULT_CONFIRM, RankPlan, rank
    from dispatch_engine.whatif.runs import Limit

    problem = read_problem(options.file, options.max_input_mb)
    plan = RankPlan(
        seeds=DEFAULT_SEEDS if options.seeds is None else tuple(range(options.seeds)),
        limit=Limit(options.time_limit or DEFAULT_TIME_LIMIT_SECONDS, options.iterations),
        confirm=options.confirm or DEFAULT_CONFIRM,
    )
    with _watched(options, interrupts) as view, about(options.file):
        result = rank(
            problem,
            plan,
            processes=_processes(options),
            on_outcome=view.update_of_round,
            should_stop=interrupts.should_stop,
        )
    if options.as_json:
        print_json(result.to_dict())
    else:
        show(*ranking_report(result))
    return INTERRUPTED if interrupts.should_stop() else 0
