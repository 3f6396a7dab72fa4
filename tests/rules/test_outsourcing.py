"""Outsourcing: the contractor's price instead of that of leaving a ticket undone, tier by tier."""

from __future__ import annotations

from worlds import charged, order, problem, technician, ticket

from dispatch_engine.check import check, complete_plan
from dispatch_engine.model.plan import Plan
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.register import lower_all
from dispatch_engine.rules.shapes import UNITS
from dispatch_engine.solver.solve import solve

NOTHING = Plan.from_dict({"routes": []})


def test_a_contractor_costs_minutes_and_no_points():
    """90 cost minutes instead of the 2 points of a normal ticket; served, it costs neither."""
    where = problem([ticket(outsource_price=90)])
    assert charged(where, NOTHING, "outsourcing") == (0, 90)
    assert charged(where, NOTHING, "unassigned") == (0, 0)
    assert charged(where, order("K0"), "outsourcing") == (0, 0)


def test_a_mandatory_ticket_is_served_by_the_contractor():
    """The plan without any route is no infeasible one."""
    where = problem([ticket(mandatory=True, outsource_price=90)])
    assert complete_plan(where, NOTHING).status == "feasible"
    assert complete_plan(problem([ticket(mandatory=True)]), NOTHING).status == "infeasible"


def test_what_may_stay_undone_for_nothing_is_not_given_away():
    """With an unassigned price of 0 points nobody pays 90 minutes."""
    where = problem([ticket(unassigned_price=0, outsource_price=90)])
    assert charged(where, NOTHING, "outsourcing") == (0, 0)
    assert int(lower_all(Case.of(where)).unassigned_cost[0]) == 0


def test_a_contractor_is_another_technician():
    """What was promised costs 90 and 30, not 60."""
    base = {"routes": [{"technician": "T0", "stops": [{"kind": "ticket", "ticket": "K0"}]}]}
    where = problem([ticket(outsource_price=90)], base_plan=base)
    assert charged(where, NOTHING, "outsourcing") == (0, 90)
    assert charged(where, NOTHING, "stability") == (0, 30)
    assert int(lower_all(Case.of(where)).unassigned_cost[0]) == 120 * UNITS


def test_every_mode_has_its_unit():
    """In `cost` a cost minute is one of driving, here 7 cents: 630 beat 20,000; in `working_time` one of work."""
    where = problem([ticket(outsource_price=90)], objective={"mode": "cost", "prices": {"travel_minute": 7}})
    assert charged(where, NOTHING, "outsourcing") == (0, 630)
    where = problem([ticket(outsource_price=90)], objective={"mode": "working_time"})
    assert charged(where, NOTHING, "outsourcing") == (0, 90)
    assert charged(where, NOTHING, "unassigned") == (0, 0)


def test_the_engine_gives_away_what_is_too_far():
    """20 minutes there and back cost more than 15; the plan says so and why nobody else goes."""
    near, far = (solve(problem([ticket(outsource_price=price)]), iterations=50) for price in (25, 15))
    assert [route.technician for route in near.routes] == ["T0"]
    assert (far.routes, far.objective.cost_minutes, far.objective.sla_penalty) == ((), 15, 0)
    reasons = far.unassigned[0].reasons
    assert [reason.code for reason in reasons] == ["outsourced", "other_tickets_preferred"]
    assert reasons[0].message == "goes to a contractor for 15 cost minutes"
    assert far.kpis.unassigned == 1


def test_a_closed_ticket_goes_to_the_contractor():
    """Nobody has the skill: that is the second reason."""
    where = problem([ticket(required_skills={"gas": 1}, outsource_price=90)], [technician()])
    plan = solve(where, iterations=50)
    assert check(where, plan).ok
    assert [reason.code for reason in plan.unassigned[0].reasons] == ["outsourced", "no_skill"]
    assert plan.status == "optimal"
