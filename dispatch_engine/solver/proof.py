"""What was proved about the best plan: small days by the exact model, larger ones by column generation."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from dispatch_engine.errors import EngineError
from dispatch_engine.model.plan import Bound, ObjectiveValue
from dispatch_engine.rules.rule import Price
from dispatch_engine.rules.shapes import POINTS, UNITS, Shapes
from dispatch_engine.solver.bound import lower_bounds
from dispatch_engine.solver.exact import ExactResult, solve_exact
from dispatch_engine.solver.exact_constraints import identical_shifts
from dispatch_engine.solver.master import Column, Master, pool_columns
from dispatch_engine.solver.search import CONSTRUCT_WEIGHT, Search, Total

BOUND_TIME_FOR_LP = 0.7
"""Of the time for bounds; the rest is for the choice among all routes."""
BOUND_SEEDS = 3000
MOST_CHOICES = 60_000
"""A choice among more routes than that is not begun."""


@dataclass(frozen=True)
class Proved:
    """Bounds of column generation: of the points, and of the cost of plans with at most ``best_points``."""

    best_points: int
    points: int | None
    cost: int | None


class Proof:
    """The proofs tried on one day's best plan, and what they allow to say.

    Parameters
    ----------
    shapes, search : the day, and the search that holds its best plan.
    seed, workers : of the run.
    stop : whether to stop, asked often; it may report progress as well.
    """

    def __init__(
        self, shapes: Shapes, search: Search, seed: int, workers: int, stop: Callable[[], bool]
    ) -> None:
        self.shapes = shapes
        self.search = search
        self.seed = seed
        self.workers = workers
        self.stop = stop
        self.exact: ExactResult | None = None
        self.columns: Proved | None = None

    def by_exact_model(self, seconds: float) -> None:
        """Let the exact model improve the plan and prove it."""
        if seconds <= 0:
            return
        self.search.settle()
        self.exact = solve_exact(
            self.shapes,
            time_limit=seconds,
            seed=self.seed % (1 << 31),
            workers=1,  # two were measured slower than one on these small models
            hint=self.search.best_routes(),
            should_stop=self.stop,
        )
        if self.exact.status != "unknown":
            self.search.offer(self.exact.routes)

    def by_columns(self, deadline: float) -> None:
        """Bound both tiers; where all routes of every better plan can be listed, choose the best plan of them."""
        self.search.settle()
        best = self.search.best_total
        if best is None or best[0] > 0:
            return
        routes = self.search.best_routes()
        seeds = [Column(s, tuple(route), 0, 0) for s, route in enumerate(routes) if route]
        bounds = lower_bounds(
            self.shapes,
            self.search.data,
            best=best,
            columns=[*seeds, *pool_columns(self.search.pools, BOUND_SEEDS)],
            deadline=monotonic() + BOUND_TIME_FOR_LP * max(0.0, deadline - monotonic()),
            should_stop=self.stop,
            workers=self.workers,
        )
        if (bounds.points or 0) > best[1] or (bounds.cost or 0) > best[2]:
            raise EngineError(
                f"the lower bound {bounds.points}, {bounds.cost} lies above the plan's own {best[1:]}; this is a "
                "defect of dispatch-engine, please report it with the problem"
            )
        self.columns = Proved(best[1], bounds.points, bounds.cost)
        if bounds.complete and not bounds.relaxed and bounds.points == best[1]:
            self._choose_among_all(bounds.columns, routes, best, deadline - monotonic())

    def _choose_among_all(
        self, columns: list[Column], routes: list[list[int]], best: Total, seconds: float
    ) -> None:
        """All routes that a better plan could use are known: the best choice among them is the optimum."""
        # Of shifts that are alike the bound names only the first; a plan may use each of them.
        alike = {group[0]: group for group in identical_shifts(self.shapes)}
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
        chosen = Master(self.shapes, everything, most=len(everything)).choose(
            routes, CONSTRUCT_WEIGHT, seconds=seconds, seed=self.seed, should_stop=self.stop
        )
        if chosen is None or not chosen.proved:
            return
        total = self.search.offer(chosen.routes)
        if total is not None and total[0] == 0 and total[1] == best[1]:
            self.columns = Proved(total[1], total[1], total[2])

    @property
    def is_closed(self) -> bool:
        """Whether all tiers of the search's best plan are proved."""
        total = self.search.best_total
        if self.columns is not None:
            return total == (0, self.columns.points, self.columns.cost)
        return self.exact is not None and self.exact.status == "optimal"

    @property
    def best_cost(self) -> int | None:
        """The proven lower bound of the best plan's cost, in units; None while there is none."""
        total = self.search.best_total
        if total is None or self.columns is None or total[1] > self.columns.best_points:
            return None
        return self.columns.cost

    def covers(self, price: Price) -> bool:
        """Whether all tiers of a plan with this price are proved."""
        if self.columns is not None:
            return (0, self.columns.points, self.columns.cost) == (price.mandatory, price.points, price.cost)
        exact = self.exact
        return (
            exact is not None
            and exact.status == "optimal"
            and (exact.mandatory, exact.points, exact.cost) == (price.mandatory, price.points, price.cost)
        )

    def limits(self, price: Price) -> tuple[int | None, int | None]:
        """Lower bounds of points and cost, in milli-points and units, as the contract means them; None: none."""
        points, cost = None, None
        if self.covers(price):
            points, cost = price.points, price.cost
        elif self.exact is not None and self.exact.status != "unknown" and self.exact.mandatory == 0:
            points = self.exact.points_bound
            same = (self.exact.mandatory, self.exact.points) == (price.mandatory, price.points)
            cost = self.exact.cost_bound if same else None
        elif self.columns is not None and price.mandatory == 0:
            points = self.columns.points
            cost = self.columns.cost if price.points <= self.columns.best_points else None
        return points, cost


def bound_in_words(
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
