"""Who and what is meant: from the selectors of changes to positions in the lists of a draft."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from dispatch_engine.errors import Finding, InputError
from dispatch_engine.model.base import pointer, shown
from dispatch_engine.model.policy import Policy
from dispatch_engine.model.problem import Depot, Location, Technician, Ticket
from dispatch_engine.model.selectors import (
    DepotChoice,
    DepotSelector,
    DepotWhere,
    Near,
    TechnicianChoice,
    TechnicianSelector,
    TechnicianWhere,
    TicketChoice,
    TicketSelector,
    TicketWhere,
)
from dispatch_engine.whatif.draft import Draft, Item

Choice = TechnicianChoice | TicketChoice | DepotChoice
T = TypeVar("T")


def chosen_technicians(draft: Draft, selector: TechnicianSelector) -> frozenset[int]:
    """Positions of the technicians meant. Raises InputError where there are none."""
    return _chosen(draft.technicians, selector, "technicians", _technician_fits)


def chosen_tickets(draft: Draft, selector: TicketSelector) -> frozenset[int]:
    """Positions of the tickets meant. Raises InputError where there are none."""

    def fits(ticket: Ticket, where: TicketWhere) -> bool:
        return _ticket_fits(ticket, where, draft.policy)

    return _chosen(draft.tickets, selector, "tickets", fits)


def chosen_depots(draft: Draft, selector: DepotSelector) -> frozenset[int]:
    """Positions of the depots meant. Raises InputError where there are none."""
    return _chosen(draft.depots, selector, "depots", _depot_fits)


def _chosen(
    items: tuple[Item, ...],
    selector: str | tuple[str, ...] | Choice,
    field: str,
    fits: Callable[[Item, T], bool],
) -> frozenset[int]:
    if isinstance(selector, str):
        found = list(range(len(items)))
    elif isinstance(selector, tuple):
        found = _by_ids(items, selector, field)
    else:
        where: T = selector.where  # type: ignore[assignment]
        found = [index for index, item in enumerate(items) if fits(item, where)]
    if not found:
        place = f"/{field}" if isinstance(selector, str) else f"/{field}/where"
        message = f"fits none of the {len(items)} {field}; correct the selector, or leave the change out"
        raise InputError.of(place, "matches_nothing", message)
    return frozenset(found if isinstance(selector, str | tuple) else _drawn(found, selector, field))


def _by_ids(items: tuple[Item, ...], names: tuple[str, ...], field: str) -> list[int]:
    positions = {item.id: index for index, item in enumerate(items)}
    unknown = [
        Finding(
            pointer((field, number)),
            "unknown_reference",
            f"{shown(name)} is not among the {len(items)} {field}; correct the id",
        )
        for number, name in enumerate(names)
        if name not in positions
    ]
    if unknown:
        raise InputError(unknown)
    return [positions[name] for name in names]


def _drawn(found: list[int], choice: Choice, field: str) -> list[int]:
    if choice.take is None:
        return found
    if choice.take > len(found):
        message = f"{choice.take} cannot be drawn: only {len(found)} {field} fit; lessen take"
        raise InputError.of(f"/{field}/take", "out_of_range", message)
    return random.Random(choice.seed).sample(found, choice.take)


# ---------------------------------------------------------------- conditions


def _technician_fits(technician: Technician, where: TechnicianWhere) -> bool:
    return (
        _is_one(technician.id, where.id)
        and _has_one(technician.tags, where.tags)
        and _has_one(_positive(technician.skills), where.skills)
        and _has_one([held.name for held in technician.certifications], where.certifications)
        and _has_one(_positive(technician.van_stock), where.parts)
        and _has_one(technician.tools, where.tools)
        and _is_near(technician.start, where.near)
    )


def _ticket_fits(ticket: Ticket, where: TicketWhere, policy: Policy) -> bool:
    return (
        _is_one(ticket.id, where.id)
        and _is_one(ticket.priority, where.priority)
        and _is_one(policy.zone(ticket), where.zone)
        and _is_one(ticket.service, where.service)
        and where.fault in (None, ticket.fault)
        and _has_one(_positive(ticket.required_skills), where.skills)
        and _has_one(ticket.required_certifications, where.certifications)
        and _has_one([*_positive(ticket.required_parts), *ticket.likely_parts], where.parts)
        and _has_one(ticket.required_tags, where.tags)
        and _is_near(ticket.location, where.near)
    )


def _depot_fits(depot: Depot, where: DepotWhere) -> bool:
    return (
        _is_one(depot.id, where.id)
        and (depot.stock is None or _has_one(depot.stock, where.parts))
        and _is_near(depot.location, where.near)
    )


def _is_one(word: str, wanted: Collection[str] | None) -> bool:
    return wanted is None or word in wanted


def _has_one(words: Iterable[str], wanted: Collection[str] | None) -> bool:
    return wanted is None or any(word in wanted for word in words)


def _positive(numbers: dict[str, int]) -> list[str]:
    return [name for name, number in numbers.items() if number > 0]


def _is_near(place: Location, near: Near | None) -> bool:
    if near is None:
        return True
    if place.lat is None:
        return False
    from geopy.distance import great_circle

    return bool(great_circle((place.lat, place.lon), (near.lat, near.lon)).km <= near.km)
