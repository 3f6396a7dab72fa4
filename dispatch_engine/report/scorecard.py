"""The figures at the top of the report, each beside the target that the policy sets for it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from dispatch_engine.report.localtime import LocalTime
from dispatch_engine.report.parts import fix_chance, missing_parts

Json = Mapping[str, Any]


def scorecard(
    problem: Json, plan: Json, policy: Json, stops: Sequence[Json], time: LocalTime
) -> list[dict[str, Any]]:
    """Return the cards in the order of reading; the first four have targets, the others only say how much.

    ``stops`` are the report's visits (``visits.visits``), timed by ``time``. What cannot be known is None.
    """
    targets = policy.get("targets") or {}
    return [
        _on_time(problem, plan, stops, targets.get("on_time_percent", 95)),
        _first_visit_fix(problem, plan, targets),
        _certified(problem, stops, time, targets.get("certified_staff_percent", 100)),
        _parts_available(problem, plan, targets.get("parts_available_percent", 90)),
        _plain("Unassigned", len(plan.get("unassigned", ())), "tickets", "unassigned"),
        _plain("Late", _late(plan, stops), "tickets", "late"),
        _plain("Travel", _travel_km(plan), "km", "distance"),
        _plain("Driving", _hours(_total(plan, "travel_minutes")), "h", "driving"),
        _plain("Overtime", _hours(_total(plan, "overtime_minutes")), "h", "overtime"),
        _plain(
            "Utilisation", _shown((plan.get("kpis") or {}).get("utilisation_percent")), "%", "utilisation"
        ),
    ]


def percent(part: float, whole: float) -> float | None:
    """Return ``part`` of ``whole`` in percent, None of nothing."""
    return 100 * part / whole if whole else None


def _on_time(problem: Json, plan: Json, stops: Sequence[Json], target: float) -> dict[str, Any]:
    kpis = plan.get("kpis") or {}
    tickets = kpis.get("tickets", len(problem.get("tickets", ())))
    on_time = kpis.get("on_time")
    if on_time is None and all("state" in stop for stop in stops):
        on_time = len({stop["ticket"] for stop in stops} - _late_tickets(stops))
    value = None if on_time is None else percent(on_time, tickets)
    detail = f"{on_time} of {tickets} tickets" if value is not None else "no tickets" if not tickets else ""
    return _aimed("Arrival on time", "on_time", value, target, detail)


def _first_visit_fix(problem: Json, plan: Json, targets: Json) -> dict[str, Any]:
    value = (plan.get("kpis") or {}).get("first_visit_fix_percent")
    if value is None:
        tickets = {ticket["id"]: ticket for ticket in problem.get("tickets", ())}
        missing = missing_parts(problem, plan)
        chances = [fix_chance(tickets.get(ticket_id, {}), parts) for ticket_id, parts in missing.items()]
        value = percent(sum(chances), len(chances))
    stretch = targets.get("first_visit_fix_stretch_percent", 90)
    target = targets.get("first_visit_fix_percent", 85)
    return _aimed("Fixed at first visit", "first_visit_fix", value, target, "expected", stretch)


def _certified(problem: Json, stops: Sequence[Json], time: LocalTime, target: float) -> dict[str, Any]:
    """Judge the visits that ask for certificates: all of them held, valid on the local day of the visit."""
    technicians = problem.get("technicians", ())
    tickets = {ticket["id"]: ticket for ticket in problem.get("tickets", ())}
    certified, asked = 0, 0
    for stop in stops:
        required = set(tickets.get(stop["ticket"], {}).get("required_certifications") or ())
        if required:
            asked += 1
            # Technicians that only the plan knows stand after those of the problem.
            known = stop["technician"] < len(technicians)
            day = time.local(stop["start"]).date() if "start" in stop else None
            certified += known and required <= _certificates(technicians[stop["technician"]], day)
    detail = f"{certified} of {asked} visits that ask for it" if asked else "no visit asks for it"
    return _aimed(
        "Certified staff", "certified", percent(certified, asked) if asked else 100.0, target, detail
    )


def _parts_available(problem: Json, plan: Json, target: float) -> dict[str, Any]:
    """Judge all visits, and the tickets that were refused for want of a part, which count against."""
    missing = missing_parts(problem, plan)
    refused = [
        entry
        for entry in plan.get("unassigned", ())
        if any(reason["code"] == "no_part" for reason in entry.get("reasons") or ())
    ]
    complete = sum(not parts for parts in missing.values())
    asked = len(missing) + len(refused)
    detail = f"{complete} of {asked} with every likely part on board" if asked else "no visits"
    return _aimed("Parts available", "parts", percent(complete, asked), target, detail)


def _late(plan: Json, stops: Sequence[Json]) -> int | None:
    late: int | None = (plan.get("kpis") or {}).get("late")
    if late is None and all("state" in stop for stop in stops):
        late = len(_late_tickets(stops))
    return late


def _late_tickets(stops: Sequence[Json]) -> set[str]:
    return {stop["ticket"] for stop in stops if stop.get("state") == "late"}


def _certificates(technician: Json, day: date | None) -> set[str]:
    return {
        held["name"]
        for held in technician.get("certifications") or ()
        if not held.get("valid_until") or day is None or date.fromisoformat(held["valid_until"]) >= day
    }


def _total(plan: Json, field: str) -> float | None:
    values = [route.get(field) for route in plan.get("routes", ())]
    return None if None in values else sum(value for value in values if value is not None)


def _travel_km(plan: Json) -> float | None:
    km = (plan.get("kpis") or {}).get("travel_km")
    return _shown(km if km is not None else _total(plan, "distance_km"))


def _hours(minutes: float | None) -> float | None:
    return None if minutes is None else round(minutes / 60, 1)


def _shown(value: float | None) -> float | None:
    """Cut to one decimal: a card never shows a target as reached by rounding up."""
    return None if value is None else math.floor(value * 10 + 1e-6) / 10


def _aimed(
    label: str, key: str, value: float | None, target: float, detail: str, stretch: float | None = None
) -> dict[str, Any]:
    met = None if value is None else value >= target - 1e-9
    return {
        "label": label,
        "key": key,
        "value": _shown(value),
        "unit": "%",
        "target": target,
        "stretch": stretch,
        "met": met,
        "detail": detail,
    }


def _plain(label: str, value: float | None, unit: str, key: str) -> dict[str, Any]:
    return {"label": label, "key": key, "value": value, "unit": unit}
