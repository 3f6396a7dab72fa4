"""Why a ticket stayed unassigned: the rule that closed each technician, or how the last try to insert it ended."""

from __future__ import annotations

from collections import Counter

import numpy as np

from dispatch_engine.model.plan import Reason, ReasonCode
from dispatch_engine.model.problem import Ticket
from dispatch_engine.model.wording import DEFAULT_LANGUAGE, Language, say
from dispatch_engine.rules.case import Case
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
    counted = Counter(nearest.values())
    what = case.problem.tickets[ticket]
    if not counted:
        code = "unreachable" if not case.problem.technicians else "shift_full"
        text = say(
            DEFAULT_LANGUAGE, "reason.no_shift" if case.problem.technicians else "reason.no_technician"
        )
        return (Reason(code=code, message=text, technicians=len(case.problem.technicians)),)
    return tuple(
        Reason(code=code, message=reason_message(code, what, counted[code]), technicians=counted[code])
        for code in ORDER
        if counted[code]
    )


def _code(shapes: Shapes, shift: int, ticket: int, answer: int) -> ReasonCode:
    if answer == CLOSED:
        return shapes.reason(shift, ticket) or "shift_full"  # type: ignore[return-value]
    if answer == FITS:
        return "other_tickets_preferred"
    if answer == NO_ROOM:
        return "shift_full"
    return shapes.limit_code[answer - LIMIT]  # type: ignore[return-value]


def reason_message(code: str, ticket: Ticket, count: int, language: Language = DEFAULT_LANGUAGE) -> str:
    """Why ``count`` technicians cannot serve ``ticket``, in words."""
    return say(
        language,
        f"reason.{code}",
        count=count,
        skills=[f"{name} {level}" for name, level in sorted(ticket.required_skills.items())],
        parts=[f"{amount} × {name}" for name, amount in sorted(ticket.required_parts.items())],
        tools=ticket.required_tools,
        certificates=ticket.required_certifications,
        tags=ticket.required_tags,
    )
