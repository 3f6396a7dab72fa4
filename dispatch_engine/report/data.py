"""The data of a report, made from plain problem, plan and policy documents; drawing it is the page's work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dispatch_engine.report.colours import colour
from dispatch_engine.report.header import header
from dispatch_engine.report.localtime import LocalTime, time_axis
from dispatch_engine.report.scorecard import scorecard
from dispatch_engine.report.visits import about_ticket, notes, point, routes, visits, without_nulls

Json = Mapping[str, Any]


def report_data(
    problem: Json, plan: Json, policy: Json, deadlines: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return all that the page shows, as one JSON-ready dict.

    Parameters
    ----------
    problem, plan, policy
        Documents of the public contract, as ``model_dump(mode="json")`` gives them; the policy is resolved.
    deadlines
        Arrival deadline per ticket id (RFC 3339), for the tickets that have no visit which tells it.

    Returns
    -------
    dict
        ``header``, ``kpis``, ``zone`` (offsets of the clock), ``axis`` (stretches of time), ``technicians``,
        ``routes``, ``stops``, ``unassigned`` and ``depots``. All times are whole seconds from the first local
        midnight, all places ``[lat, lon]``.
    """
    time = LocalTime.over(problem, plan)
    axis = time_axis(problem, plan, time)
    people = _people(problem, plan)
    index = {person["id"]: number for number, person in enumerate(people)}
    stops = visits(problem, plan, policy, time, index)
    last = max([end for _, end in axis] + [stop.get("due") or 0 for stop in stops], default=0)
    return {
        "header": header(problem, plan, policy, time, axis),
        "kpis": scorecard(problem, plan, policy, stops, time),
        "zone": {"name": time.name, "origin": int(time.origin.timestamp()), "offsets": time.offsets(last)},
        "axis": axis,
        "technicians": [_technician(person, number, time) for number, person in enumerate(people)],
        "routes": routes(problem, plan, time, index, stops),
        "stops": stops,
        "unassigned": _unassigned(problem, plan, time, deadlines or {}),
        "depots": _depots(problem),
    }


def _people(problem: Json, plan: Json) -> list[Json]:
    """Return the problem's technicians, then those that only the plan knows."""
    people: list[Json] = list(problem.get("technicians", ()))
    known = {person["id"] for person in people}
    for route in plan.get("routes", ()):
        if route["technician"] not in known:
            known.add(route["technician"])
            people.append({"id": route["technician"]})
    return people


def _technician(person: Json, number: int, time: LocalTime) -> dict[str, Any]:
    return without_nulls(
        {
            "id": person["id"],
            "name": person.get("name"),
            "home": point(person.get("start")),
            "colour": colour(number),
            "shifts": [
                [time.seconds(s["start"]), time.seconds(s["end"])] for s in person.get("shifts") or ()
            ],
            "skills": person.get("skills") or None,
            "certifications": [held["name"] for held in person.get("certifications") or ()] or None,
            "notes": notes(person.get("attributes")),
        }
    )


def _unassigned(
    problem: Json, plan: Json, time: LocalTime, deadlines: Mapping[str, str]
) -> list[dict[str, Any]]:
    tickets = {ticket["id"]: ticket for ticket in problem.get("tickets", ())}
    found = []
    for entry in plan.get("unassigned", ()):
        ticket = tickets.get(entry["ticket"], {})
        due = time.seconds(ticket.get("due_at") or deadlines.get(entry["ticket"]))
        reasons = [without_nulls(reason) for reason in entry.get("reasons") or ()]
        found.append(without_nulls(about_ticket(ticket, entry["ticket"]) | {"due": due, "reasons": reasons}))
    return found


def _depots(problem: Json) -> list[dict[str, Any]]:
    return [
        without_nulls({"id": depot["id"], "name": depot.get("name"), "at": point(depot.get("location"))})
        for depot in problem.get("depots", ())
    ]
