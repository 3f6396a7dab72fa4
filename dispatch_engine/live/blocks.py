"""Why a ticket is in no route: reasons that were tried, each with the technicians to whom it applies."""

from __future__ import annotations

from dispatch_engine.live.parts import REASONS, lacking
from dispatch_engine.live.room import Room
from dispatch_engine.live.smallest import is_better
from dispatch_engine.model.explanation import BlockCode, Blocked
from dispatch_engine.model.plan import ReasonCode
from dispatch_engine.model.wording import Language, say
from dispatch_engine.solver.reasons import ORDER, reason_message


def blocked(room: Room, language: Language) -> tuple[Blocked, ...]:
    """Every reason with its technicians, most telling first.

    For each technician the shift that comes closest counts: the one with the fewest obstacles. Each obstacle of
    it was tried: with all others lifted the ticket still does not fit.
    """
    case = room.day.case
    if not case.shifts:
        code = "reason.no_shift" if case.problem.technicians else "reason.no_technician"
        kind: ReasonCode = "shift_full" if case.problem.technicians else "unreachable"
        names = tuple(technician.id for technician in case.problem.technicians)
        return (Blocked(code=kind, technicians=names, message=say(language, code)),)
    applies: dict[BlockCode, list[str]] = {}
    for position, technician in enumerate(case.problem.technicians):
        shifts = [shift.index for shift in case.shifts if shift.technician == position]
        if shifts:
            for code in min((obstacles(room, shift) for shift in shifts), key=len):
                applies.setdefault(code, []).append(technician.id)
    ticket = case.problem.tickets[room.index]
    staff = {technician.id: technician for technician in case.problem.technicians}
    return tuple(
        Blocked(
            code=code,
            technicians=tuple(applies[code]),
            message=reason_message(code, ticket, [staff[name] for name in applies[code]], language),
        )
        for code in ("fits", *ORDER)
        if code in applies
    )


def obstacles(room: Room, shift: int) -> tuple[BlockCode, ...]:
    """Everything that keeps the ticket out of one shift.

    Where nothing does, ``other_tickets_preferred``, or ``fits`` if the plan would even cost less with it.
    """
    lack = lacking(room.day.case, shift, room.index, room.route(shift))
    codes = dict.fromkeys(REASONS[part.kind] for part in lack)
    tried = [
        code
        for code in codes
        if room.attempt(shift, [part for part in lack if REASONS[part.kind] != code]) is None
    ]
    found = room.attempt(shift, lack)
    if found is None:
        alone = room.reason_alone(shift, lack)
        time: ReasonCode = "shift_full" if alone is None else alone  # type: ignore[assignment]
        return tuple(dict.fromkeys((*tried, time)))
    return tuple(tried) or ("fits" if is_better(found) else "other_tickets_preferred",)
