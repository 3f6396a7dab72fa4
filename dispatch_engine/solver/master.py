"""The master problem: choose one remembered route a shift so that the whole plan is best, tier by tier.

Set partitioning over routes that the search met. The linear relaxation ranks the routes by reduced cost; CP-SAT
then chooses among the best few, with the incumbent as hint (the matheuristic of Pillac, Guéret & Medaglia,
*A parallel matheuristic for the technician routing and scheduling problem*, Optimization Letters 7, 2013).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from dispatch_engine.rules.shapes import Shapes
from dispatch_engine.solver.kernels.pool import Pool

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
    """The routes that a pool holds now. Safe while its thread writes: a torn route is priced anew when chosen."""
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
        return self._solve(chosen, incumbent, left, seed, deterministic)

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

    def _solve(
        self, columns: list[Column], incumbent: Sequence[Sequence[int]], seconds: float, seed: int, deterministic: bool
    ) -> list[list[int]] | None:
        from ortools.sat.python import cp_model

        shapes = self.shapes
        known = {(s, tuple(route)) for s, route in enumerate(incumbent) if route}
        listed = {(c.shift, c.tickets) for c in columns}
        columns = columns + [c for c in self.columns if (c.shift, c.tickets) in known - listed]
        model = cp_model.CpModel()
        take = [model.NewBoolVar("") for _ in columns]
        leave = [model.NewBoolVar("") for _ in range(shapes.num_tickets)]
        by_ticket: list[list[cp_model.IntVar]] = [[] for _ in leave]
        by_shift: list[list[cp_model.IntVar]] = [[] for _ in range(shapes.num_shifts)]
        for variable, column in zip(take, columns, strict=True):
            by_shift[column.shift].append(variable)
            for ticket in column.tickets:
                by_ticket[ticket].append(variable)
        for routes, left_out in zip(by_ticket, leave, strict=True):
            model.AddExactlyOne([*routes, left_out])
        for routes in by_shift:
            model.AddAtMostOne(routes)
        served = {ticket for _, tickets in known for ticket in tickets}
        for variable, column in zip(take, columns, strict=True):
            model.AddHint(variable, (column.shift, column.tickets) in known)
        for ticket, variable in enumerate(leave):
            model.AddHint(variable, ticket not in served)
        tiers = [
            [(v, 1) for v, must in zip(leave, shapes.mandatory.tolist(), strict=True) if must],
            [
                *((x, c.points) for x, c in zip(take, columns, strict=True)),
                *zip(leave, shapes.unassigned_points.tolist(), strict=True),
            ],
            [
                *((x, c.cost) for x, c in zip(take, columns, strict=True)),
                *zip(leave, shapes.unassigned_cost.tolist(), strict=True),
            ],
        ]
        answer: list[int] | None = None
        end = monotonic() + seconds
        open_tiers = [terms for tier in tiers if (terms := [(v, int(n)) for v, n in tier if n])]
        for number, terms in enumerate(open_tiers):
            solver = cp_model.CpSolver()
            solver.parameters.num_workers = 1
            solver.parameters.random_seed = seed % (1 << 31)
            solver.parameters.linearization_level = 2
            share = seconds / len(open_tiers)
            if deterministic:
                solver.parameters.max_deterministic_time = share
            else:
                solver.parameters.max_time_in_seconds = max(0.01, (end - monotonic()) / (len(open_tiers) - number))
            total = sum(factor * variable for variable, factor in terms)
            model.Minimize(total)
            status = solver.Solve(model)
            if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
                break
            answer = [i for i, variable in enumerate(take) if solver.BooleanValue(variable)]
            model.Add(total <= round(solver.ObjectiveValue()))
            model.ClearHints()
            for variable in (*take, *leave):
                model.AddHint(variable, solver.BooleanValue(variable))
        if answer is None:
            return None
        routes: list[list[int]] = [[] for _ in range(shapes.num_shifts)]
        for i in answer:
            routes[columns[i].shift] = list(columns[i].tickets)
        return routes


def _cheapest_orders(columns: Iterable[Column]) -> list[Column]:
    """One column per shift and set of tickets, the cheapest; in an order that does not depend on threads."""
    best: dict[tuple[int, frozenset[int]], Column] = {}
    for column in columns:
        key = (column.shift, frozenset(column.tickets))
        known = best.get(key)
        if known is None or (column.points, column.cost, column.tickets) < (known.points, known.cost, known.tickets):
            best[key] = column
    return sorted(best.values(), key=lambda column: (column.shift, column.tickets))
