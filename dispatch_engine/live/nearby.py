"""The part of a day that an event concerns first: its technicians and tickets, and those around them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from time import monotonic

from dispatch_engine.live.excerpt import Cutter
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.register import lower_all
from dispatch_engine.solver.budget import Stop, TimeBudget
from dispatch_engine.solver.resume import COOLER, what_fits
from dispatch_engine.solver.search import Search
from dispatch_engine.solver.start import Orders, ShiftKey

MOST_TECHNICIANS = 12
"""Technicians of the part that is looked at first."""
EACH = 6
"""Technicians looked at for each ticket in want of a place."""


def improved_nearby(
    case: Case,
    orders: Orders,
    technicians: Iterable[str],
    tickets: Iterable[str],
    *,
    seconds: float,
    seed: int,
    workers: int,
    stop: Stop,
) -> Orders:
    """``orders`` with the routes around ``technicians`` and ``tickets`` made anew, everybody else left alone.

    Parameters
    ----------
    orders : may lack tickets, and may contain what does not fit any more.
    seconds : time for it.
    """
    wanted = [name for name in tickets if name in case.ticket_index]
    some = _around(case, orders, list(technicians), wanted)
    if not some or seconds <= 0:
        return orders
    placed = {name for tickets in orders.values() for name in tickets}
    theirs = {key: tuple(names) for key, names in orders.items() if key[0] in some}
    names = {name for tickets in theirs.values() for name in tickets}
    small = Case.of(Cutter(case).excerpt(some, names | {name for name in wanted if name not in placed}))
    search = Search(lower_all(small), seed, workers, COOLER)
    search.begin_with(what_fits(small, search, theirs))
    began = monotonic()
    search.anneal(TimeBudget(began, began + seconds), stop)
    search.settle()
    return {**orders, **_by_id(small, search.best_routes())}


def _around(case: Case, orders: Orders, technicians: list[str], tickets: list[str]) -> set[str]:
    """The technicians concerned, then those nearest to each ticket in want of a place."""
    chosen = dict.fromkeys(technicians[:MOST_TECHNICIANS])
    routes = {case.shift_index[key]: names for key, names in orders.items() if key in case.shift_index}
    for rank in range(EACH):
        for ticket in tickets:
            if len(chosen) >= MOST_TECHNICIANS:
                return set(chosen)
            nearest = _nearest(case, routes, case.ticket_index[ticket])
            chosen.update(dict.fromkeys(nearest[rank : rank + 1]))
    return set(chosen)


def _nearest(case: Case, routes: Mapping[int, Iterable[str]], ticket: int) -> list[str]:
    """Technicians with a shift that is not over, by how near their route comes to ``ticket``."""
    goal = case.tickets[ticket].place
    away: dict[str, int] = {}
    for shift in case.shifts:
        if shift.latest_end <= case.clock.now or shift.is_over:
            continue
        places = [
            shift.start_place,
            *(
                case.tickets[case.ticket_index[n]].place
                for n in routes.get(shift.index, ())
                if n in case.ticket_index
            ),
        ]
        nearest = int(case.travel.seconds[shift.kind, places, goal].min())
        name = case.technician_of(shift.index).id
        away[name] = min(away.get(name, nearest), nearest)
    return sorted(away, key=lambda name: (away[name], name))


def _by_id(case: Case, routes: list[list[int]]) -> dict[ShiftKey, tuple[str, ...]]:
    """Routes as the engine has them, by id; a shift that has begun keeps its past by itself."""
    tickets = case.problem.tickets
    return {
        (case.technician_of(s).id, case.shifts[s].number): tuple(tickets[v].id for v in route)
        for s, route in enumerate(routes)
    }
