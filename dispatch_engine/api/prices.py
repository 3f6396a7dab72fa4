"""What each rule charges a plan, in the words and units of the public JSON."""

from __future__ import annotations

from dispatch_engine.api.jobs import Document
from dispatch_engine.model.plan import Plan
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.reading import read_plan
from dispatch_engine.rules.rule import Price
from dispatch_engine.rules.shapes import POINTS, UNITS
from dispatch_engine.rules.worth import price_by_rule

COST_NAMES = {"sla_first": "cost_minutes", "cost": "cost_cents", "working_time": "working_minutes"}


def prices_of(case: Case, plan: Plan) -> Document:
    """By the name of the rule, what it charges in each tier; rules and tiers without a price are left out.

    The tiers are ``mandatory_unserved``, ``sla_penalty`` and, by the objective's mode, ``cost_minutes``,
    ``cost_cents`` or ``working_minutes``. Over all rules they add up to the objective of the plan, but for
    the rounding of the last digit.
    """
    prices = price_by_rule(case, read_plan(case, plan).times)
    return {rule: _in_words(case.mode, price) for rule, price in prices.items()}


def _in_words(mode: str, price: Price) -> dict[str, float]:
    tiers = {
        "mandatory_unserved": price.mandatory,
        "sla_penalty": price.points / POINTS,
        COST_NAMES[mode]: round(price.cost / UNITS, 2),
    }
    return {tier: amount for tier, amount in tiers.items() if amount}
