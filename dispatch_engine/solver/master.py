"""The master problem: choose one remembered route a shift so that the whole plan is best, tier by tier.

Set partitioning over routes that the search met. The linear relaxation ranks the routes by reduced cost; CP-SAT
then chooses among the best few, with the incumbent as hint (the matheuristic of Pillac, Guéret & Medaglia,
*A parallel matheuristic for the technician routing and scheduling problem*, Optimization Letters 7, 2013).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dispatch_engine.rules.shapes import Shapes
from dispatch_engine.solver.kernels.pool import Pool

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import IntVar

MOST_LP_ROUTES = 30_000
"""Routes that the relaxation looks at, the cheapest per ticket first."""
MOST_ROUTES = 2_500
"""Routes that CP-SAT chooses from."""


@dataclass(frozen=True)
class Column:
    """One route: the tickets of ``shift`` in order, with its milli-points and units."""

    shift: int
    tickets: tuple[int, ...]
    points: int
    cost: int


def pool_columns(pool: Pool) -> list[Column]:
    """The routes that a pool holds; no thread may be writing to it."""
    slots = np.flatnonzero(pool.key)
    routes, lengths = pool.route[slots].tolist(), pool.length[slots].tolist()
    rows = zip(
        pool.shift[slots].tolist(),
        routes,
        lengths,
        pool.points[slots].tolist(),
        pool.cost[slots].tolist(),
        strict=True,
    )
    return [Column(s, tuple(route[:length]), points, cost) for s, route, length, points, cost in rows]


class Master:
    """The set-partitioning model of one day over given routes."""

    def __init__(self, shapes: Shapes, columns: Iterable[Column]) -> None:
        self.shapes = shapes
        self.columns = _cheapest_orders(columns)

    def choose(
        self,
        incumbent: Sequence[Sequence[int]],
        weight: float,
        *,
        seconds: float,
        seed: int,
        deterministic: bool = False,
        should_stop: Callable[[], bool] | None = None,
    ) -> list[list[int]] | None:
        """The best plan that the routes can make, as tickets per shift; None where nothing better was found.

        Parameters
        ----------
        incumbent : tickets per shift of the best plan so far; its routes must be among the columns to be a hint.
        weight : units per milli-point with which the relaxation ranks routes.
        seconds : for everything; with ``deterministic`` it counts the solver's own units of work instead.
        """
        if not self.columns:
            return None
        start = monotonic()
        chosen = self._ranked(weight)
        left = seconds if deterministic else seconds - (monotonic() - start)
        if left <= 0 or (should_stop is not None and should_stop()):
            return None
        known = {(s, tuple(route)) for s, route in enumerate(incumbent) if route}
        listed = {(column.shift, column.tickets) for column in chosen}
        chosen = chosen + [c for c in self.columns if (c.shift, c.tickets) in known - listed]
        choice = _Choice(self.shapes, chosen, known)
        return choice.solve(left, seed, deterministic)

    def _ranked(self, weight: float) -> list[Column]:
        """The columns with the least reduced cost in the linear relaxation."""
        columns = self.columns
        if len(columns) <= MOST_ROUTES:
            return columns
        if len(columns) > MOST_LP_ROUTES:
            each = np.array([(weight * c.points + c.cost) / len(c.tickets) for c in columns])
            columns = [columns[i] for i in np.argsort(each, kind="stable")[:MOST_LP_ROUTES]]
        price = self._reduced_costs(columns, weight)
        return [columns[i] for i in np.argsort(price, kind="stable")[:MOST_ROUTES]]

    def _reduced_costs(self, columns: list[Column], weight: float) -> NDArray[np.float64]:
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
        for ticket in range(shapes.num_tickets):
            variable = solver.NumVar(0.0, infinity, "")
            price = weight * float(shapes.unassigned_points[ticket]) + float(shapes.unassigned_cost[ticket])
            price += 1e3 * weight * 1000 * bool(shapes.mandatory[ticket])
            objective.SetCoefficient(variable, price)
            served[ticket].SetCoefficient(variable, 1.0)
        if solver.Solve() != pywraplp.Solver.OPTIMAL:
            return np.array([weight * c.points + c.cost for c in columns])
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
        self.tiers = self._tiers(shapes)
        served = {ticket for _, tickets in known for ticket in tickets}
        self._hint(
            [(column.shift, column.tickets) in known for column in columns],
            [ticket not in served for ticket in range(shapes.num_tickets)],
        )

    def solve(self, seconds: float, seed: int, deterministic: bool) -> list[list[int]] | None:
        """Minimise tier after tier, each with the ones before held; None if not even the first was solved."""
        from ortools.sat.python import cp_model

        answer, end = None, monotonic() + seconds
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
            if solver.solve(self.model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
                break
            taken = [solver.boolean_value(variable) for variable in self.take]
            left_out = [solver.boolean_value(variable) for variable in self.leave]
            answer = taken
            # Summed here, in integers: the solver states its objective as a float.
            value = sum(factor for variable, factor in terms if solver.boolean_value(variable))
            self.model.add(total <= value)
            self._hint(taken, left_out)
        return None if answer is None else self._routes(answer)

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


def _cheapest_orders(columns: Iterable[Column]) -> list[Column]:
    """One column per shift and set of tickets, the cheapest; in an order that does not depend on threads."""
    best: dict[tuple[int, frozenset[int]], Column] = {}
    for column in columns:
        key = (column.shift, frozenset(column.tickets))
        known = best.get(key)
        if known is None or (column.points, column.cost, column.tickets) < (
            known.points,
            known.cost,
            known.tickets,
        ):
            best[key] = column
    return sorted(best.values(), key=lambda column: (column.shift, column.tickets))
