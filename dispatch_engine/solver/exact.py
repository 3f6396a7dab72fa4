"""The exact model of one day: CP-SAT proves all three tiers of small problems, from the arrays alone.

Up to about 12 tickets are proved in seconds. It shares no code with the kernels, so that each can prove the
other. Its times are one-sided: a later arrival, start or finish than necessary is allowed and never pays,
because no price in the arrays falls with time. That keeps every time constraint one conditional inequality.
In ``working_time`` the begin of a route is free as well; for any fixed begin the same holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

from dispatch_engine.errors import EngineError
from dispatch_engine.rules.shapes import Shapes
from dispatch_engine.solver.exact_constraints import constrain, identical_shifts
from dispatch_engine.solver.exact_prices import Tiers, price
from dispatch_engine.solver.exact_reach import HOME
from dispatch_engine.solver.exact_variables import Day, Sum, Variables

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, CpSolver

POLL_SECONDS = 0.05
"""How often ``should_stop`` is asked."""
LARGEST_SUM = 1 << 52
"""Sums beyond it are refused: the solver gives its bounds as floats, which hold every integer up to here."""


@dataclass(frozen=True)
class ExactResult:
    """What the exact model found out.

    Attributes
    ----------
    status : ``optimal``: all tiers are proved; ``feasible``: a plan, some tier open; ``unknown``: none yet.
    routes : per shift its tickets in order; all empty, and priced so, where unknown.
    mandatory, points, cost : unserved mandatory tickets, milli-points and cost units of ``routes``. If not
        optimal, ``cost`` may stand above what the routes cost at their best times, never below.
    points_bound : no plan with at most ``mandatory`` unserved mandatory tickets has fewer points; None: not
        proved.
    cost_bound : no plan with at most ``mandatory`` and ``points`` costs less; None: not proved.
    wall_seconds : time used, with building the model.
    """

    status: Literal["optimal", "feasible", "unknown"]
    routes: list[list[int]]
    mandatory: int
    points: int
    cost: int
    points_bound: int | None
    cost_bound: int | None
    wall_seconds: float


def solve_exact(
    shapes: Shapes,
    *,
    time_limit: float,
    seed: int = 0,
    workers: int = 1,
    hint: list[list[int]] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> ExactResult:
    """Minimise unserved mandatory tickets, then points, then cost, each proved before the next.

    Parameters
    ----------
    shapes : the problem as arrays; up to about 12 tickets are proved in seconds, one worker.
    time_limit : seconds for everything together.
    seed, workers : of the solver; one worker gives the same answer every time, unless the time limit ends it,
        and on days of this size more than one were measured to be slower.
    hint : routes to start from (tickets per shift); an impossible hint is ignored.
    should_stop : asked about every 0.05 s; once true, the best plan so far is returned.

    Raises
    ------
    EngineError : prices and times are too large to be summed exactly.
    """
    return _Solve(shapes, monotonic() + time_limit, seed, workers, should_stop).run(hint)


class _Solve:
    """One run of the exact model: the model, its best solution so far, and the time that is left."""

    def __init__(
        self, shapes: Shapes, deadline: float, seed: int, workers: int, should_stop: Callable[[], bool] | None
    ) -> None:
        from ortools.sat.python.cp_model import CpModel

        self.began = monotonic()
        self.shapes, self.deadline = shapes, deadline
        self.seed, self.workers = seed, workers
        self.should_stop = should_stop
        self.model = CpModel()
        self.variables = Variables(self.model, shapes)
        constrain(self.model, self.variables, shapes)
        self.tiers = price(self.model, self.variables, shapes)
        _check_scale(self.tiers)
        self.values: list[int] | None = None

    def run(self, hint: list[list[int]] | None) -> ExactResult:
        """Prove tier after tier; stop at the first that stays open."""
        if hint is not None:
            self.complete_hint(hint)
        bounds: list[int | None] = [None, None, None]
        tiers = (self.tiers.mandatory, self.tiers.points, self.tiers.cost)
        for number, tier in enumerate(tiers):
            bounds[number] = self.minimise(tier)
            if self.values is None or bounds[number] != self.value(tier):
                break
            self.model.add(tier.expression() <= self.value(tier))
        return self.result(bounds)

    def minimise(self, tier: Sum) -> int | None:
        """Minimise one tier from the best solution so far; return a proved bound of it, None without one."""
        if self.values is not None and self.value(tier) == tier.least():
            return tier.least()
        solver = self.solve(self.model, tier)
        if solver is None:
            return None
        return max(tier.least(), round(solver.best_objective_bound))

    def solve(self, model: CpModel, tier: Sum, limit: float = float("inf")) -> CpSolver | None:
        """Run the solver in the time that is left and keep its solution; None where it has nothing to say."""
        from ortools.sat.python import cp_model

        solver = cp_model.CpSolver()
        left = min(limit, self.deadline - monotonic())
        if left <= 0 or (self.should_stop is not None and self.should_stop()):
            return None
        solver.parameters.max_time_in_seconds = left
        solver.parameters.num_workers = self.workers
        solver.parameters.random_seed = self.seed
        solver.parameters.linearization_level = 2
        self.start_from_best(model)
        model.minimize(tier.expression())
        with _stopping(solver, self.should_stop):
            status = solver.solve(model)
        if status == cp_model.MODEL_INVALID:
            raise EngineError(f"the exact model is invalid: {model.validate()}")
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            self.values = list(solver.response_proto.solution)
        return None if status == cp_model.INFEASIBLE else solver

    def start_from_best(self, model: CpModel) -> None:
        """Hint every variable with its value in the best solution so far."""
        model.clear_hints()  # type: ignore[no-untyped-call]
        for index, value in enumerate(self.values or ()):
            model.add_hint(model.get_int_var_from_proto_index(index), value)

    def complete_hint(self, hint: list[list[int]]) -> None:
        """Make a full solution of the hinted routes: a tiny solve with all legs fixed."""
        routes = _in_order_of_least_ticket(self.shapes, hint)
        model = self.model.clone()
        for day in self.variables.days:
            driven = set(_legs(routes[day.reach.shift]))
            if not driven <= set(day.arc):
                return
            for leg, literal in day.arc.items():
                model.add(literal == int(leg in driven))
        self.solve(model, self.tiers.cost, limit=1.0)

    def value(self, tier: Sum) -> int:
        """Value of ``tier`` in the best solution so far."""
        values = self.values
        assert values is not None
        return tier.constant + sum(values[int(variable.index)] * c for variable, c in tier.terms)

    def result(self, bounds: list[int | None]) -> ExactResult:
        """The answer in our own words."""
        if self.values is None:
            return _nothing_served(self.shapes, monotonic() - self.began)
        mandatory, points, cost = map(self.value, (self.tiers.mandatory, self.tiers.points, self.tiers.cost))
        return ExactResult(
            status="optimal" if bounds == [mandatory, points, cost] else "feasible",
            routes=[_route(day, self.values) for day in self.variables.days],
            mandatory=mandatory,
            points=points,
            cost=cost,
            points_bound=bounds[1],
            cost_bound=bounds[2],
            wall_seconds=monotonic() - self.began,
        )


@contextmanager
def _stopping(solver: CpSolver, should_stop: Callable[[], bool] | None) -> Iterator[None]:
    """Ask ``should_stop`` from a thread while the solver runs, and stop the solver once it is true."""
    if should_stop is None:
        yield
        return
    done = Event()

    def watch() -> None:
        # Asked again after a stop: one that comes before the solver has begun is lost.
        while not done.wait(POLL_SECONDS):
            if should_stop():
                solver.stop_search()

    thread = Thread(target=watch, name="exact-stop", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _nothing_served(shapes: Shapes, wall_seconds: float) -> ExactResult:
    """The answer where the solver had no time to find anything: every ticket missing, and its price."""
    return ExactResult(
        status="unknown",
        routes=[[] for _ in range(shapes.num_shifts)],
        mandatory=int(shapes.mandatory.sum()),
        points=int(shapes.unassigned_points.sum()),
        cost=int(shapes.unassigned_cost.sum()),
        points_bound=None,
        cost_bound=None,
        wall_seconds=wall_seconds,
    )


def _check_scale(tiers: Tiers) -> None:
    """Refuse prices whose sum could be too large to be exact."""
    for tier in (tiers.mandatory, tiers.points, tiers.cost):
        if tier.size() > LARGEST_SUM:
            raise EngineError(
                f"prices sum up to {tier.size()}; the exact model adds exactly only up to {LARGEST_SUM}"
            )


def _in_order_of_least_ticket(shapes: Shapes, routes: list[list[int]]) -> list[list[int]]:
    """The same plan with the routes of identical shifts exchanged so that the model's symmetry rule holds."""
    ordered = [list(route) for route in routes]
    for alike in identical_shifts(shapes):
        ranked = sorted((routes[s] for s in alike), key=lambda route: min(route, default=shapes.num_tickets))
        for s, route in zip(alike, ranked, strict=True):
            ordered[s] = list(route)
    return ordered


def _legs(route: list[int]) -> list[tuple[int, int]]:
    """The legs of a route with both ends at HOME; none for an empty one."""
    stops = [HOME, *route, HOME]
    return list(pairwise(stops)) if route else []


def _route(day: Day, values: list[int]) -> list[int]:
    """The tickets of a shift in order, followed leg by leg."""
    after: dict[int, Any] = {i: j for (i, j), literal in day.arc.items() if values[literal.index]}
    route = []
    stop = after.get(HOME, HOME)
    while stop != HOME:
        route.append(stop)
        stop = after[stop]
    return route
