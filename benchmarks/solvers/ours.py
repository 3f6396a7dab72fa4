"""Our own engine as a solver of the runs."""

from __future__ import annotations

from benchmarks.solvers.solver import Note
from dispatch_engine._version import __version__
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem


class Ours:
    """``dispatch_engine.solver.solve.solve`` with its own time limit."""

    def version(self) -> str:
        return f"dispatch-engine {__version__}"

    def prepare(self) -> None:
        from dispatch_engine.solver.warm import warm_kernels

        warm_kernels()

    def solve(self, problem: Problem, time_limit: float, seed: int, workers: int, note: Note) -> Plan:
        from dispatch_engine.solver.solve import Progress, solve

        def told(progress: Progress) -> None:
            if progress.sla_penalty is not None and progress.cost is not None:
                note(progress.seconds, progress.sla_penalty, progress.cost)

        return solve(problem, time_limit=time_limit, seed=seed, workers=workers, on_progress=told)
