"""Solve one problem: make it ready, construct, search, recombine, prove, and finish the plan, within one budget."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from dispatch_engine._version import __version__
from dispatch_engine.errors import Finding, InputError
from dispatch_engine.model.plan import Plan, SolverInfo
from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.register import lower_all
from dispatch_engine.rules.shapes import POINTS, UNITS
from dispatch_engine.solver.budget import Budget, IterationBudget, Stop, TimeBudget
from dispatch_engine.solver.finish import Desk
from dispatch_engine.solver.proof import Proof
from dispatch_engine.solver.search import Search, Total
from dispatch_engine.solver.tuning import DEFAULTS, Tuning
from dispatch_engine.solver.warm import is_warm, warm_kernels

EXACT_TICKETS = 12
"""Days of up to so many tickets are handed to the exact model after a short search."""
SEARCH_SECONDS_BEFORE_EXACT = 0.5
EXACT_SECONDS_UNDER_ITERATIONS = 60.0
"""Time for the exact model where the run is limited by iterations instead of seconds."""
LAST_MASTER_SECONDS = 3.0
LAST_MASTER_SHARE = 0.1
LAST_MASTER_WORK = 2.0
"""Deterministic seconds of CP-SAT."""
MOST_SECONDS = 10_000_000
MOST_WORKERS = 1024
MOST = (1 << 63) - 1
BOUND_SHARE = 0.25
"""Share of the run for lower bounds, where that is enough to end."""
BOUND_SECONDS_AT_60 = 2.0
"""About what bounds need on a day of 60 tickets (docs/decisions/0005-lower-bounds.md); it grows with the square."""
RESERVE_SECONDS = 0.05
RESERVE_SECONDS_PER_TICKET = 0.0006
"""Time kept back for decoding, reasons and check."""
PUBLISH_PAUSE = 0.2
"""Seconds between two better plans handed out, at least."""
PUBLISH_SHARE = 0.1
"""Share of the run that finishing plans on the way may take, about."""


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Attributes
    ----------
    phase : ``compile``, ``prepare``, ``construct``, ``search``, ``combine``, ``prove``, ``bound`` or ``check``.
    seconds : since the start; ``time_limit`` as asked, None under an iteration limit.
    sla_penalty, cost : of the best plan so far (None before the first); cost in cost minutes, working minutes
        or cents, by the objective's mode. In ``working_time`` ``sla_penalty`` counts unserved tickets.
    bound : proven lower bound of the cost, None while there is none.
    """

    phase: str
    seconds: float
    time_limit: float | None
    iterations: int
    sla_penalty: float | None
    cost: float | None
    bound: float | None = None


def solve(
    problem: Problem,
    *,
    time_limit: float = 10.0,
    seed: int = 0,
    workers: int | None = None,
    iterations: int | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    on_plan: Callable[[Plan], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Plan:
    """Find the best plan for ``problem`` within ``time_limit`` seconds.

    Parameters
    ----------
    problem : validated problem.
    time_limit : seconds from now to the returned plan, its check included. Compiling the kernels, once per
        version and machine, comes on top; see ``dispatch-engine warmup``.
    seed : same problem, seed, ``iterations`` and workers: same plan.
    workers : search threads; None: one a core.
    iterations : if given, each thread runs exactly so many iterations and ``time_limit`` does not apply.
    on_progress : called about twenty times a second, from this thread.
    on_plan : called from this thread with better plans on the way, each of them checked: the first one, then at
        most some five a second, fewer on large days. The last one may be the plan returned, but need not be.
    should_stop : asked about twenty times a second; once true, the best plan so far is returned.

    Returns
    -------
    Plan
        Checked by :func:`dispatch_engine.check.check`; status ``infeasible`` where mandatory tickets are
        unserved, which is no error.

    Raises
    ------
    InputError : an option is out of range, or the travel times of the problem cannot be built.
    EngineError : the engine failed; the message names a file with the problem and, if there is one, the plan.
    """
    refuse_bad_options(time_limit, seed, workers, iterations)
    make_warm(time_limit, on_progress)
    if workers is None:
        workers = available_cores()
    run = Run(problem, time_limit, seed, workers, iterations, on_progress, on_plan, Stop(should_stop))
    return run.plan()


def make_warm(time_limit: float, on_progress: Callable[[Progress], None] | None) -> None:
    """Make the kernels ready, and say so where that takes a while."""
    if not is_warm():
        if on_progress is not None:
            on_progress(Progress("compile", 0.0, time_limit, 0, None, None))
        warm_kernels()


def refuse_bad_options(time_limit: float, seed: int, workers: int | None, iterations: int | None) -> None:
    """All options out of range at once, as findings; a pointer names the option."""
    limits = {
        "time_limit": (time_limit, 0.0, MOST_SECONDS, int | float),
        "seed": (seed, 0, MOST, int),
        "workers": (1 if workers is None else workers, 1, MOST_WORKERS, int),
        "iterations": (0 if iterations is None else iterations, 0, MOST, int),
    }
    findings = [
        Finding(
            f"/{name}",
            "out_of_range",
            f"{value!r:.40} is no {'number' if name == 'time_limit' else 'integer'} "
            f"from {low} to {high}; give one",
        )
        for name, (value, low, high, kind) in limits.items()
        if isinstance(value, bool) or not isinstance(value, kind) or not low <= value <= high
    ]
    if findings:
        raise InputError(findings)


def available_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass
class Run:
    """One call of :func:`solve`: its inputs, and what it found so far."""

    problem: Problem
    time_limit: float
    seed: int
    workers: int
    iterations: int | None
    on_progress: Callable[[Progress], None] | None
    on_plan: Callable[[Plan], None] | None
    stop: Stop
    tuning: ClassVar[Tuning] = DEFAULTS

    def __post_init__(self) -> None:
        self.start = monotonic()
        self.phase = "prepare"
        self.report(None, None)
        case = Case.of(self.problem)
        shapes = lower_all(case)
        self.case = case
        self.tickets = len(case.tickets)
        self.can_prove = bool(case.tickets and case.shifts) and not shapes.narrowed
        self.search = Search(shapes, self.seed, self.workers, self.tuning)
        self.desk = Desk(case, shapes, self.search.data)
        self.proof = Proof(shapes, self.search, self.seed, self.workers, self.watch)
        self.published: Total | None = None
        self.next_plan = 0.0
        self.plan_seconds = self.reserve

    def plan(self) -> Plan:
        """The run from beginning to end, one line a step."""
        self.enter("construct")
        self.first_plan()
        self.enter("search")
        self.search.anneal(self.budget(), self.stop, self.watch)
        if self.tickets > EXACT_TICKETS and self.master_seconds > 0 and not self.stop():
            self.enter("combine")
            self.search.recombine(self.master_seconds, self.stop, deterministic=self.iterations is not None)
        if self.can_prove and self.tickets <= EXACT_TICKETS and not self.stop():
            self.enter("prove")
            self.proof.by_exact_model(self.exact_seconds)
        elif self.can_prove and self.bound_seconds > 0 and not self.stop():
            self.enter("bound")
            self.proof.by_columns(self.start + self.time_limit - self.reserve)
        self.enter("check")
        state = self.search.settle()
        plan = self.desk.finish(state, _as_numbers(state.best_total), self.proof, self.info())
        return plan.replace(solver=self.info())

    def first_plan(self) -> None:
        """What the search begins with."""
        self.search.construct(self.may_construct)

    def budget(self) -> Budget:
        """What the search may use: all but a reserve, or a moment where the exact model comes after it."""
        if self.iterations is not None:
            return IterationBudget(self.iterations)
        left = self.time_limit - self.reserve - self.master_seconds - self.bound_seconds
        if self.tickets <= EXACT_TICKETS:
            left = min(left / 3, SEARCH_SECONDS_BEFORE_EXACT)
        return TimeBudget(self.start, self.start + left)

    def may_construct(self) -> bool:
        """Whether there is time to insert more tickets into the first plan."""
        if self.stop():
            return False
        return self.iterations is not None or monotonic() + self.reserve < self.start + self.time_limit

    @property
    def master_seconds(self) -> float:
        """What the last recombination may use: a tenth of the run, 3 s at most; under iterations units of work."""
        if self.iterations is not None:
            return LAST_MASTER_WORK
        return min(LAST_MASTER_SECONDS, LAST_MASTER_SHARE * self.time_limit)

    @property
    def exact_seconds(self) -> float:
        """What the exact model may use."""
        if self.iterations is not None:
            return EXACT_SECONDS_UNDER_ITERATIONS
        return self.start + self.time_limit - monotonic() - 2 * RESERVE_SECONDS

    @property
    def bound_seconds(self) -> float:
        """What column generation may use; 0 where it would not end in its share of the run, or might not repeat."""
        needed = BOUND_SECONDS_AT_60 * (self.tickets / 60) ** 2
        if (
            self.iterations is not None
            or self.tickets <= EXACT_TICKETS
            or needed > BOUND_SHARE * self.time_limit
        ):
            return 0.0
        return BOUND_SHARE * self.time_limit

    @property
    def reserve(self) -> float:
        """Seconds kept back for decoding, reasons and check."""
        return RESERVE_SECONDS + RESERVE_SECONDS_PER_TICKET * self.tickets

    def info(self) -> SolverInfo:
        """How the plan came about."""
        return SolverInfo(
            seed=self.seed,
            time_limit_seconds=None if self.iterations is not None else self.time_limit,
            wall_seconds=round(monotonic() - self.start, 3),
            iterations=self.search.iterations,
            workers=self.workers,
            stopped_by=self.stopped_by(),
            version=__version__,
        )

    def stopped_by(self) -> str:
        """What ended the run."""
        if self.stop():
            return "interrupted"
        if self.proof.is_closed:
            return "optimal"
        if self.iterations is not None:
            return "iterations"
        return "time_limit" if monotonic() - self.start > 0.8 * self.time_limit else "finished"

    def enter(self, phase: str) -> None:
        """Begin the next phase and say so."""
        self.phase = phase
        self.watch()

    def watch(self) -> bool:
        """Report, hand out the best plan if it is due, and say whether to stop."""
        cost = self.proof.best_cost
        self.report(self.search, None if cost is None else cost / UNITS)
        if self.on_plan is not None and self.phase != "check" and self.is_plan_due():
            self.publish(self.on_plan)
        return self.stop()

    def report(self, search: Search | None, bound: float | None) -> None:
        """Tell the caller how far the run is."""
        if self.on_progress is None:
            return
        total = None if search is None else search.best_total
        self.on_progress(
            Progress(
                phase=self.phase,
                seconds=monotonic() - self.start,
                time_limit=None if self.iterations is not None else self.time_limit,
                iterations=0 if search is None else search.iterations,
                sla_penalty=None if total is None else total[1] / POINTS,
                cost=None if total is None else total[2] / UNITS,
                bound=bound,
            )
        )

    def is_plan_due(self) -> bool:
        """Whether there is a better plan than the last one handed out, and time to finish it."""
        if self.search.best_total in (None, self.published) or monotonic() < self.next_plan:
            return False
        if self.published is None or self.iterations is not None:
            return True
        return monotonic() + 2 * self.plan_seconds + self.reserve < self.start + self.time_limit

    def publish(self, on_plan: Callable[[Plan], None]) -> None:
        """Finish the best plan as it stands and hand it out."""
        began = monotonic()
        self.published, state = self.search.copy_of_best()
        on_plan(self.desk.finish(state, self.published, None, self.info()))
        self.plan_seconds = monotonic() - began
        self.next_plan = monotonic() + max(PUBLISH_PAUSE, self.plan_seconds / PUBLISH_SHARE)


def _as_numbers(total: NDArray[np.int64]) -> Total:
    mandatory, points, cost = total.tolist()
    return mandatory, points, cost
