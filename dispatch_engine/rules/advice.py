"""What is allowed in a problem and probably not meant: tickets that nobody can serve, shifts that are over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.register import lower_all

MAX_PAIRS = 5_000_000
"""Pairs of shift and ticket up to which it is cheap to see who can serve what."""

NEAREST_FIRST = {
    "shift_full": "without enough time in the shift",
    "no_part": "without the parts on the van",
    "window_unreachable": "unable to be there in its time windows and back in time",
    "appointment_outside_windows": "too late: the appointment lies after its last time window",
    "unreachable": "without a way there and back",
    "no_tool": "without a required tool",
    "no_certified_technician": "without a certificate valid on the day",
    "no_skill": "without the skill level",
    "no_tag": "without a required tag",
    "excluded": "excluded or not among the required",
}
"""Why technicians cannot serve a ticket; those who came closest to serving it first."""


@dataclass(frozen=True)
class Warning:
    """Something that is allowed and probably not meant, about ``ticket`` if that is given."""

    code: str
    message: str
    ticket: str | None = None


def sizes(problem: Problem) -> dict[str, Any]:
    """The problem's name, and how many of everything it holds."""
    return {
        "problem": problem.name,
        "tickets": len(problem.tickets),
        "technicians": len(problem.technicians),
        "shifts": sum(len(technician.shifts) for technician in problem.technicians),
        "depots": len(problem.depots),
    }


def warnings_about(case: Case) -> Iterator[Warning]:
    """What is allowed and probably not meant."""
    if not case.problem.tickets:
        yield Warning("no_tickets", "there are no tickets: the plan will be empty")
    elif not case.shifts:
        yield Warning("no_shifts", "nobody has a shift: every ticket will stay unassigned")
    yield from _lost_shifts(case)
    if len(case.shifts) * len(case.tickets) <= MAX_PAIRS:
        yield from _unservable(case) if case.shifts else ()
    else:
        yield not_examined()


def not_examined() -> Warning:
    """What is said where a look at every pair of shift and ticket would take too long."""
    return Warning(
        "not_examined", "the problem is so large that it was not looked for tickets nobody can serve"
    )


def _lost_shifts(case: Case) -> Iterator[Warning]:
    """Shifts that are over, and those whose break can no longer be taken: neither gets any ticket."""
    for shift in case.shifts:
        who = f"{case.technician_of(shift.index).id}, shift {shift.number}"
        if shift.ready >= shift.latest_end:
            yield Warning("shift_over", f"{who}: the shift is over when the plan begins; it gets no ticket")
        elif late := next((b for b in shift.breaks if b.latest < shift.ready), None):
            moment = case.clock.datetime(late.latest)
            text = f"the break that must start by {moment:%H:%M} can no longer be taken; it gets no ticket"
            yield Warning("break_missed", f"{who}: {text}")


def _unservable(case: Case) -> Iterator[Warning]:
    """Tickets that every shift is closed for, with the reasons."""
    shapes = lower_all(case)
    nearest = list(NEAREST_FIRST)
    for ticket in (shapes.closed_by != 0).all(axis=0).nonzero()[0].tolist():
        codes: dict[int, str] = {}
        for shift in case.shifts:
            code = shapes.reason(shift.index, ticket) or "shift_full"
            known = codes.get(shift.technician, code)
            codes[shift.technician] = min(code, known, key=nearest.index)
        counts = Counter(codes.values())
        why = ", ".join(f"{counts[code]} {NEAREST_FIRST[code]}" for code in nearest if counts[code])
        name = case.problem.tickets[ticket].id
        must = ", though it is mandatory" if case.problem.tickets[ticket].mandatory else ""
        yield Warning("unservable_ticket", f"{name}: no technician can serve it{must} ({why})", name)
