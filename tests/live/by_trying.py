"""A ticket tried in every place of every route by the rules alone: slow, obvious, without any engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.register import broken_rules
from dispatch_engine.rules.rule import Price
from dispatch_engine.rules.timetable import best_times
from dispatch_engine.rules.visits import PlanTimes, RouteTimes, lateness
from dispatch_engine.rules.worth import plan_price

Orders = Mapping[tuple[str, int], tuple[str, ...]]


def times(case: Case, orders: Orders) -> PlanTimes | None:
    """The best times of all routes; None where one has none or breaks a rule."""
    routes: list[RouteTimes] = []
    for key, names in orders.items():
        if names:
            route = best_times(case, case.shift_index[key], [case.ticket_index[name] for name in names])
            if route is None:
                return None
            routes.append(route)
    served = {visit.ticket for route in routes for visit in route.visits}
    plan = PlanTimes(tuple(routes), tuple(t.index for t in case.tickets if t.index not in served))
    broken = any(True for _ in broken_rules(case, plan))
    return None if broken else plan


def price(problem: Problem, orders: Orders) -> Price:
    """What a plan that keeps the rules costs."""
    case = Case.of(problem)
    plan = times(case, orders)
    assert plan is not None
    return plan_price(case, plan)


def places(
    problem: Problem, orders: Orders, ticket: str, *, in_time: bool = False
) -> Iterator[tuple[tuple[str, int], int, Price]]:
    """(shift, position, price of the plan) of every place where ``ticket`` fits; it is taken out first."""
    case = Case.of(problem)
    rest = {key: tuple(name for name in names if name != ticket) for key, names in orders.items()}
    for key, shift in case.shift_index.items():
        route, begun = rest.get(key, ()), case.shifts[shift]
        first = len(begun.past) + (begun.next_stop is not None)
        for position in range(min(first, len(route)), len(route) + 1):
            longer = {**rest, key: (*route[:position], ticket, *route[position:])}
            plan = times(case, longer)
            if plan is None:
                continue
            late = sum(lateness(case, v) for _, v in plan.visits() if v.ticket == case.ticket_index[ticket])
            if not (in_time and late):
                yield key, position, plan_price(case, plan)


def best_price(problem: Problem, orders: Orders, ticket: str, *, in_time: bool = False) -> Price | None:
    """The least price of a plan with ``ticket`` in it; None where it fits nowhere."""
    found = [found for _, _, found in places(problem, orders, ticket, in_time=in_time)]
    return min(found, key=lambda one: one.tiers, default=None)
