"""Travel: every drive takes exactly the time of its leg, and what cannot be driven is never driven."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.rule import NOTHING, Price, Rule, Violation
from dispatch_engine.rules.shapes import UNITS, Shapes
from dispatch_engine.rules.visits import TOLERANCE, Leg, PlanTimes, RouteTimes, shift_of, stops_ahead
from dispatch_engine.travel.times import UNREACHABLE


class Travel(Rule):
    """A technician drives as soon as service or break ends; waiting happens at the customer.

    Prices: ``travel_minute`` per minute, in mode ``cost`` also ``km``, as whole units per second and per
    metre.
    """

    name = "travel"
    codes = ("wrong_arrival", "wrong_end_at", "unreachable")

    def lower(self, case: Case, shapes: Shapes) -> None:
        """Hand over the travel tables, the start and end places and the prices."""
        shapes.travel, shapes.metres = case.travel.seconds, case.travel.metres
        for shift in case.shifts:
            shapes.kind[shift.index] = shift.kind
            shapes.start_place[shift.index] = shift.start_place
            shapes.end_place[shift.index] = -1 if shift.end_place is None else shift.end_place
        shapes.travel_price = round(case.prices.get("travel_minute", 0) * UNITS / 60)
        shapes.metre_price = round(case.prices.get("km", 0) * UNITS / 1000)

    def violations(self, case: Case, plan: PlanTimes) -> Iterator[Violation]:
        """Arrivals and ends of routes that differ from departure plus leg, and legs without a way."""
        for route in plan.routes:
            for leg in route.legs(case):
                yield from _leg_violations(case, route, leg)
            if shift_of(case, route).end_place is None and route.stops:
                off = route.end - max(
                    route.stops[-1].end, 0 if stops_ahead(case, route) else shift_of(case, route).ready
                )
                if abs(off) > TOLERANCE:
                    text = f"the route ends {off:+d} s off the end of its last stop"
                    yield _violation(case, route, None, "wrong_end_at", text, abs(off))

    def price(self, case: Case, plan: PlanTimes) -> Price:
        """All legs, by seconds and metres."""
        minute, km = case.prices.get("travel_minute", 0), case.prices.get("km", 0)
        if not minute and not km:
            return NOTHING
        cost = round(minute * 1000) * sum(leg_seconds(case, *leg) for leg in _legs(case, plan))
        if km:
            cost += round(km * 60) * sum(leg_metres(case, *leg) or 0 for leg in _legs(case, plan))
        return Price(cost=cost)


def leg_seconds(case: Case, route: RouteTimes, leg: Leg) -> int:
    """Seconds that ``leg`` takes; 0 for a leg that cannot be driven, which is a violation of its own."""
    seconds = int(case.travel.seconds[case.shifts[route.shift].kind, leg.origin, leg.goal])
    return 0 if seconds >= UNREACHABLE else seconds


def leg_metres(case: Case, route: RouteTimes, leg: Leg) -> int | None:
    """Metres of ``leg``; None where the travel data hold no distances, 0 where it cannot be driven."""
    if case.travel.metres is None:
        return None
    metres = int(case.travel.metres[case.shifts[route.shift].kind, leg.origin, leg.goal])
    return 0 if metres >= UNREACHABLE else metres


def _legs(case: Case, plan: PlanTimes) -> Iterator[tuple[RouteTimes, Leg]]:
    for route in plan.routes:
        for leg in route.legs(case):
            yield route, leg


def _leg_violations(case: Case, route: RouteTimes, leg: Leg) -> Iterator[Violation]:
    ticket = None if leg.visit is None else case.problem.tickets[leg.visit.ticket].id
    goal = "the end of the route" if ticket is None else f"ticket {ticket}"
    seconds = int(case.travel.seconds[case.shifts[route.shift].kind, leg.origin, leg.goal])
    if seconds >= UNREACHABLE:
        yield _violation(case, route, ticket, "unreachable", f"there is no way to {goal}", None)
        return
    off = leg.arrive - leg.depart - seconds
    if abs(off) > TOLERANCE:
        code = "wrong_end_at" if ticket is None else "wrong_arrival"
        text = f"the drive to {goal} takes {seconds} s, the plan has {leg.arrive - leg.depart} s"
        yield _violation(case, route, ticket, code, text, abs(off))


def _violation(
    case: Case, route: RouteTimes, ticket: str | None, code: str, text: str, amount: int | None
) -> Violation:
    technician, number = case.technician_of(route.shift).id, case.shifts[route.shift].number
    unit = None if amount is None else "seconds"
    return Violation(
        code, f"{technician} in shift {number}: {text}", technician, number, ticket, amount, unit
    )
