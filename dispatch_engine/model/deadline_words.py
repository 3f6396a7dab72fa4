"""Every deadline of the SLA policy in words: what was promised, from when it counts, and which hours count."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from dispatch_engine.model.business_hours import WEEKDAYS, BusinessHours, SlaClock
from dispatch_engine.model.clock import Clock
from dispatch_engine.model.policy import arrival_deadline, resolution_deadline, response_deadline
from dispatch_engine.model.problem import Problem, Ticket

MOST_HOLIDAYS = 5


def deadline_words(problem: Problem, ticket: Ticket, clock: Clock) -> dict[str, str]:
    """A sentence for each deadline that the ticket has: ``arrival``, ``first_response``, ``resolution``.

    ``2026-11-24 10:00: 4 h (zone urban) from the appointment 2026-11-23 15:00, counted Monday to Friday
    08:00-17:00``.
    """
    return dict(_sentences(problem, ticket, clock))


def _sentences(problem: Problem, ticket: Ticket, clock: Clock) -> Iterator[tuple[str, str]]:
    policy, clocks = problem.policy, problem.policy.clocks
    due = arrival_deadline(problem, ticket, clock)
    if ticket.due_at is not None:
        yield "arrival", f"{_shown(clock.datetime(clock.seconds(ticket.due_at)))}: the ticket's own deadline"
    elif due is not None:
        promise = f"{policy.arrival_hours[policy.zone(ticket)]:g} h ({_zone(problem, ticket)})"
        yield "arrival", _sentence(clock, due, promise, *_start(ticket, clock), clocks.arrival)
    if ticket.reported_at is None:
        return
    reported = ("report", clock.datetime(clock.seconds(ticket.reported_at)))
    if (due := response_deadline(problem, ticket, clock)) is not None:
        yield (
            "first_response",
            _sentence(clock, due, _response(problem, ticket), *reported, clocks.first_response),
        )
    if (due := resolution_deadline(problem, ticket, clock)) is not None:
        promise = _resolution(problem, ticket, clock, due)
        yield "resolution", _sentence(clock, due, promise, *reported, clocks.resolution)


def _zone(problem: Problem, ticket: Ticket) -> str:
    """The zone, and the area that gives it where the ticket does not."""
    zone = f"zone {problem.policy.zone(ticket)}"
    area = problem.policy.area(ticket) if ticket.zone is None else None
    return f"{zone} of {area.name}" if area is not None and area.name else zone


def _start(ticket: Ticket, clock: Clock) -> tuple[str, datetime]:
    """What starts the clock of the arrival, and when."""
    for what, moment in (("appointment", ticket.appointment_at), ("report", ticket.reported_at)):
        if moment is not None:
            return what, clock.datetime(clock.seconds(moment))
    return "moment of planning", clock.datetime(clock.now)


def _response(problem: Problem, ticket: Ticket) -> str:
    promise = problem.policy.first_response
    assert promise is not None
    if ticket.urgency is not None:
        return f"{ticket.urgency[:-1]} h (urgency of the ticket)"
    if ticket.priority == "emergency":
        return f"{promise.emergency_hours:g} h (emergency)"
    return f"{promise.other_hours:g} h"


def _resolution(problem: Problem, ticket: Ticket, clock: Clock, due: int) -> str:
    """The promise that ends first: hours of an emergency, or working days of a complex fault."""
    promise = problem.policy.resolution
    assert promise is not None
    hours, days = promise.emergency_hours, promise.complex_working_days
    is_emergency = ticket.priority == "emergency" and hours is not None
    if is_emergency and ticket.fault == "complex" and days is not None:
        simple = ticket.replace(fault="simple")
        is_emergency = resolution_deadline(problem, simple, clock) == due
    return f"{hours:g} h (emergency)" if is_emergency else f"{days} working days (complex fault)"


def _sentence(clock: Clock, due: int, promise: str, what: str, began: datetime, sla_clock: SlaClock) -> str:
    text = f"{_shown(clock.datetime(due))}: {promise} from the {what} {_shown(began)}"
    if isinstance(sla_clock, str):
        return text
    return f"{text}, counted {_hours(sla_clock)}{_passed_over(sla_clock, began, clock.datetime(due))}"


def _shown(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")


def _hours(hours: BusinessHours) -> str:
    """``Monday to Friday 08:00-12:00 and 13:00-17:00, Saturday 09:00-12:00``."""
    groups: list[tuple[list[str], str]] = []
    for day in WEEKDAYS:
        text = " and ".join(f"{period.opens}-{period.closes}" for period in hours.days.get(day, ()))
        if groups and groups[-1][1] == text:
            groups[-1][0].append(day.capitalize())
        else:
            groups.append(([day.capitalize()], text))
    named = [f"{_range(days)} {text}" for days, text in groups if text]
    return ", ".join(named)


def _range(days: list[str]) -> str:
    return days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"


def _passed_over(hours: BusinessHours, began: datetime, due: datetime) -> str:
    """The holidays between the start and the deadline on which the clock would have run."""
    span = (due.date() - began.date()).days
    days = [began.date() + timedelta(days=number) for number in range(span + 1)]
    names = [words for day in days if (words := _holiday(hours, day)) is not None]
    if not names:
        return ""
    more = f" and {len(names) - MOST_HOLIDAYS} more" if len(names) > MOST_HOLIDAYS else ""
    return f", without {', '.join(names[:MOST_HOLIDAYS])}{more}"


def _holiday(hours: BusinessHours, day: date) -> str | None:
    name = hours.holiday(day) if hours.days.get(WEEKDAYS[day.weekday()]) else None
    if name is None:
        return None
    return name if name == day.isoformat() else f"{day} ({name})"
