"""Changes of technicians: who is there, when they work, what they know, carry and drive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from dispatch_engine.model.changes import (
    Absence,
    AddTechnicians,
    ChangeCertifications,
    ChangeSkills,
    ChangeTools,
    CloneTechnicians,
    RemoveTechnicians,
    SetTechnicians,
    ShiftHours,
    Speed,
    VanStock,
)
from dispatch_engine.model.problem import Break, Shift, Technician, Ticket
from dispatch_engine.model.selectors import TechnicianSelector
from dispatch_engine.whatif.draft import Draft, changed, copies_of, mapped, read_items, with_pieces
from dispatch_engine.whatif.select import chosen_technicians

_WISHES = ("required_technicians", "preferred_technicians", "excluded_technicians")


def add_technicians(draft: Draft, change: AddTechnicians) -> Draft:
    """Add those that the change gives in full."""
    new = read_items(Technician, change.technicians, "technicians", draft.folder)
    return draft.with_changed(technicians=(*draft.technicians, *new))


def clone_technicians(draft: Draft, change: CloneTechnicians) -> Draft:
    """Add copies; nobody's wish for the original extends to its copies."""
    chosen = chosen_technicians(draft, change.technicians)
    originals = [draft.technicians[index] for index in sorted(chosen) for _ in range(change.copies)]
    taken = [technician.id for technician in draft.technicians]
    copies = copies_of(originals, taken, change.set or {})
    return draft.with_changed(technicians=(*draft.technicians, *copies))


def remove_technicians(draft: Draft, change: RemoveTechnicians) -> Draft:
    """Take technicians out, and their ids out of the wishes of tickets.

    A ticket that only they may do keeps their ids, so that the problem is refused: without any id it would be
    anybody's.
    """
    chosen = chosen_technicians(draft, change.technicians)
    gone = {draft.technicians[index].id for index in chosen}
    staff = tuple(one for index, one in enumerate(draft.technicians) if index not in chosen)
    tickets = tuple(_without_wishes(ticket, gone) for ticket in draft.tickets)
    return draft.with_changed(technicians=staff, tickets=tickets)


def _without_wishes(ticket: Ticket, gone: set[str]) -> Ticket:
    fields = {}
    for field in _WISHES:
        wish = getattr(ticket, field)
        left = tuple(name for name in wish if name not in gone)
        if left != wish and (left or field != "required_technicians"):
            fields[field] = left
    return changed(ticket, fields) if fields else ticket


def set_technicians(draft: Draft, change: SetTechnicians) -> Draft:
    """Replace fields whole."""
    return _each(draft, change.technicians, lambda technician: changed(technician, change.set, "set"))


def shift_hours(draft: Draft, change: ShiftHours) -> Draft:
    """Lengthen or shorten every shift."""
    earlier = timedelta(minutes=change.start_earlier_minutes)
    later = timedelta(minutes=change.end_later_minutes)

    def moved(shift: Shift) -> dict[str, Any]:
        overtime = shift.max_overtime_minutes + change.more_overtime_minutes
        times = {"start": shift.start - earlier, "end": shift.end + later}
        return {**given(shift), **times, "max_overtime_minutes": max(0.0, overtime)}

    return _each(
        draft,
        change.technicians,
        lambda technician: changed(technician, {"shifts": [moved(shift) for shift in technician.shifts]}),
    )


def given(shift: Shift) -> dict[str, Any]:
    """The fields that a shift was made with."""
    return {name: getattr(shift, name) for name in shift.model_fields_set}


def absence(draft: Draft, change: Absence) -> Draft:
    """Drop, shorten or split the shifts in that time."""

    def left(technician: Technician) -> Technician:
        shifts = [part for shift in technician.shifts for part in present(shift, change.from_, change.until)]
        return changed(technician, {"shifts": shifts})

    return _each(draft, change.technicians, left)


def present(shift: Shift, since: datetime | None, until: datetime | None) -> Iterator[dict[str, Any]]:
    """What is left of ``shift`` if the technician is away, as fields; overtime stays only at its end."""
    if (since is not None and since >= shift.end) or (until is not None and until <= shift.start):
        yield given(shift)
        return
    if since is not None and since > shift.start:
        yield _part(shift, shift.start, since, overtime=0.0)
    if until is not None and until < shift.end:
        yield _part(shift, until, shift.end, overtime=shift.max_overtime_minutes)


def _part(shift: Shift, start: datetime, end: datetime, overtime: float) -> dict[str, Any]:
    breaks = tuple(pause for old in shift.breaks if (pause := _within(old, start, end)) is not None)
    part = {"start": start, "end": end, "breaks": breaks, "max_overtime_minutes": overtime}
    return {**given(shift), **part}


def _within(pause: Break, start: datetime, end: datetime) -> Break | None:
    """The break moved into the part of a shift; None where it cannot be taken there."""
    earliest = max(pause.earliest, start)
    latest = min(pause.latest, end - timedelta(minutes=pause.minutes))
    return None if latest < earliest else pause.replace(earliest=earliest, latest=latest)


def skills(draft: Draft, change: ChangeSkills) -> Draft:
    """Set levels, and forget skills."""

    def learned(technician: Technician) -> Technician:
        levels = {**technician.skills, **change.set}
        return changed(technician, {"skills": {k: v for k, v in levels.items() if k not in change.remove}})

    return _each(draft, change.technicians, learned)


def certifications(draft: Draft, change: ChangeCertifications) -> Draft:
    """Add and remove certificates."""
    dropped = {*change.remove, *(one.name for one in change.add)}

    def certified(technician: Technician) -> Technician:
        kept = [held for held in technician.certifications if held.name not in dropped]
        return changed(technician, {"certifications": [*kept, *change.add]})

    return _each(draft, change.technicians, certified)


def tools(draft: Draft, change: ChangeTools) -> Draft:
    """Add and remove tools."""

    def equipped(technician: Technician) -> Technician:
        kept = [tool for tool in technician.tools if tool not in (*change.remove, *change.add)]
        return changed(technician, {"tools": [*kept, *change.add]})

    return _each(draft, change.technicians, equipped)


def van_stock(draft: Draft, change: VanStock) -> Draft:
    """Replace numbers of pieces, and add some."""

    def stocked(technician: Technician) -> Technician:
        return changed(technician, {"van_stock": with_pieces(technician.van_stock, change.set, change.add)})

    return _each(draft, change.technicians, stocked)


def speed(draft: Draft, change: Speed) -> Draft:
    """Multiply speed factors, which holds for every source of travel times."""

    def faster(technician: Technician) -> Technician:
        return changed(technician, {"speed_factor": technician.speed_factor * change.factor})

    return _each(draft, change.technicians, faster)


def _each(draft: Draft, selector: TechnicianSelector, change: Callable[[Technician], Technician]) -> Draft:
    chosen = chosen_technicians(draft, selector)
    return draft.with_changed(technicians=mapped(draft.technicians, chosen, change))
