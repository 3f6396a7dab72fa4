"""Why a ticket stayed unassigned: the rule that closed each technician, or how the last try to insert it ended."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dispatch_engine.model.plan import Reason, ReasonCode
from dispatch_engine.model.problem import Technician, Ticket
from dispatch_engine.model.wording import DEFAULT_LANGUAGE, Language, say
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.left_out import goes_to_contractor
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
    "outside_service_area",
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
    found = _grouped(case, what, nearest) if nearest else (_nobody(case, what),)
    if goes_to_contractor(case, ticket):
        text = say(DEFAULT_LANGUAGE, "reason.outsourced", price=what.outsource_price)
        found = (Reason(code="outsourced", message=text), *found)
    if pin is None or found[0].code in ("other_tickets_preferred", "infeasible_pin", "outsourced"):
        return found
    text = say(DEFAULT_LANGUAGE, "reason.pinned", technician=pin.technician, why=found[0].message)
    return (Reason(code="infeasible_pin", message=text, technicians=1), *found)


def _grouped(case: Case, ticket: Ticket, nearest: dict[int, ReasonCode]) -> tuple[Reason, ...]:
    """A reason for each code, with the technicians that give it."""
    staff = case.problem.technicians
    ruled_out = {code: [staff[t] for t in sorted(nearest) if nearest[t] == code] for code in ORDER}
    return tuple(
        Reason(code=code, message=reason_message(code, ticket, people), technicians=len(people))
        for code, people in ruled_out.items()
        if people
    )


def _nobody(case: Case, ticket: Ticket) -> Reason:
    """The reason where there is nobody to ask."""
    number = len(case.problem.technicians)
    if not number:
        return Reason(
            code="unreachable", message=say(DEFAULT_LANGUAGE, "reason.no_technician"), technicians=0
        )
    if ticket.pinned is not None:
        text = say(DEFAULT_LANGUAGE, "reason.pinned_without_shift", technician=ticket.pinned.technician)
        return Reason(code="shift_full", message=text, technicians=1)
    return Reason(code="shift_full", message=say(DEFAULT_LANGUAGE, "reason.no_shift"), technicians=number)


def _code(shapes: Shapes, shift: int, ticket: int, answer: int) -> ReasonCode:
    if answer == CLOSED:
        return shapes.reason(shift, ticket) or "shift_full"  # type: ignore[return-value]
    if answer == FITS:
        return "other_tickets_preferred"
    if answer == NO_ROOM:
        return "shift_full"
    return shapes.limit_code[answer - LIMIT]  # type: ignore[return-value]


def reason_message(
    code: str, ticket: Ticket, technicians: Sequence[Technician], language: Language = DEFAULT_LANGUAGE
) -> str:
    """Why ``technicians`` cannot serve ``ticket``, in words."""
    return say(
        language,
        f"reason.{code}",
        count=len(technicians),
        skills=missing_levels(technicians, ticket) if code == "no_skill" else "",
        parts=[f"{amount} × {name}" for name, amount in sorted(ticket.required_parts.items())],
        tools=ticket.required_tools,
        certificates=ticket.required_certifications,
        tags=ticket.required_tags,
    )
