"""Lower bounds on SLA points and on cost by column generation, from the arrays alone.

A linear master (OR-Tools GLOP) chooses shares of routes; pricing finds routes that would improve it, by
labelling with ng-routes (`kernels/pricing.py`). The bound is the Lagrangian one: for any prices of the tickets,

    sum of the prices  +  per shift min(0, cheapest route less the prices of its tickets)

is at most the value of every plan. Prices are rounded to integers first and all sums are exact, so float noise
of the linear solver can make a bound weaker, never wrong (Held, Cook, Sewell, *Maximum-weight stable sets and
safe lower bounds for graph coloring*, Math. Programming Computation 4, 2012). Duals are smoothed towards those
of the best bound (Pessoa, Sadykov, Uchoa, Vanderbeck, INFORMS J. Computing 30(2), 2018).

What the pricing cannot carry is charged at its least possible price; `LowerBounds.relaxed` names it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from math import gcd
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from dispatch_engine.rules.shapes import NEVER, Shapes
from dispatch_engine.solver.bound_local import Group, groups_of
from dispatch_engine.solver.bound_pricing import Pricing
from dispatch_engine.solver.bound_tier import LARGEST, Tier
from dispatch_engine.solver.kernels.column import price_columns
from dispatch_engine.solver.kernels.data import Data
from dispatch_engine.solver.kernels.schedule import COLUMNS, MAX_LABELS
from dispatch_engine.solver.master import Column

Int = NDArray[np.int64]

SCALE_BITS = 10
"""A cost unit is divided into up to 2**SCALE_BITS parts for the integer duals."""
LISTING_SECONDS = 2.0
"""Time to list all routes within the gap, beyond as long as the bounds took."""
MOST_SEEDS = 5000
"""Given routes beyond so many are not looked at."""


@dataclass(frozen=True)
class LowerBounds:
    """What was proved.

    Attributes
    ----------
    points : no plan has fewer milli-points, mandatory tickets served or not; None: not proved.
    cost : no plan with at most the given best plan's points costs fewer units; None: not proved, which
        includes that ``points`` is below the best plan's.
    relaxed : rules charged at their least possible price: ``mandatory``, ``second_visits``,
        ``largest_lateness``, ``technicians``, ``limits``.
    columns : routes met, the given ones included, each possible and priced exactly.
    complete : ``columns`` holds, in their cheapest orders, all routes of every plan that beats ``best`` (without
        mandatory tickets unserved), so the best plan made of them, or else ``best``, is the optimum.
    rounds, seconds : of column generation.
    """

    points: int | None
    cost: int | None
    relaxed: tuple[str, ...]
    columns: list[Column] = field(repr=False)
    complete: bool
    rounds: int
    seconds: float


def lower_bounds(
    shapes: Shapes,
    data: Data,
    *,
    best: tuple[int, int, int],
    columns: Iterable[Column] = (),
    deadline: float,
    should_stop: Callable[[], bool] | None = None,
    workers: int = 1,
    points_proved: bool = False,
) -> LowerBounds:
    """Bound the points of every plan, and the cost of every plan with no more points than ``best``.

    Parameters
    ----------
    shapes, data : the day, and the same compiled by `compile_data`.
    best : unserved mandatory tickets, milli-points and cost units of a plan that exists.
    columns : routes to start from, such as the search's, the best plan's first; impossible ones are ignored, and
        prices are not trusted. At most the first ``MOST_SEEDS`` are used.
    deadline : moment of `time.monotonic` by which the answer must be there; what is proved by then counts.
    should_stop : asked about fifty times a second; once true, the same as the deadline.
    workers : pricing threads.
    points_proved : no plan has fewer points than ``best``, as is known from elsewhere: go on to the cost at once.
    """
    return Run(shapes, data, best, deadline, should_stop, workers).bounds(columns, points_proved)


class Run:
    """One call of :func:`lower_bounds`."""

    def __init__(
        self,
        shapes: Shapes,
        data: Data,
        best: tuple[int, int, int],
        deadline: float,
        should_stop: Callable[[], bool] | None,
        workers: int,
    ) -> None:
        self.began = monotonic()
        self.shapes, self.data, self.best = shapes, data, best
        self.deadline, self.should_stop, self.workers = deadline, should_stop, workers
        self.step = _step_of_points(shapes)
        self.groups: list[Group] = groups_of(shapes, data, self.step)
        self.group_of = {s: g for g, group in enumerate(self.groups) for s in group.shifts}
        self.pool: dict[tuple[int, tuple[int, ...]], tuple[int, int, int]] = {}
        self.rounds = 0
        self.is_complete = False
        self.pricing = Pricing(
            [group.local for group in self.groups],
            [group.tickets for group in self.groups],
            workers,
            self.is_over,
        )

    def is_over(self) -> bool:
        """Whether time is up."""
        return monotonic() >= self.deadline or (self.should_stop is not None and self.should_stop())

    def bounds(self, columns: Iterable[Column], points_proved: bool = False) -> LowerBounds:
        """Tier by tier, the second only when the first is closed."""
        seeds = islice(columns, MOST_SEEDS)
        self.remember((self.group_of.get(c.shift, -1), tuple(c.tickets)) for c in seeds)
        self.remember((g, (int(v),)) for g, group in enumerate(self.groups) for v in group.tickets)
        points: int | None = None
        cost: int | None = None
        if _is_orderly(self.shapes):
            points = self.best[1] if points_proved else self.points_bound()
            if points == self.best[1] and not self.is_over():
                cost = self.cost_bound()
        return LowerBounds(
            points=points,
            cost=cost,
            relaxed=self.relaxed(),
            columns=self.columns(),
            complete=self.is_complete,
            rounds=self.rounds,
            seconds=monotonic() - self.began,
        )

    def points_bound(self) -> int | None:
        """Milli-points that every plan has at least."""
        steps = self.best[1] // self.step
        if steps <= 0:
            return 0
        # It is enough to show that no plan has fewer steps than the best one.
        tier = Tier(self, cost_weight=0, limit=None, forbid_above=steps - 1, goal=steps)
        proved = tier.run()
        return None if proved is None else min(max(0, proved) * self.step, self.best[1])

    def cost_bound(self) -> int | None:
        """Units that every plan with the best plan's points costs at least."""
        steps = self.best[1] // self.step
        weight = 1 << SCALE_BITS
        if _largest_cost(self.shapes) > LARGEST:
            return None
        while weight > 1 and weight * _largest_cost(self.shapes) > LARGEST:
            weight //= 2
        tier = Tier(self, cost_weight=weight, limit=steps, forbid_above=steps, goal=self.best[2])
        bound = tier.run()
        coupled = {"second_visits", "largest_lateness", "limits"} & set(self.relaxed())
        if bound is not None and self.best[0] == 0 and not coupled and not self.is_over():
            # Listing ends soon or never: it takes little more than the bound did, or the routes are too many.
            now = monotonic()
            self.deadline = min(self.deadline, now + LISTING_SECONDS + (now - self.began))
            self.is_complete = bound >= self.best[2] or tier.remember_all(bound)
        return bound

    def remember(self, routes: Iterable[tuple[int, tuple[int, ...]]]) -> None:
        """Price routes exactly and keep the possible ones: (points, cost, cost with least second visits)."""
        new = [r for r in dict.fromkeys(routes) if r not in self.pool and r[0] >= 0 and r[1]]
        new = [r for r in new if len(set(r[1])) == len(r[1])]
        if not new:
            return
        shifts = np.array([self.groups[g].shifts[0] for g, _ in new], np.int64)
        begin = np.concatenate([[0], np.cumsum([len(stops) for _, stops in new])]).astype(np.int64)
        stops = np.array([v for _, tickets in new for v in tickets], np.int64)
        priced = np.zeros((len(new), 4), np.int64)
        labels = np.zeros((3, MAX_LABELS, COLUMNS), np.int64)
        price_columns(
            self.data, shifts, stops, begin, labels, np.zeros(self.data.stock.shape[1], np.int64), priced
        )
        for key, (possible, points, cost, least) in zip(new, priced.tolist(), strict=True):
            if possible:
                self.pool[key] = (points, cost, least)

    def columns(self) -> list[Column]:
        """All possible routes met."""
        return [
            Column(self.groups[g].shifts[0], tickets, points, cost)
            for (g, tickets), (points, cost, _) in self.pool.items()
        ]

    def has_sums_along_the_way(self) -> bool:
        """Whether some shift has a limit of driving, distance or work, which the pricing does not carry."""
        shapes = self.shapes
        limits = np.minimum(np.minimum(shapes.max_driving, shapes.max_metres), shapes.max_work)
        return bool((limits < NEVER).any())

    def relaxed(self) -> tuple[str, ...]:
        """What this day's bound charges at its least possible price."""
        shapes = self.shapes
        shifts_of = np.bincount(shapes.technician, minlength=1)
        facts = {
            "mandatory": bool(shapes.mandatory.any()),
            "second_visits": any(group.wears for group in self.groups),
            "largest_lateness": shapes.largest_late_price > 0,
            "technicians": shapes.technician_price > 0 and bool((shifts_of > 1).any()),
            "limits": any(group.left_out for group in self.groups) or self.has_sums_along_the_way(),
        }
        return tuple(name for name, is_so in facts.items() if is_so)


def _step_of_points(shapes: Shapes) -> int:
    """All points are multiples of it."""
    return max(1, gcd(*shapes.late_points.tolist(), *shapes.unassigned_points.tolist()))


def _largest_cost(shapes: Shapes) -> int:
    """More than any route or plan costs."""
    if shapes.num_shifts == 0 or shapes.num_tickets == 0:
        return 1
    span = int(shapes.latest_end.max() - shapes.ready.min()) + 1
    farthest = 0 if shapes.metres is None else int(shapes.metres.max(initial=0))
    per_ticket = (
        span * (shapes.travel_price + shapes.overtime_price + shapes.duration_price)
        + 2 * farthest * shapes.metre_price
        + shapes.second_visit_price
        + shapes.technician_price
        + int(np.abs(shapes.assign_price).max(initial=0))
        + int(shapes.late_cost.max(initial=0))
        + span * int(shapes.late_slope.max(initial=0))
        + int(shapes.promise_cost.max(initial=0))
        + int(shapes.unassigned_cost.max(initial=0))
    )
    return per_ticket * (shapes.num_tickets + 1)


def _is_orderly(shapes: Shapes) -> bool:
    """Whether the day keeps what dominance relies on: breaks in order of time, service that takes time."""
    in_order = all(list(breaks) == sorted(breaks, key=lambda rest: rest[0]) for breaks in shapes.breaks)
    return in_order and bool((shapes.service >= 0).all())
