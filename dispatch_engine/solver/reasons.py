"""Why a ticket stayed unassigned: the rule that closed each technician, or how the last try to insert it ended."""

from __future__ import annotations

from collections import Counter

import numpy as np

from dispatch_engine.model.plan import Reason, ReasonCode
from dispatch_engine.model.problem import Ticket
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.left_out import goes_to_contractor
from dispatch_engine.rules.shapes import Shapes
from dispatch_engine.solver.kernels.data import Data
from dispatch_engine.solver.kernels.polish import FITS, LIMIT, NO_ROOM, last_try
from dispatch_engine.solver.kernels.state import State

CLOSED = -1
"""No try was made: a rule closes the pair."""
ORDER: tuple[ReasonCode, ...] = (
    "other_tickets_preferred",
    "shift_full",
    "no_part",
    "window_unreachable",
    "appointment_outside_windows",
    "unreachable",
    "no_tool",
    "no_certified_technician",
    "no_skill",
    "no_tag",
    "excluded",
    "infeasible_pin",
)
"""Reasons of technicians who came closest to serving the ticket first; a technician counts once, for his
best shift."""


def reasons_for(case: Case, shapes: Shapes, data: Data, state: State, ticket: int) -> tuple[Reason, ...]:
    """Why ``ticket`` is in no route of the plan in ``state``, most telling first.

    Every technician gives one reason. Where no rule closes a shift, the ticket is tried once more at every
    place of its route. A ticket that goes to a contractor says so first. Of a pinned ticket only its technician is
    asked, and the first reason says that it is pinned.
    """
    answer = np.full(shapes.num_shifts, CLOSED, np.int64)
    if shapes.num_shifts:
        last_try(data, state, ticket, 0.0, answer)
    nearest: dict[int, ReasonCode] = {}
    pin = case.problem.tickets[ticket].pinned
    for shift in case.shifts:
        if pin is not None and case.technician_of(shift.index).id != pin.technician:
            continue
        code = _code(shapes, shift.index, ticket, int(answer[shift.index]))
        known = nearest.get(shift.technician)
        if known is None or ORDER.index(code) < ORDER.index(known):
            nearest[shift.technician] = code
    what = case.problem.tickets[ticket]
    found = _counted(what, Counter(nearest.values())) if nearest else (_nobody(case, what),)
    if goes_to_contractor(case, ticket):
        text = f"goes to a contractor for {what.outsource_price:g} cost minutes"
        found = (Reason(code="outsourced", message=text), *found)
    if pin is None or found[0].code in ("other_tickets_preferred", "infeasible_pin", "outsourced"):
        return found
    text = (
        f"pinned to technician {pin.technician}, where it is not possible: {found[0].message}; "
        "pin it to another technician, or unpin it"
    )
    return (Reason(code="infeasible_pin", message=text, technicians=1), *found)


def _counted(ticket: Ticket, counted: Counter[ReasonCode]) -> tuple[Reason, ...]:
    """A reason for each code, with the number of technicians that give it."""
    return tuple(
        Reason(code=code, message=_message(code, ticket, counted[code]), technicians=counted[code])
        for code in ORDER
        if counted[code]
    )


def _nobody(case: Case, ticket: Ticket) -> Reason:
    """The reason where there is nobody to ask."""
    number = len(case.problem.technicians)
    if not number:
        return Reason(code="unreachable", message="there is no technician", technicians=0)
    if ticket.pinned is not None:
        text = f"technician {ticket.pinned.technician} has no shift"
        return Reason(code="shift_full", message=text, technicians=1)
    return Reason(code="shift_full", message="no technician has a shift", technicians=number)


def _code(shapes: Shapes, shift: int, ticket: int, answer: int) -> ReasonCode:
    if answer == CLOSED:
        return shapes.reason(shift, ticket) or "shift_full"  # type: ignore[return-value]
    if answer == FITS:
        return "other_tickets_preferred"
    if answer == NO_ROOM:
        return "shift_full"
    return shapes.limit_code[answer - LIMIT]  # type: ignore[return-value]


def _message(code: ReasonCode, ticket: Ticket, count: int) -> str:
    who = "1 technician" if count == 1 else f"{count} technicians"
    skills = ", ".join(f"{name} {level}" for name, level in sorted(ticket.required_skills.items()))
    parts = ", ".join(f"{amount} × {name}" for name, amount in sorted(ticket.required_parts.items()))
    several = count != 1
    texts: dict[str, str] = {
        "other_tickets_preferred": f"fits the day of {who}, but what it costs or displaces there is worth more",
        "shift_full": f"{who} {'have' if several else 'has'} no room left for it in the day",
        "no_part": f"{who} {'have' if several else 'has'} not enough parts on the van for {parts}",
        "window_unreachable": f"{who} cannot be there within its time windows and back before the shift ends",
        "appointment_outside_windows": "the appointment lies after the end of the last time window",
        "unreachable": f"there is no way there and back for {who}",
        "no_tool": f"{who} {'lack' if several else 'lacks'} a tool of: {', '.join(ticket.required_tools)}",
        "no_certified_technician": (
            f"{who} {'lack' if several else 'lacks'} a valid certificate of: "
            f"{', '.join(ticket.required_certifications)}"
        ),
        "no_skill": f"{who} {'lack' if several else 'lacks'} the skill level needed: {skills}",
        "no_tag": f"{who} {'lack' if several else 'lacks'} a tag of: {', '.join(ticket.required_tags)}",
        "excluded": f"{who} {'are' if several else 'is'} excluded, or not among the technicians required",
        "infeasible_pin": (
            "the technician on the way to it cannot begin it in time and be back before the shift ends; "
            "move its windows, allow overtime, or unpin it"
        ),
    }
    return texts[code]
