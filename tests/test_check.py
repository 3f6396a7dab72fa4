"""The verdict as a whole: KPIs by hand, what may be left out of a plan, what is refused, and tolerances."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from greedy import greedy_plan
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import problems
from worlds import at, codes, full, order, orders, pause, problem, technician, ticket

from dispatch_engine.check import check, complete_plan, evaluate
from dispatch_engine.errors import InputError
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.shapes import POINTS, UNITS


def two_and_one() -> Problem:
    """Three tickets, the second with a deadline missed by 5 minutes, the third not to be served in time."""
    staff = [technician({"breaks": [pause(200, 300, 30)]})]
    jobs = [ticket(), ticket(due_at=at(45), likely_parts={"fan": 0.5}), ticket(due_at=at(480))]
    return problem(jobs, staff, name="two-and-one")


def test_objective_by_hand():
    """K1 late by 5 minutes (weight 2), K2 due today and left out, a second visit in half of the cases."""
    verdict = check(two_and_one(), order("K0", "K1"))
    # Points 2 + 3 × 2; cost 30 travel + 2 × 2 × 5 late + 60 × 0.5.
    assert verdict.ok
    assert verdict.objective.sla_penalty == 8
    assert verdict.objective.cost_minutes == 30 + 20 + 30
    assert verdict.objective.travel_minutes == 30
    assert (verdict.objective.late_minutes, verdict.objective.weighted_late_minutes) == (5, 10)
    assert verdict.objective.expected_second_visits == 0.5
    assert (verdict.price.mandatory, verdict.price.points, verdict.price.cost) == (0, 8 * POINTS, 80 * UNITS)


def test_kpis_by_hand():
    """One of three on time, mean chance 0.75, 60 + 30 minutes of 480 − 30."""
    kpis = check(two_and_one(), order("K0", "K1")).kpis
    assert (kpis.tickets, kpis.assigned, kpis.on_time, kpis.late, kpis.unassigned) == (3, 2, 1, 1, 1)
    assert kpis.on_time_percent == 33.3
    assert kpis.first_visit_fix_percent == 75.0
    assert kpis.utilisation_percent == 20.0
    assert kpis.travel_km == 30.0


def test_nothing_planned_has_no_percentages():
    """Without visits there is no mean, without tickets no share."""
    kpis = check(problem([]), Plan()).kpis
    assert (kpis.on_time_percent, kpis.first_visit_fix_percent, kpis.utilisation_percent) == (
        None,
        None,
        None,
    )
    assert kpis.travel_km == 0


def test_distances_are_null_without_data():
    """Where the matrix holds no distances no kilometres are stated."""
    where = problem([ticket()])
    blind = where.replace(travel=where.travel.model_dump(exclude_unset=True) | {"distances_meters": None})
    plan = full(blind, order("K0"))
    assert plan["routes"][0]["distance_km"] is None
    assert plan["routes"][0]["stops"][0]["distance_km"] is None
    assert plan["kpis"]["travel_km"] is None
    assert check(blind, Plan.from_dict(plan)).ok


def test_complete_plan_fills_everything():
    """A bare order becomes a plan with every field; completing it again changes nothing."""
    where = two_and_one()
    plan = complete_plan(where, order("K0", "K1"))
    assert (plan.problem, plan.status, plan.travel_source) == ("two-and-one", "feasible", "matrix")
    assert json.loads(plan.to_json())["routes"][0] == {
        "technician": "T0",
        "shift": 0,
        "start_at": "2026-11-23T08:00:00Z",
        "end_at": "2026-11-23T09:30:00Z",
        "stops": [
            {
                "kind": "ticket",
                "ticket": "K0",
                "arrival": "2026-11-23T08:10:00Z",
                "start": "2026-11-23T08:10:00Z",
                "end": "2026-11-23T08:40:00Z",
                "wait_minutes": 0.0,
                "travel_minutes": 10.0,
                "distance_km": 10.0,
                "due_at": None,
                "late_minutes": 0.0,
                "confirm_call_at": "2026-11-23T07:40:00Z",
            },
            {
                "kind": "ticket",
                "ticket": "K1",
                "arrival": "2026-11-23T08:50:00Z",
                "start": "2026-11-23T08:50:00Z",
                "end": "2026-11-23T09:20:00Z",
                "wait_minutes": 0.0,
                "travel_minutes": 10.0,
                "distance_km": 10.0,
                "due_at": "2026-11-23T08:45:00Z",
                "late_minutes": 5.0,
                "confirm_call_at": "2026-11-23T08:20:00Z",
            },
        ],
        "travel_minutes": 30.0,
        "distance_km": 30.0,
        "overtime_minutes": 0.0,
    }
    assert [entry.ticket for entry in plan.unassigned] == ["K2"]
    assert complete_plan(where, plan) == plan


def test_complete_plan_keeps_reasons_and_labels():
    """Reasons given stay, and names, addresses and attributes are echoed."""
    where = problem([ticket(name="Ms Li", attributes={"floor": 3}), ticket(name="Mr Wu")])
    bare = order("K0").replace(
        unassigned=[{"ticket": "K1", "reasons": [{"code": "shift_full", "message": "no room"}]}]
    )
    plan = complete_plan(where, bare)
    (stop,) = plan.routes[0].stops
    assert stop.kind == "ticket"
    assert (stop.name, stop.attributes) == ("Ms Li", {"floor": 3})
    assert (plan.unassigned[0].name, plan.unassigned[0].reasons[0].message) == ("Mr Wu", "no room")


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (order("K9"), r"T0, shift 0: the route serves a ticket that is not in the problem \(ticket K9\)"),
        (order("K0", technician="T9"), "T9, shift 0: the technician is not in the problem"),
        (order("K0", shift=1), "T0, shift 1: the technician has no shift 1"),
        (
            order("K1"),
            "T0, shift 0: the order has no feasible times: ticket K1 is reached after its last window",
        ),
    ],
)
def test_complete_plan_refuses_what_it_cannot_read(plan: Plan, message: str):
    """Unknown names and impossible orders are input errors that say which."""
    jobs = [ticket(), ticket(time_windows=[{"start": at(0), "end": at(5)}])]
    with pytest.raises(InputError, match=message):
        complete_plan(problem(jobs), plan)


def test_impossible_order_is_one_violation():
    """The tickets of an order without times count as unassigned, and nothing else is complained about."""
    where = problem([ticket(time_windows=[{"start": at(0), "end": at(5)}]), ticket()])
    verdict = check(where, order("K1", "K0"))
    assert [(v.code, v.ticket) for v in verdict.violations] == [("outside_window", "K0")]
    assert verdict.kpis.unassigned == 2


def test_listed_breaks_keep_their_place():
    """An order with a break between two tickets keeps it there."""
    where = problem([ticket()] * 2, [technician({"breaks": [pause(0, 200, 30)]})])
    for place in range(3):
        stops: list[dict[str, Any]] = [{"kind": "ticket", "ticket": f"K{i}"} for i in range(2)]
        stops.insert(place, {"kind": "break"})
        bare = Plan.from_dict({"routes": [{"technician": "T0", "stops": stops}]})
        kinds = [stop.kind for stop in complete_plan(where, bare).routes[0].stops]
        assert kinds.index("break") == place
        assert check(where, bare).ok


def test_start_and_end_of_a_route_may_be_left_out():
    """They follow from the first arrival and the last stop."""
    where = problem([ticket()])
    plan = full(where, order("K0"))
    plan["routes"][0] |= {"start_at": None, "end_at": None}
    assert check(where, Plan.from_dict(plan)).ok
    assert full(where, Plan.from_dict(plan)) == full(where, order("K0"))


def test_what_is_not_stated_is_not_missed():
    """A plan with times only is judged by its times."""
    where = problem([ticket()])
    stop = full(where, order("K0"))["routes"][0]["stops"][0]
    times = {key: stop[key] for key in ("kind", "ticket", "arrival", "start", "end")}
    plan = {"routes": [{"technician": "T0", "stops": [times]}]}
    assert check(where, Plan.from_dict(plan)).ok


@pytest.mark.parametrize(("seconds", "ok"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_times_are_tolerated_within_one_second(seconds: int, ok: bool):
    """An arrival one second off its leg is fine, two seconds are not."""
    where = problem([ticket(), ticket(appointment_at=at(60))])
    plan = full(where, order("K0", "K1"))
    minute, second = divmod(50 * 60 + seconds, 60)
    plan["routes"][0]["stops"][1]["arrival"] = f"2026-11-23T08:{minute:02}:{second:02}Z"
    plan["routes"][0]["stops"][1]["wait_minutes"] = round(10 - seconds / 60, 2)
    verdict = check(where, Plan.from_dict(plan))
    assert verdict.ok is ok
    assert [v.code for v in verdict.violations if v.code != "wrong_confirm_call_at"] == (
        [] if ok else ["wrong_arrival"]
    )


def test_to_dict_is_the_public_json():
    """The verdict as a document, violations with all their fields."""
    verdict = check(problem([ticket(required_tags=["a"])]), order("K0")).to_dict()
    assert list(verdict) == ["ok", "violations", "objective", "kpis", "price_by_rule"]
    assert verdict["ok"] is False
    assert verdict["violations"] == [
        {
            "code": "no_tag",
            "technician": "T0",
            "shift": 0,
            "ticket": "K0",
            "amount": 1,
            "unit": "units",
            "message": "ticket K0 requires the tags a, which technician T0 lacks",
        }
    ]
    json.dumps(verdict)


def test_objectives_of_the_other_modes():
    """Cents only in mode ``cost``, working minutes only in ``working_time``."""
    cents = check(problem([ticket(), ticket()], objective={"mode": "cost"}), order("K0")).objective
    # 20 minutes of travel and one ticket left out.
    assert (cents.cost_cents, cents.cost_minutes, cents.sla_penalty) == (2000 + 20000, 0, 0)
    working = check(problem([ticket(), ticket()], objective={"mode": "working_time"}), order("K0")).objective
    assert (working.working_minutes, working.cost_cents, working.sla_penalty) == (50, None, 1)


@pytest.mark.parametrize(
    ("bound", "expected"),
    [
        ({"sla_penalty": 8}, []),
        ({"sla_penalty": 8, "cost_minutes": 60, "gap_percent": 25.0}, []),
        ({"sla_penalty": 8, "cost_minutes": 60, "gap_percent": 24.0}, ["wrong_bound"]),
        ({"sla_penalty": 6, "cost_minutes": 60, "gap_percent": 25.0}, ["wrong_bound"]),
        ({"sla_penalty": 6, "cost_minutes": 60}, []),
        ({"cost_minutes": 80.5}, ["wrong_bound"]),
        ({"sla_penalty": 9}, ["wrong_bound"]),
        ({"cost_cents": 9}, ["wrong_bound"]),
    ],
)
def test_bounds(bound: dict[str, float], expected: list[str]):
    """The plan has 8 points and 80 cost minutes: no bound above that, and 100 × (80 − 60) / 80 = 25 %."""
    plan = order("K0", "K1").replace(bound=bound)
    assert codes(two_and_one(), plan) == expected


def test_evaluate_takes_plans_and_orders():
    """A plan with times and its bare order are worth the same."""
    where = two_and_one()
    case, bare = Case.of(where), order("K0", "K1")
    assert evaluate(case, bare) == evaluate(case, complete_plan(where, bare))


def test_two_routes_of_one_shift():
    """A shift has one route; a second one is a violation, a second shift is not."""
    days = [{"start": at(d * 1440), "end": at(d * 1440 + 480)} for d in range(2)]
    where = problem([ticket()] * 2, [technician(shifts=days)])
    assert codes(where, orders({("T0", 0): ("K0",), ("T0", 1): ("K1",)})) == []
    document = order("K0").model_dump(mode="json")
    document["routes"] += order("K1").model_dump(mode="json")["routes"]
    del document["unassigned"]
    assert codes(where, Plan.from_dict(document)) == ["duplicate_route"]


# ---------------------------------------------------------------- every stated figure counts


def leaves(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of all moments and numbers below ``node``."""
    if isinstance(node, dict):
        return [leaf for key, value in node.items() for leaf in leaves(value, (*path, key))]
    if isinstance(node, list):
        return [leaf for key, value in enumerate(node) for leaf in leaves(value, (*path, key))]
    is_moment = isinstance(node, str) and path[-1] in MOMENTS
    return [path] if is_moment or (isinstance(node, int | float) and path[-1] != "shift") else []


MOMENTS = {"start_at", "end_at", "arrival", "start", "end", "due_at", "confirm_call_at"}


def bend(value: Any, seconds: int) -> Any:
    """A moment moved by ``seconds``, a count by that many, any other number by a tenth of it."""
    if isinstance(value, str):
        return (datetime.fromisoformat(value) + timedelta(seconds=seconds)).isoformat()
    return value + abs(seconds) if isinstance(value, int) else value + abs(seconds) / 10


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(problems(min_tickets=1), st.data())
def test_every_bent_figure_is_noticed(where: Problem, data: st.DataObject):
    """Whatever single moment or number of a complete plan is changed, the checker notices."""
    plan = greedy_plan(Case.of(where), 0).model_dump(mode="json")
    parts = {key: plan[key] for key in ("routes", "objective", "kpis")}
    path = data.draw(st.sampled_from(leaves(parts)))
    node = plan
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = bend(node[path[-1]], data.draw(st.sampled_from((-3600, -60, -2, 2, 60, 3600))))
    try:
        bent = Plan.from_dict(plan)
    except InputError:
        return  # more than 100 percent: the model refuses it already
    assert not check(where, bent).ok, path


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(problems(min_tickets=1), st.data())
def test_nonsense_gets_a_verdict(where: Problem, data: st.DataObject):
    """Stops shuffled, doubled and moved in time: a verdict, never an exception."""
    plan = greedy_plan(Case.of(where), 0).model_dump(mode="json")
    for route in plan["routes"]:
        drawn = data.draw(st.lists(st.sampled_from(route["stops"]), max_size=8))
        route["stops"] = [dict(stop) for stop in drawn]
    for path in leaves(plan["routes"]):
        if path[-1] in MOMENTS and data.draw(st.booleans()):
            node = plan["routes"]
            for key in path[:-1]:
                node = node[key]
            node[path[-1]] = data.draw(st.none() | st.just(bend(node[path[-1]], 7200)))
    verdict = check(where, Plan.from_dict(plan))
    assert verdict.ok is (verdict.violations == ())
