"""The linear master of the bound: which routes, in what shares, serve every ticket at least cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterable

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Duals:
    """Prices of the master's rows: per ticket served, per route of a group (<= 0), per step of points (>= 0)."""

    ticket: Float
    group: Float
    step: float

    def between(self, other: Duals, share: float) -> Duals:
        """``share`` of these and the rest of the ``other`` ones."""
        return Duals(
            share * self.ticket + (1 - share) * other.ticket,
            share * self.group + (1 - share) * other.group,
            share * self.step + (1 - share) * other.step,
        )


class Master:
    """Every ticket exactly once or left out, at most ``counts[g]`` routes of group g, at most ``limit`` steps.

    Parameters
    ----------
    out_price, out_steps : price and steps of leaving each ticket out; ``penalty`` stands for both where that is
        not allowed, so that there always is a solution.
    limit : steps of points, None: not limited.
    """

    def __init__(
        self, out_price: Float, out_steps: Float, allowed: NDArray[np.bool_], counts: list[int],
        limit: int | None, penalty: float,
    ) -> None:  # fmt: skip
        from ortools.linear_solver import pywraplp

        self._solver: Any = pywraplp.Solver.CreateSolver("GLOP")
        self._infinity = self._solver.infinity()
        self._objective = self._solver.Objective()
        self._tickets = [self._solver.Constraint(1, 1) for _ in out_price]
        self._groups = [self._solver.Constraint(-self._infinity, count) for count in counts]
        self._points = None if limit is None else self._solver.Constraint(-self._infinity, limit)
        self._artificial: list[Any] = []
        for v, row in enumerate(self._tickets):
            if allowed[v]:
                self._add(float(out_price[v]), [row], float(out_steps[v]))
            else:
                self._artificial.append(self._add(penalty, [row], 0.0))
        if self._points is not None:
            self._artificial.append(self._add(penalty, [], -1.0))
        self._penalty = penalty

    def add(self, group: int, tickets: Iterable[int], price: float, steps: int) -> Any:
        """Let the master use a route, in which a ticket may stand more than once; returns its handle."""
        return self._add(price, [self._groups[group], *(self._tickets[v] for v in tickets)], float(steps))

    def solve(self) -> tuple[float, Duals] | None:
        """Value and duals of the master over the routes it knows; None if the solver failed."""
        if self._solver.Solve() != self._solver.OPTIMAL:
            return None
        return self._objective.Value(), Duals(
            np.array([row.dual_value() for row in self._tickets]),
            np.minimum(np.array([row.dual_value() for row in self._groups]), 0.0),
            0.0 if self._points is None else max(0.0, -self._points.dual_value()),
        )

    def share_of(self, handle: Any) -> float:
        """The share of a route in the last solution."""
        return float(handle.solution_value())

    def drop(self, handle: Any) -> None:
        """Use this route no more."""
        handle.SetUb(0.0)

    def is_real(self) -> bool:
        """Whether the last solution leaves out nothing that may not be left out."""
        return all(variable.solution_value() < 1e-7 for variable in self._artificial)

    def raise_penalty(self) -> None:
        """Make forbidden omissions ten times as dear."""
        self._penalty *= 10
        for variable in self._artificial:
            self._objective.SetCoefficient(variable, self._penalty)

    def _add(self, price: float, rows: list[Any], steps: float) -> Any:
        variable = self._solver.NumVar(0.0, self._infinity, "")
        self._objective.SetCoefficient(variable, price)
        for row in rows:
            row.SetCoefficient(variable, row.GetCoefficient(variable) + 1.0)
        if self._points is not None and steps:
            self._points.SetCoefficient(variable, steps)
        return variable
