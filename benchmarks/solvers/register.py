"""All solvers of the runs. A new one is a file and a line here."""

from __future__ import annotations

from benchmarks.errors import BenchmarkError
from benchmarks.solvers.ours import Ours
from benchmarks.solvers.pyvrp_solver import PyVRP
from benchmarks.solvers.solver import Solver

SOLVERS: dict[str, Solver] = {"ours": Ours(), "pyvrp": PyVRP()}


def solver_named(name: str) -> Solver:
    """The solver of that name. Raises BenchmarkError with the list of names."""
    if name not in SOLVERS:
        raise BenchmarkError(f"'{name}' is no solver; there are: {', '.join(SOLVERS)}")
    return SOLVERS[name]
