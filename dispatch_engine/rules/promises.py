"""What customers were promised: by the base plan, or by a pin; later changes of it have a price."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dispatch_engine.model.clock import Clock, minutes_to_seconds
from dispatch_engine.model.plan import TicketStop

if TYPE_CHECKING:
    from datetime import datetime

    from dispatch_engine.model.problem import Problem, Ticket

GONE = -1
"""Technician of a promise who is not in the problem any more."""


@dataclass(frozen=True)
class Promise:
    """One ticket's promise, times in seconds of the problem's clock.

    Attributes
    ----------
    technician : position of the technician promised, or GONE.
    earliest : service does not begin before it; None: no time was promised, or the promise has lapsed.
    latest : an arrival after it is later than promised; None as above.
    """

    technician: int
    earliest: int | None
    latest: int | None


def promises_of(problem: Problem, clock: Clock) -> dict[int, Promise]:
    """The promises that still count, by position of the ticket.

    A ticket that stands in a route of ``base_plan`` is promised to that technician, for the arrival stated there.
    A pin replaces both as far as it says something. What has begun is promised no more.
    """
    technicians = {technician.id: i for i, technician in enumerate(problem.technicians)}
    planned = dict(_planned(problem))
    found = {}
    for index, ticket in enumerate(problem.tickets):
        pin = ticket.pinned
        if pin is not None and pin.status in ("on_site", "done"):
            continue
        technician, arrival = planned.get(ticket.id, (None, None))
        if pin is not None:
            technician, arrival = pin.technician, pin.arrival or arrival
        if technician is not None:
            who = technicians.get(technician, GONE)
            found[index] = _promise(problem, ticket, clock, who, arrival)
    return found


def _planned(problem: Problem) -> Iterator[tuple[str, tuple[str, datetime | None]]]:
    """Ticket, and technician and arrival, of every visit of the base plan."""
    for route in problem.base_plan.routes if problem.base_plan else ():
        for stop in route.stops:
            if isinstance(stop, TicketStop):
                yield stop.ticket, (route.technician, stop.arrival)


def _promise(
    problem: Problem, ticket: Ticket, clock: Clock, technician: int, arrival: datetime | None
) -> Promise:
    if arrival is None:
        return Promise(technician, None, None)
    slack = minutes_to_seconds(problem.objective.stability.promise_minutes)
    earliest, latest = clock.seconds(arrival) - slack, clock.seconds(arrival) + slack
    closes = [clock.seconds(window.end) for window in ticket.time_windows]
    agreed = None if ticket.appointment_at is None else clock.seconds(ticket.appointment_at)
    # What the customer agreed to since then counts instead.
    if (closes and max(closes) < earliest) or (agreed is not None and agreed > latest):
        return Promise(technician, None, None)
    return Promise(technician, earliest, latest)
