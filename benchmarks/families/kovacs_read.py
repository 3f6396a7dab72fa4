"""Service technicians with skill levels and outsourcing (Kovacs) as a family; teams are unsupported."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from benchmarks.errors import UnsupportedError
from benchmarks.families import words
from benchmarks.families.evaluation import Evaluation
from benchmarks.families.family import Family, numbered_routes, solomon_class
from benchmarks.families.kovacs_evaluate import KovacsInstance, evaluate_kovacs, parse_kovacs
from benchmarks.instances import instance_file, read_text
from dispatch_engine.model.plan import Plan

SECONDS_PER_UNIT = 50
"""The longest horizon, 3,390 units, then still fits into a shift of 48 hours."""
METRES_PER_UNIT = 1000
CREWS = {"complete": "technicians_noTeam", "reduced": "techniciansReduced_noTeam"}


class Kovacs(Family):
    """Instances are named as in ``bks.csv``: ``C101_5x4_noTeam_reduced``, and ``C101_5x4_Team``."""

    name = "strsp_kovacs"
    folder = "strsp_kovacs"
    objective = "travel distance plus 200 + (sum of demands)^1.5 for each outsourced task"
    scale = "1 unit = 50 s, legs rounded up to the second (0.02 unit); priced in thousandths of a unit"
    origin = "github.com/vpillac/vroom, Instances/strsp/kovacs"
    value_per_cost = 1 / METRES_PER_UNIT

    def class_of(self, name: str) -> str:
        return solomon_class(name)

    def instances(self, folder: Path) -> list[str]:
        base = folder / "instances"
        single = [p.stem for p in (base / "tasks_noTeam").glob("*.txt")]
        teams = [p.stem for p in (base / "tasks_Team").glob("*.txt")]
        return sorted([f"{stem}_{crew}" for stem in single for crew in CREWS] + teams)

    def path(self, folder: Path, name: str) -> Path:
        stem = name.rpartition("_")[0] if name.endswith(tuple(CREWS)) else name
        kind = "tasks_noTeam" if "noTeam" in name else "tasks_Team"
        return instance_file(folder / "instances" / kind, stem, ".txt")

    def problem(self, folder: Path, name: str) -> dict[str, Any]:
        instance = self.parsed(folder, name)
        depot = instance.tasks[instance.depot]
        technicians = []
        for number, levels in instance.crew.items():
            found = words.technician(number, 0, _seconds(depot.opens), _seconds(depot.closes))
            technicians.append({**found, "skills": _skills(levels)})
        tickets = []
        for row, (number, task) in enumerate(instance.tasks.items()):
            if number == instance.depot:
                continue
            job = words.ticket(
                number, row, _seconds(task.opens), _seconds(task.closes), _seconds(task.service)
            )
            price = round(METRES_PER_UNIT * task.outsourcing)
            job |= {"mandatory": False, "unassigned_price": price, "required_skills": _skills(task.levels)}
            tickets.append(job)
        return words.problem(name, technicians, tickets, _travel(instance), {"km": words.CENTS_PER_KM})

    def judge(self, folder: Path, name: str, plan: Plan) -> Evaluation:
        return evaluate_kovacs(self.parsed(folder, name), numbered_routes(plan))

    def parsed(self, folder: Path, name: str) -> KovacsInstance:
        """The instance as the evaluator reads it. Raises UnsupportedError for the team variant."""
        stem, _, crew = name.rpartition("_")
        if crew not in CREWS:
            raise UnsupportedError("teams that travel together")
        technicians = instance_file(folder / "instances" / CREWS[crew], f"technicians_{stem}", ".txt")
        return parse_kovacs(read_text(self.path(folder, name)), read_text(technicians))


def _seconds(units: float) -> int:
    return round(SECONDS_PER_UNIT * units)


def _skills(levels: tuple[int, ...]) -> dict[str, int]:
    return {f"domain-{number}": level for number, level in enumerate(levels, 1) if level}


def _travel(instance: KovacsInstance) -> dict[str, Any]:
    exact = [[instance.travel(a, b) for b in instance.tasks] for a in instance.tasks]
    seconds = [[math.ceil(SECONDS_PER_UNIT * d - 1e-6) for d in row] for row in exact]
    metres = [[round(METRES_PER_UNIT * d) for d in row] for row in exact]
    return words.matrix(seconds, metres)
