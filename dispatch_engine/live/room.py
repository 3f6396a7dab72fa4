"""Tries a ticket in one shift under changed circumstances, and says what the plan would then cost more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dispatch_engine.errors import InputError
from dispatch_engine.live.excerpt import Cutter, trimmed_orders
from dispatch_engine.live.parts import Part, applied
from dispatch_engine.rules.rule import NOTHING, Price
from dispatch_engine.solver.start import Insertion, Loaded, Orders, ShiftKey

LATE = 10**12
"""Milli-points that being late costs while a ticket must be in time: more than any plan has."""


@dataclass(frozen=True)
class Try:
    """One try that worked: where the ticket goes, and what the plan costs more than it does now."""

    key: ShiftKey
    position: int
    price: Price
    parts: tuple[Part, ...]


class Room:
    """Looks for room for one ticket, all other tickets keeping their technician and their order.

    Parameters
    ----------
    day : the plan.
    ticket : id of a ticket. One that is served is taken out first.
    in_time : only places where it is in time count.
    """

    def __init__(self, day: Loaded, ticket: str, *, in_time: bool = False) -> None:
        self.day, self.ticket, self.in_time = day, ticket, in_time
        self.cutter = Cutter(day.case)
        self.index = day.case.ticket_index[ticket]
        self.now: Orders = orders_in(day)
        self.home = next((key for key, tickets in self.now.items() if ticket in tickets), None)
        self.others: Orders = {
            key: tuple(other for other in tickets if other != ticket) for key, tickets in self.now.items()
        }

    def key(self, shift: int) -> ShiftKey:
        """The shift at position ``shift`` of the case."""
        return self.day.case.technician_of(shift).id, self.day.case.shifts[shift].number

    def route(self, shift: int) -> tuple[int, ...]:
        """The other tickets of a shift, by position in the case."""
        return tuple(self.day.case.ticket_index[name] for name in self.others.get(self.key(shift), ()))

    def attempt(self, shift: int, parts: Sequence[Part] = ()) -> Try | None:
        """Put the ticket into ``shift`` where it costs least, with ``parts`` changed; None: it does not fit."""
        key = self.key(shift)
        loaded = self._changed(key, parts, self.others)
        best = None if loaded is None else self._best(loaded, key)
        if loaded is None or best is None:
            return None
        involved = self._involved(key, parts)
        after = sum(self._route_prices(loaded, involved), best.price)
        before = sum(self._route_prices(self.day, involved), NOTHING)
        return Try(key, best.position, after - before + self._left_out_more(parts), tuple(parts))

    def reason_alone(self, shift: int, parts: Sequence[Part] = ()) -> str | None:
        """Why the ticket would not even fit if it were the only one of the shift; None: then it would."""
        key = self.key(shift)
        loaded = self._changed(key, parts, {k: () if k == key else names for k, names in self.others.items()})
        if loaded is None or self._best(loaded, key) is not None:
            return None
        closed = loaded.shapes.reason(loaded.case.shift_index[key], loaded.case.ticket_index[self.ticket])
        return closed or "shift_full"

    def _changed(self, key: ShiftKey, parts: Sequence[Part], others: Orders) -> Loaded | None:
        """The technicians who have to do with it, with ``parts`` changed; None: their routes break a rule."""
        released = {part.ticket for part in parts if part.kind == "release_ticket"}
        involved = self._involved(key, parts)
        orders = {k: tuple(t for t in tickets if t not in released) for k, tickets in others.items()}
        names = [name for k, tickets in orders.items() if k[0] in involved for name in tickets]
        small = self.cutter.excerpt(involved, [*names, self.ticket])
        try:
            loaded = Loaded.of(applied(small, parts), trimmed_orders(orders, small))
        except InputError:
            return None
        return loaded if loaded.is_feasible else None

    def _involved(self, key: ShiftKey, parts: Iterable[Part]) -> set[str]:
        named = {part.from_technician for part in parts if part.from_technician is not None}
        pin = self.day.case.problem.tickets[self.index].pinned
        pinned = set() if pin is None else {pin.technician}
        return {key[0], *named, *pinned, *([] if self.home is None else [self.home[0]])}

    def _best(self, loaded: Loaded, key: ShiftKey) -> Insertion | None:
        ticket, shift = loaded.case.ticket_index[self.ticket], loaded.case.shift_index[key]
        if self.in_time:
            loaded.data.ticket["late_points"][ticket] += LATE
        for found in loaded.insertions(ticket):
            if found.shift == shift and found.price.points < LATE // 2:
                return found
        return None

    def _route_prices(self, loaded: Loaded, technicians: set[str]) -> Iterable[Price]:
        for shift in loaded.case.shifts:
            if loaded.case.technician_of(shift.index).id in technicians:
                s = shift.index
                yield Price(0, int(loaded.state.points[s]), int(loaded.state.cost[s]))

    def _left_out_more(self, parts: Iterable[Part]) -> Price:
        """The price of released tickets, less that of the ticket if nobody serves it now."""
        total = NOTHING
        for part in parts:
            if part.kind == "release_ticket":
                total += self.price_elsewhere(part)
        return total if self.home is not None else total - self.day.left_out(self.index)

    def price_elsewhere(self, part: Part) -> Price:
        """What it costs to leave a released ticket to ``to_technician``, or out."""
        index = self.day.case.ticket_index[str(part.ticket)]
        if part.to_technician is None:
            return self.day.left_out(index)
        return min(
            (
                found.price
                for found in self.day.insertions(index)
                if self.key(found.shift)[0] == part.to_technician
            ),
            key=lambda price: price.tiers,
        )


def orders_in(day: Loaded) -> dict[ShiftKey, tuple[str, ...]]:
    """The routes of ``day`` by id; shifts without a ticket are left out."""
    tickets = day.case.problem.tickets
    return {
        (day.case.technician_of(shift.index).id, shift.number): tuple(tickets[v].id for v in route)
        for shift in day.case.shifts
        if (route := day.route(shift.index))
    }
