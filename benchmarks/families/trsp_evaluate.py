"""Technician routing (Pillac, Praxedo): reads an instance and judges routes, in plain double precision."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from benchmarks.families.evaluation import Evaluation, visit_faults
from benchmarks.families.timing import Timing, Visit, timing

RESTOCK = 0
"""The depot as a visit: from then on every tool is on board and parts never run out."""


@dataclass(frozen=True)
class Node:
    """The depot, a technician's home (what he has) or a request (what it needs)."""

    x: float
    y: float
    opens: float
    closes: float
    service: float
    skills: frozenset[int]
    tools: frozenset[int]
    parts: tuple[int, ...]


@dataclass(frozen=True)
class TrspInstance:
    """Nodes in the file's order; ``minutes`` is the travel matrix of files that have one."""

    nodes: tuple[Node, ...]
    crew: int
    minutes: tuple[tuple[float, ...], ...] | None

    @property
    def requests(self) -> range:
        """Numbers of the nodes to serve."""
        return range(self.crew + 1, len(self.nodes))

    def travel(self, origin: int, goal: int) -> float:
        """The file's minutes, else the Euclidean distance."""
        if self.minutes is not None:
            return self.minutes[origin][goal]
        a, b = self.nodes[origin], self.nodes[goal]
        return math.hypot(a.x - b.x, a.y - b.y)


def parse_trsp(text: str) -> TrspInstance:
    """The instance in the text of a file."""
    lines = [line for line in text.splitlines() if line.strip()]
    header = next(i for i, line in enumerate(lines) if line.startswith("CREW COUNT"))
    crew = int(lines[header + 1].split()[0])
    first = next(i for i, line in enumerate(lines) if line.startswith("ID")) + 1
    nodes = []
    for line in lines[first:]:
        if not line.lstrip()[0].isdigit():
            break
        nodes.append(_node(line))
    minutes = None
    if "TRAVEL TIMES" in text:
        start = next(i for i, line in enumerate(lines) if line.startswith("TRAVEL TIMES")) + 1
        minutes = tuple(_matrix_row(line) for line in lines[start : start + len(nodes)])
    return TrspInstance(tuple(nodes), crew, minutes)


def evaluate_trsp(instance: TrspInstance, routes: Mapping[int, Sequence[int]]) -> Evaluation:
    """Judge ``routes``: technician's node to visits in order, ``RESTOCK`` among them.

    The value is the total working time: return less latest departure. ``first`` counts unserved requests.
    """
    broken = visit_faults(
        set(instance.requests), [[v for v in r if v != RESTOCK] for r in routes.values()], all_needed=False
    )
    working, travel, service = 0.0, 0.0, 0.0
    for technician, visits in routes.items():
        if not visits:
            continue
        times = _times(instance, technician, visits)
        broken += [f"technician {technician}: {fault}" for fault in times.broken]
        broken += _supply_faults(instance, technician, visits)
        working += times.duration
        stops = [technician, *visits, technician]
        travel += sum(instance.travel(a, b) for a, b in pairwise(stops))
        service += sum(instance.nodes[v].service for v in visits)
    served = {v for visits in routes.values() for v in visits} - {RESTOCK}
    return Evaluation(
        value=working,
        broken=tuple(broken),
        first=len(set(instance.requests) - served),
        constant=service,
        parts={"travel": travel, "service": service, "waiting": working - travel - service},
    )


def _times(instance: TrspInstance, technician: int, visits: Sequence[int]) -> Timing:
    home = instance.nodes[technician]
    stops = [technician, *visits, technician]
    legs = [instance.travel(a, b) for a, b in pairwise(stops)]
    nodes = [(v, instance.nodes[v]) for v in visits]
    timed = [Visit(f"request {v}", node.opens, node.closes, node.service) for v, node in nodes]
    return timing(home.opens, timed, legs, home.closes)


def _supply_faults(instance: TrspInstance, technician: int, visits: Sequence[int]) -> list[str]:
    has = instance.nodes[technician]
    stock, restocked, faults = list(has.parts), False, []
    for visit in visits:
        if visit == RESTOCK:
            faults += ["passes by the depot twice"] if restocked else []
            restocked = True
            continue
        needs = instance.nodes[visit]
        if not needs.skills <= has.skills:
            faults.append(f"lacks a skill of request {visit}")
        if restocked:
            continue
        if not needs.tools <= has.tools:
            faults.append(f"lacks a tool of request {visit}")
        for part, units in enumerate(needs.parts):
            stock[part] -= units
            if stock[part] < 0 < units:
                faults.append(f"has no part {part} left for request {visit}")
    return [f"technician {technician} {fault}" for fault in faults]


def _node(line: str) -> Node:
    numbers = line.split("[", 1)[0].split()
    skills, tools, parts = (
        [int(n) for n in re.findall(r"\d+", group)] for group in re.findall(r"\[(.*?)\]", line)
    )
    x, y, opens, closes, service = (float(number) for number in numbers[1:6])
    return Node(x, y, opens, closes, service, frozenset(skills), frozenset(tools), tuple(parts))


def _matrix_row(line: str) -> tuple[float, ...]:
    return tuple(float(cell) for cell in line.strip().strip(";").split(";")[1:])
