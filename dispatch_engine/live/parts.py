"""Things that can be changed to make room for a ticket: what a shift lacks, and how a change looks as a problem."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from dispatch_engine.model.clock import Clock
from dispatch_engine.model.explanation import ChangePart, PartKind
from dispatch_engine.model.plan import ReasonCode
from dispatch_engine.model.policy import arrival_deadline
from dispatch_engine.model.problem import Certification, Problem, Shift, Technician, Ticket, TimeWindow
from dispatch_engine.model.wording import Language, say
from dispatch_engine.rules.case import Case

REASONS: Mapping[PartKind, ReasonCode] = {
    "raise_skill": "no_skill",
    "grant_certificate": "no_certified_technician",
    "carry_tool": "no_tool",
    "add_tag": "no_tag",
    "allow_technician": "excluded",
    "restock_part": "no_part",
    "raise_ticket_limit": "shift_full",
}
"""The reason that a part lifts, of the parts that a shift may lack."""


@dataclass(frozen=True)
class Part:
    """One thing to change; the fields are those of the public :class:`ChangePart`."""

    kind: PartKind
    technician: str | None = None
    shift: int | None = None
    ticket: str | None = None
    name: str | None = None
    amount: float | None = None
    from_technician: str | None = None
    to_technician: str | None = None

    def told(self, language: Language) -> ChangePart:
        """The part with its sentence."""
        values = {name: value for name, value in vars(self).items() if value is not None}
        kind = f"{self.kind}.to" if self.to_technician is not None else self.kind
        return ChangePart(**values, message=say(language, f"change.{kind}", **values))


# ---------------------------------------------------------------- what a shift lacks


def lacking(case: Case, shift: int, ticket: int, route: Iterable[int]) -> tuple[Part, ...]:
    """Everything but time that keeps ``ticket`` out of ``shift``, on top of the tickets of ``route``."""
    technician, number = case.technician_of(shift), case.shifts[shift].number
    return tuple(
        Part(kind, technician.id, shift=number if kind == "raise_ticket_limit" else None, **rest)
        for kind, rest in (
            *_lacking_skills(technician, case.problem.tickets[ticket]),
            *_lacking_certificates(case, shift, ticket),
            *_lacking_words(technician, case.problem.tickets[ticket]),
            *_lacking_room(case, shift, ticket, tuple(route)),
        )
    )


Lack = tuple[PartKind, dict[str, Any]]


def _lacking_skills(technician: Technician, ticket: Ticket) -> Iterator[Lack]:
    for name, level in sorted(ticket.required_skills.items()):
        if (missing := level - technician.skills.get(name, 0)) > 0:
            yield "raise_skill", {"name": name, "amount": missing}


def _lacking_certificates(case: Case, shift: int, ticket: int) -> Iterator[Lack]:
    """A certificate counts as lacking if it expires before the day on which the visit may start at the latest."""
    last = case.shifts[shift].latest_end - case.tickets[ticket].service
    closes = max((close for _, close in case.tickets[ticket].windows), default=last)
    day = case.clock.local_date(min(last, closes))
    held = case.technician_of(shift).certifications
    for name in case.problem.tickets[ticket].required_certifications:
        if not any(c.name == name and (c.valid_until is None or c.valid_until >= day) for c in held):
            yield "grant_certificate", {"name": name}


def _lacking_words(technician: Technician, ticket: Ticket) -> Iterator[Lack]:
    for name in ticket.required_tools:
        if name not in technician.tools:
            yield "carry_tool", {"name": name}
    for name in ticket.required_tags:
        if name not in technician.tags:
            yield "add_tag", {"name": name}
    others_only = ticket.required_technicians and technician.id not in ticket.required_technicians
    if others_only or technician.id in ticket.excluded_technicians:
        yield "allow_technician", {"ticket": ticket.id}


def _lacking_room(case: Case, shift: int, ticket: int, route: tuple[int, ...]) -> Iterator[Lack]:
    technician, tickets = case.technician_of(shift), case.problem.tickets
    for name, units in sorted(tickets[ticket].required_parts.items()):
        needed = units + sum(tickets[other].required_parts.get(name, 0) for other in route)
        if units and (missing := needed - technician.van_stock.get(name, 0)) > 0:
            yield "restock_part", {"name": name, "amount": missing}
    most = technician.shifts[case.shifts[shift].number].max_tickets
    if most is not None and len(route) + 1 > most:
        yield "raise_ticket_limit", {"amount": len(route) + 1 - most}


# ---------------------------------------------------------------- a change as a problem


def applied(problem: Problem, parts: Iterable[Part]) -> Problem:
    """``problem`` with all ``parts`` changed; releasing a ticket changes a plan and not the problem.

    Raises
    ------
    InputError : the changed problem contradicts itself, such as overtime that runs into the next shift.
    """
    technicians = {technician.id: technician for technician in problem.technicians}
    tickets = {ticket.id: ticket for ticket in problem.tickets}
    for part in parts:
        if part.kind == "move_part":
            assert part.from_technician is not None
            technicians[part.from_technician] = _with_stock(technicians[part.from_technician], part, -1)
        if part.kind in _ON_TECHNICIAN:
            assert part.technician is not None
            technicians[part.technician] = _ON_TECHNICIAN[part.kind](technicians[part.technician], part)
        elif part.kind in _ON_TICKET:
            assert part.ticket is not None
            tickets[part.ticket] = _ON_TICKET[part.kind](tickets[part.ticket], part, problem)
    return problem.replace(technicians=tuple(technicians.values()), tickets=tuple(tickets.values()))


def _with_stock(technician: Technician, part: Part, sign: int) -> Technician:
    name = str(part.name)
    pieces = technician.van_stock.get(name, 0) + sign * int(part.amount or 0)
    return technician.model_copy(update={"van_stock": {**technician.van_stock, name: pieces}})


def _with_skill(technician: Technician, part: Part) -> Technician:
    name = str(part.name)
    level = technician.skills.get(name, 0) + int(part.amount or 0)
    return technician.model_copy(update={"skills": {**technician.skills, name: level}})


def _with_certificate(technician: Technician, part: Part) -> Technician:
    granted = Certification(name=str(part.name))
    return technician.model_copy(update={"certifications": (*technician.certifications, granted)})


def _with_shift(technician: Technician, part: Part, field: str) -> Technician:
    shifts: list[Shift] = list(technician.shifts)
    assert part.shift is not None
    shift = shifts[part.shift]
    more = getattr(shift, field) + part.amount
    shifts[part.shift] = shift.model_copy(update={field: type(getattr(shift, field))(more)})
    return technician.model_copy(update={"shifts": tuple(shifts)})


_ON_TECHNICIAN: dict[PartKind, Callable[[Technician, Part], Technician]] = {
    "raise_skill": _with_skill,
    "grant_certificate": _with_certificate,
    "carry_tool": lambda t, part: t.model_copy(update={"tools": (*t.tools, part.name)}),
    "add_tag": lambda t, part: t.model_copy(update={"tags": (*t.tags, part.name)}),
    "restock_part": lambda t, part: _with_stock(t, part, 1),
    "move_part": lambda t, part: _with_stock(t, part, 1),
    "raise_ticket_limit": lambda t, part: _with_shift(t, part, "max_tickets"),
    "allow_overtime": lambda t, part: _with_shift(t, part, "max_overtime_minutes"),
}


def _allowing(ticket: Ticket, part: Part, problem: Problem) -> Ticket:  # noqa: ARG001 (one form for all)
    required = ticket.required_technicians
    if required and part.technician not in required:
        required = (*required, str(part.technician))
    excluded = tuple(name for name in ticket.excluded_technicians if name != part.technician)
    return ticket.model_copy(update={"required_technicians": required, "excluded_technicians": excluded})


def _later(ticket: Ticket, part: Part, problem: Problem) -> Ticket:  # noqa: ARG001
    more = timedelta(minutes=part.amount or 0)
    windows = tuple(TimeWindow(start=w.start, end=w.end + more) for w in ticket.time_windows)
    return ticket.model_copy(update={"time_windows": windows})


def _earlier(ticket: Ticket, part: Part, problem: Problem) -> Ticket:
    """Windows and appointment begin earlier; the deadline stays where it was."""
    less = timedelta(minutes=part.amount or 0)
    windows = tuple(TimeWindow(start=w.start - less, end=w.end) for w in ticket.time_windows)
    changes: dict[str, Any] = {"time_windows": windows, "due_at": _due_at(ticket, problem)}
    if ticket.appointment_at is not None:
        changes["appointment_at"] = ticket.appointment_at - less
    return ticket.model_copy(update=changes)


def _due_later(ticket: Ticket, part: Part, problem: Problem) -> Ticket:
    due = _due_at(ticket, problem)
    assert due is not None
    return ticket.model_copy(update={"due_at": due + timedelta(minutes=part.amount or 0)})


def _due_at(ticket: Ticket, problem: Problem) -> Any:
    clock = Clock.of(problem)
    due = arrival_deadline(problem, ticket, clock)
    return None if due is None else clock.datetime(due)


_ON_TICKET: dict[PartKind, Callable[[Ticket, Part, Problem], Ticket]] = {
    "allow_technician": _allowing,
    "window_later": _later,
    "window_earlier": _earlier,
    "deadline_later": _due_later,
}
