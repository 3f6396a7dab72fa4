"""What a solver offers to the runs. A new one is a file with such a class and a line in the register."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem

Note = Callable[[float, float, float], None]
"""Called with seconds, SLA points (unserved tickets in ``working_time``) and cost in the mode's unit."""


class Solver(Protocol):
    """One way to solve a problem within a time limit."""

    def version(self) -> str:
        """Version of the package that does the work. Raises BenchmarkError where it is not installed."""

    def prepare(self) -> None:
        """Whatever is done once a machine, such as compiling; its time does not count."""

    def solve(self, problem: Problem, time_limit: float, seed: int, workers: int, note: Note) -> Plan:
        """The best plan found; an order of tickets per route is enough, the checker adds the times.

        Raises
        ------
        UnsupportedError : the solver cannot express the problem; it never approximates.
        """
