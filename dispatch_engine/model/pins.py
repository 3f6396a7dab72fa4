"""Checks of pins among each other: what they say has happened can have happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from dispatch_engine.errors import Finding
from dispatch_engine.model.base import shown
from dispatch_engine.model.clock import moment_of_planning

if TYPE_CHECKING:
    from dispatch_engine.model.problem import Pinned, Problem


@dataclass(frozen=True)
class _Visit:
    """A pinned visit that is under way or done: position and id of its ticket, and the pin."""

    index: int
    ticket: str
    pin: Pinned

    def finding(self, field: str, message: str) -> Finding:
        """A finding about a field of the pin."""
        return Finding(f"/tickets/{self.index}/pinned/{field}", "infeasible_pin", message)


def pins_can_be(problem: Problem) -> Iterator[Finding]:
    """Nothing has begun after now, every technician does one thing at a time, and in a shift."""
    now = moment_of_planning(problem)
    visits = [
        _Visit(index, ticket.id, ticket.pinned)
        for index, ticket in enumerate(problem.tickets)
        if ticket.pinned is not None and ticket.pinned.status != "committed"
    ]
    idle = {technician.id for technician in problem.technicians if not technician.shifts}
    of_technician: dict[str, list[_Visit]] = {}
    for visit in visits:
        of_technician.setdefault(visit.pin.technician, []).append(visit)
        yield from _in_the_future(visit, now)
        if visit.pin.technician in idle:
            message = f"technician {shown(visit.pin.technician)} has no shift; add the one in which the visit is made"
            yield visit.finding("technician", message)
    for theirs in of_technician.values():
        yield from _two_at_once(theirs)
        yield from _overlaps(theirs)


def _in_the_future(visit: _Visit, now: datetime) -> Iterator[Finding]:
    pin = visit.pin
    facts = {"started_at": pin.started_at, "finished_at": pin.finished_at if pin.status == "done" else None}
    for name, moment in facts.items():
        if moment is not None and moment > now:
            message = (
                f"{moment.isoformat()} lies after now, {now.isoformat()}, but the visit is {pin.status}; "
                "correct it, the status, or /now"
            )
            yield visit.finding(name, message)


def _two_at_once(visits: list[_Visit]) -> Iterator[Finding]:
    """A technician is at one place, or on the way to one."""
    busy = [visit for visit in visits if visit.pin.status in ("on_site", "en_route")]
    for other in busy[1:]:
        first = busy[0]
        message = (
            f"technician {shown(first.pin.technician)} is {first.pin.status} with ticket {shown(first.ticket)} "
            f"already, and cannot be {other.pin.status} here; make one of them committed or done"
        )
        yield other.finding("status", message)


def _overlaps(visits: list[_Visit]) -> Iterator[Finding]:
    """A visit that is done ends before the next one begins, and one under way is the last."""
    begun = [(visit.pin.started_at, visit) for visit in visits if visit.pin.started_at is not None]
    begun.sort(key=lambda entry: (entry[0], entry[1].pin.status == "on_site"))
    for (_, one), (start, other) in pairwise(begun):
        left = one.pin.finished_at if one.pin.status == "done" else None
        under_way = one.pin.status == "on_site" and other.pin.status == "done"
        if under_way or (left is not None and start < left):
            message = (
                f"{start.isoformat()} lies before technician {shown(one.pin.technician)} had finished ticket "
                f"{shown(one.ticket)}; correct the times of one of them"
            )
            yield other.finding("started_at", message)
