"""Home health care (Mankowska; Italian cities) as families: skills, pairs of visits, tardiness."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from benchmarks.families import words
from benchmarks.families.evaluation import Evaluation
from benchmarks.families.family import Family
from benchmarks.families.hhcrsp_evaluate import (
    HhcrspInstance,
    Patient,
    Visit,
    evaluate_hhcrsp,
    parse_hhcrsp,
    parse_hhcrsp_solution,
)
from benchmarks.instances import read_text
from dispatch_engine.model.plan import Plan

SECONDS_PER_UNIT = 100
METRES_PER_UNIT = 1000
HORIZON_SECONDS = 48 * 3600
"""The set has no end of work; the longest shift stands for it, three times the latest window."""

TARDINESS_FROM_START = {**words.NO_PROMISES, "late_measured_at": "start"}
CENTS_PER_MINUTE = METRES_PER_UNIT * 60 / SECONDS_PER_UNIT
"""A unit of time late costs as much as a unit of distance."""


class Mankowska(Family):
    """The standard set with skills and soft windows."""

    name = "hhcrsp_mankowska"
    folder = "hhcrsp_mankowska"
    objective = "(total distance + largest tardiness + total tardiness) / 3"
    scale = "1 unit = 100 s, legs rounded up to the second (0.01 unit); priced in thousandths of a unit"
    origin = "github.com/iolab-uniud/hhcrsp, instances (MIT)"
    suffixes = (".json",)
    value_per_cost = 1 / (3 * METRES_PER_UNIT)
    published_tolerance = 1e-3  # one stored solution waits a few thousandths longer than its orders require

    def stored(self, folder: Path, name: str) -> Evaluation | None:
        path = folder / "solutions" / f"{name}.sol.json"
        if not path.exists():
            return None
        return evaluate_hhcrsp(self.parsed(folder, name), parse_hhcrsp_solution(read_text(path)))

    def problem(self, folder: Path, name: str) -> dict[str, Any]:
        instance = self.parsed(folder, name)
        prices = {
            "km": words.CENTS_PER_KM,
            "late_minute": CENTS_PER_MINUTE,
            "largest_late_minute": CENTS_PER_MINUTE,
        }
        return words.problem(
            name,
            [_technician(n, skills) for n, skills in enumerate(instance.abilities.values(), 1)],
            [ticket for patient in instance.patients.values() for ticket in _tickets(patient)],
            _travel(instance),
            prices,
            TARDINESS_FROM_START,
        )

    def judge(self, folder: Path, name: str, plan: Plan) -> Evaluation:
        instance = self.parsed(folder, name)
        caregivers, patients = list(instance.abilities), list(instance.patients)
        routes = {}
        for route in plan.routes:
            words_of_stops = [stop.ticket[1:].split("-") for stop in route.stops if stop.kind == "ticket"]
            visits = [_visit(instance, patients[int(row) - 1], int(half)) for row, half in words_of_stops]
            routes[caregivers[int(route.technician[1:]) - 1]] = visits
        return evaluate_hhcrsp(instance, routes)

    def parsed(self, folder: Path, name: str) -> HhcrspInstance:
        """The instance as the evaluator reads it."""
        return parse_hhcrsp(read_text(self.path(folder, name)))


class Italian(Mankowska):
    """The same problem with travel times in real Italian cities."""

    name = "hhcrsp_italian"
    folder = "hhcrsp_italian"


def _visit(instance: HhcrspInstance, patient: str, half: int) -> Visit:
    return Visit(patient, list(instance.patients[patient].durations)[half])


def _technician(number: int, skills: frozenset[str]) -> dict[str, Any]:
    found = words.technician(number, 0, 0, HORIZON_SECONDS)
    return {**found, "skills": dict.fromkeys(sorted(skills), 1)}


def _tickets(patient: Patient) -> list[dict[str, Any]]:
    """One ticket per service; the second of a pair names the first."""
    tickets = []
    for half, (service, duration) in enumerate(patient.durations.items()):
        opens, closes = (round(SECONDS_PER_UNIT * t) for t in (patient.opens, patient.closes))
        ticket = words.ticket(
            patient.row, patient.row, opens, HORIZON_SECONDS, round(SECONDS_PER_UNIT * duration)
        )
        ticket |= {
            "id": f"K{patient.row}-{half}",
            "due_at": words.instant(closes),
            "required_skills": {service: 1},
        }
        tickets.append(ticket)
    if patient.gap is not None:
        tickets[1] |= _bond(tickets[0]["id"], *patient.gap)
    return tickets


def _bond(other: str, least: float, most: float) -> dict[str, Any]:
    if least == most == 0:
        return {"same_start_as": other, "different_technician_from": other}
    gaps = [words.minutes(round(SECONDS_PER_UNIT * gap)) for gap in (least, most)]
    after = {"ticket": other, "min_gap_minutes": gaps[0], "max_gap_minutes": gaps[1], "from": "start"}
    return {"after": [after], "different_technician_from": other}


def _travel(instance: HhcrspInstance) -> dict[str, Any]:
    seconds = [[math.ceil(SECONDS_PER_UNIT * d - 1e-6) for d in row] for row in instance.distances]
    metres = [[round(METRES_PER_UNIT * d) for d in row] for row in instance.distances]
    return words.matrix(seconds, metres)
