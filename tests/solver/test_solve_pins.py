"""Solving days under way: the past stays, reasons name pins, and nothing that is fixed is ever left out."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import HealthCheck, given, settings

sys.path.append(str(Path(__file__).parents[1]))
from strategies import problems
from worlds import at, problem, technician, ticket, window

from dispatch_engine.check import check
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.case import Case
from dispatch_engine.solver.solve import solve


def planned(where: Problem) -> Plan:
    """A checked plan of a tiny problem."""
    plan = solve(where, iterations=100, workers=1)
    assert check(where, plan).ok
    return plan


def stops(plan: Plan) -> list[tuple[str, str]]:
    """Ticket and arrival of every visit."""
    return [(s.ticket, s.arrival.isoformat()) for r in plan.routes for s in r.stops if s.kind == "ticket"]


def test_a_day_under_way_goes_on_where_it_is():
    """Done, on site until 75, on to K2: everything in one route, proved optimal."""
    jobs = [
        ticket(pinned={"technician": "T0", "status": "done", "started_at": at(10), "finished_at": at(20)}),
        ticket(pinned={"technician": "T0", "status": "on_site", "started_at": at(45)}),
        ticket(),
    ]
    plan = planned(problem(jobs, now=at(50)))
    assert stops(plan) == [("K0", at(10)), ("K1", at(45)), ("K2", at(85))]
    # Four legs of 10 minutes: to K0, K1, K2 and home.
    assert (plan.status, plan.objective.cost_minutes) == ("optimal", 40)


def test_the_way_home_of_an_idle_technician_is_paid_already():
    """K1 lies at T0's home: he drives there anyway, so T1, who is nearer but idle at home, stays there."""
    legs: list[list[float | None]] = [
        [0, 30, 30, 0],
        [30, 0, 30, 5],
        [30, 30, 0, 30],
        [0, 5, 30, 0],
    ]
    jobs = [
        ticket(pinned={"technician": "T0", "status": "done", "started_at": at(0), "finished_at": at(30)}),
        ticket(),
    ]
    plan = planned(problem(jobs, [technician(), technician()], legs=legs, now=at(30)))
    # 30 minutes to K0 and 30 back, K1 on the way; T1 would have added 10.
    assert [route.technician for route in plan.routes] == ["T0"]
    assert plan.objective.cost_minutes == 60


def test_the_next_stop_is_not_given_up_for_an_emergency():
    """There is time for one visit; the technician on the way to a low ticket goes there."""
    jobs = [
        ticket(priority="emergency"),
        ticket(priority="low", pinned={"technician": "T0", "status": "en_route"}),
    ]
    plan = planned(problem(jobs, [technician({"end": at(60)})]))
    assert [name for name, _ in stops(plan)] == ["K1"]
    assert [entry.ticket for entry in plan.unassigned] == ["K0"]


def test_reasons_name_the_pin_and_what_stands_in_its_way():
    """Pinned to a technician without the skill; the other one, who has it, is not asked."""
    job = ticket(required_skills={"gas": 2}, pinned={"technician": "T0", "status": "committed"})
    plan = planned(problem([job], [technician(), technician(skills={"gas": 3})]))
    reasons = plan.unassigned[0].reasons
    assert [reason.code for reason in reasons] == ["infeasible_pin", "no_skill"]
    assert reasons[0].message == (
        "pinned to technician T0, where it is not possible: 1 technician lacks the skill level needed: gas 2; "
        "pin it to another technician, or unpin it"
    )


def test_a_drive_that_cannot_arrive_in_time_is_named():
    """The window closes before the technician on the road can be there."""
    job = ticket(time_windows=[window(0, 5)], pinned={"technician": "T0", "status": "en_route"})
    (entry,) = planned(problem([job])).unassigned
    assert [reason.code for reason in entry.reasons] == ["infeasible_pin"]


def test_a_committed_ticket_without_anybody_is_told():
    """Its technician has no shift."""
    job = ticket(pinned={"technician": "T0", "status": "committed"})
    (entry,) = planned(problem([job], [technician(shifts=[]), technician()])).unassigned
    assert [reason.code for reason in entry.reasons] == ["infeasible_pin", "shift_full"]
    assert "technician T0 has no shift" in entry.reasons[0].message


def test_a_worthwhile_change_of_promise_is_made():
    """T1 stands at the customer's door: 20 minutes less on the road do not pay for 30, but 200 do."""
    legs: list[list[float | None]] = [[0, 50, 100], [50, 0, 0], [100, 0, 0]]
    base = {"routes": [{"technician": "T0", "stops": [{"kind": "ticket", "ticket": "K0"}]}]}
    plan = planned(problem([ticket()], [technician(), technician()], legs=legs, base_plan=base))
    assert [route.technician for route in plan.routes] == ["T1"]
    assert (plan.objective.stability, plan.objective.cost_minutes) == (30, 30)
    near = [[0, 50, 10], [50, 0, 0], [10, 0, 0]]
    plan = planned(problem([ticket()], [technician(), technician()], legs=near, base_plan=base))
    assert [route.technician for route in plan.routes] == ["T0"]


@given(problem=problems(max_technicians=5, max_tickets=24, min_tickets=13, under_way=True, plain=True))
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_larger_days_under_way_pass_the_check(problem: Problem) -> None:
    """What is fixed stays fixed in every plan of the search and the master."""
    plan = solve(problem, iterations=100, workers=1)
    assert check(problem, plan).ok
    served = {stop.ticket for route in plan.routes for stop in route.stops if stop.kind == "ticket"}
    case = Case.of(problem)
    fixed = {problem.tickets[i].id for i in case.past_tickets | case.next_stops}
    assert fixed <= served
