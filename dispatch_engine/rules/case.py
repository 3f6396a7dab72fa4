"""A problem made ready: flat shifts, integer seconds and travel, read by rules, checker and engine."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from dispatch_engine.errors import Finding, InputError
from dispatch_engine.model.clock import Clock, minutes_to_seconds
from dispatch_engine.model.policy import arrival_deadline
from dispatch_engine.rules.progress import PastVisit, with_progress
from dispatch_engine.rules.promises import Promise, promises_of
from dispatch_engine.rules.shapes import UNITS
from dispatch_engine.travel.provider import build_travel
from dispatch_engine.travel.times import TravelTimes

if TYPE_CHECKING:
    from dispatch_engine.model.policy import Policy
    from dispatch_engine.model.problem import Problem, Shift, Technician, Ticket


@dataclass(frozen=True)
class BreakCase:
    """One break: it starts between ``earliest`` and ``latest`` and lasts ``seconds``."""

    earliest: int
    latest: int
    seconds: int


@dataclass(frozen=True)
class ShiftCase:
    """One shift of one technician, times in seconds of the problem's clock.

    Attributes
    ----------
    index : position in ``Case.shifts``.
    technician, number : position of the technician, and of the shift within the technician's list.
    ready : nothing departs or starts before it: the latest of shift start, ``now`` and ``available_from``; in a
        shift that has begun also the end of its last visit so far.
    start, end, latest_end : planned shift, and its end with all allowed overtime.
    kind : row of ``TravelTimes.seconds`` (profile and speed factor).
    start_place, end_place : travel places; ``end_place`` is None where the route ends at its last stop. Of a shift
        that has begun ``start_place`` is where the rest of it begins.
    is_here : the technician's ``current_location`` is a place of this shift.
    past : the visits so far, in order. next_stop : the ticket that the technician is driving to.
    began, first_place : when and where a shift that has begun did so. is_over : nothing can be done any more.
    """

    index: int
    technician: int
    number: int
    ready: int
    start: int
    end: int
    latest_end: int
    breaks: tuple[BreakCase, ...]
    kind: int
    start_place: int
    end_place: int | None
    is_here: bool = False
    past: tuple[PastVisit, ...] = ()
    next_stop: int | None = None
    began: int = 0
    first_place: int = -1
    is_over: bool = False

    @property
    def has_begun(self) -> bool:
        """Whether its route exists already, as visits made or as a drive to the next one."""
        return bool(self.past) or self.next_stop is not None


@dataclass(frozen=True)
class TicketCase:
    """One ticket, times in seconds of the problem's clock.

    Attributes
    ----------
    place : travel place of the customer.
    service : seconds of work.
    appointment : service never starts before it (None: no appointment).
    due : the SLA policy's deadline, soft (None: the policy sets none).
    windows : hard windows of the start of service as (open, close), sorted; empty: any time.
    weight : priority weight.
    promise : what the customer was promised before this plan; None: nothing.
    """

    index: int
    place: int
    service: int
    appointment: int | None
    due: int | None
    windows: tuple[tuple[int, int], ...]
    weight: float
    promise: Promise | None = None

    @property
    def not_before(self) -> int | None:
        """Service never starts before it: the appointment, or the time promised less its slack."""
        promised = None if self.promise is None else self.promise.earliest
        return max((t for t in (self.appointment, promised) if t is not None), default=None)

    def first_start(self, time: int) -> int | None:
        """The first moment from ``time`` on at which service may start; None where there is none."""
        if self.not_before is not None:
            time = max(time, self.not_before)
        starts = [max(time, opens) for opens, closes in self.windows if max(time, opens) <= closes]
        return min(starts, default=None) if self.windows else time


@dataclass(frozen=True)
class Case:
    """One problem, ready to be judged or solved. Build it with :meth:`of`."""

    problem: Problem
    clock: Clock
    travel: TravelTimes
    shifts: tuple[ShiftCase, ...]
    tickets: tuple[TicketCase, ...]

    @classmethod
    def of(cls, problem: Problem) -> Case:
        """Make ``problem`` ready. Raises InputError where travel cannot be built or lacks priced km."""
        clock = Clock.of(problem)
        travel = build_travel(problem)
        if travel.metres is None and problem.objective.prices.get("km"):
            text = "is required where kilometres have a price; add the distances or remove prices.km"
            raise InputError.of("/travel/distances_meters", "missing_field", text)
        if travel.metres is None:
            _refuse_distance_limits(problem)
        shifts: list[ShiftCase] = []
        for position, technician in enumerate(problem.technicians):
            here_from = _current_shift(technician, clock)
            for number, shift in enumerate(technician.shifts):
                shifts.append(
                    _shift_case(len(shifts), position, number, technician, shift, clock, travel, here_from)
                )
        promised = promises_of(problem, clock)
        tickets = tuple(
            _ticket_case(i, t, problem, clock, travel, promised.get(i)) for i, t in enumerate(problem.tickets)
        )
        return cls(problem, clock, travel, with_progress(problem, clock, travel, shifts, tickets), tickets)

    @property
    def policy(self) -> Policy:
        """The resolved SLA policy."""
        return self.problem.policy

    @property
    def mode(self) -> str:
        """The objective mode: ``sla_first``, ``cost`` or ``working_time``."""
        return self.problem.objective.mode

    @cached_property
    def prices(self) -> dict[str, float]:
        """Every price of the mode, in cost minutes (sla_first) or cents (cost)."""
        return self.problem.objective.resolved_prices()

    @cached_property
    def horizon(self) -> int | None:
        """The latest shift end of all, without overtime; None where there is no shift."""
        return max((shift.end for shift in self.shifts), default=None)

    @cached_property
    def shift_index(self) -> dict[tuple[str, int], int]:
        """(technician id, shift number) to position in ``shifts``."""
        ids = [technician.id for technician in self.problem.technicians]
        return {(ids[shift.technician], shift.number): shift.index for shift in self.shifts}

    @cached_property
    def ticket_index(self) -> dict[str, int]:
        """Ticket id to position in ``tickets``."""
        return {ticket.id: index for index, ticket in enumerate(self.problem.tickets)}

    def technician_of(self, shift: int) -> Technician:
        """The technician who works shift number ``shift`` of ``shifts``."""
        return self.problem.technicians[self.shifts[shift].technician]

    @cached_property
    def past_tickets(self) -> frozenset[int]:
        """Positions of the tickets whose visit is done or under way."""
        return frozenset(visit.ticket for shift in self.shifts for visit in shift.past)

    @cached_property
    def next_stops(self) -> frozenset[int]:
        """Positions of the tickets that a technician is driving to."""
        return frozenset(shift.next_stop for shift in self.shifts if shift.next_stop is not None)

    @cached_property
    def minute_units(self) -> float:
        """Integer cost units of a cost minute: in mode ``cost`` it is worth a minute of driving."""
        return UNITS * (self.prices["travel_minute"] if self.mode == "cost" else 1)

    def unassigned_after_horizon(self, ticket: int) -> bool:
        """Whether leaving ``ticket`` out costs the small penalty: its deadline lies after the horizon."""
        due = self.tickets[ticket].due
        return self.horizon is not None and (due is None or due > self.horizon)


def _refuse_distance_limits(problem: Problem) -> None:
    """Without distances nobody can say whether a route keeps its kilometres."""
    text = "needs the distances of the travel data; add /travel/distances_meters or remove the limit"
    found = [
        Finding(f"/technicians/{i}/shifts/{k}/max_distance_km", "missing_field", text)
        for i, technician in enumerate(problem.technicians)
        for k, shift in enumerate(technician.shifts)
        if shift.max_distance_km is not None
    ]
    if found:
        raise InputError(found)


def _current_shift(technician: Technician, clock: Clock) -> int | None:
    """The shift that ``current_location`` speaks of: the first one that is not over by now."""
    if technician.current_location is None:
        return None
    since = clock.now
    if technician.available_from is not None:
        since = max(since, clock.seconds(technician.available_from))
    running = [
        (clock.seconds(shift.start), number)
        for number, shift in enumerate(technician.shifts)
        if clock.seconds(shift.end) + minutes_to_seconds(shift.max_overtime_minutes) > since
    ]
    return min(running)[1] if running else None


def _shift_case(
    index: int,
    position: int,
    number: int,
    technician: Technician,
    shift: Shift,
    clock: Clock,
    travel: TravelTimes,
    here_from: int | None,
) -> ShiftCase:
    start, end = clock.seconds(shift.start), clock.seconds(shift.end)
    ready = max(start, clock.now)
    if technician.available_from is not None:
        ready = max(ready, clock.seconds(technician.available_from))
    home = technician.start if shift.start_location is None else shift.start_location
    begin = technician.current_location if number == here_from else home
    assert begin is not None
    goal = shift.end_location if shift.end_location is not None else technician.end
    if goal is None:
        goal = home
    return ShiftCase(
        index=index,
        technician=position,
        number=number,
        ready=ready,
        start=start,
        end=end,
        latest_end=end + minutes_to_seconds(shift.max_overtime_minutes),
        breaks=tuple(
            BreakCase(clock.seconds(b.earliest), clock.seconds(b.latest), minutes_to_seconds(b.minutes))
            for b in shift.breaks
        ),
        kind=travel.kind(technician),
        start_place=travel.place(begin),
        end_place=None if goal == "anywhere" else travel.place(goal),
        is_here=number == here_from,
    )


def _ticket_case(
    index: int, ticket: Ticket, problem: Problem, clock: Clock, travel: TravelTimes, promise: Promise | None
) -> TicketCase:
    windows = sorted((clock.seconds(w.start), clock.seconds(w.end)) for w in ticket.time_windows)
    return TicketCase(
        index=index,
        place=travel.place(ticket.location, problem.policy.zone(ticket)),
        service=minutes_to_seconds(ticket.duration_minutes),
        appointment=None if ticket.appointment_at is None else clock.seconds(ticket.appointment_at),
        due=arrival_deadline(problem, ticket, clock),
        windows=tuple(windows),
        weight=problem.objective.weight(ticket.priority, problem.policy),
        promise=promise,
    )
