"""Home health care (Mankowska; Italian cities): reads an instance and judges the order of visits.

A patient needs one service or two by different caregivers, at the same moment or one after the other. Service
may start after the window closes; the excess is tardiness. Every visit starts as early as the orders of all
caregivers together allow, which is best for every tardiness at once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from benchmarks.families.evaluation import Evaluation

SETTLED = 1e-9
"""Starts that move less than this have settled."""


class Visit(NamedTuple):
    """One service at a patient."""

    patient: str
    service: str


Routes = Mapping[str, Sequence[Visit]]


@dataclass(frozen=True)
class Patient:
    """``durations`` by service in the listed order; ``gap``: how long after the first the second starts."""

    row: int
    opens: float
    closes: float
    durations: dict[str, float]
    gap: tuple[float, float] | None


@dataclass(frozen=True)
class HhcrspInstance:
    """Row and column 0 of ``distances`` is the office, where every caregiver starts and ends."""

    patients: dict[str, Patient]
    abilities: dict[str, frozenset[str]]
    distances: tuple[tuple[float, ...], ...]


def parse_hhcrsp(text: str) -> HhcrspInstance:
    """The instance in the text of a JSON file."""
    raw = json.loads(text)
    patients = {p["id"]: _patient(p, row) for row, p in enumerate(raw["patients"], 1)}
    abilities = {c["id"]: frozenset(c["abilities"]) for c in raw["caregivers"]}
    return HhcrspInstance(patients, abilities, tuple(tuple(row) for row in raw["distances"]))


def parse_hhcrsp_solution(text: str) -> dict[str, list[Visit]]:
    """The order of visits of each caregiver in a solution file; its times are not needed."""
    return {
        route["caregiver_id"]: [
            Visit(stop["patient"], stop["service"]) for stop in route.get("locations", ())
        ]
        for route in json.loads(text)["routes"]
    }


def evaluate_hhcrsp(instance: HhcrspInstance, routes: Routes) -> Evaluation:
    """(distance + largest tardiness + total tardiness) / 3 of the orders of visits, by caregiver."""
    broken = _service_faults(instance, routes)
    broken += [
        f"caregiver {caregiver} cannot do service {visit.service} at {visit.patient}"
        for caregiver, visits in routes.items()
        for visit in visits
        if visit.service not in instance.abilities[caregiver]
    ]
    starts, is_possible = earliest_starts(instance, routes)
    if not is_possible:
        broken.append("visits of pairs wait for each other for ever")
    distance = sum(_distance(instance, visits) for visits in routes.values())
    late = [max(0.0, start - instance.patients[visit.patient].closes) for visit, start in starts.items()]
    largest, total = max(late, default=0.0), sum(late)
    parts = {"distance": distance, "largest tardiness": largest, "total tardiness": total}
    return Evaluation((distance + largest + total) / 3, tuple(broken), parts=parts)


def earliest_starts(instance: HhcrspInstance, routes: Routes) -> tuple[dict[Visit, float], bool]:
    """The least start of every visit, and whether there is one: differences are relaxed until nothing moves.

    A feasible system of differences between n starts settles within n rounds (Bellman and Ford).
    """
    starts = {visit: instance.patients[visit.patient].opens for visits in routes.values() for visit in visits}
    for _ in range(len(starts) + 1):
        before = dict(starts)
        for visits in routes.values():
            _push_along(instance, visits, starts)
        for name, patient in instance.patients.items():
            _push_pair(name, patient, starts)
        if all(starts[visit] - before[visit] <= SETTLED for visit in starts):
            return starts, True
    return starts, False


def _push_along(instance: HhcrspInstance, visits: Sequence[Visit], starts: dict[Visit, float]) -> None:
    place, free = 0, 0.0
    for visit in visits:
        patient = instance.patients[visit.patient]
        starts[visit] = max(starts[visit], free + instance.distances[place][patient.row])
        place, free = patient.row, starts[visit] + patient.durations[visit.service]


def _push_pair(name: str, patient: Patient, starts: dict[Visit, float]) -> None:
    pair = [Visit(name, service) for service in patient.durations]
    if patient.gap is None or any(visit not in starts for visit in pair):
        return
    first, second = pair
    least, most = patient.gap
    starts[second] = max(starts[second], starts[first] + least)
    starts[first] = max(starts[first], starts[second] - most)


def _distance(instance: HhcrspInstance, visits: Sequence[Visit]) -> float:
    stops = [0, *(instance.patients[v.patient].row for v in visits), 0]
    return sum(instance.distances[a][b] for a, b in pairwise(stops))


def _service_faults(instance: HhcrspInstance, routes: Routes) -> list[str]:
    needed = sorted((name, service) for name, p in instance.patients.items() for service in p.durations)
    done = sorted((v.patient, v.service) for visits in routes.values() for v in visits)
    faults = [
        f"{patient} does not get {service}" for patient, service in needed if (patient, service) not in done
    ]
    faults += [
        f"{p} gets {s} {done.count((p, s))} times" for p, s in sorted(set(done)) if done.count((p, s)) > 1
    ]
    for caregiver, visits in routes.items():
        names = [v.patient for v in visits]
        faults += [
            f"caregiver {caregiver} does both services of {n}" for n in set(names) if names.count(n) > 1
        ]
    return faults


def _patient(raw: dict[str, object], row: int) -> Patient:
    window, needs, pair = raw["time_window"], raw["required_caregivers"], raw.get("synchronization")
    assert isinstance(window, list)
    assert isinstance(needs, list)
    gap = None
    if isinstance(pair, dict):
        gap = (
            (0.0, 0.0)
            if pair["type"] == "simultaneous"
            else (float(pair["distance"][0]), float(pair["distance"][1]))
        )
    return Patient(row, window[0], window[1], {n["service"]: n["duration"] for n in needs}, gap)
