"""Checks across objects: references, overlaps, matrices, the planning span, and sums that fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from dispatch_engine.errors import Finding
from dispatch_engine.model.base import pointer, shown
from dispatch_engine.model.pins import pins_can_be
from dispatch_engine.model.policy import DEFAULT_ZONE
from dispatch_engine.model.service_areas import service_areas

if TYPE_CHECKING:
    from dispatch_engine.model.problem import Location, Problem, Technician, Ticket

MAX_SPAN_DAYS = 60
"""The earliest shift start and the latest shift end lie at most so far apart."""

MAX_SUM = 2**61
"""Largest sum in the engine's units: a quarter of the range of int64."""

MINUTES_OF_A_DAY = 1440
LONGEST_LATE_MINUTES = 230 * 366 * MINUTES_OF_A_DAY
"""From 1970 to 2200."""


def findings(problem: Problem) -> Iterator[Finding]:
    """Everything that is wrong between objects, in the order of the checks."""
    for check in CHECKS:
        yield from check(problem)


def duplicate_ids(problem: Problem) -> Iterator[Finding]:
    """Ids are unique within their list."""
    for field in ("technicians", "tickets", "depots"):
        first: dict[str, int] = {}
        for index, item in enumerate(getattr(problem, field)):
            earlier = first.setdefault(item.id, index)
            if earlier != index:
                message = f"{shown(item.id)} is already the id of /{field}/{earlier}; ids are unique"
                yield Finding(f"/{field}/{index}/id", "duplicate_id", message)


def overlapping_shifts(problem: Problem) -> Iterator[Finding]:
    """Shifts of one technician do not overlap, overtime included."""
    for index, technician in enumerate(problem.technicians):
        yield from _overlaps(index, technician)


def _overlaps(index: int, technician: Technician) -> Iterator[Finding]:
    order = sorted(range(len(technician.shifts)), key=lambda k: technician.shifts[k].start)
    for before, after in pairwise(order):
        one, other = technician.shifts[before], technician.shifts[after]
        gap_minutes = (other.start - one.end).total_seconds() / 60
        if gap_minutes < one.max_overtime_minutes:
            message = (
                f"{other.start.isoformat()} lies before shift {before} ends with its overtime; "
                "move a shift, or lessen max_overtime_minutes"
            )
            yield Finding(f"/technicians/{index}/shifts/{after}/start", "overlapping_shifts", message)


def planning_span(problem: Problem) -> Iterator[Finding]:
    """All shifts lie within ``MAX_SPAN_DAYS``."""
    shifts = [shift for technician in problem.technicians for shift in technician.shifts]
    if not shifts:
        return
    days = (max(s.end for s in shifts) - min(s.start for s in shifts)).total_seconds() / 86400
    if days > MAX_SPAN_DAYS:
        message = f"the shifts span {days:.1f} days, more than {MAX_SPAN_DAYS}; plan in parts"
        yield Finding("/technicians", "span_too_long", message)


def dangling_references(problem: Problem) -> Iterator[Finding]:
    """Ids of technicians and tickets that tickets name exist."""
    technicians = {technician.id for technician in problem.technicians}
    tickets = {ticket.id for ticket in problem.tickets}
    for index, ticket in enumerate(problem.tickets):
        for field in ("required_technicians", "preferred_technicians", "excluded_technicians"):
            names = enumerate(getattr(ticket, field))
            yield from _unknown(names, technicians, "technician", ("tickets", index, field))
        if ticket.pinned is not None:
            named = [("technician", ticket.pinned.technician)]
            yield from _unknown(named, technicians, "technician", ("tickets", index, "pinned"))
        yield from _dangling_tickets(ticket, index, tickets)


def _dangling_tickets(ticket: Ticket, index: int, tickets: set[str]) -> Iterator[Finding]:
    named: list[tuple[tuple[str | int, ...], str]] = [
        (("after", k, "ticket"), link.ticket) for k, link in enumerate(ticket.after)
    ]
    links = ("same_start_as", "same_technician_as", "different_technician_from")
    named += [((field,), getattr(ticket, field)) for field in links if getattr(ticket, field) is not None]
    for at, name in named:
        yield from _unknown([(at[-1], name)], tickets, "ticket", ("tickets", index, *at[:-1]))
        if name == ticket.id:
            message = f"{shown(name)} is this ticket itself; name another one"
            yield Finding(pointer(("tickets", index, *at)), "self_reference", message)


def _unknown(
    named: Iterable[tuple[str | int, str]], known: set[str], kind: str, at: tuple[str | int, ...]
) -> Iterator[Finding]:
    for key, name in named:
        if name not in known:
            message = f"{shown(name)} is the id of no {kind}; correct it or add the {kind}"
            yield Finding(pointer((*at, key)), "unknown_reference", message)


def unknown_zones(problem: Problem) -> Iterator[Finding]:
    """Each ticket's zone has an arrival time in the policy, and a speed where speeds are used."""
    promised = problem.policy.arrival_hours
    for index, ticket in enumerate(problem.tickets):
        zone = problem.policy.zone(ticket)
        if zone not in promised:
            message = f"{shown(zone)} is no zone of the policy; use one of {_list(promised)} or add it there"
            yield Finding(f"/tickets/{index}/zone", "unknown_zone", message)
    yield from _zones_without_speed(problem)


def _zones_without_speed(problem: Problem) -> Iterator[Finding]:
    if problem.travel.provider != "geodesic":
        return
    zones = {problem.policy.zone(ticket): None for ticket in problem.tickets}
    if problem.technicians or problem.depots:
        zones[DEFAULT_ZONE] = None
    for zone in zones:
        if zone not in problem.travel.speed_kmh:
            message = f"has no speed for the zone {shown(zone)}; add it"
            yield Finding("/travel/speed_kmh", "unknown_zone", message)


def _list(names: Iterable[str]) -> str:
    return ", ".join(shown(name) for name in list(names)[:10])


def matrices(problem: Problem) -> Iterator[Finding]:
    """With provider matrix there is a matrix for every technician, and all have one size."""
    if problem.travel.provider != "matrix":
        return
    travel = problem.travel
    main_needed = not travel.profiles or any(t.profile is None for t in problem.technicians)
    if travel.durations_seconds is None and main_needed:
        yield Finding(
            "/travel/durations_seconds", "missing_field", "is required with provider 'matrix'; add it"
        )
    for name, profile in travel.profiles.items():
        if profile.durations_seconds is None:
            at = pointer(("travel", "profiles", name, "durations_seconds"))
            yield Finding(at, "missing_field", "is required in a profile; add it")
    yield from _sizes(problem)


def _sizes(problem: Problem) -> Iterator[Finding]:
    sizes = _matrix_sizes(problem)
    first = next(iter(sizes), "")
    for at, size in sizes.items():
        if size != sizes[first]:
            message = (
                f"has {size} places, but {first} has {sizes[first]}; all matrices are of the same places"
            )
            yield Finding(at, "matrix_sizes_differ", message)


def _matrix_sizes(problem: Problem) -> dict[str, int]:
    """Number of places by pointer of each matrix given."""
    parts = [(("travel",), problem.travel)]
    sizes: dict[str, int] = {}
    named = [(("travel", "profiles", name), profile) for name, profile in problem.travel.profiles.items()]
    for at, holder in [*parts, *named]:
        for field in ("durations_seconds", "distances_meters"):
            matrix = getattr(holder, field)
            if matrix is not None:
                sizes[pointer((*at, field))] = len(matrix)
    return sizes


def profiles(problem: Problem) -> Iterator[Finding]:
    """Profiles that technicians name exist."""
    for index, technician in enumerate(problem.technicians):
        if technician.profile is not None and technician.profile not in problem.travel.profiles:
            message = f"{shown(technician.profile)} is no profile of /travel/profiles; correct it or add it"
            yield Finding(f"/technicians/{index}/profile", "unknown_reference", message)


def places(problem: Problem) -> Iterator[Finding]:
    """Every location has what the travel provider reads: coordinates, or a row of the matrix."""
    by_matrix = problem.travel.provider == "matrix"
    size = max(_matrix_sizes(problem).values(), default=None) if by_matrix else None
    for at, location in _locations(problem):
        index = location.matrix_index
        if not by_matrix and location.lat is None:
            message = f"is required with provider '{problem.travel.provider}'; add lat and lon"
            yield Finding(f"{at}/lat", "missing_field", message)
        elif by_matrix and index is None:
            message = "is required with provider 'matrix'; add the row of this place"
            yield Finding(f"{at}/matrix_index", "matrix_index", message)
        elif index is not None and size is not None and index >= size:
            message = f"{index} is no row of a matrix of {size} places; use 0 to {size - 1}"
            yield Finding(f"{at}/matrix_index", "matrix_index", message)


def _locations(problem: Problem) -> Iterator[tuple[str, Location]]:
    for i, technician in enumerate(problem.technicians):
        at = f"/technicians/{i}"
        yield f"{at}/start", technician.start
        for field, place in (("end", technician.end), ("current_location", technician.current_location)):
            if place is not None and not isinstance(place, str):
                yield f"{at}/{field}", place
        for k, shift in enumerate(technician.shifts):
            for field, place in (
                ("start_location", shift.start_location),
                ("end_location", shift.end_location),
            ):
                if place is not None and not isinstance(place, str):
                    yield f"{at}/shifts/{k}/{field}", place
    for i, ticket in enumerate(problem.tickets):
        yield f"/tickets/{i}/location", ticket.location
    for i, depot in enumerate(problem.depots):
        yield f"/depots/{i}/location", depot.location


def sums_fit(problem: Problem) -> Iterator[Finding]:
    """The worst plan's objective, in the engine's integer units, stays within 64 bits."""
    if _worst_units(problem) > MAX_SUM or _worst_points(problem) > MAX_SUM:
        message = "prices, weights and lateness multiply to sums beyond 64 bits; lessen prices or weights"
        yield Finding("/objective", "sums_too_large", message)


def _worst_points(problem: Problem) -> float:
    """Upper bound of the SLA penalty in thousandths."""
    objective, policy = problem.objective, problem.policy
    factor = max(objective.late_factor, objective.unassigned_factor)
    worst = (
        max(objective.weight(t.priority, policy) * factor, t.unassigned_price or 0) for t in problem.tickets
    )
    return 1000 * sum(worst)


def _worst_units(problem: Problem) -> float:
    """Upper bound of the cost, in 60,000ths of a price unit, if everything happens that has a price."""
    shifts = [shift for technician in problem.technicians for shift in technician.shifts]
    worked = sum((s.end - s.start).total_seconds() / 60 + s.max_overtime_minutes for s in shifts)
    prices = problem.objective.resolved_prices()
    late = prices.pop("late_minute", 0.0) * _worst_late_minutes(problem)
    largest = prices.pop("largest_late_minute", 0.0) * LONGEST_LATE_MINUTES
    own = sum(ticket.unassigned_price or 0 for ticket in problem.tickets)
    stability = problem.objective.stability
    minutes = max(stability.other_technician, stability.dropped) + stability.later_than_promised
    areas = [t.service_area.outside_price or 0 for t in problem.technicians if t.service_area is not None]
    minutes += max(areas, default=0)
    minutes = minutes * len(problem.tickets) + sum(ticket.outsource_price or 0 for ticket in problem.tickets)
    own += minutes * max(1.0, prices.get("travel_minute", 0.0))
    most = {
        "km": 17 * worked,  # at up to 1,000 km/h
        "travel_minute": worked,
        "overtime_minute": worked,
        "technician_used": len(problem.technicians),
        "surplus_level": 100 * sum(len(ticket.required_skills) for ticket in problem.tickets),
    }
    others = sum(price * most.get(name, len(problem.tickets)) for name, price in prices.items())
    return 60_000 * (late + largest + own + others)


def _worst_late_minutes(problem: Problem) -> float:
    """Minutes between each arrival deadline and the end of the last shift, times the ticket's weight."""
    ends = [shift.end for technician in problem.technicians for shift in technician.shifts]
    if not ends:
        return 0.0
    last = max(ends)
    total = 0.0
    for ticket in problem.tickets:
        since = ticket.due_at or ticket.appointment_at or ticket.reported_at or problem.now or min(ends)
        minutes = (last - since).total_seconds() / 60 + 2 * MINUTES_OF_A_DAY
        total += max(0.0, minutes) * max(1.0, problem.objective.weight(ticket.priority, problem.policy))
    return total


CHECKS = (
    duplicate_ids,
    overlapping_shifts,
    planning_span,
    dangling_references,
    pins_can_be,
    service_areas,
    unknown_zones,
    matrices,
    profiles,
    places,
    sums_fit,
)
"""All checks, in the order in which their findings are told."""
