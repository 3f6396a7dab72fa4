"""A plan in use: it offers slots, holds them, and turns holds into booked visits.

The plan that counts is the one given, with a reserved visit for every hold: a committed ticket with the window that
the customer was told. So two holds never sell the same minute, and no offer promises what a hold has taken.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from threading import RLock

from dispatch_engine.check import complete_plan
from dispatch_engine.errors import InputError
from dispatch_engine.live.explain import loaded_day
from dispatch_engine.live.field import brought_forward
from dispatch_engine.live.holds import HoldStore, MemoryHolds
from dispatch_engine.live.offers import best_place, offers_in, with_copies
from dispatch_engine.live.room import orders_in
from dispatch_engine.live.windows import windows_for
from dispatch_engine.model.base import shown
from dispatch_engine.model.clock import moment_of_planning
from dispatch_engine.model.money import Cost
from dispatch_engine.model.offers import Hold, OfferOptions, Offers
from dispatch_engine.model.plan import Plan, Route, TicketStop
from dispatch_engine.model.problem import Pinned, Problem, Ticket, TimeWindow
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.timetable import best_times
from dispatch_engine.rules.visits import RouteTimes
from dispatch_engine.rules.worth import cost_in_words
from dispatch_engine.solver.start import Loaded, ShiftKey
from dispatch_engine.solver.warm import warm_kernels

ANY_TIME = OfferOptions()
STEP = timedelta(minutes=1)
"""The day is brought forward in steps of at least so much."""


class LivePlan:
    """One problem and the plan that is worked by, in memory; safe to be asked by several threads.

    Parameters
    ----------
    problem, plan : the plan keeps the rules of the problem; its orders count, times are computed anew.
    holds : where holds are kept. Those found there are put back into the plan; one that no longer fits is dropped
        and listed in ``lost_holds``.
    now : the moment of planning, also for the expiry of holds; None: the problem's.

    Raises
    ------
    InputError : code ``broken_plan``: the plan breaks a rule.
    """

    def __init__(
        self, problem: Problem, plan: Plan, holds: HoldStore | None = None, now: datetime | None = None
    ) -> None:
        warm_kernels()
        self._lock = RLock()
        self._store: HoldStore = MemoryHolds() if holds is None else holds
        self._problem = problem
        self._day: Loaded | None = loaded_day(Case.of(problem), plan)
        self._orders: dict[ShiftKey, tuple[str, ...]] = orders_in(self._day)
        self._now = moment_of_planning(problem)
        self.lost_holds: list[Hold] = []
        for hold in self._store.holds():
            self._put_back(hold)
        with self._lock:
            self._move_on(now)

    # ------------------------------------------------------------ what it is

    @property
    def problem(self) -> Problem:
        """The problem with a committed ticket for every hold and every confirmed booking."""
        with self._lock:
            return self._problem

    @property
    def orders(self) -> dict[ShiftKey, tuple[str, ...]]:
        """The tickets of each shift, in order, reserved visits included."""
        with self._lock:
            return dict(self._orders)

    def plan(self) -> Plan:
        """The plan with all times and figures, reserved visits included."""
        with self._lock:
            problem, orders = self._problem, dict(self._orders)
        routes = tuple(
            Route(technician=name, shift=shift, stops=tuple(TicketStop(ticket=t) for t in tickets))
            for (name, shift), tickets in orders.items()
        )
        return complete_plan(problem, Plan(routes=routes))

    # ------------------------------------------------------------ offers

    def slots(
        self, ticket: Ticket | str, now: datetime | None = None, options: OfferOptions = ANY_TIME
    ) -> Offers:
        """Ranked offers for a ticket that is not booked.

        Parameters
        ----------
        ticket : a new ticket, or the id of one that the plan leaves out.
        now : the present; nothing is offered before it. None: as before.

        Raises
        ------
        InputError : the ticket is unknown, booked already, or contradicts the problem.
        """
        with self._lock:
            self._move_on(now)
            asked, problem, orders = self._unbooked(ticket), self._problem, dict(self._orders)
        windows = windows_for(problem, asked, options)
        day = Loaded.of(with_copies(problem, asked, windows), orders)
        with self._lock:
            if self._problem is problem:
                self._day = day
        return Offers(problem=problem.name, ticket=asked.id, offers=tuple(offers_in(day, windows, options)))

    # ------------------------------------------------------------ holds

    def hold(
        self,
        ticket: Ticket | str,
        technician: str,
        shift: int,
        window: TimeWindow,
        expires_at: datetime,
        now: datetime | None = None,
        hold_id: str | None = None,
    ) -> Hold:
        """Keep a time free for ``ticket``, as it was offered.

        Raises
        ------
        InputError : code ``slot_gone``: the technician has no room in the window any more; and as in :meth:`slots`.
        """
        with self._lock:
            self._move_on(now)
            asked = self._unbooked(ticket)
            known = any(other.id == asked.id for other in self._problem.tickets)
            found = self._reserve(asked, technician, shift, window)
            if found is None:
                message = (
                    f"technician {shown(technician)} has no room in this window any more; ask for slots again"
                )
                raise InputError.of("/window", "slot_gone", message)
            arrival, cost = found
            hold = Hold(
                id=hold_id or f"H-{secrets.token_hex(8)}",
                ticket=asked,
                technician=technician,
                shift=shift,
                window=window,
                arrival=arrival,
                expires_at=expires_at,
                cost=cost,
                booked_before=known,
            )
            self._store.save(hold)
            return hold

    def release(self, hold_id: str) -> Hold:
        """Give a hold up; its time is free at once. Raises InputError, code ``unknown_hold``."""
        with self._lock:
            hold = self._known(hold_id)
            self._free(hold)
            return hold

    def confirm(self, hold_id: str, now: datetime | None = None) -> Ticket:
        """Turn a hold into a booking: a committed visit whose planned arrival is promised; the ticket as booked.

        Raises
        ------
        InputError : code ``unknown_hold``: there is no such hold, or it has expired.
        """
        with self._lock:
            self._move_on(now)
            hold = self._known(hold_id)
            ticket = _reserved(hold.ticket, hold.technician, hold.window)
            pin = Pinned(
                technician=hold.technician,
                status="committed",
                arrival=self._arrival(hold.ticket.id, (hold.technician, hold.shift)),
            )
            booked = ticket.model_copy(update={"pinned": pin})
            self._problem, self._day = self._with_ticket(booked), None
            self._store.remove(hold_id)
            return booked

    def holds(self) -> tuple[Hold, ...]:
        """All holds that are in force, the oldest first."""
        with self._lock:
            return tuple(self._store.holds())

    def expire(self, now: datetime) -> list[Hold]:
        """Free the time of every hold that has expired by ``now``; they are returned."""
        with self._lock:
            over = [hold for hold in self._store.holds() if hold.expires_at <= now]
            return [hold for hold in over if self._free(hold)]

    # ------------------------------------------------------------ inside

    def _move_on(self, now: datetime | None) -> None:
        """Let time pass: holds expire, and the day goes on by plan. It never goes back."""
        if now is None:
            return
        self.expire(now)
        if now - self._now < STEP:
            return
        day = self._day or Loaded.of(self._problem, self._orders)
        # The day may be that of the last question: then copies of its ticket stand at the end.
        own = day.case.tickets[: len(self._problem.tickets)]
        case = replace(day.case, problem=self._problem, tickets=own)
        self._problem, self._orders = brought_forward(case, day.times(), now)
        self._now, self._day = now, None

    def _unbooked(self, ticket: Ticket | str) -> Ticket:
        name = ticket if isinstance(ticket, str) else ticket.id
        booked = any(name in tickets for tickets in self._orders.values())
        known = next((other for other in self._problem.tickets if other.id == name), None)
        if booked:
            raise InputError.of(
                "/ticket", "already_booked", f"ticket {shown(name)} is in a route; release it first"
            )
        if isinstance(ticket, Ticket):
            if known is not None and known != ticket:
                message = f"{shown(name)} is the id of another ticket of the problem; give its id alone, or another id"
                raise InputError.of("/ticket/id", "duplicate_id", message)
            return ticket
        if known is None:
            raise InputError.of(
                "/ticket", "unknown_reference", f"{shown(name)} is the id of no ticket; correct it"
            )
        return known

    def _reserve(
        self, ticket: Ticket, technician: str, shift: int, window: TimeWindow
    ) -> tuple[datetime, Cost] | None:
        """Put a reserved visit into its route; its arrival and what it costs, None where it does not fit."""
        problem = self._with_ticket(_reserved(ticket, technician, window))
        day = Loaded.of(problem, self._orders)
        place = best_place(day, day.case.ticket_index[ticket.id], technician, shift)
        if not day.is_feasible or place is None:
            return None
        key = (technician, shift)
        route = self._orders.get(key, ())
        self._orders[key] = (*route[: place.position], ticket.id, *route[place.position :])
        self._problem, self._day = problem, None
        return self._arrival(ticket.id, key), cost_in_words(day.case, place.price)

    def _arrival(self, ticket: str, key: ShiftKey) -> datetime:
        """When the technician comes to a reserved visit, as the plan stands."""
        case = Case.of(self._problem)
        times = _times(case, key, self._orders[key])
        assert times is not None, "routes of a live plan have times"
        index = case.ticket_index[ticket]
        return case.clock.datetime(next(v.arrival for v in times.visits if v.ticket == index))

    def _free(self, hold: Hold) -> bool:
        """Take the visit of a hold out of the plan, and forget the hold.

        False where the rest of its route would not be possible without it (legs of a matrix may be shorter by way
        of a third place): then the time stays taken until the plan is made anew.
        """
        self._day = None
        name, key = hold.ticket.id, (hold.technician, hold.shift)
        left = tuple(other for other in self._orders.get(key, ()) if other != name)
        if left and _times(Case.of(self._problem), key, left) is None:
            return False
        self._orders = {**self._orders, key: left}
        if not left:
            del self._orders[key]
        if hold.booked_before:
            self._problem = self._with_ticket(hold.ticket)
        else:
            others = tuple(ticket for ticket in self._problem.tickets if ticket.id != name)
            self._problem = self._problem.replace(tickets=others)
        self._store.remove(hold.id)
        return True

    def _put_back(self, hold: Hold) -> None:
        """Make sure that a hold found in the store stands in the plan."""
        if any(hold.ticket.id in tickets for tickets in self._orders.values()):
            return
        if self._reserve(hold.ticket, hold.technician, hold.shift, hold.window) is None:
            self._store.remove(hold.id)
            self.lost_holds.append(hold)

    def _with_ticket(self, ticket: Ticket) -> Problem:
        """The problem with ``ticket`` instead of the one with its id, or added."""
        tickets = self._problem.tickets
        if any(known.id == ticket.id for known in tickets):
            return self._problem.replace(
                tickets=tuple(ticket if known.id == ticket.id else known for known in tickets)
            )
        return self._problem.replace(tickets=(*tickets, ticket))

    def _known(self, hold_id: str) -> Hold:
        for hold in self._store.holds():
            if hold.id == hold_id:
                return hold
        message = f"{shown(hold_id)} is no hold, or has expired; ask for slots again"
        raise InputError.of("/hold", "unknown_hold", message)


def _reserved(ticket: Ticket, technician: str, window: TimeWindow) -> Ticket:
    """``ticket`` as it stands in the plan while it is held: in its window, with its technician."""
    pin = Pinned(technician=technician, status="committed")
    return ticket.model_copy(update={"time_windows": (window,), "pinned": pin})


def _times(case: Case, key: ShiftKey, tickets: tuple[str, ...]) -> RouteTimes | None:
    return best_times(case, case.shift_index[key], [case.ticket_index[name] for name in tickets])
