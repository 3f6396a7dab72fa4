"""Every rule is said twice, as arrays and in plain Python: both must agree on problems of all kinds."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from greedy import begun_times, careless_times, greedy_plan, greedy_times, keeps_the_rules
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import problems

from dispatch_engine.check import check_case, evaluate
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.register import broken_rules, lower_all
from dispatch_engine.rules.rule import Price
from dispatch_engine.rules.shapes import UNITS, Shapes
from dispatch_engine.rules.timetable import best_times
from dispatch_engine.rules.visits import PlanTimes, RouteTimes, Visit
from dispatch_engine.rules.worth import plan_price

CAREFUL = settings(max_examples=100, deadline=None, derandomize=True, database=None)
PAIR_CODES = {
    "no_skill",
    "no_tag",
    "no_tool",
    "excluded",
    "no_certified_technician",
    "no_part",
    "outside_service_area",
}


def price_from_arrays(shapes: Shapes, plan: PlanTimes) -> Price:
    """What an engine would charge: the price of ``plan`` from the arrays alone."""
    mandatory = points = cost = largest = 0
    technicians = set()
    for route in plan.routes:
        one = _route_price(shapes, route)
        points, cost, largest = points + one[0], cost + one[1], max(largest, one[2])
        technicians.add(int(shapes.technician[route.shift]))
    for ticket in set(range(shapes.num_tickets)) - plan.assigned:
        mandatory += int(shapes.mandatory[ticket])
        points += int(shapes.unassigned_points[ticket])
        cost += int(shapes.unassigned_cost[ticket])
    cost += len(technicians) * shapes.technician_price + largest * shapes.largest_late_price
    return Price(mandatory, points, cost)


def _route_price(shapes: Shapes, route: RouteTimes) -> tuple[int, int, int]:
    """Points, cost and largest lateness of one route."""
    s, points, largest = route.shift, 0, 0
    visits, start = _in_arrays(shapes, route)
    cost = shapes.overtime_price * max(0, route.end - int(shapes.end[s]))
    cost += shapes.duration_price * (route.end - start)
    places = [int(shapes.start_place[s]), *(int(shapes.place[v.ticket]) for v in visits)]
    places += [int(shapes.end_place[s])] if shapes.end_place[s] >= 0 else []
    for a, b in pairwise(places):
        cost += shapes.travel_price * int(shapes.travel[shapes.kind[s], a, b])
        if shapes.metres is not None:
            cost += shapes.metre_price * int(shapes.metres[shapes.kind[s], a, b])
    for visit in visits:
        moment = visit.start if shapes.late_at_start else visit.arrival
        cost += int(shapes.promise_cost[visit.ticket]) * bool(visit.arrival > shapes.promise[visit.ticket])
        late = max(0, moment - int(shapes.due[visit.ticket]))
        if late:
            points += int(shapes.late_points[visit.ticket])
            cost += int(shapes.late_cost[visit.ticket]) + late * int(shapes.late_slope[visit.ticket])
        largest = max(largest, late)
        cost += int(shapes.assign_price[s, visit.ticket])
    return points, cost + _second_visits(shapes, s, visits), largest


def _in_arrays(shapes: Shapes, route: RouteTimes) -> tuple[list[Visit], int]:
    """The visits and the start that the arrays know: in a shift that has begun only the last visit so far counts."""
    fixed = shapes.fixed[route.shift]
    if not fixed:
        return list(route.visits), route.start
    ready = int(shapes.ready[route.shift])
    first = next(place for place, visit in enumerate(route.visits) if visit.ticket == fixed[0])
    visits = list(route.visits[first:])
    visits[0] = replace(visits[0], arrival=ready)
    return visits, ready


def _second_visits(shapes: Shapes, s: int, visits: list[Visit]) -> int:
    cost, left = 0, shapes.capacity[s].copy()
    for visit in visits:
        left = left - shapes.use[visit.ticket]
        chance = 1.0
        for likely in shapes.likely:
            if likely.ticket == visit.ticket and left[likely.resource] < 1:
                chance *= 1 - likely.probability
        cost += round(shapes.second_visit_price * (1 - chance))
    return cost


@CAREFUL
@given(problems(), st.integers(0, 3))
def test_prices_agree_to_the_unit(problem: Problem, seed: int):
    """The rules' prices of a plan equal the price computed from the arrays, as integers."""
    case = Case.of(problem)
    shapes = lower_all(case)
    for plan in (greedy_times(case, seed), careless_times(case, seed), begun_times(case)):
        assert plan_price(case, plan) == price_from_arrays(shapes, plan)


@CAREFUL
@given(problems(min_tickets=1))
def test_open_and_closed_pairs_agree_with_the_checker(problem: Problem):
    """A closed pair cannot be served alone; an open pair breaks no rule that looks at pairs only.

    Certificates may close more than the checker forbids: where one expires inside the time of a possible
    visit.
    """
    case = Case.of(problem)
    shapes = lower_all(case)
    for shift in range(len(case.shifts)):
        for ticket in range(len(case.tickets)):
            route = best_times(case, shift, [ticket])
            good = route is not None and keeps_the_rules(case, route)
            reason = shapes.reason(shift, ticket)
            if ticket in case.past_tickets:
                continue
            if reason is not None and reason != "no_certified_technician":
                assert not good, (shift, ticket, reason)
            if reason is None and route is not None:
                assert not _pair_codes(case, route, ticket)


def _pair_codes(case: Case, route: RouteTimes, ticket: int) -> set[str]:
    found = broken_rules(case, PlanTimes((route,)))
    return {v.code for v in found if v.ticket == case.problem.tickets[ticket].id} & PAIR_CODES


@CAREFUL
@given(problems(), st.integers(0, 3))
def test_pairs_of_good_routes_are_open(problem: Problem, seed: int):
    """What the checker accepts in a route of several stops is never closed, but for certificates."""
    case = Case.of(problem)
    shapes = lower_all(case)
    for route, visit in greedy_times(case, seed).visits():
        if visit.ticket in case.past_tickets:
            continue
        assert shapes.reason(route.shift, visit.ticket) in (None, "no_certified_technician")


@CAREFUL
@given(problems(), st.integers(0, 3))
def test_limits_and_windows_hold_in_good_routes(problem: Problem, seed: int):
    """Routes that the checker accepts keep the arrays' windows, limits and times."""
    case = Case.of(problem)
    shapes = lower_all(case)
    for route in greedy_times(case, seed).routes:
        visits, start = _in_arrays(shapes, route)
        used = sum(shapes.use[visit.ticket] for visit in visits)
        assert (used <= shapes.capacity[route.shift]).all()
        assert start >= shapes.ready[route.shift]
        assert route.end <= shapes.latest_end[route.shift]
        for visit in visits:
            assert any(a <= visit.start <= b for a, b in shapes.windows[visit.ticket])
            if visit.ticket not in case.past_tickets:
                assert visit.end - visit.start == shapes.service[visit.ticket]


@CAREFUL
@given(problems(), st.integers(0, 3))
def test_completed_plans_pass_the_check(problem: Problem, seed: int):
    """The checker finds nothing wrong with a completed plan that went through JSON."""
    case = Case.of(problem)
    plan = Plan.from_json(greedy_plan(case, seed).to_json())
    verdict = check_case(case, plan)
    assert verdict.ok, verdict.violations
    assert (verdict.objective, verdict.kpis, verdict.price) == evaluate(case, plan)


@CAREFUL
@given(problems(), st.integers(0, 3))
def test_public_objective_follows_from_the_exact_price(problem: Problem, seed: int):
    """Cost minutes, cents and working minutes are the exact cost in other units, rounded."""
    case = Case.of(problem)
    objective, _, price = evaluate(case, greedy_times(case, seed))
    public = {
        "sla_first": objective.cost_minutes,
        "cost": objective.cost_cents,
        "working_time": objective.working_minutes,
    }[case.mode]
    assert public is not None
    tolerance = 0.5 if case.mode == "cost" else 0.0051
    assert abs(public - price.cost / UNITS) <= tolerance
