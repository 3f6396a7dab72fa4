"""Service technicians with skill levels and outsourcing (Kovacs): reads an instance and judges routes.

Only the variant in which a task needs one technician: teams that travel together are another problem.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from benchmarks.families.evaluation import Evaluation, visit_faults
from benchmarks.families.timing import Visit, timing

FIXED_OUTSOURCING = 200.0
OUTSOURCING_EXPONENT = 1.5


@dataclass(frozen=True)
class Task:
    """A row of the task file: ``levels`` is the least level in each domain; the depot needs none."""

    x: float
    y: float
    opens: float
    closes: float
    service: float
    levels: tuple[int, ...]
    outsourcing: float


@dataclass(frozen=True)
class KovacsInstance:
    """``tasks`` by the file's number (1 is the depot), ``crew``: level per domain by technician."""

    tasks: dict[int, Task]
    crew: dict[int, tuple[int, ...]]
    depot: int = 1

    def travel(self, origin: int, goal: int) -> float:
        """Euclidean distance, which is also the travel time."""
        a, b = self.tasks[origin], self.tasks[goal]
        return math.hypot(a.x - b.x, a.y - b.y)

    def can_do(self, technician: int, task: int) -> bool:
        """Whether the technician has the level in every domain."""
        levels = self.tasks[task].levels
        return all(has >= needs for has, needs in zip(self.crew[technician], levels, strict=True))


def parse_kovacs(tasks: str, technicians: str) -> KovacsInstance:
    """The instance in the texts of a task file and a technician file."""
    crew_rows = [[int(w) for w in line.split()] for line in technicians.splitlines() if line[:1].isdigit()]
    crew = {row[0]: tuple(row[1:]) for row in crew_rows}
    domains = len(next(iter(crew.values())))
    task_rows = [[float(w) for w in line.split()] for line in tasks.splitlines() if line[:1].isdigit()]
    return KovacsInstance({int(row[0]): _task(row, domains) for row in task_rows}, crew)


def evaluate_kovacs(instance: KovacsInstance, routes: Mapping[int, Sequence[int]]) -> Evaluation:
    """Travel plus ``200 + (sum of the task's demands) ** 1.5`` for each task not done."""
    tasks = set(instance.tasks) - {instance.depot}
    broken = visit_faults(tasks, [list(route) for route in routes.values()], all_needed=False)
    travel, depot = 0.0, instance.tasks[instance.depot]
    for technician, route in routes.items():
        stops = [instance.depot, *route, instance.depot] if route else []
        legs = [instance.travel(a, b) for a, b in pairwise(stops)]
        travel += sum(legs)
        broken += [f"{technician} cannot do task {t}" for t in route if not instance.can_do(technician, t)]
        if route:
            times = timing(depot.opens, [_visit(instance, t) for t in route], legs, depot.closes)
            broken += [f"technician {technician}: {fault}" for fault in times.broken]
    left_out = tasks - {task for route in routes.values() for task in route}
    outsourcing = sum(instance.tasks[task].outsourcing for task in left_out)
    parts = {"travel": travel, "outsourcing": outsourcing, "outsourced tasks": len(left_out)}
    return Evaluation(travel + outsourcing, tuple(broken), parts=parts)


def _visit(instance: KovacsInstance, number: int) -> Visit:
    task = instance.tasks[number]
    return Visit(f"task {number}", task.opens, task.closes, task.service)


def _task(row: list[float], domains: int) -> Task:
    _, x, y, _, opens, closes, service, _, *demands = row
    levels = len(demands) // domains
    by_domain = [demands[d * levels : (d + 1) * levels] for d in range(domains)]
    needed = tuple(max((level + 1 for level, d in enumerate(ds) if d > 0), default=0) for ds in by_domain)
    price = FIXED_OUTSOURCING + sum(demands) ** OUTSOURCING_EXPONENT
    return Task(x, y, opens, closes, service, needed, price)
