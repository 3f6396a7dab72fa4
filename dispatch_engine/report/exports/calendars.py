"""A plan as iCalendar files (RFC 5545), one for each technician, whose events update when exported again."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any

from dispatch_engine._version import __version__
from dispatch_engine.errors import InputError
from dispatch_engine.model.clock import Clock
from dispatch_engine.model.plan import BreakStop, DepotStop, Plan, Route, TicketStop
from dispatch_engine.model.problem import Problem, Ticket
from dispatch_engine.report.exports.sheet import sheet_names

NAMESPACE = uuid.UUID("6f1a2f0e-7d0b-5c1f-9a57-0d6d7a1f3b52")
"""Namespace of the events' ids; it never changes, so that a later export updates the events of an earlier one."""

SEQUENCE_START = datetime(2020, 1, 1, tzinfo=UTC)
"""Sequence 0; an event's sequence is the seconds from here to the making of its plan."""

YEAR = timedelta(days=366)
Stop = TicketStop | BreakStop | DepotStop


def calendar_files(problem: Problem, plan: Plan) -> dict[str, bytes]:
    """The calendar of each technician with a route, by file name.

    An event is known by problem name, technician and ticket: exported again after a change it keeps its id and
    has a higher sequence. Stops without times are left out.

    Raises
    ------
    InputError
        ``missing_library`` without icalendar.
    """
    routes: dict[str, list[Route]] = {}
    for route in plan.routes:
        routes.setdefault(route.technician, []).append(route)
    writer = _Writer(problem, plan)
    names = sheet_names(routes)
    calendars = (writer.calendar(name, of_one) for name, of_one in routes.items())
    return {f"{name}.ics": calendar for name, calendar in zip(names, calendars, strict=True)}


class _Writer:
    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.ical = _library()
        self.problem = problem
        self.tickets = {ticket.id: ticket for ticket in problem.tickets}
        self.people = {person.id: person for person in problem.technicians}
        self.depots = {depot.id: depot for depot in problem.depots}
        zone = Clock.of(problem).time_zone
        # A fixed offset has no name that calendars know.
        self.zone: tzinfo = UTC if isinstance(zone, timezone) else zone
        self.made = plan.created_at or SEQUENCE_START

    def calendar(self, technician: str, routes: Iterable[Route]) -> bytes:
        """The file of one technician."""
        person = self.people.get(technician)
        calendar = self.ical.Calendar()
        calendar.add("prodid", f"-//dispatch-engine//{__version__}//EN")
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add("x-wr-calname", (person.name if person else None) or technician)
        days = []
        for route in routes:
            for event, day in self._events(technician, route):
                calendar.add_component(event)
                days.append(day)
        if days and self.zone is not UTC:
            calendar.add_missing_timezones(min(days) - YEAR, max(days) + YEAR)
        text: bytes = calendar.to_ical()
        return text

    def _events(self, technician: str, route: Route) -> Iterator[tuple[Any, date]]:
        pauses = 0
        for stop in route.stops:
            if stop.start is None or stop.end is None:
                continue
            key, title = self._names(stop, route.shift, pauses)
            pauses += isinstance(stop, BreakStop)
            event = self.ical.Event()
            event.add("uid", f"{self._uid(technician, key)}@dispatch-engine")
            event.add("sequence", max(0, (self.made - SEQUENCE_START) // timedelta(seconds=1)))
            event.add("dtstamp", self.made.astimezone(UTC).replace(microsecond=0))
            event.add("dtstart", self._local(stop.start))
            event.add("dtend", self._local(stop.end))
            event.add("summary", title)
            self._describe(event, stop)
            yield event, self._local(stop.start).date()

    def _uid(self, technician: str, key: str) -> uuid.UUID:
        return uuid.uuid5(NAMESPACE, "\x1f".join((self.problem.name or "", technician, key)))

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone).replace(microsecond=0)

    def _names(self, stop: Stop, shift: int, pauses: int) -> tuple[str, str]:
        """What the event is known by, and its title."""
        if isinstance(stop, BreakStop):
            return f"break/{shift}/{pauses}", "Break"
        if isinstance(stop, DepotStop):
            return f"depot/{shift}/{stop.depot}", f"Depot {stop.depot}"
        ticket = self.tickets.get(stop.ticket)
        words = [stop.ticket, ticket.service if ticket else None, ticket.name if ticket else None]
        return f"ticket/{stop.ticket}", " · ".join(word for word in words if word)

    def _describe(self, event: Any, stop: Stop) -> None:
        """Where it is and what is needed."""
        if isinstance(stop, BreakStop):
            return
        ticket = self.tickets.get(stop.ticket) if isinstance(stop, TicketStop) else None
        place = ticket if ticket is not None else self.depots.get(getattr(stop, "depot", ""))
        if place is not None and place.address:
            event.add("location", place.address)
        if place is not None and place.location.lat is not None and place.location.lon is not None:
            event.add("geo", (place.location.lat, place.location.lon))
        if isinstance(stop, TicketStop) and (text := "\n".join(self._notes(stop, ticket))):
            event.add("description", text)

    def _notes(self, stop: TicketStop, ticket: Ticket | None) -> Iterator[str]:
        if stop.arrival is not None:
            yield f"Arrival {self._local(stop.arrival):%H:%M}"
        if stop.due_at is not None:
            late = f", {stop.late_minutes:g} minutes late" if stop.late_minutes else ""
            yield f"Due {self._local(stop.due_at):%Y-%m-%d %H:%M}{late}"
        if stop.confirm_call_at is not None:
            yield f"Call the customer at {self._local(stop.confirm_call_at):%H:%M}"
        if ticket is not None and ticket.required_parts:
            yield "Parts: " + ", ".join(f"{n} × {name}" for name, n in ticket.required_parts.items())
        if ticket is not None and ticket.required_tools:
            yield "Tools: " + ", ".join(ticket.required_tools)


def _library() -> Any:
    try:
        import icalendar
    except ImportError:
        message = "writing calendars needs icalendar: pip install 'dispatch-engine[sheets]'"
        raise InputError.of("", "missing_library", message) from None
    return icalendar
