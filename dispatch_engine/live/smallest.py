"""The smallest changes that make room for a ticket: fewest parts first, each part as small as it can be.

A change concerns one shift: everything but time that the shift lacks, and where that is not enough one thing that
gives time (overtime, another window, a later deadline, a ticket released). All changes with one part are tried,
then those with two, then three; so no part of a change that is found can be dropped. Minutes are whole, and the
least that work: a minute less does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dispatch_engine.live.parts import Part, lacking
from dispatch_engine.live.room import Room, Try
from dispatch_engine.model.explanation import PartKind

MOST_PARTS = 3
MOST_MINUTES = 480
"""Longer overtime, or a window moved further, is not offered."""
MOST_MINUTES_OF_A_SHIFT = 1440
"""Overtime that the model of a shift admits."""
MOST_DONORS = 3
"""Vans, the nearest ones, that are asked to hand over a part."""
NOTHING_MORE = (0, 0, 0)


@dataclass
class _Level:
    """The best try of each kind of change with one number of parts: the least amount, then the least price."""

    found: dict[tuple[PartKind, ...], Try]

    def offer(self, attempt: Try | None) -> None:
        if attempt is None:
            return
        kinds = tuple(part.kind for part in attempt.parts)
        known = self.found.get(kinds)
        if known is None or _size(attempt) < _size(known):
            self.found[kinds] = attempt

    def amount(self, kinds: tuple[PartKind, ...]) -> int:
        """The least amount known of the last part: only as much or less is of interest."""
        known = self.found.get(kinds)
        return MOST_MINUTES if known is None else int(known.parts[-1].amount or 0)


def _size(attempt: Try) -> tuple[float, tuple[int, int, int]]:
    amounts = (part.amount for part in attempt.parts if part.kind in MINUTES)
    return sum(amount or 0 for amount in amounts), attempt.price.tiers


MINUTES: tuple[PartKind, ...] = ("allow_overtime", "window_later", "window_earlier", "deadline_later")
"""Parts whose amount is in minutes."""


def smallest_changes(room: Room) -> tuple[list[Try], list[Try]]:
    """Changes that make the plan better by serving the ticket, and those with which it merely fits.

    The first list holds the fewest parts with which the plan gets better; the second the fewest with which the
    ticket fits at all, and is empty where that is the same number or where it fits without any change. Both are
    empty where the plan gets better without any change.
    """
    lacks = {
        shift.index: lacking(room.day.case, shift.index, room.index, room.route(shift.index))
        for shift in room.day.case.shifts
    }
    now = [found for shift, lack in lacks.items() if not lack and (found := room.attempt(shift)) is not None]
    if any(map(is_better, now)):
        return [], []
    fitting: list[Try] = []
    for number in range(1, MOST_PARTS + 1):
        better, merely = _Level({}), _Level({})
        for shift, lack in lacks.items():
            for attempt in _attempts(room, shift, lack, number, better, merely):
                (better if is_better(attempt) else merely).offer(attempt)
        if better.found:
            return _ranked(better), fitting
        if not fitting and not now:
            fitting = _ranked(merely)
    return [], fitting


def is_better(attempt: Try) -> bool:
    """Whether the plan costs less with it."""
    return attempt.price.tiers < NOTHING_MORE


def _ranked(level: _Level) -> list[Try]:
    return sorted(level.found.values(), key=lambda attempt: (attempt.price.tiers, len(attempt.parts)))


def _attempts(
    room: Room, shift: int, lack: tuple[Part, ...], number: int, better: _Level, merely: _Level
) -> Iterator[Try]:
    """Every change of ``number`` parts for one shift that makes room."""
    if len(lack) == number:
        for parts in _ways(room, shift, lack):
            if (attempt := room.attempt(shift, parts)) is not None:
                yield attempt
    elif len(lack) == number - 1:
        yield from _with_minutes(room, shift, lack, better, merely)
        yield from _with_release(room, shift, lack)


def _ways(room: Room, shift: int, lack: tuple[Part, ...]) -> Iterator[tuple[Part, ...]]:
    """The parts lacking, and the same with a missing piece handed over by another van instead of restocked."""
    yield lack
    pieces = [part for part in lack if part.kind == "restock_part"]
    if len(pieces) == 1:
        for donor in _donors(room, shift, pieces[0])[:MOST_DONORS]:
            moved = Part(
                "move_part",
                pieces[0].technician,
                name=pieces[0].name,
                amount=pieces[0].amount,
                from_technician=donor,
            )
            yield tuple(moved if part is pieces[0] else part for part in lack)


def _donors(room: Room, shift: int, missing: Part) -> list[str]:
    """Technicians who can spare the pieces, nearest first."""
    case, name = room.day.case, str(missing.name)
    needed: dict[int, int] = {}
    for other in case.shifts:
        used = sum(case.problem.tickets[v].required_parts.get(name, 0) for v in room.route(other.index))
        needed[other.technician] = max(needed.get(other.technician, 0), used)
    able = [
        (_away(room, shift, position), technician.id)
        for position, technician in enumerate(case.problem.technicians)
        if technician.id != missing.technician
        and technician.van_stock.get(name, 0) - needed.get(position, 0) >= (missing.amount or 0)
    ]
    return [name for _, name in sorted(able)]


def _away(room: Room, shift: int, technician: int) -> int:
    """Seconds from the start of ``shift`` to that of the other technician's first shift."""
    case = room.day.case
    here = case.shifts[shift]
    places = [other.start_place for other in case.shifts if other.technician == technician]
    return min(
        (int(case.travel.seconds[here.kind, here.start_place, place]) for place in places), default=1 << 31
    )


# ---------------------------------------------------------------- what gives time


def _with_minutes(
    room: Room, shift: int, lack: tuple[Part, ...], better: _Level, merely: _Level
) -> Iterator[Try]:
    """``lack`` and the least minutes of one kind, for a better plan and for any room at all."""
    for kind in _kinds_of_minutes(room):
        kinds = (*(part.kind for part in lack), kind)

        def attempt(minutes: int, kind: PartKind = kind) -> Try | None:
            return room.attempt(shift, (*lack, _part_of_minutes(room, shift, kind, minutes)))

        for level, wanted in ((better, is_better), (merely, lambda _: True)):
            most = min(
                level.amount(kinds), _most_overtime(room, shift) if kind == "allow_overtime" else MOST_MINUTES
            )
            found = _least(attempt, wanted, most)
            if found is not None:
                yield found
                if is_better(found):
                    break


def _most_overtime(room: Room, shift: int) -> int:
    """Minutes more that a shift may get: until the technician's next one, and a day in all at most."""
    case = room.day.case
    this = case.shifts[shift]
    later = [s.start for s in case.shifts if s.technician == this.technician and s.start >= this.end]
    until = min([*later, this.end + MOST_MINUTES_OF_A_SHIFT * 60])
    return max(0, (until - this.latest_end) // 60)


def _kinds_of_minutes(room: Room) -> Iterator[PartKind]:
    ticket = room.day.case.problem.tickets[room.index]
    yield "allow_overtime"
    if ticket.time_windows:
        yield "window_later"
    if ticket.time_windows or ticket.appointment_at is not None:
        yield "window_earlier"
    if room.in_time:
        yield "deadline_later"


def _part_of_minutes(room: Room, shift: int, kind: PartKind, minutes: int) -> Part:
    if kind == "allow_overtime":
        technician, number = room.key(shift)
        return Part(kind, technician, shift=number, amount=minutes)
    return Part(kind, ticket=room.ticket, amount=minutes)


def _least(attempt: Callable[[int], Try | None], wanted: Callable[[Try], bool], most: int) -> Try | None:
    """The try with the least minutes, at most ``most``, that is wanted; more minutes never make it worse."""
    found = attempt(most) if most > 0 else None
    if found is None or not wanted(found):
        return None
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        closer = attempt(middle)
        if closer is not None and wanted(closer):
            found, high = closer, middle
        else:
            low = middle
    return found


def _with_release(room: Room, shift: int, lack: tuple[Part, ...]) -> Iterator[Try]:
    """``lack`` and one ticket of the route given to somebody else, or to nobody."""
    case = room.day.case
    technician = room.key(shift)[0]
    for other in room.route(shift):
        if room.day.is_settled(other):
            continue
        released = Part(
            "release_ticket",
            technician,
            ticket=case.problem.tickets[other].id,
            to_technician=_taker(room, other, technician),
        )
        if (attempt := room.attempt(shift, (*lack, released))) is not None:
            yield attempt


def _taker(room: Room, other: int, technician: str) -> str | None:
    """Who else does a released ticket best; None: leaving it out costs less."""
    busy = {technician, *([] if room.home is None else [room.home[0]])}
    offers = [
        (found.price.tiers, name)
        for found in room.day.insertions(other)
        if (name := room.key(found.shift)[0]) not in busy
    ]
    left_out = room.day.left_out(other).tiers
    return min(((price, name) for price, name in offers if price < left_out), default=(left_out, None))[1]
