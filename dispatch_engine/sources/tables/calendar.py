"""Shifts from the usual hours of technicians and from the rows of a calendar: shifts, breaks and time off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from dispatch_engine.model.base import shown
from dispatch_engine.sources.tables.findings import Findings
from dispatch_engine.sources.tables.grid import Fault
from dispatch_engine.sources.tables.items import read_breaks
from dispatch_engine.sources.tables.moments import end_after, local_day, on_day
from dispatch_engine.sources.tables.records import Records
from dispatch_engine.sources.tables.trace import Origin

KINDS = ("shift", "break", "off", "ignore")
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_SHIFT_FIELDS = (
    "max_overtime_minutes",
    "start_location",
    "end_location",
    "max_tickets",
    "max_driving_minutes",
    "max_work_minutes",
    "max_distance_km",
)


@dataclass(frozen=True)
class Pause:
    """A break: when it may start, its length, and where it stands."""

    earliest: datetime
    latest: datetime
    minutes: float
    origin: Origin

    def document(self) -> dict[str, Any]:
        """The break as the problem's JSON has it."""
        return {"earliest": self.earliest, "latest": self.latest, "minutes": self.minutes}

    def fits(self, start: datetime, end: datetime) -> bool:
        """Whether it can be taken between two times."""
        return max(self.earliest, start) <= min(self.latest, end - self.minutes * _MINUTE)


@dataclass(frozen=True)
class Duty:
    """A shift: its times, its other fields, its breaks and where it stands."""

    start: datetime
    end: datetime
    fields: dict[str, Any]
    origin: Origin
    breaks: tuple[Pause, ...] = ()
    is_usual: bool = False

    def document(self) -> dict[str, Any]:
        """The shift as the problem's JSON has it."""
        document: dict[str, Any] = {"start": self.start, "end": self.end, **self.fields}
        if self.breaks:
            document["breaks"] = [pause.document() for pause in self.breaks]
        return document


@dataclass
class Roster:
    """What is known about the working time of one technician."""

    duties: list[Duty] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    off: list[tuple[datetime, datetime]] = field(default_factory=list)


def rosters(
    technicians: Records, calendar: Records | None, zone: tzinfo | None, findings: Findings
) -> dict[str, list[Duty]]:
    """The shifts of each technician, by id, in the order of the rows.

    A calendar shift replaces the usual one of its day. Time off cuts shifts, in two where it lies within. A
    break row belongs to the shift in which it begins; one in time off is left out.
    """
    made = _Calendar(zone, findings)
    made.take_usual(technicians)
    if calendar is not None:
        made.take(calendar)
    return {name: list(made.duties(name)) for name in made.rosters}


class _Calendar:
    def __init__(self, zone: tzinfo | None, findings: Findings) -> None:
        self.zone = zone
        self.findings = findings
        self.rosters: dict[str, Roster] = {}

    # ------------------------------------------------------------ usual shifts

    def take_usual(self, technicians: Records) -> None:
        """The usual shift of each technician on each of its days."""
        days, starts, ends = (technicians.column(f"shift_{name}") for name in ("days", "start", "end"))
        for index, name in enumerate(technicians.column("id")):
            if name is None:
                continue
            roster = self.rosters.setdefault(name, Roster())
            given = [part is not None for part in (days[index], starts[index], ends[index])]
            if any(given) and not all(given):
                missing = ("shift_days", "shift_start", "shift_end")[given.index(False)]
                message = "is empty; a usual shift has shift_days, shift_start and shift_end"
                self.findings.add_once(technicians.cell_name(index, missing), "missing_field", message)
            elif all(given):
                origin = Origin(technicians, index, "shift_")
                roster.duties += self._usual(origin, days[index], starts[index], ends[index])

    def _usual(self, origin: Origin, days: list[date], start: timedelta, end: timedelta) -> Iterator[Duty]:
        for day in days:
            try:
                begins = on_day(day, start, self.zone)
                duty = Duty(begins, self._shift_end(begins, end), {}, origin, is_usual=True)
                yield replace(duty, fields=_usual_fields(origin), breaks=self._usual_breaks(origin, day))
            except Fault as fault:
                self.findings.add_once(origin.cell_name("start"), fault.code, fault.message)

    def _usual_breaks(self, origin: Origin, day: date) -> tuple[Pause, ...]:
        text = origin.records.column("shift_breaks")[origin.number]
        if text is None:
            return ()
        try:
            found = read_breaks(text, replace(origin.records.manner, zone=self.zone), day)
        except Fault as fault:
            self.findings.add_once(origin.cell_name("breaks"), fault.code, fault.message)
            return ()
        return tuple(Pause(origin=origin, **document) for document in found)

    def _shift_end(self, start: datetime, end: datetime | timedelta) -> datetime:
        """The end of a shift; a time of day that is not later than the start is on the next day."""
        found = end_after(start, end, self.zone)
        if found == start and isinstance(end, timedelta):
            return on_day(local_day(start, self.zone) + _DAY, end, self.zone or start.tzinfo)
        return found

    # ------------------------------------------------------------ calendar rows

    def take(self, calendar: Records) -> None:
        """Every row of the calendar."""
        kinds = calendar.column("kind")
        for index, name in enumerate(calendar.column("technician")):
            origin = Origin(calendar, index)
            kind = (kinds[index] or "shift").casefold()
            if kind not in KINDS:
                message = f"{shown(kinds[index])} is no kind of calendar row; use {', '.join(KINDS)}"
                self.findings.add_once(calendar.cell_name(index, "kind"), "unknown_value", message)
            elif kind != "ignore" and (roster := self._roster(name, origin)) is not None:
                try:
                    self._take_row(kind, roster, origin)
                except Fault as fault:
                    self.findings.add_once(calendar.cell_name(index, "end"), fault.code, fault.message)

    def _roster(self, name: str | None, origin: Origin) -> Roster | None:
        if name in self.rosters:
            return self.rosters[name]
        place = origin.records.cell_name(origin.number, "technician")
        if name is None:
            self.findings.add_once(place, "missing_field", "is empty; name the technician")
        else:
            message = f"{shown(name)} is the id of no technician; correct it or add the technician"
            self.findings.add_once(place, "unknown_reference", message)
        return None

    def _take_row(self, kind: str, roster: Roster, origin: Origin) -> None:
        start, end = (origin.records.column(name)[origin.number] for name in ("start", "end"))
        if kind == "off":
            roster.off.append(self._time_off(origin, start, end))
        elif start is None or end is None:
            place = origin.records.cell_name(origin.number, "start" if start is None else "end")
            self.findings.add_once(place, "missing_field", f"is empty; a {kind} has a start and an end")
        elif kind == "shift":
            roster.duties = [d for d in roster.duties if not (d.is_usual and self._same_day(d.start, start))]
            roster.duties.append(self._shift(origin, start, end))
        else:
            roster.pauses.append(self._pause(origin, start, end_after(start, end, self.zone)))

    def _same_day(self, one: datetime, other: datetime) -> bool:
        return local_day(one, self.zone) == local_day(other, self.zone)

    def _shift(self, origin: Origin, start: datetime, end: datetime | timedelta) -> Duty:
        given = {name: origin.records.column(name)[origin.number] for name in _SHIFT_FIELDS}
        fields = {name: value for name, value in given.items() if value is not None}
        pauses = origin.records.column("breaks")[origin.number] or ()
        breaks = tuple(Pause(origin=origin, **document) for document in pauses)
        return Duty(start, self._shift_end(start, end), fields, origin, breaks)

    def _pause(self, origin: Origin, start: datetime, end: datetime) -> Pause:
        slack = (origin.records.column("slack_minutes")[origin.number] or 0) * _MINUTE
        return Pause(start - slack, start + slack, (end - start) / _MINUTE, origin)

    def _time_off(
        self, origin: Origin, start: datetime | None, end: datetime | timedelta | None
    ) -> tuple[datetime, datetime]:
        """Time off; without a start from the beginning of the day, without an end to its end."""
        day = local_day(start, self.zone) if start else origin.records.column("date")[origin.number]
        if day is None:
            raise Fault("missing_field", "has no day; time off needs a date, or a start and an end")
        begins = start or on_day(day, timedelta(), self.zone)
        return begins, on_day(day, _DAY, self.zone) if end is None else end_after(begins, end, self.zone)

    # ------------------------------------------------------------ together

    def duties(self, name: str) -> Iterator[Duty]:
        """The shifts of a technician, cut by time off and with the breaks of the calendar."""
        roster = self.rosters[name]
        pieces = [piece for duty in roster.duties for piece in _cut(duty, roster.off)]
        for pause in roster.pauses:
            self._attach(pause, pieces, roster)
        for piece in pieces:
            yield replace(piece, breaks=tuple(sorted(piece.breaks, key=lambda pause: pause.earliest)))

    def _attach(self, pause: Pause, pieces: list[Duty], roster: Roster) -> None:
        begins = pause.earliest + (pause.latest - pause.earliest) / 2
        for number, piece in enumerate(pieces):
            if piece.start <= begins < piece.end:
                last = piece.end - pause.minutes * _MINUTE
                clipped = replace(
                    pause, earliest=max(pause.earliest, piece.start), latest=min(pause.latest, last)
                )
                pieces[number] = replace(piece, breaks=(*piece.breaks, clipped))
                return
        if not any(start <= begins < end for start, end in roster.off):
            message = "this break lies in no shift of the technician; move it, remove it or add the shift"
            self.findings.add_once(pause.origin.cell_name("start"), "break_outside_shift", message)


def _usual_fields(origin: Origin) -> dict[str, Any]:
    values = {name: origin.records.column(f"shift_{name}")[origin.number] for name in _SHIFT_FIELDS}
    return {name: value for name, value in values.items() if value is not None}


def _cut(duty: Duty, off: list[tuple[datetime, datetime]]) -> list[Duty]:
    """What is left of a shift outside the time off; each break stays with the first piece that has room."""
    spans = [(duty.start, duty.end)]
    for start, end in off:
        spans = [piece for span in spans for piece in _without(span, start, end)]
    if spans == [(duty.start, duty.end)]:
        return [duty]
    pieces = [replace(duty, start=start, end=end, breaks=()) for start, end in spans]
    for pause in duty.breaks:
        for number, piece in enumerate(pieces):
            if pause.fits(piece.start, piece.end):
                pieces[number] = replace(piece, breaks=(*piece.breaks, pause))
                break
    return pieces


def _without(
    span: tuple[datetime, datetime], start: datetime, end: datetime
) -> list[tuple[datetime, datetime]]:
    if end <= span[0] or start >= span[1]:
        return [span]
    pieces = [(span[0], start), (end, span[1])]
    return [(begins, ends) for begins, ends in pieces if begins < ends]
