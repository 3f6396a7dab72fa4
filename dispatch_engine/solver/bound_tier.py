"""Column generation for one tier of the bound: master, duals, pricing, and the safe bound in integers."""

from __future__ import annotations

from dataclasses import replace
from math import gcd
from typing import TYPE_CHECKING, Any

import numpy as np

from dispatch_engine.rules.shapes import UNITS
from dispatch_engine.solver.bound_local import is_remembered, remember_cycles, with_full_memory, with_limit
from dispatch_engine.solver.bound_master import Duals, Master
from dispatch_engine.solver.bound_pricing import Answer, Priced, Weights
from dispatch_engine.solver.kernels import pricing_data as layout
from dispatch_engine.solver.kernels.pricing_data import Local

if TYPE_CHECKING:
    from dispatch_engine.solver.bound import Run

SMOOTHING = 0.8
"""Share of the best bound's duals in the duals that are priced."""
LARGEST = 1 << 56
"""Integer prices of a route stay below it."""
STEP_BITS = 20
"""A step of points is divided into up to 2**STEP_BITS parts for the integer duals."""
TOLERANCE = 1e-5
"""Routes that improve the master by less than this many steps, or cost minutes, are not looked for."""
TIGHT = 1e-6
"""Relative gap between master and bound at which there is nothing left to gain."""
LEAST_SMOOTHING = 0.1
"""Below this share the master's own duals are priced."""
LEAST_SHARE = 1e-6
"""A route with a smaller share in the master's solution does not count as used."""
LARGEST_GAP = 0.2
"""With a larger gap, as a share of the known cost, not all routes within it are looked for."""
MOST_ROUTES = 100_000
"""Nor if one group of shifts has more of them."""
MOST_RAISES = 3
"""How often the penalty of forbidden omissions is raised."""


class Tier:
    """Column generation for one tier.

    ``cost_weight`` 0: the first tier, in steps of points; else the integer scale of a cost unit. ``limit``: steps
    allowed in all. Lateness or omission that alone takes more than ``forbid_above`` steps is forbidden.
    ``goal``: a bound of so many steps or units needs no further work.
    """

    def __init__(
        self, run: Run, *, cost_weight: int, limit: int | None, forbid_above: int, goal: int
    ) -> None:
        self.job, self.cost_weight, self.limit, self.goal = run, cost_weight, limit, goal
        shapes = run.shapes
        self.out_steps = shapes.unassigned_points // run.step
        self.out_cost = shapes.unassigned_cost
        # In the first tier an omission above the limit keeps its price: that already is too dear.
        self.may_leave = (self.out_steps <= forbid_above) | (cost_weight == 0)
        self.may_leave[[v for tickets in shapes.fixed for v in tickets]] = False
        self.locals = [with_limit(group, forbid_above) for group in run.groups]
        total = int(self.out_steps.sum() + (shapes.late_points // run.step).sum()) + 1
        bits = STEP_BITS
        while total << bits > LARGEST:
            bits -= 1
        # One unit of the master is one step, or one cost minute.
        self.scale = 1 << bits if cost_weight == 0 else cost_weight * UNITS
        self.step_limit = LARGEST // total
        self.unit = run.step if cost_weight == 0 else _step_of_cost(run, self.locals)
        self.known: set[tuple[int, tuple[int, ...], int, int]] = set()
        self.cycles: list[tuple[int, list[int], Any]] = []
        self.best_bound: int | None = None
        self.center: Duals | None = None
        self.raises = 0

    def run(self) -> int | None:
        """Generate until the bound cannot rise or time is up; the bound in steps or units."""
        self.job.pricing.replace(self.locals)
        self.master = self.new_master()
        self.add_known()
        while not self.job.is_over():
            solved = self.master.solve()
            self.job.rounds += 1
            if solved is None or not self.improve(*solved):
                break
        return self.rounded()

    def new_master(self) -> Master:
        """The master without any route."""
        if self.cost_weight == 0:
            price, penalty = self.out_steps.astype(float), float(self.out_steps.sum() + 1)
        else:
            price = self.out_cost / UNITS
            penalty = 2.0 * abs(self.goal) / UNITS + 60.0
        counts = [len(group.shifts) for group in self.job.groups]
        return Master(price, self.out_steps.astype(float), self.may_leave, counts, self.limit, penalty)

    def add_known(self) -> None:
        """Hand the master all possible routes that the run knows."""
        for (g, tickets), (points, cost, least) in self.job.pool.items():
            self.add(g, tickets, points // self.job.step, least if self.job.groups[g].wears else cost)

    def add(self, g: int, tickets: tuple[int, ...], steps: int, cost: int) -> bool:
        """Hand a route to the master; False if it has it."""
        key = (g, tickets, steps, cost if self.cost_weight else 0)
        if key in self.known or (self.limit is not None and steps > self.limit):
            return False
        self.known.add(key)
        handle = self.master.add(g, tickets, steps if self.cost_weight == 0 else cost / UNITS, steps)
        if len(set(tickets)) < len(tickets):
            number = {v: j for j, v in enumerate(self.job.groups[g].tickets.tolist())}
            self.cycles.append((g, [number[v] for v in tickets], handle))
        return True

    def improve(self, value: float, duals: Duals) -> bool:
        """One round after the master: whether to solve it again."""
        if self.is_closed():
            return False
        if self.is_converged(value):
            return self.forbid_cycles()
        quick = self.priced(duals, exact=False)
        if quick is None:
            return False
        return self.take(quick, duals) or self.improve_exactly(value, duals)

    def improve_exactly(self, value: float, duals: Duals) -> bool:
        """Price without guessing, first near the best bound's duals, then ever closer to the master's."""
        share = SMOOTHING
        while True:
            at = (
                duals if self.center is None or share < LEAST_SMOOTHING else self.center.between(duals, share)
            )
            answer = self.priced(at, exact=True)
            if answer is None or answer.least is None:
                return False
            self.note_bound(at, answer.least)
            if self.is_closed():
                return False
            if self.take(answer, duals):
                return True
            if at is duals or self.is_converged(value):
                return self.forbid_cycles() if self.master.is_real() else self.raise_penalty()
            share /= 2

    def raise_penalty(self) -> bool:
        """The master has no real solution yet: make omissions that are not allowed dearer, a few times."""
        self.raises += 1
        self.master.raise_penalty()
        self.center = None
        return self.raises <= MOST_RAISES

    def forbid_cycles(self) -> bool:
        """Remember more where the master's solution returns to a ticket; False if it does so nowhere."""
        grew = False
        for g, stops, handle in self.cycles:
            if self.master.share_of(handle) > LEAST_SHARE:
                grew |= remember_cycles(self.locals[g], stops)
        if grew:
            forbidden = [is_remembered(self.locals[g], stops) for g, stops, _ in self.cycles]
            for (_, _, handle), is_forbidden in zip(self.cycles, forbidden, strict=True):
                if is_forbidden:
                    self.master.drop(handle)
            self.cycles = [c for c, gone in zip(self.cycles, forbidden, strict=True) if not gone]
        return grew

    def is_closed(self) -> bool:
        """Whether the bound has reached its goal."""
        bound = self.rounded()
        return bound is not None and bound >= self.goal

    def is_converged(self, value: float) -> bool:
        """Whether the bound has reached the master's value, which it cannot pass without another master."""
        if self.best_bound is None or not self.master.is_real():
            return False
        return value - self.best_bound / self.scale <= TIGHT * max(1.0, abs(value))

    def priced(self, duals: Duals, exact: bool) -> Answer | None:
        """Routes that are cheap under ``duals``."""
        self.last = self.weights(duals)
        return self.job.pricing.price(self.last, exact)

    def weights(self, duals: Duals) -> Weights:
        """The duals as integers: any integers give a valid bound."""
        most = LARGEST // max((group.most_stops for group in self.job.groups), default=1)
        ticket = np.clip(np.rint(duals.ticket * self.scale), -most, most).astype(np.int64)
        threshold = np.clip(np.rint((duals.group - TOLERANCE) * self.scale), -LARGEST, 0).astype(np.int64)
        step = self.scale
        if self.cost_weight:
            step = int(min(max(0.0, round(duals.step * self.scale)), self.step_limit))
        return Weights(self.cost_weight, step, ticket, threshold)

    def note_bound(self, duals: Duals, least: list[int]) -> None:
        """Keep the Lagrangian bound at ``duals`` if it is the best; all in integers."""
        weights = self.last
        bound = 0 if self.limit is None else -weights.step * self.limit
        for v, price in enumerate(weights.ticket.tolist()):
            out = self.cost_weight * int(self.out_cost[v]) + weights.step * int(self.out_steps[v])
            bound += min(price, out) if self.may_leave[v] else price
        usual = [min(0, t, found) for t, found in zip(weights.threshold.tolist(), least, strict=True)]
        bound += sum(len(group.shifts) * price for group, price in zip(self.job.groups, usual, strict=True))
        if self.best_bound is None or bound > self.best_bound:
            self.best_bound, self.center = bound, duals
            self.proof = replace(weights, threshold=np.array(usual, np.int64))

    def remember_all(self, bound: int) -> bool:
        """Find every route of every plan that costs less than the goal; False if there are too many.

        Such a plan's routes together are dearer than the bound's by less than the gap, so each of them is dearer
        than the cheapest one of its group by less than the gap. (Baldacci, Christofides, Mingozzi, *An exact
        algorithm for the vehicle routing problem based on the set partitioning formulation*, Mathematical
        Programming 115(2), 2008.)
        """
        full = [with_full_memory(local) for local in self.locals]
        if self.best_bound is None or self.goal - bound > LARGEST_GAP * abs(self.goal) or None in full:
            return False
        self.job.pricing.replace([local for local in full if local is not None])
        gap = self.cost_weight * self.goal - self.best_bound
        weights = replace(self.proof, threshold=self.proof.threshold + gap)
        found = self.job.pricing.every_route(weights, MOST_ROUTES)
        if found is None:
            return False
        self.job.remember((g, tickets) for g, routes in enumerate(found) for tickets in routes)
        return True

    def rounded(self) -> int | None:
        """The best bound in steps or units, rounded up to what a plan's value can be."""
        if self.best_bound is None:
            return None
        if self.cost_weight == 0:
            return -(-self.best_bound // self.scale)
        return -(-self.best_bound // (self.cost_weight * self.unit)) * self.unit

    def take(self, answer: Answer, duals: Duals) -> bool:
        """Add the routes found that improve the master at ``duals``; whether there was one."""
        self.job.remember((route.group, route.tickets) for route in answer.routes)
        new = False
        for route in answer.routes:
            cost = self.cost_of(route)
            price = route.steps if self.cost_weight == 0 else cost / UNITS + duals.step * route.steps
            reduced = price - sum(duals.ticket[v] for v in route.tickets) - duals.group[route.group]
            if reduced < -TOLERANCE / 10:
                new |= self.add(route.group, route.tickets, route.steps, cost)
        return new

    def cost_of(self, route: Priced) -> int:
        """Units that pricing charged for the route, which is exact: only the scale and the duals come off."""
        if self.cost_weight == 0:
            return 0
        weights = self.last
        paid = route.price + sum(int(weights.ticket[v]) for v in route.tickets) - weights.step * route.steps
        return paid // self.cost_weight


def _step_of_cost(run: Run, locals_: list[Local]) -> int:
    """All costs of the relaxed problem are multiples of it."""
    shapes = run.shapes
    prices = [shapes.travel_price, shapes.overtime_price, shapes.duration_price]
    prices += [shapes.metre_price if shapes.metres is not None else 0]
    prices += shapes.promise_cost.tolist()
    prices += [*shapes.late_cost.tolist(), *shapes.late_slope.tolist(), *shapes.unassigned_cost.tolist()]
    prices += [int(x) for local in locals_ for x in local.node[:, layout.FIXED_COST]]
    prices += [int(x) for local in locals_ for x in local.wear_cost]
    prices += [int(local.clock[layout.USED_PRICE]) for local in locals_]
    return max(1, gcd(*prices))
