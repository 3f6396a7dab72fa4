"""Good plans without an engine: every ticket goes to the first place where no rule complains."""

from __future__ import annotations

import random

from dispatch_engine.check import complete_plan
from dispatch_engine.model.plan import Plan
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.register import broken_rules
from dispatch_engine.rules.timetable import best_times
from dispatch_engine.rules.visits import PlanTimes, RouteTimes


def greedy_orders(case: Case, seed: int = 0) -> dict[int, list[int]]:
    """Ticket positions by shift position; tickets and shifts are tried in an order drawn from ``seed``."""
    draw = random.Random(seed)
    tickets = draw.sample(range(len(case.tickets)), len(case.tickets))
    shifts = draw.sample(range(len(case.shifts)), len(case.shifts))
    orders = begun_orders(case)
    for ticket in tickets:
        if any(ticket in order for order in orders.values()):
            continue
        for shift in shifts:
            longer = _with(case, shift, orders.get(shift, []), ticket)
            if longer is not None:
                orders[shift] = longer
                break
    return orders


def begun_orders(case: Case) -> dict[int, list[int]]:
    """What the routes of shifts that have begun cannot do without."""
    orders = {}
    for shift in case.shifts:
        if shift.has_begun:
            following = [] if shift.next_stop is None else [shift.next_stop]
            orders[shift.index] = [*(visit.ticket for visit in shift.past), *following]
    return orders


def greedy_times(case: Case, seed: int = 0) -> PlanTimes:
    """The same with its best times."""
    routes = [best_times(case, shift, order) for shift, order in sorted(greedy_orders(case, seed).items())]
    served = PlanTimes(tuple(route for route in routes if route is not None))
    rest = tuple(t.index for t in case.tickets if t.index not in served.assigned)
    return PlanTimes(served.routes, rest)


def careless_times(case: Case, seed: int = 0) -> PlanTimes:
    """Crowded routes: every ticket goes to the end of a random route, whatever rules without a clock say."""
    draw = random.Random(seed)
    orders = begun_orders(case)
    for ticket in draw.sample(range(len(case.tickets)), len(case.tickets)):
        if any(ticket in order for order in orders.values()):
            continue
        for shift in draw.sample(range(len(case.shifts)), len(case.shifts)):
            longer = [*orders.get(shift, []), ticket]
            if best_times(case, shift, longer) is not None:
                orders[shift] = longer
                break
    routes = [best_times(case, shift, order) for shift, order in sorted(orders.items())]
    return PlanTimes(tuple(route for route in routes if route is not None))


def begun_times(case: Case) -> PlanTimes:
    """The plan that does nothing more than what has begun."""
    routes = [best_times(case, shift, order) for shift, order in sorted(begun_orders(case).items())]
    return PlanTimes(tuple(route for route in routes if route is not None))


def greedy_plan(case: Case, seed: int = 0) -> Plan:
    """The same as a plan with all fields."""
    orders = greedy_orders(case, seed)
    routes = [
        {
            "technician": case.technician_of(shift).id,
            "shift": case.shifts[shift].number,
            "stops": [{"kind": "ticket", "ticket": case.problem.tickets[index].id} for index in order],
        }
        for shift, order in sorted(orders.items())
    ]
    return complete_plan(case.problem, Plan.from_dict({"routes": routes}))


def keeps_the_rules(case: Case, route: RouteTimes) -> bool:
    """Whether no rule complains about ``route`` alone, but for what must be in other routes."""
    alone = PlanTimes((route,), tuple(t.index for t in case.tickets if t.index not in _tickets(route)))
    return all(violation.code == "pin_dropped" for violation in broken_rules(case, alone))


def _tickets(route: RouteTimes) -> set[int]:
    return {visit.ticket for visit in route.visits}


def _with(case: Case, shift: int, order: list[int], ticket: int) -> list[int] | None:
    for place in range(len(begun_orders(case).get(shift, ())), len(order) + 1):
        longer = [*order[:place], ticket, *order[place:]]
        times = best_times(case, shift, longer)
        if times is not None and keeps_the_rules(case, times):
            return longer
    return None
