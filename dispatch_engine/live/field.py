"""Brings a problem and its plan forward to now: what has begun is pinned, and technicians stand where they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from dispatch_engine.live.progress import HOME, Known, Report, Standing, standing
from dispatch_engine.model.problem import Location, Pinned, Problem, Shift, Technician, Ticket
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.visits import PlanTimes, RouteTimes
from dispatch_engine.solver.start import ShiftKey


@dataclass(frozen=True)
class Delay:
    """A technician so many seconds later than expected, and not free before ``until``."""

    seconds: int = 0
    until: int = 0


@dataclass(frozen=True)
class Field:
    """The day as it stands.

    Attributes
    ----------
    technicians, tickets : those of the problem, with pins, places and times as of now.
    orders : the plan that is left: what has begun, then what is still to do, in the plan's order.
    standings : by position of the shift.
    """

    technicians: tuple[Technician, ...]
    tickets: tuple[Ticket, ...]
    orders: dict[ShiftKey, tuple[str, ...]]
    standings: dict[int, Standing]


def field_at(
    case: Case,
    plan: PlanTimes,
    now: int,
    reports: Mapping[int, Report] | None = None,
    delays: Mapping[int, Delay] | None = None,
) -> Field:
    """How the day of ``case``, worked by ``plan``, stands at ``now`` (seconds of its clock, not before its now).

    Parameters
    ----------
    reports : by position of the ticket. delays : by position of the technician.
    """
    reports, delays = reports or {}, delays or {}
    routes = _all_routes(case, plan, reports, now)
    standings = {
        route.shift: standing(case, route, now, _theirs(case, route.shift, reports)) for route in routes
    }
    _delay(case, standings, delays, now)
    pins = {known.ticket: (known, s) for s, found in standings.items() for known in found.visits}
    tickets = tuple(
        _pinned(case, ticket, *pins.get(index, (None, -1)))
        for index, ticket in enumerate(case.problem.tickets)
    )
    technicians = tuple(
        _technician(case, position, standings, now) for position in range(len(case.problem.technicians))
    )
    return Field(technicians, tickets, _orders(case, routes, standings), standings)


def brought_forward(
    case: Case, plan: PlanTimes, now: datetime
) -> tuple[Problem, dict[ShiftKey, tuple[str, ...]]]:
    """The problem as it stands at ``now`` if all goes by ``plan``, and the orders that are left."""
    found = field_at(case, plan, case.clock.seconds(now))
    problem = case.problem.replace(now=now, technicians=found.technicians, tickets=found.tickets)
    return problem, found.orders


# ---------------------------------------------------------------- who is how far


def _theirs(case: Case, shift: int, reports: Mapping[int, Report]) -> dict[int, Report]:
    technician = case.shifts[shift].technician
    return {ticket: report for ticket, report in reports.items() if report.technician == technician}


def _all_routes(case: Case, plan: PlanTimes, reports: Mapping[int, Report], now: int) -> list[RouteTimes]:
    """The routes without tickets that were reported with somebody else, and empty ones for who was reported.

    Of a technician with several shifts the reports belong to the last one that has begun.
    """
    routes = [
        _without(route, {t for t, r in reports.items() if r.technician != _who(case, route)})
        for route in plan.routes
    ]
    for technician in {report.technician for report in reports.values()}:
        mine = sorted((s for s in case.shifts if s.technician == technician), key=lambda s: s.start)
        begun = [shift for shift in mine if shift.start <= now] or mine[:1]
        if begun and all(route.shift != begun[-1].index for route in routes):
            shift = begun[-1]
            routes.append(RouteTimes(shift.index, shift.start, shift.start, ()))
    return routes


def _who(case: Case, route: RouteTimes) -> int:
    return case.shifts[route.shift].technician


def _without(route: RouteTimes, tickets: set[int]) -> RouteTimes:
    stops = tuple(stop for stop in route.stops if getattr(stop, "ticket", None) not in tickets)
    return route if len(stops) == len(route.stops) else replace(route, stops=stops)


def _delay(case: Case, standings: dict[int, Standing], delays: Mapping[int, Delay], now: int) -> None:
    """Make the shift that a technician works now, or the next one, begin later."""
    for technician, delay in delays.items():
        mine = sorted((s for s in case.shifts if s.technician == technician), key=lambda s: s.start)
        open_ = [shift for shift in mine if shift.latest_end > now]
        if open_:
            known = standings.get(open_[0].index, Standing(open_[0].index))
            begin = max(now, open_[0].start)
            standings[open_[0].index] = known.delayed(delay.seconds, delay.until, begin)


# ---------------------------------------------------------------- as a problem


def _pinned(case: Case, ticket: Ticket, known: Known | None, shift: int) -> Ticket:
    """The ticket with its pin as of now. A visit that has not begun keeps a promise, and nothing else."""
    if known is None:
        pin = ticket.pinned
        if pin is None or pin.status == "committed":
            return ticket
        return ticket.model_copy(update={"pinned": None})
    moment, name = case.clock.datetime, case.technician_of(shift).id
    if known.status == "en_route":
        promised = None if ticket.pinned is None else ticket.pinned.arrival
        pin = Pinned(technician=name, status="en_route", arrival=promised)
    else:
        pin = Pinned(
            technician=name,
            status=known.status,
            arrival=moment(known.arrival),
            started_at=moment(known.start),
            finished_at=moment(known.end),
        )
    return ticket.model_copy(update={"pinned": pin})


def _technician(case: Case, position: int, standings: Mapping[int, Standing], now: int) -> Technician:
    """The technician where and when the rest begins, without the breaks that were taken."""
    technician = case.problem.technicians[position]
    mine = [found for s, found in standings.items() if case.shifts[s].technician == position]
    changes: dict[str, Any] = {}
    if any(found.breaks for found in mine):
        changes["shifts"] = tuple(
            _rested(case, technician.shifts[number], number, position, mine)
            for number in range(len(technician.shifts))
        )
    current = [found for found in mine if case.shifts[found.shift].latest_end > now or found.free_at]
    begun = [found for found in current if found.visits or found.free_at is not None]
    if begun:
        changes |= _whereabouts(case, technician, begun[0], now)
    return technician.model_copy(update=changes) if changes else technician


def _whereabouts(case: Case, technician: Technician, found: Standing, now: int) -> dict[str, Any]:
    """``available_from`` and ``current_location`` of a technician who has begun, or is held up."""
    free_at = found.free_at
    earlier = technician.available_from
    if earlier is not None and case.clock.seconds(earlier) > now and not found.visits:
        free_at = max(free_at or 0, case.clock.seconds(earlier))
    changes: dict[str, Any] = {"available_from": None if free_at is None else case.clock.datetime(free_at)}
    if found.visits:
        changes["current_location"] = _location(case, technician, found)
    return changes


def _location(case: Case, technician: Technician, found: Standing) -> Location | None:
    if found.place is None:
        return None
    if found.place != HOME:
        return case.problem.tickets[found.place].location
    shift = technician.shifts[case.shifts[found.shift].number]
    home = shift.start_location or technician.start
    end = shift.end_location if shift.end_location is not None else technician.end
    return end if isinstance(end, Location) else home


def _rested(case: Case, shift: Shift, number: int, technician: int, mine: Iterable[Standing]) -> Shift:
    """The shift without the breaks that were taken."""
    for found in mine:
        known = case.shifts[found.shift]
        if (known.technician, known.number) == (technician, number):
            taken = [(pause.earliest, pause.latest) for pause in known.breaks[: found.breaks]]
            seconds = case.clock.seconds
            left = tuple(b for b in shift.breaks if (seconds(b.earliest), seconds(b.latest)) not in taken)
            return shift.model_copy(update={"breaks": left})
    return shift


def _orders(
    case: Case, routes: Iterable[RouteTimes], standings: Mapping[int, Standing]
) -> dict[ShiftKey, tuple[str, ...]]:
    begun = {known.ticket for found in standings.values() for known in found.visits}
    tickets = case.problem.tickets
    found: dict[ShiftKey, tuple[str, ...]] = {}
    for route in routes:
        known = [visit.ticket for visit in standings[route.shift].visits]
        rest = [visit.ticket for visit in route.visits if visit.ticket not in begun]
        key = (case.technician_of(route.shift).id, case.shifts[route.shift].number)
        if known or rest:
            found[key] = tuple(tickets[v].id for v in (*known, *rest))
    return found
