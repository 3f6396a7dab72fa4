"""All solvers of the runs. A new one is a file and a line here."""

from __future__ import annotations

from benchmarks.errors import BenchmarkError
from benchmarks.solvers.cpsat_solver import CpSat
from benchmarks.solvers.late_fill import LateFill
from benchmarks.solvers.ortools_solver import OrTools
from benchmarks.solvers.ours import Ours
from benchmarks.solvers.pyvrp_solver import PyVRP
from benchmarks.solvers.solver import Solver
from benchmarks.solvers.vroom_solver import Vroom
from benchmarks.solvers.vrp_cli_solver import VrpCli

PEERS: dict[str, Solver] = {"vroom": Vroom(), "ortools": OrTools(), "pyvrp": PyVRP(), "vrp-cli": VrpCli()}
FILL = "+fill"
"""Ending of a peer's name that asks for a late fill."""
SOLVERS: dict[str, Solver] = {
    "ours": Ours(),
    **PEERS,
    **{name + FILL: LateFill(peer) for name, peer in PEERS.items()},
    "cpsat": CpSat(),
}


def solver_named(name: str) -> Solver:
    """The solver of that name. Raises BenchmarkError with the list of names."""
    if name not in SOLVERS:
        raise BenchmarkError(f"'{name}' is no solver; there are: {', '.join(SOLVERS)}")
    return SOLVERS[name]
