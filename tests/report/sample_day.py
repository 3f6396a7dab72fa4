"""A made-up but consistent day in Shanghai: problem and plan as public documents, repeatable by seed."""

from __future__ import annotations

import math
import random
from datetime import datetime, timedelta, timezone
from typing import Any

ZONE = timezone(timedelta(hours=8))
DAY = datetime(2026, 11, 23, tzinfo=ZONE)
DETOUR = 1.3
FAMILY = [
    "Wang", "Li", "Zhang", "Liu", "Chen", "Yang", "Huang", "Zhao", "Zhou", "Wu",
    "Xu", "Sun", "Zhu", "Ma", "Hu", "Guo", "Lin", "He", "Gao", "Luo",
]  # fmt: skip
GIVEN = [
    "Wei", "Fang", "Na", "Min", "Jing", "Qiang", "Lei", "Yang", "Yan", "Yong",
    "Jun", "Jie", "Tao", "Chao", "Ming", "Xia", "Ping", "Gang", "Ling", "Hua",
]  # fmt: skip
ROADS = [
    "Nanjing", "Huaihai", "Yan'an", "Zhongshan", "Century",
    "Siping", "Wuning", "Caoxi", "Hongqiao", "Longhua",
]  # fmt: skip
DISTRICTS = [("Jing'an", 31.23, 121.45), ("Pudong", 31.22, 121.55), ("Minhang", 31.11, 121.38),
             ("Baoshan", 31.40, 121.45), ("Xuhui", 31.18, 121.43), ("Yangpu", 31.28, 121.52)]  # fmt: skip
SKILLS = ["refrigeration", "washing", "cooking", "gas"]
FIRST_TICKET = 1000


def sample_day(
    technicians: int = 20, tickets: int = 120, seed: int = 1
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return problem and plan: each technician takes the nearest urgent ticket until the shift is full."""
    draw = random.Random(seed)
    problem = {
        "schema_version": 1,
        "name": "Shanghai, a weekday in November",
        "now": stamp(8 * 60),
        "time_zone": "Asia/Shanghai",
        "policy": "home-appliance",
        "technicians": [_technician(number, draw) for number in range(technicians)],
        "tickets": [_ticket(number, draw) for number in range(tickets)],
    }
    return problem, plan_of(problem)


def plan_of(problem: dict[str, Any]) -> dict[str, Any]:
    """Return a greedy plan for a problem made like the sample day; its times are consistent."""
    days = [_Day(technician) for technician in problem["technicians"]]
    waiting = sorted(problem["tickets"], key=lambda ticket: ticket["appointment_at"])
    while open_days := [day for day in days if not day.closed]:
        day = min(open_days, key=lambda day: (day.free, day.technician["id"]))
        ticket = day.best(waiting)
        if ticket is None:
            day.closed = True
            continue
        waiting.remove(ticket)
        day.visit(ticket)
    routes = [day.route() for day in days if day.numbers]
    return _document(problem, routes, [_left_out(ticket, number) for number, ticket in enumerate(waiting)])


def stamp(minute: float) -> str:
    """Return the instant that many minutes after the sample day's midnight."""
    return (DAY + timedelta(seconds=round(minute * 60))).isoformat()


def place(lat: float, lon: float) -> dict[str, float]:
    """Return a location."""
    return {"lat": round(lat, 5), "lon": round(lon, 5)}


def _near(draw: random.Random) -> tuple[str, dict[str, float]]:
    name, lat, lon = draw.choice(DISTRICTS)
    return name, place(draw.gauss(lat, 0.025), draw.gauss(lon, 0.03))


def _technician(number: int, draw: random.Random) -> dict[str, Any]:
    late_shift = number % 5 == 4
    begin = 10 * 60 if late_shift else 8 * 60
    pause = {"earliest": stamp(begin + 210), "latest": stamp(begin + 330), "minutes": 30}
    return {
        "id": f"T{number + 1:02d}",
        "name": f"{FAMILY[number % 20]} {GIVEN[number * 7 % 20]}",
        "start": _near(draw)[1],
        "shifts": [
            {"start": stamp(begin), "end": stamp(begin + 540), "max_overtime_minutes": 45, "breaks": [pause]}
        ],
        "skills": {SKILLS[(number + shift) % 4]: 3 - shift for shift in range(3)},
        "certifications": [{"name": "electrician", "valid_until": "2027-03-31"}],
        "van_stock": {"compressor": 2, "fan-motor": 1, "pump": number % 3},
    }


def _ticket(number: int, draw: random.Random) -> dict[str, Any]:
    district, location = _near(draw)
    agreed = 8 * 60 + 30 * draw.randrange(0, 17)
    return {
        "id": f"K{FIRST_TICKET + number}",
        "name": f"{draw.choice(FAMILY)} {draw.choice(GIVEN)}",
        "address": f"{draw.randrange(1, 900)} {draw.choice(ROADS)} Road, {district}",
        "attributes": {
            "appliance": draw.choice(["fridge", "washer", "hob", "boiler"]),
            "floor": draw.randrange(1, 30),
        },
        "location": location,
        "zone": "urban",
        "priority": draw.choices(["low", "normal", "high", "emergency"], [2, 10, 3, 1])[0],
        "appointment_at": stamp(agreed),
        "due_at": stamp(agreed + draw.choice([60, 90, 120, 180, 240])),
        "duration_minutes": draw.choice([30, 40, 45, 60, 75]),
        "required_skills": {draw.choice(SKILLS): draw.choice([1, 1, 2])},
        "required_certifications": ["electrician"] if number % 3 == 0 else [],
        "required_parts": {"compressor": 1} if number % 9 == 0 else {},
        "likely_parts": {draw.choice(["fan-motor", "pump"]): draw.choice([0.2, 0.4])}
        if number % 4 == 0
        else {},
    }


def _km(here: dict[str, float], there: dict[str, float]) -> float:
    north = (there["lat"] - here["lat"]) * 111.2
    east = (there["lon"] - here["lon"]) * 111.2 * math.cos(math.radians(31.2))
    return DETOUR * math.hypot(north, east)


class _Day:
    """One technician's day while the sample plan grows; times are minutes after midnight."""

    def __init__(self, technician: dict[str, Any]) -> None:
        shift = technician["shifts"][0]
        self.technician = technician
        self.begin = _minute(shift["start"])
        self.end = _minute(shift["end"])
        self.pause: dict[str, Any] | None = shift["breaks"][0]
        self.free, self.here = self.begin, technician["start"]
        self.stops: list[dict[str, Any]] = []
        self.numbers = 0
        self.km = self.work = self.driving = 0.0
        self.closed = False

    def best(self, waiting: list[dict[str, Any]]) -> dict[str, Any] | None:
        """Return the ticket that is near, soon due and fits before the end of the shift."""
        fits = [ticket for ticket in waiting if self._can(ticket)]
        return min(fits, key=lambda ticket: (self._regret(ticket), ticket["id"]), default=None)

    def _can(self, ticket: dict[str, Any]) -> bool:
        skills = self.technician["skills"]
        if any(skills.get(name, 0) < level for name, level in ticket["required_skills"].items()):
            return False
        pause = 30 if self.pause else 0
        drive = _minutes(_km(self.here, ticket["location"]))
        start = max(self.free + drive + pause, _minute(ticket["appointment_at"]))
        home = _minutes(_km(ticket["location"], self.technician["start"]))
        return start + ticket["duration_minutes"] + home <= self.end + 20

    def _regret(self, ticket: dict[str, Any]) -> float:
        drive = _minutes(_km(self.here, ticket["location"]))
        arrival = self.free + drive
        wait = max(0.0, _minute(ticket["appointment_at"]) - arrival)
        return 2.5 * drive + wait + 0.25 * (_minute(ticket["due_at"]) - arrival)

    def visit(self, ticket: dict[str, Any]) -> None:
        """Drive to the ticket, take the break at its door if its time has come, and serve it."""
        km = _km(self.here, ticket["location"])
        arrival = self.free + _minutes(km)
        free, rest = arrival, 0.0
        if self.pause and arrival >= _minute(self.pause["earliest"]):
            self.stops.append({"kind": "break", "start": stamp(arrival), "end": stamp(arrival + 30)})
            free, rest, self.pause = arrival + 30, 30.0, None
        start = max(free, _minute(ticket["appointment_at"]))
        end = start + ticket["duration_minutes"]
        self.stops.append(
            {
                "kind": "ticket",
                "ticket": ticket["id"],
                "arrival": stamp(arrival),
                "start": stamp(start),
                "end": stamp(end),
                "wait_minutes": round(start - arrival - rest, 2),
                "travel_minutes": round(_minutes(km), 2),
                "distance_km": round(km, 2),
                "due_at": ticket["due_at"],
                "late_minutes": round(max(0.0, arrival - _minute(ticket["due_at"])), 2),
                "confirm_call_at": stamp(arrival - 30),
            }
        )
        self.numbers += 1
        self.km += km
        self.driving += _minutes(km)
        self.work += ticket["duration_minutes"]
        self.free, self.here = end, ticket["location"]

    def route(self) -> dict[str, Any]:
        """Return the route with the way home."""
        home = _km(self.here, self.technician["start"])
        if self.pause:
            self.stops.append({"kind": "break", "start": stamp(self.free), "end": stamp(self.free + 30)})
            self.free += 30
        end = self.free + _minutes(home)
        return {
            "technician": self.technician["id"],
            "shift": 0,
            "start_at": stamp(self.begin),
            "end_at": stamp(end),
            "stops": self.stops,
            "travel_minutes": round(self.driving + _minutes(home), 2),
            "distance_km": round(self.km + home, 2),
            "overtime_minutes": round(max(0.0, end - self.end), 2),
        }


def _minute(text: str) -> float:
    return (datetime.fromisoformat(text) - DAY).total_seconds() / 60


def _minutes(km: float) -> float:
    return math.ceil(km / 25 * 3600) / 60


def _left_out(ticket: dict[str, Any], number: int) -> dict[str, Any]:
    skill = next(iter(ticket["required_skills"]))
    causes = [
        ("shift_full", "No shift has room for it without breaking a hard rule.", 14),
        ("other_tickets_preferred", "It fits only where it would push out a ticket of higher priority.", 3),
        ("no_skill", f"Nobody else on duty has {skill} at the level it asks for.", 6),
        ("no_part", "Every van has used up its compressors before this visit.", 9),
    ]
    chosen = causes[: 1 + number % 2] if number % 5 else causes[2 + number // 5 % 2 :][:1]
    reasons = [{"code": code, "message": message, "technicians": count} for code, message, count in chosen]
    return {"ticket": ticket["id"], "reasons": reasons}


def _document(
    problem: dict[str, Any], routes: list[dict[str, Any]], unassigned: list[dict[str, Any]]
) -> dict[str, Any]:
    visits = [stop for route in routes for stop in route["stops"] if stop["kind"] == "ticket"]
    late = sum(stop["late_minutes"] > 0 for stop in visits)
    total = len(problem["tickets"])
    travel = round(sum(route["travel_minutes"] for route in routes), 2)
    busy = travel + sum(_minute(stop["end"]) - _minute(stop["start"]) for stop in visits)
    on_time = len(visits) - late
    cost = round(travel * 1.06, 2)
    points = 2 * late + 4 * len(unassigned)
    return {
        "schema_version": 1,
        "problem": problem["name"],
        "created_at": stamp(8 * 60 + 1),
        "status": "feasible",
        "travel_source": "geodesic",
        "routes": routes,
        "unassigned": unassigned,
        "objective": {"sla_penalty": points, "cost_minutes": cost, "travel_minutes": travel},
        "bound": {"sla_penalty": points, "cost_minutes": round(cost * 0.986, 2), "gap_percent": 1.4},
        "kpis": {
            "tickets": total,
            "assigned": len(visits),
            "on_time": on_time,
            "late": late,
            "unassigned": len(unassigned),
            "on_time_percent": round(100 * on_time / total, 1) if total else None,
            "first_visit_fix_percent": 93.1 if visits else None,
            "utilisation_percent": round(100 * busy / (len(routes) * 510), 1) if routes else None,
            "travel_km": round(sum(route["distance_km"] for route in routes), 1),
        },
        "solver": {
            "seed": 0,
            "time_limit_seconds": 10,
            "wall_seconds": 10.02,
            "iterations": 120000,
            "workers": 2,
            "stopped_by": "time_limit",
            "version": "0.1.0",
        },
    }
