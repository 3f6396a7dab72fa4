"""Our exact model alone, handed to CP-SAT: every shape, proved tier by tier, for small days."""

from __future__ import annotations

from importlib import metadata

from benchmarks.errors import UnsupportedError
from benchmarks.solvers.plain import routes_as_plan
from benchmarks.solvers.solver import Note
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.register import lower_all

MOST_TICKETS = 40
"""The model has a variable per shift and pair of tickets; larger days end without a plan worth the name."""


class CpSat:
    """``dispatch_engine.solver.exact.solve_exact`` without any search before it."""

    def version(self) -> str:
        return f"ortools {metadata.version('ortools')} CP-SAT"

    def prepare(self) -> None:
        """Nothing to compile."""

    def solve(self, problem: Problem, time_limit: float, seed: int, workers: int, note: Note) -> Plan:  # noqa: ARG002 (it tells nothing on the way)
        from dispatch_engine.solver.exact import solve_exact

        if len(problem.tickets) > MOST_TICKETS:
            raise UnsupportedError(f"days of more than {MOST_TICKETS} tickets")
        case = Case.of(problem)
        found = solve_exact(lower_all(case), time_limit=time_limit, seed=seed % (1 << 31), workers=workers)
        return routes_as_plan(case, dict(enumerate(found.routes)))
