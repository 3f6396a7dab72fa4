"""Why a ticket stayed unassigned: the rule that closed each technician, or how the last try to insert it ended."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dispatch_engine.model.plan import Reason, ReasonCode
from dispatch_engine.model.problem import Technician, Ticket
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.shapes import Shapes
from dispatch_engine.solver.kernels.data import Data
from dispatch_engine.solver.kernels.polish import FITS, LIMIT, NO_ROOM, last_try
from dispatch_engine.solver.kernels.state import State
from dispatch_engine.solver.missing_levels import missing_levels

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
)
"""Reasons of technicians who came closest to serving the ticket first; a technician counts once, for his
best shift."""


def reasons_for(case: Case, shapes: Shapes, data: Data, state: State, ticket: int) -> tuple[Reason, ...]:
    """Why ``ticket`` is in no route of the plan in ``state``, most telling first.

    Every technician gives one reason. Where no rule closes a shift, the ticket is tried once more at every
    place of its route.
    """
    answer = np.full(shapes.num_shifts, CLOSED, np.int64)
    if shapes.num_shifts:
        last_try(data, state, ticket, 0.0, answer)
    nearest: dict[int, ReasonCode] = {}
    for shift in case.shifts:
        code = _code(shapes, shift.index, ticket, int(answer[shift.index]))
        known = nearest.get(shift.technician)
        if known is None or ORDER.index(code) < ORDER.index(known):
            nearest[shift.technician] = code
    what, staff = case.problem.tickets[ticket], case.problem.technicians
    ruled_out = {code: [staff[t] for t in sorted(nearest) if nearest[t] == code] for code in ORDER}
    if not nearest:
        code = "unreachable" if not case.problem.technicians else "shift_full"
        text = "there is no technician" if not case.problem.technicians else "no technician has a shift"
        return (Reason(code=code, message=text, technicians=len(case.problem.technicians)),)
    return tuple(
        Reason(code=code, message=_message(code, what, people), technicians=len(people))
        for code, people in ruled_out.items()
        if people
    )


def _code(shapes: Shapes, shift: int, ticket: int, answer: int) -> ReasonCode:
    if answer == CLOSED:
        return shapes.reason(shift, ticket) or "shift_full"  # type: ignore[return-value]
    if answer == FITS:
        return "other_tickets_preferred"
    if answer == NO_ROOM:
        return "shift_full"
    return shapes.limit_code[answer - LIMIT]  # type: ignore[return-value]


def _message(code: ReasonCode, ticket: Ticket, technicians: Sequence[Technician]) -> str:
    count = len(technicians)
    who = "1 technician" if count == 1 else f"{count} technicians"
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
        "no_skill": f"{who} {'lack' if several else 'lacks'} the skill level needed: "
        + missing_levels(technicians, ticket),
        "no_tag": f"{who} {'lack' if several else 'lacks'} a tag of: {', '.join(ticket.required_tags)}",
        "excluded": f"{who} {'are' if several else 'is'} excluded, or not among the technicians required",
    }
    return texts[code]
