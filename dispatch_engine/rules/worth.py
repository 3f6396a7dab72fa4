"""What a plan is worth: the exact price rule by rule, the objective in its public units, and the KPIs."""

from __future__ import annotations

from dispatch_engine.model.clock import seconds_to_minutes
from dispatch_engine.model.money import Cost, RuleCost
from dispatch_engine.model.plan import Kpis, ObjectiveValue
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.facts import RouteFacts, plan_facts, total_metres
from dispatch_engine.rules.filling import kilometres
from dispatch_engine.rules.register import RULES
from dispatch_engine.rules.rule import NOTHING, Price
from dispatch_engine.rules.second_visits import fix_chances
from dispatch_engine.rules.shapes import POINTS, UNITS
from dispatch_engine.rules.shift import overtime
from dispatch_engine.rules.stability import stability_minutes
from dispatch_engine.rules.technicians import count_not_preferred
from dispatch_engine.rules.visits import PlanTimes


def price_by_rule(case: Case, plan: PlanTimes) -> dict[str, Price]:
    """What each rule charges ``plan``, by the rule's name; rules that charge nothing are left out."""
    prices = {rule.name: rule.price(case, plan) for rule in RULES}
    return {name: price for name, price in prices.items() if price != NOTHING}


def plan_price(case: Case, plan: PlanTimes) -> Price:
    """The exact price of ``plan``: the sum over all rules, compared tier by tier."""
    return sum(price_by_rule(case, plan).values(), NOTHING)


def cost_in_words(case: Case, price: Price) -> Cost:
    """``price``, or a difference of prices, in the public units of the mode; 3 and 2 decimals."""
    mandatory = price.mandatory or None
    points, amount = price.points / POINTS, round(price.cost / UNITS, 2)
    if case.mode == "cost":
        return Cost(mandatory=mandatory, cost_cents=amount)
    if case.mode == "working_time":
        return Cost(mandatory=mandatory, sla_penalty=points, working_minutes=amount)
    return Cost(mandatory=mandatory, sla_penalty=points, cost_minutes=amount)


def rule_costs(case: Case, prices: dict[str, Price]) -> tuple[RuleCost, ...]:
    """Prices by rule in public units, in the order of the register."""
    return tuple(RuleCost(rule=name, cost=cost_in_words(case, price)) for name, price in prices.items())


def objective_value(case: Case, plan: PlanTimes) -> ObjectiveValue:
    """The price of ``plan`` in the units of the public JSON, minutes with 2 decimals."""
    price, facts = plan_price(case, plan), plan_facts(case, plan)
    late = [(visit.visit.ticket, visit.late) for route in facts for visit in route.visits]
    return ObjectiveValue(
        sla_penalty=price.points / POINTS,
        cost_minutes=round(price.cost / UNITS, 2) if case.mode == "sla_first" else 0.0,
        travel_minutes=seconds_to_minutes(sum(route.travel for route in facts)),
        late_minutes=seconds_to_minutes(sum(seconds for _, seconds in late)),
        weighted_late_minutes=seconds_to_minutes(sum(case.tickets[i].weight * s for i, s in late)),
        overtime_minutes=seconds_to_minutes(overtime(case, plan)),
        expected_second_visits=round(sum(1 - chance for _, chance in fix_chances(case, plan)), 6),
        preference=float(count_not_preferred(case, plan)),
        stability=stability_minutes(case, plan),
        working_minutes=round(max(0, price.cost) / UNITS, 2) if case.mode == "working_time" else None,
        cost_cents=(2 * price.cost + UNITS) // (2 * UNITS) if case.mode == "cost" else None,
    )


def kpis(case: Case, plan: PlanTimes) -> Kpis:
    """Figures of ``plan`` for people; percentages with 1 decimal, kilometres with 3."""
    facts, tickets = plan_facts(case, plan), len(case.tickets)
    assigned = len(plan.assigned)
    late = len({visit.visit.ticket for route in facts for visit in route.visits if visit.late})
    chances = [chance for _, chance in fix_chances(case, plan)]
    return Kpis(
        tickets=tickets,
        assigned=assigned,
        on_time=assigned - late,
        late=late,
        unassigned=tickets - assigned,
        on_time_percent=_percent(assigned - late, tickets),
        first_visit_fix_percent=_percent(sum(chances), len(chances)),
        utilisation_percent=_percent(_busy_seconds(case, facts), _available_seconds(case, plan)),
        travel_km=kilometres(total_metres([route.metres for route in facts]))
        if case.travel.metres is not None
        else None,
    )


def _percent(part: float, whole: float) -> float | None:
    return round(100 * part / whole, 1) if whole > 0 else None


def _busy_seconds(case: Case, facts: tuple[RouteFacts, ...]) -> int:
    service = sum(case.tickets[visit.visit.ticket].service for route in facts for visit in route.visits)
    return service + sum(route.travel for route in facts)


def _available_seconds(case: Case, plan: PlanTimes) -> int:
    """Planned shift time less planned breaks, of the shifts that have a route."""
    shifts = [case.shifts[index] for index in {route.shift for route in plan.routes}]
    return sum(shift.end - shift.start - sum(b.seconds for b in shift.breaks) for shift in shifts)
