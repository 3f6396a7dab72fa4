"""What each technician does and when: the visits, the bars of the timeline and the lines on the map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dispatch_engine.report.localtime import LocalTime
from dispatch_engine.report.parts import fix_chance, missing_parts

Json = Mapping[str, Any]

# A visit on time with less slack than this is shown as "due soon": one traffic jam away from late.
DUE_SOON_SECONDS = 30 * 60
MOST_ATTRIBUTES = 8
LONGEST_ATTRIBUTE = 120


def visits(
    problem: Json, plan: Json, policy: Json, time: LocalTime, index: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Return every visit of every route, route by route in order; ``index`` numbers the technicians.

    Times are seconds of ``time``. ``number`` counts the visits of a route from 1. What is unknown is left
    out.
    """
    tickets = {ticket["id"]: ticket for ticket in problem.get("tickets", ())}
    missing = missing_parts(problem, plan)
    measured_at = policy.get("late_measured_at") or "arrival"
    found = []
    for number, route in enumerate(plan.get("routes", ())):
        ticket_stops = (stop for stop in route["stops"] if stop["kind"] == "ticket")
        for order, stop in enumerate(ticket_stops, start=1):
            visit: dict[str, Any] = {
                "route": number,
                "technician": index[route["technician"]],
                "number": order,
            }
            ticket = tickets.get(stop["ticket"], {})
            visit |= about_ticket(ticket, stop["ticket"])
            visit |= _times(stop, time, measured_at)
            absent = missing.get(stop["ticket"], [])
            visit |= {"fix": round(100 * fix_chance(ticket, absent)), "missing": absent or None}
            found.append(without_nulls(visit))
    return found


def routes(
    problem: Json, plan: Json, time: LocalTime, index: Mapping[str, int], stops: Sequence[Json]
) -> list[dict[str, Any]]:
    """Return per route its technician, its bars for the timeline and its line for the map.

    A bar is ``[kind, start, end, visit]``: kind is travel, wait, service, break, depot or overtime; ``visit``
    is an index into ``stops`` or -1. Bars are missing where the plan gives no times.
    """
    technicians = {technician["id"]: technician for technician in problem.get("technicians", ())}
    depots = {depot["id"]: depot for depot in problem.get("depots", ())}
    ids_of: dict[int, list[int]] = {}
    for stop_id, stop in enumerate(stops):
        ids_of.setdefault(stop["route"], []).append(stop_id)
    found = []
    for number, route in enumerate(plan.get("routes", ())):
        technician = technicians.get(route["technician"], {})
        shift = _shift(technician, route)
        ids = ids_of.get(number, [])
        line = _line(technician, shift, route, [stops[i] for i in ids], depots)
        found.append(
            {"technician": index[route["technician"]], "bars": _bars(route, shift, ids, time)}
            | line
            | {"minutes": route.get("travel_minutes"), "km": route.get("distance_km")}
        )
    return found


def about_ticket(ticket: Json, ticket_id: str) -> dict[str, Any]:
    """Return what the report says about a ticket wherever it stands."""
    return {
        "ticket": ticket_id,
        "name": ticket.get("name"),
        "address": ticket.get("address"),
        "service": ticket.get("service"),
        "priority": ticket.get("priority") or "normal",
        "zone": ticket.get("zone"),
        "mandatory": ticket.get("mandatory") or None,
        "pinned": (ticket.get("pinned") or {}).get("status"),
        "at": point(ticket.get("location")),
        "notes": notes(ticket.get("attributes")),
    }


def point(location: Json | None) -> list[float] | None:
    """Return ``[lat, lon]``, None where a location has no coordinates (a matrix index only)."""
    if not location or location.get("lat") is None or location.get("lon") is None:
        return None
    return [round(location["lat"], 6), round(location["lon"], 6)]


def notes(attributes: Json | None) -> list[list[str]] | None:
    """Return the first free attributes of a ticket or technician as short texts."""
    pairs = list((attributes or {}).items())[:MOST_ATTRIBUTES]
    return [[_short(key), _short(value)] for key, value in pairs] or None


def without_nulls(record: Json) -> dict[str, Any]:
    """Return the record without its unknown values; the page reads absence and null alike."""
    return {key: value for key, value in record.items() if value is not None}


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= LONGEST_ATTRIBUTE else text[: LONGEST_ATTRIBUTE - 1] + "…"


def _times(stop: Json, time: LocalTime, measured_at: str) -> dict[str, Any]:
    arrival, start, end = (time.seconds(stop.get(key)) for key in ("arrival", "start", "end"))
    if arrival is None or start is None or end is None:
        return {}
    due = time.seconds(stop.get("due_at"))
    measured = start if measured_at == "start" else arrival
    late = stop.get("late_minutes")
    if late is None and due is not None:
        late = max(0, measured - due) / 60
    return {
        "arrival": arrival,
        "start": start,
        "end": end,
        "due": due,
        "slack": None if due is None else due - measured,
        "late": late or None,
        "state": _state(due, measured, late or 0),
        "travel": stop.get("travel_minutes"),
        "km": stop.get("distance_km"),
        "wait": stop.get("wait_minutes"),
        "call": time.seconds(stop.get("confirm_call_at")),
    }


def _state(due: int | None, measured: int, late_minutes: float) -> str:
    if late_minutes > 0:
        return "late"
    if due is None:
        return "no_deadline"
    return "due_soon" if due - measured < DUE_SOON_SECONDS else "on_time"


def _shift(technician: Json, route: Json) -> Json:
    shifts = technician.get("shifts") or ()
    number = route.get("shift") or 0
    return shifts[number] if number < len(shifts) else {}


def _line(
    technician: Json, shift: Json, route: Json, route_visits: Sequence[Json], depots: Json
) -> dict[str, Any]:
    """Return ``path``, the points from the start to the last stop, and ``home``, the point after it."""
    by_ticket = {visit["ticket"]: visit.get("at") for visit in route_visits}
    start = shift.get("start_location") or technician.get("current_location") or technician.get("start")
    end = shift.get("end_location") or technician.get("end") or technician.get("start")
    points = [point(start)]
    for stop in route["stops"]:
        if stop["kind"] == "ticket":
            points.append(by_ticket[stop["ticket"]])
        elif stop["kind"] == "depot":
            points.append(point((depots.get(stop["depot"]) or {}).get("location")))
    return {"path": [at for at in points if at], "home": None if end == "anywhere" else point(end)}


def _bars(route: Json, shift: Json, ids: Sequence[int], time: LocalTime) -> list[list[Any]]:
    """Return the bars of one route by start; a drive begins where the last service or break ended."""
    first, last = time.seconds(route.get("start_at")), time.seconds(route.get("end_at"))
    if first is None or last is None:
        return []
    bars: list[list[Any]] = []
    free = first
    pauses: list[tuple[int, int]] = []
    next_visit = iter(ids)
    for stop in route["stops"]:
        visit = next(next_visit) if stop["kind"] == "ticket" else -1
        start, end = time.seconds(stop.get("start")), time.seconds(stop.get("end"))
        if start is None or end is None:
            continue
        if stop["kind"] == "break":
            pauses.append((start, end))
            bars.append(["break", start, end, -1])
            continue
        arrival = time.seconds(stop.get("arrival") or stop["start"]) or 0
        bars += _approach(free, arrival, start, pauses, stop.get("travel_minutes"), visit)
        bars.append(["service" if visit >= 0 else "depot", start, end, visit])
        free, pauses = end, []
    free = max([free, *(end for _, end in pauses)])
    if last > free:
        bars.append(["travel", free, last, -1])
    return sorted(bars, key=lambda bar: bar[1]) + _overtime(shift, first, last, time)


def _approach(
    free: int,
    arrival: int,
    start: int,
    pauses: Sequence[tuple[int, int]],
    travel_minutes: float | None,
    visit: int,
) -> Iterator[list[Any]]:
    """Yield the drive and the waiting between the end of one service and the start of the next."""
    at_the_door = [pause for pause in pauses if pause[0] >= arrival]
    departure = max([free, *(end for begin, end in pauses if begin < arrival)])
    if travel_minutes is not None:
        # A drive may begin later than the technician is free: when the ticket was not known before.
        departure = max(departure, arrival - round(travel_minutes * 60))
    if arrival > departure:
        yield ["travel", departure, arrival, visit]
    waiting_since = arrival
    for pause_start, pause_end in [*at_the_door, (start, start)]:
        if pause_start > waiting_since:
            yield ["wait", waiting_since, pause_start, visit]
        waiting_since = pause_end


def _overtime(shift: Json, first: int, last: int, time: LocalTime) -> list[list[Any]]:
    shift_end = time.seconds(shift.get("end"))
    if shift_end is None or last <= shift_end:
        return []
    return [["overtime", max(first, shift_end), last, -1]]
