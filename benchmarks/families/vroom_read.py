"""VROOM's JSON input as a problem, with a list of what could not be carried over.

Follows VROOM's ``docs/API.md``: least travel time, as few jobs left out as possible. What the contract has no
words for is named in ``lost`` and left out of the problem, which is then not the same problem any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.errors import BenchmarkError, UnsupportedError
from benchmarks.families import words

ABSOLUTE_FROM = 100_000_000
"""Times from here on are seconds of the epoch, as VROOM allows; smaller ones count from a day of our own."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_SHIFT_SECONDS = 48 * 3600
UNASSIGNED_CENTS = 1_000_000
"""At a cent a second of travel, more than a detour of eleven days."""

JOB_FIELDS = {"id", "description", "location", "location_index", "setup", "service", "delivery", "skills"}
JOB_FIELDS |= {"time_windows", "amount"}
VEHICLE_FIELDS = {"id", "profile", "description", "start", "start_index", "end", "end_index", "capacity"}
VEHICLE_FIELDS |= {"skills", "time_window", "breaks", "speed_factor", "max_tasks", "max_travel_time"}
VEHICLE_FIELDS |= {"max_distance"}


@dataclass
class Bridged:
    """The problem in the words of the contract, and sentences on what it lacks of the input."""

    problem: dict[str, Any] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)


def read_vroom(document: Mapping[str, Any]) -> Bridged:
    """Translate a parsed VROOM input.

    Raises
    ------
    UnsupportedError : a vehicle has no start: nothing could be said about its routes.
    BenchmarkError : the document has no vehicles or no jobs.
    """
    if not document.get("vehicles") or not document.get("jobs"):
        raise BenchmarkError("no VROOM input with jobs and vehicles; both lists are needed")
    bridge = _Bridge(document)
    technicians = [bridge.technician(vehicle) for vehicle in document["vehicles"]]
    tickets = [bridge.ticket(job) for job in document["jobs"]]
    prices = {"travel_minute": 60.0, "unassigned": float(UNASSIGNED_CENTS)}
    problem = words.problem("vroom", technicians, tickets, bridge.travel(), prices)
    if document.get("shipments"):
        bridge.lose(f"{len(document['shipments'])} shipments (pickup and delivery in one route)")
    return Bridged(problem, list(bridge.lost))


class _Bridge:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.matrices: Mapping[str, Any] = document.get("matrices") or {}
        self.lost: dict[str, None] = {}
        times = [t for item in (*document["jobs"], *document["vehicles"]) for t in _times(item)]
        self.zero = EPOCH if min(times, default=0) >= ABSOLUTE_FROM else words.DAY_ZERO
        self.first, self.last = min(times, default=0), max(times, default=LONGEST_SHIFT_SECONDS)

    def lose(self, what: str) -> None:
        """Remember what is not carried over, once."""
        self.lost[what] = None

    def lose_unknown(self, kind: str, item: Mapping[str, Any], known: set[str]) -> None:
        """Every field that has no counterpart, by its name."""
        for name in sorted(set(item) - known):
            self.lose(f"{kind} field '{name}'")

    def instant(self, seconds: int) -> str:
        """A VROOM time."""
        return (self.zero + timedelta(seconds=seconds)).isoformat()

    def place(self, item: Mapping[str, Any], prefix: str) -> dict[str, Any]:
        """``location`` or ``start`` or ``end``, as a row of the matrix where there is one."""
        index = item.get(f"{prefix}_index")
        found: dict[str, Any] = {} if index is None else {"matrix_index": index}
        if item.get(prefix) is not None:
            lon, lat = item[prefix]
            found |= {"lat": lat, "lon": lon}
        return found

    def technician(self, vehicle: Mapping[str, Any]) -> dict[str, Any]:
        """A vehicle with its one shift."""
        self.lose_unknown("vehicle", vehicle, VEHICLE_FIELDS)
        start = self.place(vehicle, "start")
        if not start:
            raise UnsupportedError("vehicles without a start")
        found: dict[str, Any] = {"id": f"T{vehicle['id']}", "start": start, "shifts": [self.shift(vehicle)]}
        found["end"] = self.place(vehicle, "end") or "anywhere"
        found["skills"] = {f"skill-{skill}": 1 for skill in vehicle.get("skills", ())}
        found["van_stock"] = _parts(vehicle.get("capacity", ()))
        found["speed_factor"] = float(vehicle.get("speed_factor", 1.0))
        if len(self.matrices) > 1:
            found["profile"] = vehicle.get("profile", "car")
        return found

    def shift(self, vehicle: Mapping[str, Any]) -> dict[str, Any]:
        """The time window with breaks and limits; without one, as long as a shift may be."""
        window = vehicle.get("time_window")
        if window is None:
            window = (self.first, min(self.last, self.first) + LONGEST_SHIFT_SECONDS)
            self.lose("vehicles without a time window (48 hours instead)")
        shift: dict[str, Any] = {"start": self.instant(window[0]), "end": self.instant(window[1])}
        breaks = [self.rest(rest) for rest in vehicle.get("breaks", ())]
        shift["breaks"] = sorted((rest for rest in breaks if rest), key=lambda rest: str(rest["earliest"]))
        if "max_tasks" in vehicle:
            shift["max_tickets"] = vehicle["max_tasks"]
        if "max_travel_time" in vehicle:
            shift["max_driving_minutes"] = words.minutes(vehicle["max_travel_time"])
        if "max_distance" in vehicle:
            shift["max_distance_km"] = vehicle["max_distance"] / 1000
        return shift

    def rest(self, rest: Mapping[str, Any]) -> dict[str, Any] | None:
        """A break with one window; VROOM also knows several, and none."""
        windows = rest.get("time_windows", ())
        if len(windows) != 1 or not rest.get("service"):
            self.lose("breaks without exactly one time window and a length")
            return None
        earliest, latest = (self.instant(moment) for moment in windows[0])
        return {"earliest": earliest, "latest": latest, "minutes": words.minutes(rest["service"])}

    def ticket(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """A job; its priority is lost, because a higher one counts before any number of lower ones."""
        self.lose_unknown("job", job, JOB_FIELDS)
        service = job.get("service", 0)
        if service == 0:
            self.lose("jobs without service (1 s instead)")
        found: dict[str, Any] = {
            "id": f"K{job['id']}",
            "location": self.place(job, "location"),
            "duration_minutes": words.minutes(max(1, service)),
            "required_skills": {f"skill-{skill}": 1 for skill in job.get("skills", ())},
            "required_parts": _parts(job.get("delivery", job.get("amount", ()))),
        }
        if job.get("setup"):
            found["setup_minutes"] = words.minutes(job["setup"])
        if job.get("time_windows"):
            windows = [[self.instant(moment) for moment in window] for window in job["time_windows"]]
            found["time_windows"] = [{"start": start, "end": end} for start, end in windows]
        return found

    def travel(self) -> dict[str, Any]:
        """The matrices by profile, else distances as the crow flies."""
        if not self.matrices:
            self.lose("road travel times (estimated from coordinates instead)")
            return {"provider": "geodesic"}
        tables = {name: self.table(matrix) for name, matrix in self.matrices.items()}
        if len(tables) == 1:
            return {"provider": "matrix", **next(iter(tables.values()))}
        return {"provider": "matrix", "profiles": tables}

    def table(self, matrix: Mapping[str, Any]) -> dict[str, Any]:
        """Durations and distances of one profile."""
        self.lose_unknown("matrix", matrix, {"durations", "distances"})
        found = {"durations_seconds": matrix["durations"]}
        return found | ({"distances_meters": matrix["distances"]} if "distances" in matrix else {})


def _parts(amounts: Iterable[int]) -> dict[str, int]:
    return {f"{words.LOAD}-{number}": amount for number, amount in enumerate(amounts) if amount}


def _times(item: Mapping[str, Any]) -> list[int]:
    windows = [*item.get("time_windows", ()), *([item["time_window"]] if item.get("time_window") else ())]
    return [moment for window in windows for moment in window]
