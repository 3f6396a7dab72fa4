"""A plan as tables for people: a summary, the day of each technician, and what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo

from dispatch_engine.model.clock import Clock
from dispatch_engine.model.deadline_words import deadline_words
from dispatch_engine.model.plan import BreakStop, DepotStop, Plan, Route, TicketStop, Unassigned
from dispatch_engine.model.problem import Location, Problem, Technician, Ticket
from dispatch_engine.report.exports.sheet import Sheet, Value, sheet_names

SUMMARY = (
    "technician",
    "name",
    "shift",
    "start",
    "end",
    "visits",
    "late_visits",
    "travel_minutes",
    "distance_km",
    "wait_minutes",
    "overtime_minutes",
)
VISITS = (
    "stop",
    "kind",
    "id",
    "name",
    "address",
    "service",
    "priority",
    "arrival",
    "start",
    "end",
    "travel_minutes",
    "distance_km",
    "wait_minutes",
    "due_at",
    "deadline",
    "late_minutes",
    "confirm_call_at",
    "parts",
    "lat",
    "lon",
)
UNASSIGNED = ("id", "name", "address", "service", "priority", "mandatory", "due_at", "reasons", "lat", "lon")


def plan_sheets(problem: Problem, plan: Plan) -> list[Sheet]:
    """The workbook of a plan: summary, a sheet for each technician with a route, unassigned tickets."""
    writer = _Writer(problem, plan)
    first, last = writer.summary(), writer.unassigned()
    routes: dict[str, list[Route]] = {}
    for route in plan.routes:
        routes.setdefault(route.technician, []).append(route)
    names = sheet_names(routes, taken=(first.name, last.name))
    days = [
        Sheet(name, VISITS, list(writer.visits(of_one)))
        for name, of_one in zip(names, routes.values(), strict=True)
    ]
    return [first, *days, last]


def plan_lists(problem: Problem, plan: Plan) -> list[Sheet]:
    """The same as three tables, with all visits in one: for programs that read CSV."""
    writer = _Writer(problem, plan)
    rows = [(route.technician, route.shift, *row) for route in plan.routes for row in writer.visits((route,))]
    return [writer.summary(), Sheet("Visits", ("technician", "shift", *VISITS), rows), writer.unassigned()]


class _Writer:
    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem, self.plan = problem, plan
        self.clock = Clock.of(problem)
        self.zone: tzinfo = self.clock.time_zone
        self.tickets: Mapping[str, Ticket] = {ticket.id: ticket for ticket in problem.tickets}
        self.technicians: Mapping[str, Technician] = {person.id: person for person in problem.technicians}
        self.depots = {depot.id: depot for depot in problem.depots}

    def local(self, moment: datetime | None) -> Value:
        """A moment on the problem's clock, to the second."""
        return None if moment is None else moment.astimezone(self.zone).replace(tzinfo=None, microsecond=0)

    # ------------------------------------------------------------ summary

    def summary(self) -> Sheet:
        """A row for each route, and the sums."""
        rows = [self._route(route) for route in self.plan.routes]
        sums: list[Value] = [_sum(row[column] for row in rows) for column in range(5, len(SUMMARY))]
        return Sheet("Summary", SUMMARY, [*rows, ["Total", None, None, None, None, *sums]])

    def _route(self, route: Route) -> Sequence[Value]:
        visits = [stop for stop in route.stops if isinstance(stop, TicketStop)]
        person = self.technicians.get(route.technician)
        return (
            route.technician,
            person.name if person else None,
            route.shift,
            self.local(route.start_at),
            self.local(route.end_at),
            len(visits),
            sum(1 for visit in visits if visit.late_minutes),
            route.travel_minutes,
            route.distance_km,
            _sum(visit.wait_minutes for visit in visits),
            route.overtime_minutes,
        )

    # ------------------------------------------------------------ visits

    def visits(self, routes: Iterable[Route]) -> Iterator[Sequence[Value]]:
        """A row for each stop, in order of time."""
        for route in sorted(routes, key=lambda route: route.shift):
            for number, stop in enumerate(route.stops, 1):
                yield (number, *self._stop(stop))

    def _stop(self, stop: TicketStop | BreakStop | DepotStop) -> Sequence[Value]:
        times = [self.local(stop.start), self.local(stop.end)]
        if isinstance(stop, BreakStop):
            return _padded("break", None, None, None, None, None, None, *times)
        if isinstance(stop, DepotStop):
            depot = self.depots.get(stop.depot)
            about = (depot.name, depot.address) if depot else (None, None)
            row = _padded("depot", stop.depot, *about, None, None, self.local(stop.arrival), *times)
            return (*row[:-3], _parts(stop.loaded), *_coordinates(depot.location if depot else None))
        ticket = self.tickets.get(stop.ticket)
        return (
            "visit",
            stop.ticket,
            *_about(ticket),
            self.local(stop.arrival),
            *times,
            stop.travel_minutes,
            stop.distance_km,
            stop.wait_minutes,
            self.local(stop.due_at),
            deadline_words(self.problem, ticket, self.clock).get("arrival") if ticket else None,
            stop.late_minutes,
            self.local(stop.confirm_call_at),
            _parts(ticket.required_parts if ticket else {}),
            *_coordinates(ticket.location if ticket else None),
        )

    # ------------------------------------------------------------ unassigned

    def unassigned(self) -> Sheet:
        """A row for each ticket in no route, with its reasons."""
        return Sheet("Unassigned", UNASSIGNED, [self._left_out(entry) for entry in self.plan.unassigned])

    def _left_out(self, entry: Unassigned) -> Sequence[Value]:
        ticket = self.tickets.get(entry.ticket)
        return (
            entry.ticket,
            *_about(ticket),
            ticket.mandatory if ticket else None,
            self.local(ticket.due_at) if ticket else None,
            "; ".join(reason.message or reason.code for reason in entry.reasons),
            *_coordinates(ticket.location if ticket else None),
        )


def _about(ticket: Ticket | None) -> tuple[Value, Value, Value, Value]:
    if ticket is None:
        return None, None, None, None
    return ticket.name, ticket.address, ticket.service, ticket.priority


def _coordinates(place: Location | None) -> tuple[Value, Value]:
    return (None, None) if place is None else (place.lat, place.lon)


def _parts(parts: Mapping[str, int]) -> str | None:
    return "; ".join(f"{pieces} × {name}" for name, pieces in parts.items()) or None


def _padded(*row: Value) -> tuple[Value, ...]:
    return (*row, *[None] * (len(VISITS) - 1 - len(row)))


def _sum(values: Iterable[Value]) -> Value:
    numbers = [value for value in values if isinstance(value, int | float)]
    return round(sum(numbers), 2) if numbers else None
