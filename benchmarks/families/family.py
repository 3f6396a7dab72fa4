"""What a benchmark family offers: instances, published values, a problem to solve and a judge of plans."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar

from benchmarks.families.evaluation import Evaluation
from benchmarks.instances import BestKnown, best_known, instance_file
from dispatch_engine.model.plan import Plan


class Family(ABC):
    """One public set under one objective; a new one is a file with a subclass and a line in the register.

    Attributes
    ----------
    name : word on the command line and in results.
    folder : folder of the files under the instances folder.
    objective : the set's own objective, a sentence for people.
    scale : how the set's times become the problem's seconds, and what that rounds.
    first : what the objective counts before its value: ``none``, ``unserved`` or ``vehicles``.
    suffixes : how names of instance files end, most usual first.
    origin : where a user gets the files.
    values : file of the best known values in the folder.
    published_tolerance : how far a published value may lie from its stored solution beyond its last digit.
    is_published : whether there are published values to compare with.
    has_files : whether its instances are files that a user has to fetch.
    value_per_cost : value of the set per unit of the engine's cost (cents; minutes in ``working_time``), by
        which incumbents become values; None where cost and value are not proportional.
    """

    name: ClassVar[str]
    folder: ClassVar[str]
    objective: ClassVar[str]
    scale: ClassVar[str]
    origin: ClassVar[str]
    first: ClassVar[str] = "none"
    suffixes: ClassVar[tuple[str, ...]] = (".txt", ".txt.gz")
    values: ClassVar[str] = "bks.csv"
    published_tolerance: ClassVar[float] = 1e-6
    is_published: ClassVar[bool] = True
    has_files: ClassVar[bool] = True
    value_per_cost: ClassVar[float | None] = 1.0

    def best_known(self, folder: Path) -> dict[str, BestKnown]:
        """Best known values by instance."""
        return best_known(folder / self.values, self.first)

    def instances(self, folder: Path) -> list[str]:
        """Names of the instances whose files are there, sorted."""
        names = {path.name for path in (folder / "instances").glob("*")}
        return sorted(n.removesuffix(s) for n in names for s in self.suffixes if n.endswith(s))

    def class_of(self, name: str) -> str:  # noqa: ARG002
        """The class within which gaps are averaged before classes are; one class unless overridden."""
        return self.name

    def path(self, folder: Path, name: str) -> Path:
        """The file of an instance. Raises BenchmarkError where it is missing."""
        return instance_file(folder / "instances", name, *self.suffixes)

    def stored(self, folder: Path, name: str) -> Evaluation | None:  # noqa: ARG002
        """The evaluator's word on the stored best known solution; None where no solution is stored."""
        return None

    @abstractmethod
    def problem(self, folder: Path, name: str) -> dict[str, Any]:
        """The instance as a problem in the words of the contract.

        It may use what this version of the engine does not build yet; validation then says so.

        Raises
        ------
        UnsupportedError : the contract itself has no words for it.
        """

    @abstractmethod
    def judge(self, folder: Path, name: str, plan: Plan) -> Evaluation:
        """The evaluator's word on a plan for :meth:`problem`, in the set's own precision."""


def solomon_class(name: str) -> str:
    """``RC2`` of a name like ``RC203_5x4``: geometry and length of the horizon of Solomon's files."""
    found = re.match(r"(RC|R|C)[12]", name)
    return found[0] if found else name


def numbered_routes(plan: Plan) -> dict[int, list[int]]:
    """Technician's number to tickets' numbers in order, of a plan with ids like ``T3`` and ``K17``."""
    return {
        int(route.technician[1:]): [int(stop.ticket[1:]) for stop in route.stops if stop.kind == "ticket"]
        for route in plan.routes
    }
