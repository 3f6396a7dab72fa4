"""Many plans: problems times seeds, in this process or in several, all with the same limit."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice
from multiprocessing.synchronize import Event
from typing import Literal

from dispatch_engine.errors import EngineError, InputError
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.model.study_result import Effort

POLL_SECONDS = 0.1
AHEAD = 2
"""So many jobs a process are handed over in advance: enough to keep it busy, few enough to save memory."""

Status = Literal["optimal", "feasible", "infeasible"]


@dataclass(frozen=True)
class Job:
    """A problem to plan with a seed.

    Attributes
    ----------
    variant : id under which the outcome is filed.
    """

    variant: str
    seed: int
    problem: Problem


@dataclass(frozen=True)
class Limit:
    """What each plan may use: ``seconds``, or ``iterations`` where those are given."""

    seconds: float
    iterations: int | None = None

    def effort(self, seeds: Sequence[int]) -> Effort:
        """The limit in words of the result."""
        seconds = None if self.iterations is not None else self.seconds
        return Effort(seeds=tuple(seeds), time_limit_seconds=seconds, iterations=self.iterations)


@dataclass(frozen=True)
class Outcome:
    """How a job ended.

    Attributes
    ----------
    figures : objective and KPIs of the plan by name; empty where the engine failed.
    failure : why it failed; None where it did not.
    """

    variant: str
    seed: int
    status: Status
    figures: dict[str, float]
    failure: str | None = None


def run_jobs(
    jobs: Sequence[Job],
    limit: Limit,
    processes: int = 1,
    on_outcome: Callable[[Outcome], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> tuple[Outcome, ...]:
    """Plan every job, one search thread each; outcomes in the order of the jobs.

    Parameters
    ----------
    processes : how many plans are made side by side; 1: one after the other, in this process.
    on_outcome : called from this thread whenever a plan is there.
    should_stop : asked often; once true, plans that are not finished are given up.

    Raises
    ------
    EngineError : a process died.
    """
    if on_outcome is None:
        on_outcome = _ignore
    if should_stop is None:
        should_stop = _never
    if processes == 1 or len(jobs) < 2:
        found = dict(_here(jobs, limit, on_outcome, should_stop))
    else:
        found = dict(_side_by_side(jobs, limit, min(processes, len(jobs)), on_outcome, should_stop))
    return tuple(found[number] for number in sorted(found))


def _ignore(outcome: Outcome) -> None:
    del outcome


def _never() -> bool:
    return False


def _here(
    jobs: Sequence[Job],
    limit: Limit,
    on_outcome: Callable[[Outcome], None],
    should_stop: Callable[[], bool],
) -> Iterator[tuple[int, Outcome]]:
    for number, job in enumerate(jobs):
        outcome = run_job(job, limit, should_stop)
        if should_stop():
            return
        on_outcome(outcome)
        yield number, outcome


def run_job(job: Job, limit: Limit, should_stop: Callable[[], bool] | None = None) -> Outcome:
    """Plan one job in this process."""
    # Imported here: the engine's libraries take a second or two, which readers of results need not wait for.
    from dispatch_engine.solver.solve import solve

    try:
        plan = solve(
            job.problem,
            time_limit=limit.seconds,
            iterations=limit.iterations,
            seed=job.seed,
            workers=1,
            should_stop=should_stop,
        )
    except (EngineError, InputError) as error:
        return Outcome(job.variant, job.seed, "infeasible", {}, str(error))
    assert plan.status is not None
    return Outcome(job.variant, job.seed, plan.status, figures_of(job.problem, plan))


def figures_of(problem: Problem, plan: Plan) -> dict[str, float]:
    """Objective and KPIs of ``plan`` by name; ``cost_minutes`` only in the mode that has it."""
    assert plan.objective is not None
    assert plan.kpis is not None
    values = {**plan.objective.model_dump(), **plan.kpis.model_dump()}
    if problem.objective.mode != "sla_first":
        del values["cost_minutes"]
    return {name: float(value) for name, value in values.items() if value is not None}


# ---------------------------------------------------------------- processes


def _side_by_side(
    jobs: Sequence[Job],
    limit: Limit,
    processes: int,
    on_outcome: Callable[[Outcome], None],
    should_stop: Callable[[], bool],
) -> Iterator[tuple[int, Outcome]]:
    from dispatch_engine.solver.warm import warm_kernels

    warm_kernels()  # Compiled here once and kept on disk; otherwise every process would compile its own.
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    with ProcessPoolExecutor(processes, context, _begin_process, (stop,)) as pool:
        running: dict[Future[Outcome], int] = {}
        waiting = iter(enumerate(jobs))
        try:
            while not should_stop():
                for number, job in islice(waiting, AHEAD * processes - len(running)):
                    running[pool.submit(_run_in_process, job, limit)] = number
                if not running:
                    return
                for future in wait(running, POLL_SECONDS, FIRST_COMPLETED).done:
                    outcome = _result_of(future)
                    on_outcome(outcome)
                    yield running.pop(future), outcome
        finally:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)


def _result_of(future: Future[Outcome]) -> Outcome:
    try:
        return future.result()
    except BrokenProcessPool:
        message = "a process that made a plan died, perhaps for want of memory; use fewer workers"
        raise EngineError(message) from None


_stop: Event | None = None


def _begin_process(stop: Event) -> None:
    """Keep the event that ends all, leave Ctrl-C to the parent, and end when the parent does."""
    global _stop
    _stop = stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    multiprocessing.connection.wait([parent.sentinel])
    os._exit(1)


def _run_in_process(job: Job, limit: Limit) -> Outcome:
    assert _stop is not None
    return run_job(job, limit, _stop.is_set)
