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
    """By the name of the rule, what it charges; rules that charge nothing are left out.

    A price has the tiers of the objective's mode: ``sla_penalty`` and ``cost_minutes``, ``sla_penalty`` and
    ``working_minutes``, or ``cost_cents``; and ``mandatory`` where mandatory tickets are unserved. Over all
    rules they add up to the objective of the plan, but for the rounding of the last digit.
    """
    prices = price_by_rule(case, read_plan(case, plan).times)
    return {rule: _in_words(case.mode, price) for rule, price in prices.items()}


def _in_words(mode: str, price: Price) -> dict[str, float]:
    tiers: dict[str, float] = {"mandatory": price.mandatory} if price.mandatory else {}
    if mode != "cost":
        tiers["sla_penalty"] = price.points / POINTS
    return {**tiers, COST_NAMES[mode]: round(price.cost / UNITS, 2)}
