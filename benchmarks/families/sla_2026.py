"""The suite technician-sla-2026 as families: its own instances, and TRSP files with soft deadlines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.families.evaluation import Evaluation
from benchmarks.families.family import Family
from benchmarks.families.generated import judged_by_checker
from benchmarks.families.trsp_read import TrspPillac, TrspPraxedo
from benchmarks.instances import BestKnown
from benchmarks.suite.catalogue import catalogue, instance_named
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem

OBJECTIVE = "least SLA penalty, then least cost minutes"


class Sla2026(Family):
    """The fixed instances, see docs/technician-sla-2026.md."""

    name = "technician_sla_2026"
    folder = ""
    objective = OBJECTIVE
    scale = "seconds"
    origin = "python -m benchmarks suite write"
    first = "sla_penalty"
    is_published = has_files = False

    def best_known(self, folder: Path) -> dict[str, BestKnown]:  # noqa: ARG002
        return {}

    def instances(self, folder: Path) -> list[str]:  # noqa: ARG002
        return list(catalogue())

    def class_of(self, name: str) -> str:
        return name.partition("-")[0]

    def problem(self, folder: Path, name: str) -> dict[str, Any]:  # noqa: ARG002
        return instance_named(name).document()

    def judge(self, folder: Path, name: str, plan: Plan) -> Evaluation:
        return judged_by_checker(Problem.from_dict(self.problem(folder, name)), plan)


class SoftPraxedo(TrspPraxedo):
    """Real days: the begin of a window is the appointment, its end the deadline of the arrival, which is soft."""

    name = "trsp_praxedo_soft"
    objective = OBJECTIVE
    first = "sla_penalty"
    is_published = False

    def best_known(self, folder: Path) -> dict[str, BestKnown]:  # noqa: ARG002
        return {}

    def problem(self, folder: Path, name: str) -> dict[str, Any]:
        return softened(super().problem(folder, name))

    def judge(self, folder: Path, name: str, plan: Plan) -> Evaluation:
        return judged_by_checker(Problem.from_dict(self.problem(folder, name)), plan)


class SoftPillac(SoftPraxedo, TrspPillac):
    """The same of instances made from Solomon's files: skills, tools, parts and a depot."""

    name = "trsp_pillac_soft"
    folder = "trsp_pillac"
    scale = TrspPillac.scale
    origin = TrspPillac.origin

    def class_of(self, name: str) -> str:
        return TrspPillac.class_of(self, name)


def softened(problem: dict[str, Any]) -> dict[str, Any]:
    """The problem with each ticket's window as its appointment and its soft deadline, in mode ``sla_first``."""
    tickets = [_softened_ticket(ticket) for ticket in problem["tickets"]]
    return {**problem, "tickets": tickets, "objective": {"mode": "sla_first"}}


def _softened_ticket(ticket: dict[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in ticket.items() if name != "time_windows"}
    if not ticket.get("time_windows"):
        return rest
    (window,) = ticket["time_windows"]
    return {**rest, "appointment_at": window["start"], "due_at": window["end"]}
