"""Solve one problem: make it ready, construct, search, prove small days, decode, explain, and check the plan."""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Literal

from dispatch_engine._version import __version__
from dispatch_engine.check import Verdict, check_case
from dispatch_engine.errors import EngineError, Finding, InputError
from dispatch_engine.model.plan import Bound, ObjectiveValue, Plan, SolverInfo
from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.filling import filled_routes, filled_unassigned
from dispatch_engine.rules.register import lower_all
from dispatch_engine.rules.rule import Price
from dispatch_engine.rules.shapes import POINTS, UNITS, Shapes
from dispatch_engine.rules.worth import kpis, objective_value, plan_price
from dispatch_engine.solver.bound import lower_bounds
from dispatch_engine.solver.budget import Budget, IterationBudget, Stop, TimeBudget
from dispatch_engine.solver.decode import decode
from dispatch_engine.solver.exact import ExactResult, solve_exact
from dispatch_engine.solver.exact_constraints import identical_shifts
from dispatch_engine.solver.master import Column, Master, pool_columns
from dispatch_engine.solver.reasons import reasons_for
from dispatch_engine.solver.search import CONSTRUCT_WEIGHT, Search, Total
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
BOUND_TIME_FOR_LP = 0.7
"""Of the time for bounds; the rest is for the choice among all routes."""
BOUND_SEEDS = 3000
MOST_CHOICES = 60_000
"""A choice among more routes than that is not begun."""
RESERVE_SECONDS = 0.05
RESERVE_SECONDS_PER_TICKET = 0.0006
"""Time kept back for decoding, reasons and check."""


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
    _refuse_bad_options(time_limit, seed, workers, iterations)
    if not is_warm():
        if on_progress is not None:
            on_progress(Progress("compile", 0.0, time_limit, 0, None, None))
        warm_kernels()
    if workers is None:
        workers = available_cores()
    run = _Run(problem, time_limit, seed, workers, iterations, on_progress, Stop(should_stop))
    return run.plan()


def _refuse_bad_options(time_limit: float, seed: int, workers: int | None, iterations: int | None) -> None:
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


@dataclass(frozen=True)
class _Proved:
    """Bounds of column generation: of the points, and of the cost of plans with at most ``best_points``."""

    best_points: int
    points: int | None
    cost: int | None


@dataclass
class _Run:
    """One call of :func:`solve`: its inputs, and what it found so far."""

    problem: Problem
    time_limit: float
    seed: int
    workers: int
    iterations: int | None
    on_progress: Callable[[Progress], None] | None
    stop: Stop

    def __post_init__(self) -> None:
        self.start = monotonic()
        self.search: Search | None = None
        self.phase = "prepare"
        self.narrowed = False
        self.proof: ExactResult | None = None
        self.bounds: _Proved | None = None

    def plan(self) -> Plan:
        """The run from beginning to end, one line a step."""
        self.report()
        case = Case.of(self.problem)
        shapes = lower_all(case)
        self.narrowed = shapes.narrowed
        self.search = Search(shapes, self.seed, self.workers)
        self.enter("construct")
        self.search.construct()
        self.enter("search")
        self.search.anneal(self.budget(len(case.tickets)), self.stop, self.report)
        if len(case.tickets) > EXACT_TICKETS and not self.stop():
            self.enter("combine")
            self.search.recombine(self.master_seconds(), self.stop, deterministic=self.iterations is not None)
        if self.narrowed:
            pass  # what a rule could not say exactly in the arrays cannot be proved from them
        elif 0 < len(case.tickets) <= EXACT_TICKETS and shapes.num_shifts and not self.stop():
            self.enter("prove")
            self.prove(shapes)
        elif self.bound_seconds(len(case.tickets)) > 0 and not self.stop():
            self.enter("bound")
            self.prove_by_columns(shapes)
        self.enter("check")
        return self.checked(case, shapes)

    def budget(self, tickets: int) -> Budget:
        """What the search may use: all but a reserve, or a moment where the exact model comes after it."""
        if self.iterations is not None:
            return IterationBudget(self.iterations)
        left = self.time_limit - self.reserve(tickets)
        left -= self.master_seconds() + self.bound_seconds(tickets)
        if tickets <= EXACT_TICKETS:
            left = min(left / 3, SEARCH_SECONDS_BEFORE_EXACT)
        return TimeBudget(self.start, self.start + left)

    def master_seconds(self) -> float:
        """What the last recombination may use: a tenth of the run, 3 s at most; under iterations units of work."""
        if self.iterations is not None:
            return LAST_MASTER_WORK
        return min(LAST_MASTER_SECONDS, LAST_MASTER_SHARE * self.time_limit)

    def bound_seconds(self, tickets: int) -> float:
        """What column generation may use; 0 where it would not end in its share of the run, or might not repeat."""
        needed = BOUND_SECONDS_AT_60 * (tickets / 60) ** 2
        if self.iterations is not None or tickets <= EXACT_TICKETS or needed > BOUND_SHARE * self.time_limit:
            return 0.0
        return BOUND_SHARE * self.time_limit

    def prove_by_columns(self, shapes: Shapes) -> None:
        """Bound both tiers; where all routes of every better plan can be listed, choose the best plan of them."""
        assert self.search is not None
        self.search.settle()
        best = self.search.best_total
        if best is None or best[0] > 0:
            return
        end = self.start + self.time_limit - self.reserve(shapes.num_tickets)
        routes = self.search.best_routes()
        seeds = [Column(s, tuple(route), 0, 0) for s, route in enumerate(routes) if route]
        bounds = lower_bounds(
            shapes,
            self.search.data,
            best=best,
            columns=[*seeds, *pool_columns(self.search.pools, BOUND_SEEDS)],
            deadline=monotonic() + BOUND_TIME_FOR_LP * max(0.0, end - monotonic()),
            should_stop=self.stop_and_report,
            workers=self.workers,
        )
        if (bounds.points or 0) > best[1] or (bounds.cost or 0) > best[2]:
            raise EngineError(
                f"the lower bound {bounds.points}, {bounds.cost} lies above the plan's own {best[1:]}; this is a "
                "defect of dispatch-engine, please report it with the problem"
            )
        self.bounds = _Proved(best[1], bounds.points, bounds.cost)
        if bounds.complete and not bounds.relaxed and bounds.points == best[1]:
            self.choose_among_all(shapes, bounds.columns, routes, best, end - monotonic())

    def choose_among_all(
        self, shapes: Shapes, columns: list[Column], routes: list[list[int]], best: Total, seconds: float
    ) -> None:
        """All routes that a better plan could use are known: the best choice among them is the optimum."""
        assert self.search is not None
        # Of shifts that are alike the bound names only the first; a plan may use each of them.
        alike = {group[0]: group for group in identical_shifts(shapes)}
        everything = [
            Column(s, column.tickets, column.points, column.cost)
            for column in columns
            for s in alike.get(column.shift, [column.shift])
        ]
        listed = {(column.shift, column.tickets) for column in everything}
        everything += [
            self.search.column(s, route)
            for s, route in enumerate(routes)
            if route and (s, tuple(route)) not in listed
        ]
        if len(everything) > MOST_CHOICES:
            return
        chosen = Master(shapes, everything, most=len(everything)).choose(
            routes, CONSTRUCT_WEIGHT, seconds=seconds, seed=self.seed, should_stop=self.stop
        )
        if chosen is None or not chosen.proved:
            return
        total = self.search.offer(chosen.routes)
        if total is not None and total[0] == 0 and total[1] == best[1]:
            self.bounds = _Proved(total[1], total[1], total[2])

    def prove(self, shapes: Shapes) -> None:
        """Let the exact model improve the plan and prove it, in the time that is left."""
        assert self.search is not None
        left = EXACT_SECONDS_UNDER_ITERATIONS
        if self.iterations is None:
            left = self.start + self.time_limit - monotonic() - 2 * RESERVE_SECONDS
        if left <= 0:
            return
        self.search.settle()
        self.proof = solve_exact(
            shapes,
            time_limit=left,
            seed=self.seed % (1 << 31),
            workers=1,  # two were measured slower than one on these small models
            hint=self.search.best_routes(),
            should_stop=self.stop_and_report,
        )
        if self.proof.status != "unknown":
            self.search.offer(self.proof.routes)

    def checked(self, case: Case, shapes: Shapes) -> Plan:
        """Decode the best plan, give reasons, and have the checker agree to the last unit."""
        assert self.search is not None
        state = self.search.settle()
        times = decode(case, self.search.data, state)
        reasons = {v: reasons_for(case, shapes, self.search.data, state, v) for v in times.unassigned}
        price = plan_price(case, times)
        claimed = tuple(int(x) for x in state.best_total)
        objective = objective_value(case, times)
        plan = Plan(
            problem=self.problem.name,
            created_at=datetime.now(UTC).replace(microsecond=0).astimezone(case.clock.time_zone),
            status=self.status(price),
            travel_source=case.travel.source,
            routes=filled_routes(case, times),
            unassigned=filled_unassigned(case, times, reasons),
            objective=objective,
            bound=self.bound(case.mode, price, objective),
            kpis=kpis(case, times),
            solver=self.info(),
        )
        if claimed != (price.mandatory, price.points, price.cost):
            raise self.failure(plan, f"the engine priced its plan at {claimed}, the rules say {price}", None)
        verdict = check_case(case, plan)
        if not verdict.ok:
            raise self.failure(plan, "the engine's plan was rejected by the checker", verdict)
        return plan.replace(solver=self.info())

    @property
    def is_closed(self) -> bool:
        """Whether the run ended because all tiers were proved."""
        total = None if self.search is None else self.search.best_total
        if self.bounds is not None:
            return total == (0, self.bounds.points, self.bounds.cost)
        return self.proof is not None and self.proof.status == "optimal"

    def reserve(self, tickets: int) -> float:
        """Seconds kept back for decoding, reasons and check."""
        return RESERVE_SECONDS + RESERVE_SECONDS_PER_TICKET * tickets

    def status(self, price: Price) -> Literal["optimal", "feasible", "infeasible"]:
        """The contract's word for the plan."""
        if price.mandatory:
            return "infeasible"
        return "optimal" if self.is_proved(price) else "feasible"

    def is_proved(self, price: Price) -> bool:
        """Whether all tiers of a plan with this price are proved."""
        if self.narrowed:
            return False
        if not self.problem.tickets or not any(t.shifts for t in self.problem.technicians):
            return True
        if self.bounds is not None:
            return (0, self.bounds.points, self.bounds.cost) == (price.mandatory, price.points, price.cost)
        proof = self.proof
        return (
            proof is not None
            and proof.status == "optimal"
            and (proof.mandatory, proof.points, proof.cost) == (price.mandatory, price.points, price.cost)
        )

    def bound(self, mode: str, price: Price, objective: ObjectiveValue) -> Bound:
        """What was proved about the plan, in the words of its mode."""
        points, cost = None, None
        if self.is_proved(price):
            points, cost = price.points, price.cost
        elif self.proof is not None and self.proof.status != "unknown" and self.proof.mandatory == 0:
            points = self.proof.points_bound
            same = (self.proof.mandatory, self.proof.points) == (price.mandatory, price.points)
            cost = self.proof.cost_bound if same else None
        elif self.bounds is not None and price.mandatory == 0:
            points = self.bounds.points
            cost = self.bounds.cost if price.points <= self.bounds.best_points else None
        return _bound_in_words(mode, points, cost, price, objective)

    def info(self) -> SolverInfo:
        """How the plan came about."""
        assert self.search is not None
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
        if self.is_closed:
            return "optimal"
        if self.iterations is not None:
            return "iterations"
        return "time_limit" if monotonic() - self.start > 0.8 * self.time_limit else "finished"

    def enter(self, phase: str) -> None:
        """Begin the next phase and say so."""
        self.phase = phase
        self.report()

    def report(self) -> None:
        """Tell the caller how far the run is."""
        if self.on_progress is None:
            return
        total: Total | None = self.search.best_total if self.search is not None else None
        self.on_progress(
            Progress(
                phase=self.phase,
                seconds=monotonic() - self.start,
                time_limit=None if self.iterations is not None else self.time_limit,
                iterations=0 if self.search is None else self.search.iterations,
                sla_penalty=None if total is None else total[1] / POINTS,
                cost=None if total is None else total[2] / UNITS,
            )
        )

    def stop_and_report(self) -> bool:
        """Report, and say whether to stop: the exact model asks this now and then."""
        self.report()
        return self.stop()

    def failure(self, plan: Plan, what: str, verdict: Verdict | None) -> EngineError:
        """The error for a plan that must not leave the house, with problem and plan written to a file."""
        broken = [] if verdict is None else [v.message for v in verdict.violations]
        content = {
            "problem": self.problem.model_dump(mode="json"),
            "plan": json.loads(plan.to_json()),
            "broken": broken,
        }
        with tempfile.NamedTemporaryFile(
            "w", prefix="dispatch-engine-failure-", suffix=".json", delete=False, encoding="utf-8"
        ) as dump:
            json.dump(content, dump, ensure_ascii=False, indent=1)
        first = "".join(f"\n  {message}" for message in broken[:5])
        return EngineError(
            f"{what}; this is a defect of dispatch-engine, please report it. "
            f"Problem and plan were written to {Path(dump.name)}{first}"
        )


def _bound_in_words(
    mode: str, points: int | None, cost: int | None, price: Price, objective: ObjectiveValue
) -> Bound:
    """Proved ``points`` and ``cost`` in public units, and the gap between the numbers as printed.

    A proved optimum is printed as the plan's own value, any other bound is rounded down.
    """
    value = {
        "sla_first": objective.cost_minutes,
        "working_time": objective.working_minutes,
        "cost": objective.cost_cents,
    }[mode]
    limit, gap = None, None
    if cost is not None and value is not None:
        limit = value if cost == price.cost else min(math.floor(100 * cost / UNITS) / 100, value)
        if points == price.points:
            gap = round(100 * (value - limit) / value, 2) if value else 0.0
    return Bound(
        sla_penalty=None if points is None else points / POINTS,
        cost_minutes=limit if mode == "sla_first" else None,
        working_minutes=limit if mode == "working_time" else None,
        cost_cents=limit if mode == "cost" else None,
        gap_percent=gap,
    )
