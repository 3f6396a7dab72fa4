"""The master problem: choose one remembered route a shift so that the whole plan is best, tier by tier.

Set partitioning over routes that the search met. The linear relaxation ranks the routes by reduced cost; CP-SAT
then chooses among the best few, with the incumbent as hint (the matheuristic of Pillac, Guéret & Medaglia,
*A parallel matheuristic for the technician routing and scheduling problem*, Optimization Letters 7, 2013).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dispatch_engine.rules.shapes import Shapes
from dispatch_engine.solver.kernels.pool import Pool

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import IntVar

MOST_LP_ROUTES = 15_000
"""Routes that the relaxation looks at, the last ones met."""
MOST_ROUTES = 2_500
"""Routes that CP-SAT chooses from."""


@dataclass(frozen=True)
class Column:
    """One route: the tickets of ``shift`` in order, with its milli-points and units."""

    shift: int
    tickets: tuple[int, ...]
    points: int
    cost: int


def pool_columns(pools: Sequence[Pool], most: int = MOST_LP_ROUTES) -> list[Column]:
    """The last ``most`` routes met, one per shift and set of tickets, the cheapest; no thread may be writing.

    Late routes come from better plans: the search cools down. All pools must have the same codes.
    """
    slots = [np.flatnonzero(pool.key) for pool in pools]
    key, stamp, points, cost = (
        np.concatenate([getattr(pool, name)[slot] for pool, slot in zip(pools, slots, strict=True)])
        for name in ("key", "stamp", "points", "cost")
    )
    where = np.concatenate([np.full(len(slot), i) for i, slot in enumerate(slots)])
    place = np.concatenate(slots)
    order = np.lexsort((where, -stamp, cost, points, key))
    first = np.ones(len(order), np.bool_)
    first[1:] = key[order][1:] != key[order][:-1]
    kept = order[first]
    latest = kept[np.argsort(-stamp[kept], kind="stable")[:most]]
    columns = [_column(pools[where[i]], int(place[i])) for i in latest.tolist()]
    return sorted(columns, key=lambda column: (column.shift, column.tickets))


def _column(pool: Pool, slot: int) -> Column:
    tickets = tuple(pool.route[slot, : pool.length[slot]].tolist())
    return Column(int(pool.shift[slot]), tickets, int(pool.points[slot]), int(pool.cost[slot]))


@dataclass(frozen=True)
class Chosen:
    """Tickets per shift, and whether no other choice of the columns looked at is better."""

    routes: list[list[int]]
    proved: bool


class Master:
    """The set-partitioning model of one day over given routes, one per shift and set of tickets."""

    def __init__(self, shapes: Shapes, columns: list[Column], most: int = MOST_ROUTES) -> None:
        self.shapes = shapes
        self.columns = columns
        self.most = most

    def choose(
        self,
        incumbent: Sequence[Sequence[int]],
        weight: float,
        *,
        seconds: float,
        seed: int,
        deterministic: bool = False,
        should_stop: Callable[[], bool] | None = None,
    ) -> Chosen | None:
        """The best plan that the routes can make; None where none was found in time.

        Parameters
        ----------
        incumbent : tickets per shift of the best plan so far; its routes must be among the columns to be a hint.
        weight : units per milli-point with which the relaxation ranks routes.
        seconds : for everything; with ``deterministic`` it counts the solver's own units of work instead.
        """
        if not self.columns:
            return None
        start = monotonic()
        chosen = self._ranked(weight, None if deterministic else seconds / 2)
        left = seconds if deterministic else seconds - (monotonic() - start)
        if left <= 0 or (should_stop is not None and should_stop()):
            return None
        known = {(s, tuple(route)) for s, route in enumerate(incumbent) if route}
        listed = {(column.shift, column.tickets) for column in chosen}
        chosen = chosen + [c for c in self.columns if (c.shift, c.tickets) in known - listed]
        choice = _Choice(self.shapes, chosen, known)
        return choice.solve(left, seed, deterministic)

    def _ranked(self, weight: float, seconds: float | None) -> list[Column]:
        """The columns with the least reduced cost in the linear relaxation."""
        if len(self.columns) <= self.most:
            return self.columns
        price = self._reduced_costs(self.columns, weight, seconds)
        return [self.columns[i] for i in np.argsort(price, kind="stable")[: self.most]]

    def _reduced_costs(
        self, columns: list[Column], weight: float, seconds: float | None
    ) -> NDArray[np.float64]:
        """Reduced costs in the relaxation; the plain price per ticket where ``seconds`` did not suffice."""
        from ortools.linear_solver import pywraplp

        solver = pywraplp.Solver.CreateSolver("GLOP")
        shapes, infinity = self.shapes, solver.infinity()
        served = [solver.Constraint(1.0, 1.0) for _ in range(shapes.num_tickets)]
        used = [solver.Constraint(0.0, 1.0) for _ in range(shapes.num_shifts)]
        objective = solver.Objective()
        objective.SetMinimization()
        variables = []
        for column in columns:
            variable = solver.NumVar(0.0, infinity, "")
            objective.SetCoefficient(variable, weight * column.points + column.cost)
            used[column.shift].SetCoefficient(variable, 1.0)
            for ticket in column.tickets:
                served[ticket].SetCoefficient(variable, 1.0)
            variables.append(variable)
        fixed = {v for tickets in shapes.fixed for v in tickets}
        for ticket in range(shapes.num_tickets):
            variable = solver.NumVar(0.0, 0.0 if ticket in fixed else infinity, "")
            price = weight * float(shapes.unassigned_points[ticket]) + float(shapes.unassigned_cost[ticket])
            price += 1e3 * weight * 1000 * bool(shapes.mandatory[ticket])
            objective.SetCoefficient(variable, price)
            served[ticket].SetCoefficient(variable, 1.0)
        if seconds is not None:
            solver.SetTimeLimit(max(1, int(1000 * seconds)))
        if solver.Solve() != pywraplp.Solver.OPTIMAL:
            return np.array([(weight * c.points + c.cost) / len(c.tickets) for c in columns])
        return np.array([variable.reduced_cost() for variable in variables])


class _Choice:
    """The CP-SAT model: take at most one column a shift, serve each ticket once or leave it out.

    Parameters
    ----------
    known : (shift, tickets in order) of the incumbent's routes, the hint.
    """

    def __init__(
        self, shapes: Shapes, columns: list[Column], known: set[tuple[int, tuple[int, ...]]]
    ) -> None:
        from ortools.sat.python import cp_model

        self.columns = columns
        self.num_shifts = shapes.num_shifts
        self.model = cp_model.CpModel()
        self.take = [self.model.new_bool_var("") for _ in columns]
        self.leave = [self.model.new_bool_var("") for _ in range(shapes.num_tickets)]
        self._serve_once_or_leave_out()
        self._one_route_a_shift()
        for ticket in (v for tickets in shapes.fixed for v in tickets):
            self.model.add(self.leave[ticket] == 0)
        self.tiers = self._tiers(shapes)
        served = {ticket for _, tickets in known for ticket in tickets}
        self._hint(
            [(column.shift, column.tickets) in known for column in columns],
            [ticket not in served for ticket in range(shapes.num_tickets)],
        )

    def solve(self, seconds: float, seed: int, deterministic: bool) -> Chosen | None:
        """Minimise tier after tier, each with the ones before held; None if not even the first was solved."""
        from ortools.sat.python import cp_model

        answer, end, proved = None, monotonic() + seconds, True
        for number, terms in enumerate(self.tiers):
            solver = cp_model.CpSolver()
            solver.parameters.num_workers = 1
            solver.parameters.random_seed = seed % (1 << 31)
            solver.parameters.linearization_level = 2
            if deterministic:
                solver.parameters.max_deterministic_time = seconds / len(self.tiers)
            else:
                share = (end - monotonic()) / (len(self.tiers) - number)
                solver.parameters.max_time_in_seconds = max(0.01, share)
            total = sum(factor * variable for variable, factor in terms)
            self.model.minimize(total)
            status = solver.solve(self.model)
            proved = proved and status == cp_model.OPTIMAL
            if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
                break
            taken = [solver.boolean_value(variable) for variable in self.take]
            left_out = [solver.boolean_value(variable) for variable in self.leave]
            answer = taken
            # Summed here, in integers: the solver states its objective as a float.
            value = sum(factor for variable, factor in terms if solver.boolean_value(variable))
            self.model.add(total <= value)
            self._hint(taken, left_out)
        return None if answer is None else Chosen(self._routes(answer), proved)

    def _serve_once_or_leave_out(self) -> None:
        """Each ticket is in exactly one route taken, or left out."""
        choices: list[list[IntVar]] = [[left_out] for left_out in self.leave]
        for variable, column in zip(self.take, self.columns, strict=True):
            for ticket in column.tickets:
                choices[ticket].append(variable)
        for choice in choices:
            self.model.add_exactly_one(choice)

    def _one_route_a_shift(self) -> None:
        """Each shift takes at most one route."""
        choices: list[list[IntVar]] = [[] for _ in range(self.num_shifts)]
        for variable, column in zip(self.take, self.columns, strict=True):
            choices[column.shift].append(variable)
        for choice in choices:
            self.model.add_at_most_one(choice)

    def _tiers(self, shapes: Shapes) -> list[list[tuple[IntVar, int]]]:
        """What each tier sums up, tiers without any price left out."""
        out = (shapes.mandatory.astype(int), shapes.unassigned_points, shapes.unassigned_cost)
        of_routes = (
            [0] * len(self.columns),
            [c.points for c in self.columns],
            [c.cost for c in self.columns],
        )
        tiers = []
        for routes, left_out in zip(of_routes, out, strict=True):
            priced = [*zip(self.take, routes, strict=True), *zip(self.leave, left_out.tolist(), strict=True)]
            tiers.append([(variable, factor) for variable, factor in priced if factor])
        return [terms for terms in tiers if terms]

    def _hint(self, taken: list[bool], left_out: list[bool]) -> None:
        self.model.clear_hints()  # type: ignore[no-untyped-call]
        for variable, value in zip((*self.take, *self.leave), (*taken, *left_out), strict=True):
            self.model.add_hint(variable, value)

    def _routes(self, taken: list[bool]) -> list[list[int]]:
        routes: list[list[int]] = [[] for _ in range(self.num_shifts)]
        for column, is_taken in zip(self.columns, taken, strict=True):
            if is_taken:
                routes[column.shift] = list(column.tickets)
        return routes
