"""The best plan of a tiny problem by trying every assignment and order, judged and priced by the plain rules alone.

No array, no kernel, no solver: what this finds is what the checker's side of the rules means. Held against the
brute force over the arrays it shows that every rule lowers to what it says.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import permutations, product

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.register import broken_rules
from dispatch_engine.rules.timetable import best_times
from dispatch_engine.rules.visits import PlanTimes, RouteTimes
from dispatch_engine.rules.worth import plan_price

Total = tuple[int, int, int]


def best_plan(case: Case) -> Total:
    """Least (unserved mandatory, points, cost) of all plans without a violation."""
    return min(_worth(case, plan) for plan in _plans(case) if _is_good(case, plan))


def _worth(case: Case, plan: PlanTimes) -> Total:
    price = plan_price(case, plan)
    return price.mandatory, price.points, price.cost


def _is_good(case: Case, plan: PlanTimes) -> bool:
    return next(broken_rules(case, plan), None) is None


def _plans(case: Case) -> Iterator[PlanTimes]:
    """Every way to give the tickets that have not begun to shifts in some order, at the best times of each."""
    free = [ticket.index for ticket in case.tickets if ticket.index not in case.past_tickets]

    @cache
    def routes(shift: int, tickets: tuple[int, ...]) -> list[RouteTimes | None]:
        if not tickets and not case.shifts[shift].past:
            return [None]
        found = [best_times(case, shift, order) for order in permutations(tickets)]
        return [route for route in found if route is not None and _is_possible(case, route)]

    for where in product(range(-1, len(case.shifts)), repeat=len(free)):
        given = [
            tuple(t for t, s in zip(free, where, strict=True) if s == shift)
            for shift in range(len(case.shifts))
        ]
        for chosen in product(*(routes(shift, tickets) for shift, tickets in enumerate(given))):
            kept = tuple(route for route in chosen if route is not None)
            served = PlanTimes(kept).assigned
            yield PlanTimes(kept, tuple(t.index for t in case.tickets if t.index not in served))


def _is_possible(case: Case, route: RouteTimes) -> bool:
    """Whether no rule about this route alone is broken; what is missing beside it does not count."""
    missing = {"ticket_missing", "pin_dropped"}
    return all(violation.code in missing for violation in broken_rules(case, PlanTimes((route,))))
