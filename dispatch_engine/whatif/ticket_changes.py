"""Changes of tickets: how many there are, what they ask for, when they are open."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from dispatch_engine.errors import InputError
from dispatch_engine.model.changes import (
    AddTickets,
    ChangeWindows,
    Outsourcing,
    RemoveTickets,
    SetTickets,
    TicketVolume,
)
from dispatch_engine.model.problem import Ticket, TimeWindow
from dispatch_engine.model.selectors import TicketSelector
from dispatch_engine.whatif.draft import Draft, changed, copies_of, mapped, read_items
from dispatch_engine.whatif.select import chosen_tickets

_LINKS = ("same_start_as", "same_technician_as", "different_technician_from")


def add_tickets(draft: Draft, change: AddTickets) -> Draft:
    """Add those that the change gives in full."""
    new = read_items(Ticket, change.tickets, "tickets", draft.folder)
    return draft.with_changed(tickets=(*draft.tickets, *new))


def remove_tickets(draft: Draft, change: RemoveTickets) -> Draft:
    """Take tickets out."""
    return _without(draft, chosen_tickets(draft, change.tickets))


def _without(draft: Draft, chosen: frozenset[int]) -> Draft:
    gone = {draft.tickets[index].id for index in chosen}
    left = [ticket for index, ticket in enumerate(draft.tickets) if index not in chosen]
    return draft.with_changed(tickets=tuple(_unlinked(ticket, gone) for ticket in left))


def _unlinked(ticket: Ticket, gone: set[str]) -> Ticket:
    """``ticket`` without what it says about tickets that are gone."""
    fields: dict[str, Any] = {field: None for field in _LINKS if getattr(ticket, field) in gone}
    after = tuple(link for link in ticket.after if link.ticket not in gone)
    if after != ticket.after:
        fields["after"] = after
    return changed(ticket, fields) if fields else ticket


def set_tickets(draft: Draft, change: SetTickets) -> Draft:
    """Replace fields whole."""
    return _each(draft, change.tickets, lambda ticket: changed(ticket, change.set, "set"))


def ticket_volume(draft: Draft, change: TicketVolume) -> Draft:
    """Draw copies with replacement (a bootstrap of the day's work), or leave some out.

    Copies stand at the same door and ask for the same; they are linked to no other ticket and not pinned.
    """
    chosen = sorted(chosen_tickets(draft, change.tickets))
    wanted = int(len(chosen) * change.factor + 0.5)
    dice = random.Random(change.seed)
    if wanted < len(chosen):
        return _without(draft, frozenset(dice.sample(chosen, len(chosen) - wanted)))
    drawn = dice.choices(chosen, k=wanted - len(chosen))
    originals = [_alone(draft.tickets[index]) for index in drawn]
    copies = copies_of(originals, [ticket.id for ticket in draft.tickets], {})
    return draft.with_changed(tickets=(*draft.tickets, *copies))


def _alone(ticket: Ticket) -> Ticket:
    links = {**dict.fromkeys(_LINKS), "after": (), "pinned": None}
    return changed(ticket, {name: links[name] for name in links.keys() & ticket.model_fields_set})


def time_windows(draft: Draft, change: ChangeWindows) -> Draft:
    """Widen or narrow every window of the tickets."""
    chosen = chosen_tickets(draft, change.tickets)
    with_windows = frozenset(index for index in chosen if draft.tickets[index].time_windows)
    if not with_windows:
        message = f"fits {len(chosen)} tickets, none of which has a time window; correct the selector"
        raise InputError.of("/tickets", "matches_nothing", message)

    def moved(ticket: Ticket) -> Ticket:
        windows = [_moved(window, change) for window in ticket.time_windows]
        return changed(ticket, {"time_windows": windows})

    return draft.with_changed(tickets=mapped(draft.tickets, with_windows, moved))


def _moved(window: TimeWindow, change: ChangeWindows) -> dict[str, Any]:
    if change.width_minutes is not None:
        return {"start": window.start, "end": window.start + timedelta(minutes=change.width_minutes)}
    return {
        "start": window.start - timedelta(minutes=change.open_earlier_minutes),
        "end": window.end + timedelta(minutes=change.close_later_minutes),
    }


def outsourcing(draft: Draft, change: Outsourcing) -> Draft:
    """Set the contractor's price."""
    return _each(
        draft, change.tickets, lambda ticket: changed(ticket, {"outsource_price": change.price}, "price")
    )


def _each(draft: Draft, selector: TicketSelector, change: Callable[[Ticket], Ticket]) -> Draft:
    return draft.with_changed(tickets=mapped(draft.tickets, chosen_tickets(draft, selector), change))
