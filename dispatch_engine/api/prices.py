"""What each rule charges a plan, in the words and units of the public JSON."""

from __future__ import annotations

from dispatch_engine.api.jobs import Document
from dispatch_engine.model.plan import Plan
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.reading import read_plan
from dispatch_engine.rules.worth import cost_in_words, price_by_rule

COST_NAMES = {"sla_first": "cost_minutes", "cost": "cost_cents", "working_time": "working_minutes"}
"""The last tier of each mode."""


def prices_of(case: Case, plan: Plan) -> Document:
    """By the name of the rule, what it charges (the fields of ``Cost``); rules that charge nothing are left out.

    Over all rules they add up to the objective of the plan, but for the rounding of the last digit.
    """
    prices = price_by_rule(case, read_plan(case, plan).times)
    return {rule: cost_in_words(case, price).model_dump(mode="json") for rule, price in prices.items()}
