"""Applies events to a problem and its plan: the problem as it stands now, with pins, promises and what is left to do.

Every contradiction is named by its pointer into the events, all of them at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from dispatch_engine.errors import Finding, InputError
from dispatch_engine.live.field import Delay, Field, field_at
from dispatch_engine.live.progress import Report
from dispatch_engine.model.base import Model, pointer, shown, validate
from dispatch_engine.model.clock import minutes_to_seconds
from dispatch_engine.model.events import (
    Event,
    Events,
    PartFoundMissing,
    PartUsed,
    TechnicianAbsent,
    TechnicianAdded,
    TechnicianDelayed,
    TicketAdded,
    TicketCancelled,
    TicketChanged,
    VisitFinished,
    VisitStarted,
)
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem, Shift, Technician, Ticket
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.filling import filled_routes
from dispatch_engine.rules.reading import read_plan
from dispatch_engine.rules.visits import PlanTimes
from dispatch_engine.solver.start import ShiftKey

UNCHANGEABLE = ("id", "pinned")
"""Fields of a ticket that ``ticket_changed`` cannot set: what has begun follows from the other events."""


@dataclass(frozen=True)
class Applied:
    """What the events lead to.

    Attributes
    ----------
    problem : as it stands now: visits pinned, technicians where they are, the plan so far as ``base_plan``.
    orders : the plan that is left, to start from; tickets that it lacks are still to be placed.
    known : the plan so far, timed, of the problem before.
    technicians, tickets : ids of those that the events are about, and of tickets that lost their place.
    """

    problem: Problem
    orders: dict[ShiftKey, tuple[str, ...]]
    known: PlanTimes
    technicians: frozenset[str]
    tickets: frozenset[str]


def apply_events(problem: Problem, plan: Plan, events: Events) -> Applied:
    """The problem and the plan that is left once ``events`` have happened; nothing is planned.

    Raises
    ------
    InputError : the plan cannot be read as a whole (``broken_plan``), or an event contradicts the problem, the
        plan or another event; all of them at once.
    """
    case = Case.of(problem)
    reading = read_plan(case, plan)
    if reading.violations:
        raise InputError(
            Finding("/routes", "broken_plan", f"{v.message}; see `check`, and correct the plan first")
            for v in reading.violations
        )
    return _Application(case, reading.times, events).result()


class _Contradiction(Exception):
    """One event cannot have happened: code, message and the rest of the pointer."""

    def __init__(self, code: str, message: str, *at: str | int) -> None:
        super().__init__(message)
        self.code, self.message, self.at = code, message, at


@dataclass
class _Source:
    """The event that made or changed a thing, for the pointers of later findings."""

    event: int
    field: str


class _Application:
    """One application of events."""

    def __init__(self, case: Case, plan: PlanTimes, events: Events) -> None:
        self.case, self.plan, self.events = case, plan, events
        self.now = case.clock.seconds(events.now)
        self.technicians = {t.id: t for t in case.problem.technicians}
        self.tickets = {t.id: t for t in case.problem.tickets}
        self.reports: dict[int, Report] = {}
        self.delays: dict[int, Delay] = {}
        self.parts_used: dict[str, dict[str, int]] = {}
        self.sources: dict[tuple[str, str], _Source] = {}
        self.touched: set[str] = set()
        self.wanted: set[str] = set()
        self.gone: set[str] = set()
        self.findings: list[Finding] = []
        self.stands: Field | None = None

    def result(self) -> Applied:
        """Reports first, for they say how the day stands; then everything else, in the order given."""
        self._refuse_the_past()
        for kinds in ((VisitStarted, VisitFinished, TechnicianDelayed), ()):
            for number, event in enumerate(self.events.events):
                if isinstance(event, kinds) if kinds else not isinstance(event, _REPORTS):
                    self._try(number, event)
            if self.findings:
                raise InputError(self.findings)
            if kinds:
                self._stand_now()
        return self._applied()

    def _refuse_the_past(self) -> None:
        clock = self.case.clock
        if self.now < clock.now:
            message = (
                f"{self.events.now.isoformat()} lies before the problem's now, {clock.datetime(clock.now).isoformat()}; "
                "correct one of them"
            )
            self.findings.append(Finding("/now", "out_of_range", message))
        for number, event in enumerate(self.events.events):
            if event.at is not None and event.at > self.events.now:
                message = f"{event.at.isoformat()} lies after now, {self.events.now.isoformat()}; correct one of them"
                self.findings.append(Finding(f"/events/{number}/at", "out_of_range", message))
        if self.findings:
            raise InputError(self.findings)

    def _try(self, number: int, event: Event) -> None:
        try:
            _APPLY[type(event)](self, number, event)
        except _Contradiction as wrong:
            at = pointer(("events", number, *wrong.at))
            self.findings.append(Finding(at, wrong.code, wrong.message))
        except InputError as error:
            self.findings += [replace(f, pointer=f"/events/{number}{f.pointer}") for f in error.findings]

    def _stand_now(self) -> None:
        """How the day stands, with what was reported."""
        found = field_at(self.case, self.plan, self.now, self.reports, self.delays)
        self.stands = found
        self.tickets |= {ticket.id: ticket for ticket in found.tickets}
        self.technicians |= {technician.id: technician for technician in found.technicians}
        for name, used in self.parts_used.items():
            self.tickets[name] = self.tickets[name].model_copy(update={"required_parts": used})

    # ------------------------------------------------------------ look-ups

    def _at(self, event: Event) -> int:
        return self.now if event.at is None else self.case.clock.seconds(event.at)

    def _technician(self, name: str) -> Technician:
        if name not in self.technicians:
            raise _Contradiction(
                "unknown_reference", f"{shown(name)} is the id of no technician", "technician"
            )
        return self.technicians[name]

    def _technician_index(self, name: str) -> int:
        self._technician(name)
        return [t.id for t in self.case.problem.technicians].index(name)

    def _ticket(self, name: str) -> Ticket:
        if name in self.gone:
            raise _Contradiction(
                "impossible_event", f"ticket {shown(name)} was cancelled by an event before", "ticket"
            )
        if name not in self.tickets:
            raise _Contradiction("unknown_reference", f"{shown(name)} is the id of no ticket", "ticket")
        return self.tickets[name]

    def _open_ticket(self, name: str) -> Ticket:
        """A ticket whose visit has not begun."""
        ticket = self._ticket(name)
        if ticket.pinned is not None and ticket.pinned.status in ("on_site", "done"):
            message = (
                f"the visit to {shown(name)} is {ticket.pinned.status} at {ticket.pinned.technician}, by report or by "
                "plan; report how it went with visit_finished, or correct the event"
            )
            raise _Contradiction("impossible_event", message, "ticket")
        return ticket

    def _planned_technician(self, ticket: int) -> int | None:
        for route, visit in self.plan.visits():
            if visit.ticket == ticket:
                return self.case.shifts[route.shift].technician
        return None

    # ------------------------------------------------------------ reports

    def visit_started(self, number: int, event: VisitStarted) -> None:
        """Work began."""
        index, who = self._visit(event)
        start = self._at(event)
        arrival = None if event.arrived_at is None else self.case.clock.seconds(event.arrived_at)
        if arrival is not None and arrival > start:
            message = f"{shown(event.arrived_at)} lies after the visit began; correct one of them"
            raise _Contradiction("impossible_event", message, "arrived_at")
        if index in self.reports:
            raise _Contradiction(
                "impossible_event", f"{shown(event.ticket)} was reported as begun before", "ticket"
            )
        self.reports[index] = Report(who, arrival, start)
        self._note(number, event.ticket, who)

    def visit_finished(self, number: int, event: VisitFinished) -> None:
        """Work ended."""
        index, who = self._visit(event)
        end = self._at(event)
        known = self.reports.get(index)
        if known is not None and known.end is not None:
            raise _Contradiction(
                "impossible_event", f"{shown(event.ticket)} was reported as ended before", "ticket"
            )
        start = None if known is None else known.start
        if event.started_at is not None:
            start = self.case.clock.seconds(event.started_at)
        elif start is None and index in self.case.past_tickets:
            start = next(v.start for shift in self.case.shifts for v in shift.past if v.ticket == index)
        if start is not None and start > end:
            raise _Contradiction(
                "impossible_event", "the visit ended before it began; correct the times", "at"
            )
        self.reports[index] = Report(who, None if known is None else known.arrival, start, end)
        if event.parts_used is not None:
            self.parts_used[event.ticket] = dict(event.parts_used)
        self._note(number, event.ticket, who)

    def _visit(self, event: VisitStarted | VisitFinished) -> tuple[int, int]:
        """The ticket, and who was there, both by position."""
        self._ticket(event.ticket)
        if event.ticket not in self.case.ticket_index:
            raise _Contradiction(
                "unknown_reference", f"{shown(event.ticket)} is the id of no ticket", "ticket"
            )
        index = self.case.ticket_index[event.ticket]
        pin = self.case.problem.tickets[index].pinned
        if pin is not None and pin.status == "done":
            raise _Contradiction(
                "impossible_event", f"the visit to {shown(event.ticket)} is done already", "ticket"
            )
        who = (
            self._planned_technician(index)
            if event.technician is None
            else self._technician_index(event.technician)
        )
        if pin is not None and pin.status == "on_site":
            theirs = self._technician_index(pin.technician)
            if isinstance(event, VisitStarted) or (who is not None and who != theirs):
                message = f"{pin.technician} is on site at {shown(event.ticket)} already"
                raise _Contradiction("impossible_event", message, "ticket")
            who = theirs
        if who is None:
            message = f"nobody was planned for {shown(event.ticket)}; say who is there"
            raise _Contradiction("missing_field", message, "technician")
        return index, who

    def _note(self, number: int, ticket: str, who: int) -> None:
        self.sources["tickets", ticket] = _Source(number, "ticket")
        self.touched.add(self.case.problem.technicians[who].id)

    def technician_delayed(self, number: int, event: TechnicianDelayed) -> None:
        """Everything the technician does is later."""
        index = self._technician_index(event.technician)
        seconds = 0 if event.minutes is None else minutes_to_seconds(event.minutes)
        until = 0 if event.until is None else self.case.clock.seconds(event.until)
        before = self.delays.get(index, Delay())
        self.delays[index] = Delay(before.seconds + seconds, max(before.until, until))
        self.sources["technicians", event.technician] = _Source(number, "technician")
        self.touched.add(event.technician)

    # ------------------------------------------------------------ changes

    def ticket_added(self, number: int, event: TicketAdded) -> None:
        """A new ticket."""
        ticket = event.ticket
        if ticket.id in self.tickets:
            raise _Contradiction(
                "duplicate_id", f"{shown(ticket.id)} is the id of a ticket already", "ticket", "id"
            )
        if ticket.pinned is not None and ticket.pinned.status != "committed":
            message = "a new ticket cannot have begun; add it, then report visit_started"
            raise _Contradiction("impossible_event", message, "ticket", "pinned")
        self.tickets[ticket.id] = ticket
        self.gone.discard(ticket.id)
        self.sources["tickets", ticket.id] = _Source(number, "ticket")
        self.wanted.add(ticket.id)

    def ticket_cancelled(self, number: int, event: TicketCancelled) -> None:  # noqa: ARG002 (one form for all)
        """A ticket that is not wanted any more."""
        self._open_ticket(event.ticket)
        self._turn_round(event.ticket)
        del self.tickets[event.ticket]
        self.gone.add(event.ticket)
        self.wanted.discard(event.ticket)

    def _turn_round(self, ticket: str) -> None:
        """Who was on the way to ``ticket`` stands at the last customer now, free for something else."""
        pin = self.tickets[ticket].pinned
        if ticket in self.case.ticket_index:
            planned = self._planned_technician(self.case.ticket_index[ticket])
            if planned is not None:
                self.touched.add(self.case.problem.technicians[planned].id)
        if pin is not None and pin.status == "en_route":
            technician = self.technicians[pin.technician]
            changes: dict[str, Any] = {"available_from": None, "current_location": None}
            self.technicians[pin.technician] = technician.model_copy(update=changes)

    def ticket_changed(self, number: int, event: TicketChanged) -> None:
        """Some fields of a ticket are different."""
        ticket = self._open_ticket(event.ticket)
        for name in event.changes:
            if name in UNCHANGEABLE:
                message = f"cannot be changed by an event; leave {shown(name)} out"
                raise _Contradiction("conflicting_fields", message, "changes", name)
        document = ticket.model_dump(mode="json", by_alias=True, exclude_unset=True)
        document |= event.changes
        document = {name: value for name, value in document.items() if value is not None}
        changed = _checked(Ticket, document)
        if (
            ticket.pinned is not None
            and ticket.pinned.status == "en_route"
            and changed.location != ticket.location
        ):
            self._turn_round(event.ticket)
            changed = changed.model_copy(update={"pinned": None})
        self.tickets[event.ticket] = changed
        self.sources["tickets", event.ticket] = _Source(number, "changes")
        self.wanted.add(event.ticket)

    def technician_added(self, number: int, event: TechnicianAdded) -> None:
        """One more technician."""
        technician = event.technician
        if technician.id in self.technicians:
            message = f"{shown(technician.id)} is the id of a technician already"
            raise _Contradiction("duplicate_id", message, "technician", "id")
        self.technicians[technician.id] = technician
        self.sources["technicians", technician.id] = _Source(number, "technician")
        self.touched.add(technician.id)

    def technician_absent(self, number: int, event: TechnicianAbsent) -> None:
        """No work for a while: what lies ahead is cut out of the shifts, the present is waited out."""
        technician = self._technician(event.technician)
        begin = self.now if event.from_ is None else max(self.now, self.case.clock.seconds(event.from_))
        if event.from_ is None and event.at is not None:
            begin = max(self.now, self._at(event))
        until = self._end_of_day(begin) if event.until is None else self.case.clock.seconds(event.until)
        if until <= begin:
            raise _Contradiction(
                "impossible_event", "the absence is over by now; leave the event out", "until"
            )
        self.sources["technicians", event.technician] = _Source(number, "technician")
        self.touched.add(event.technician)
        if begin <= self.now:
            self.technicians[event.technician] = self._held_up(technician, until)
        else:
            moment = self.case.clock.datetime
            shifts = [s for shift in technician.shifts for s in _cut(shift, moment(begin), moment(until))[:1]]
            rest = [s for shift in technician.shifts for s in _cut(shift, moment(begin), moment(until))[1:]]
            self.technicians[event.technician] = technician.model_copy(update={"shifts": (*shifts, *rest)})

    def _held_up(self, technician: Technician, until: int) -> Technician:
        """Not available before ``until``; breaks that would be over by then are left out, and a drive is given up."""
        clock = self.case.clock
        for ticket in list(self.tickets.values()):
            pin = ticket.pinned
            if pin is not None and pin.status == "en_route" and pin.technician == technician.id:
                self._turn_round(ticket.id)
                technician = self.technicians[technician.id]
                self.tickets[ticket.id] = ticket.model_copy(update={"pinned": None})
        shifts = tuple(
            shift.model_copy(
                update={"breaks": tuple(b for b in shift.breaks if clock.seconds(b.latest) >= until)}
            )
            for shift in technician.shifts
        )
        free = max(
            until,
            *([] if technician.available_from is None else [clock.seconds(technician.available_from)]),
            until,
        )
        return technician.model_copy(update={"shifts": shifts, "available_from": clock.datetime(free)})

    def _end_of_day(self, seconds: int) -> int:
        day = self.case.clock.local_date(seconds) + timedelta(days=1)
        return self.case.clock.seconds(datetime.combine(day, time(), self.case.clock.time_zone))

    def part_used(self, number: int, event: PartUsed) -> None:
        """Pieces used beyond what tickets require."""
        self._take_pieces(number, event, "used")

    def part_found_missing(self, number: int, event: PartFoundMissing) -> None:
        """Pieces that are not where they should be."""
        self._take_pieces(number, event, "missing")

    def _take_pieces(self, number: int, event: PartUsed | PartFoundMissing, word: str) -> None:
        technician = self._technician(event.technician)
        held = technician.van_stock.get(event.part, 0)
        if event.quantity > held:
            message = f"{event.quantity} × {event.part} {word}, but the van of {event.technician} held {held}"
            raise _Contradiction("impossible_event", message, "quantity")
        stock = {**technician.van_stock, event.part: held - event.quantity}
        self.technicians[event.technician] = technician.model_copy(update={"van_stock": stock})
        self.sources["technicians", event.technician] = _Source(number, "technician")
        self.touched.add(event.technician)

    # ------------------------------------------------------------ the result

    def _applied(self) -> Applied:
        assert self.stands is not None
        known = Plan(
            routes=filled_routes(self.case, self.plan),
        )
        try:
            problem = self.case.problem.replace(
                now=self.events.now,
                technicians=tuple(self.technicians.values()),
                tickets=tuple(self.tickets.values()),
                base_plan=known,
            )
        except InputError as error:
            raise InputError(self._in_events(error, finding) for finding in error.findings) from None
        orders = {
            key: left
            for key, tickets in self.stands.orders.items()
            if (left := tuple(name for name in tickets if name in self.tickets))
        }
        placed = {name for tickets in orders.values() for name in tickets}
        missing = {name for name in self.tickets if name not in placed}
        return Applied(problem, orders, self.plan, frozenset(self.touched), frozenset(self.wanted | missing))

    def _in_events(self, error: InputError, finding: Finding) -> Finding:  # noqa: ARG002
        """A finding about the problem, told about the event that led to it."""
        found = re.match(r"/(tickets|technicians)/(\d+)(.*)", finding.pointer)
        if found is None:
            return finding
        things = list((self.tickets if found[1] == "tickets" else self.technicians).keys())
        source = self.sources.get((found[1], things[int(found[2])]))
        if source is None:
            return finding
        rest = "" if found[3].startswith("/pinned") else found[3]
        return replace(finding, pointer=f"/events/{source.event}/{source.field}{rest}")


def _cut(shift: Shift, begin: datetime, until: datetime) -> list[Shift]:
    """What is left of a shift during which somebody is absent: first what keeps its place in the list."""
    if until <= shift.start or begin >= shift.end + timedelta(minutes=shift.max_overtime_minutes):
        return [shift]
    pieces = []
    if begin > shift.start:
        end = min(begin, shift.end)
        early = tuple(b for b in shift.breaks if b.latest + timedelta(minutes=b.minutes) <= end)
        pieces.append(shift.model_copy(update={"end": end, "max_overtime_minutes": 0.0, "breaks": early}))
    if until < shift.end:
        late = tuple(b for b in shift.breaks if b.earliest >= until)
        pieces.append(shift.model_copy(update={"start": until, "breaks": late}))
    if not pieces:
        # A shift keeps its number: nothing fits into a minute.
        end = shift.start + timedelta(minutes=1)
        pieces.append(shift.model_copy(update={"end": end, "max_overtime_minutes": 0.0, "breaks": ()}))
    return pieces


def _checked(model: type[Ticket], document: object) -> Ticket:
    """A changed ticket; findings point into ``changes``."""
    try:
        return validate(model, document)
    except InputError as error:
        raise InputError(replace(f, pointer=f"/changes{f.pointer}") for f in error.findings) from None


_REPORTS: tuple[type[Model], ...] = (VisitStarted, VisitFinished, TechnicianDelayed)

_APPLY: dict[type[Model], Callable[[_Application, int, Any], None]] = {
    VisitStarted: _Application.visit_started,
    VisitFinished: _Application.visit_finished,
    TechnicianDelayed: _Application.technician_delayed,
    TicketAdded: _Application.ticket_added,
    TicketCancelled: _Application.ticket_cancelled,
    TicketChanged: _Application.ticket_changed,
    TechnicianAdded: _Application.technician_added,
    TechnicianAbsent: _Application.technician_absent,
    PartUsed: _Application.part_used,
    PartFoundMissing: _Application.part_found_missing,
}
"""What each kind of event does."""
