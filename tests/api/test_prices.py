"""The price of a plan by rule, in public units."""

from __future__ import annotations

import pytest
from worlds import order, problem, technician, ticket

from dispatch_engine.api.prices import prices_of
from dispatch_engine.check import complete_plan
from dispatch_engine.rules.case import Case


def test_minutes_and_points_of_a_day():
    """One technician, two legs, one ticket left out whose time ends within the day."""
    where = problem([ticket(), ticket(priority="high")], arrival_hours=4)
    prices = prices_of(Case.of(where), complete_plan(where, order("K0")))
    # Ten minutes there and ten back. K1: weight 4, unassigned with its deadline before the horizon: 4 x 3.
    assert prices == {
        "travel": {"sla_penalty": 0.0, "cost_minutes": 20.0},
        "unassigned": {"sla_penalty": 12.0, "cost_minutes": 0.0},
    }


def test_a_rule_may_charge_in_two_tiers():
    """Late after a deadline in the past: one point, and twice the minutes late."""
    where = problem([ticket(due_at="2026-11-23T08:05:00+00:00")])
    prices = prices_of(Case.of(where), complete_plan(where, order("K0")))
    # Arrival 08:10, five minutes late, weight 2 x price 2 x 5 minutes = 20; the point weighs 2.
    assert prices["deadline"] == {"sla_penalty": 2.0, "cost_minutes": 20.0}


def test_mandatory_tickets_have_a_tier_of_their_own():
    """And a technician costs ten minutes where another is preferred."""
    staff = [technician(), technician()]
    where = problem([ticket(mandatory=True), ticket(preferred_technicians=["T1"])], staff)
    prices = prices_of(Case.of(where), complete_plan(where, order("K1")))
    assert prices["unassigned"]["mandatory"] == 1
    assert prices["technicians"] == {"sla_penalty": 0.0, "cost_minutes": 10.0}


@pytest.mark.parametrize(
    ("mode", "rule", "price"),
    [
        # Twenty minutes on the road at 100 cents.
        ("cost", "travel", {"cost_cents": 2000.0}),
        # From 08:00 on: ten minutes there, thirty at work, ten back.
        ("working_time", "working_time", {"sla_penalty": 0.0, "working_minutes": 50.0}),
    ],
)
def test_the_other_modes_have_their_own_units(mode: str, rule: str, price: dict[str, float]):
    """As the objective of the plan has."""
    where = problem([ticket()], objective={"mode": mode})
    assert prices_of(Case.of(where), complete_plan(where, order("K0"))) == {rule: price}


def test_the_tiers_add_up_to_the_objective():
    """To the printed digit, on a day with several rules at work."""
    late, preferred = ticket(due_at="2026-11-23T08:05:00+00:00"), ticket(preferred_technicians=["T1"])
    where = problem([late, preferred, ticket()], [technician(), technician()])
    plan = complete_plan(where, order("K0", "K1"))
    prices = prices_of(Case.of(where), plan)
    assert plan.objective is not None
    for tier, value in {
        "sla_penalty": plan.objective.sla_penalty,
        "cost_minutes": plan.objective.cost_minutes,
    }.items():
        assert sum(price.get(tier, 0) for price in prices.values()) == pytest.approx(value, abs=0.05)
