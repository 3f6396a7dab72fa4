"""Other places for a ticket, everything else staying as it is, with the difference in price by rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from dispatch_engine.model.clock import seconds_to_minutes
from dispatch_engine.model.explanation import Alternative
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.register import RULES
from dispatch_engine.rules.rule import NOTHING, Price
from dispatch_engine.rules.timetable import best_times
from dispatch_engine.rules.visits import PlanTimes, lateness
from dispatch_engine.rules.worth import cost_in_words, rule_costs
from dispatch_engine.solver.start import Loaded

Routes = Mapping[int, tuple[int, ...]]
"""Tickets by shift, both by position in the case; an empty route counts as none."""


@dataclass(frozen=True)
class Option:
    """A place for a ticket: routes that change, and what the plan then costs more."""

    shift: int
    position: int
    price: Price
    changed: Routes


def options(day: Loaded, ticket: int) -> list[Option]:
    """Every shift's best place for ``ticket`` that is not its own, the cheapest first.

    Of its own shift the best other position counts. A ticket in no route is priced against leaving it out. A visit
    that has begun, or that the technician is on the way to, has no other place.
    """
    if day.is_settled(ticket):
        return []
    home = int(day.state.shift_of[ticket])
    found = [*_elsewhere(day, ticket, home), *_other_position(day, ticket, home)]
    return sorted(found, key=lambda option: (option.price.tiers, option.shift))


def _elsewhere(day: Loaded, ticket: int, home: int) -> Iterator[Option]:
    rest = tuple(v for v in day.route(home) if v != ticket) if home >= 0 else ()
    saved = NOTHING - day.left_out(ticket)
    if home >= 0:
        without, price = day.price_of(home, rest), day.price_of(home, day.route(home))
        if without is None or price is None:
            return  # without the ticket the rest of its route is not possible, where legs break the triangle
        saved = without - price
    for found in day.insertions(ticket):
        if found.shift != home:
            route = day.route(found.shift)
            longer = (*route[: found.position], ticket, *route[found.position :])
            changed = {found.shift: longer, **({home: rest} if home >= 0 else {})}
            yield Option(found.shift, found.position, found.price + saved, changed)


def _other_position(day: Loaded, ticket: int, home: int) -> Iterator[Option]:
    if home < 0:
        return
    route = day.route(home)
    rest = tuple(v for v in route if v != ticket)
    now = day.price_of(home, route)
    priced = [
        (price.tiers, position, price - now)
        for position in range(day.num_settled(home), len(route))
        if position != route.index(ticket)
        and now is not None
        and (price := day.price_of(home, (*rest[:position], ticket, *rest[position:]))) is not None
    ]
    if priced:
        _, position, more = min(priced, key=lambda entry: entry[:2])
        yield Option(home, position, more, {home: (*rest[:position], ticket, *rest[position:])})


def alternative(case: Case, plan: PlanTimes, ticket: int, option: Option) -> Alternative:
    """``option`` in the words of the public JSON, with its price by rule as the rules see it."""
    by_rule, after = difference(case, plan, case, option.changed)
    return told(case, after, ticket, by_rule)


def told(case: Case, plan: PlanTimes, ticket: int, by_rule: dict[str, Price]) -> Alternative:
    """Where ``plan`` has ``ticket``, and what it costs more by rule."""
    route, visit = next((r, v) for r, v in plan.visits() if v.ticket == ticket)
    shift, position = route.shift, route.visits.index(visit)
    return Alternative(
        technician=case.technician_of(shift).id,
        shift=case.shifts[shift].number,
        position=position,
        arrival=case.clock.datetime(visit.arrival),
        late_minutes=seconds_to_minutes(lateness(case, visit)),
        cost=cost_in_words(case, sum(by_rule.values(), NOTHING)),
        price_by_rule=rule_costs(case, by_rule),
    )


def difference(
    old_case: Case, plan: PlanTimes, case: Case, changed: Routes
) -> tuple[dict[str, Price], PlanTimes]:
    """What each rule charges more for the plan with ``changed`` routes in ``case``, and that plan.

    ``case`` may differ from ``old_case`` in what technicians and tickets are like, not in which there are. A route
    without times is left out.
    """
    times = [best_times(case, s, order) for s, order in changed.items() if order]
    routes = (*(r for r in plan.routes if r.shift not in changed), *(r for r in times if r is not None))
    served = {visit.ticket for route in routes for visit in route.visits}
    after = PlanTimes(routes, tuple(t.index for t in case.tickets if t.index not in served))
    before, then = _what_matters(old_case, case, plan, after, changed)
    prices = {rule.name: rule.price(case, then) - rule.price(old_case, before) for rule in RULES}
    return {name: price for name, price in prices.items() if price != NOTHING}, after


def _what_matters(
    old_case: Case, case: Case, before: PlanTimes, after: PlanTimes, changed: Iterable[int]
) -> tuple[PlanTimes, PlanTimes]:
    """The routes of the technicians concerned, where no price belongs to the plan as a whole."""
    if old_case is not case or case.prices.get("largest_late_minute"):
        return before, after
    concerned = {case.shifts[s].technician for s in changed}

    def part(plan: PlanTimes) -> PlanTimes:
        return PlanTimes(tuple(r for r in plan.routes if case.shifts[r.shift].technician in concerned))

    return part(before), part(after)
