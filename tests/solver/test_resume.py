"""Solving on from a known plan: what still fits is kept, the rest is placed anew, and nothing gets worse."""

from __future__ import annotations

import pytest
from greedy import greedy_times
from hypothesis import HealthCheck, Phase, given, settings
from strategies import problems
from worlds import at, problem, technician, ticket, window

from dispatch_engine.check import check
from dispatch_engine.errors import EngineError
from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.register import lower_all
from dispatch_engine.rules.worth import plan_price
from dispatch_engine.solver.resume import resume, what_fits
from dispatch_engine.solver.search import Search
from dispatch_engine.solver.start import Loaded


def routes(where: Problem) -> dict[tuple[str, int], tuple[str, ...]]:
    """A plan made without an engine."""
    case = Case.of(where)
    return {
        (case.technician_of(r.shift).id, case.shifts[r.shift].number): tuple(
            where.tickets[v.ticket].id for v in r.visits
        )
        for r in greedy_times(case).routes
    }


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),
)
@given(where=problems(max_technicians=3, max_tickets=5))
def test_never_worse_than_the_plan_it_begins_with(where: Problem) -> None:
    """The plan passes the check, and costs at most what the plan given costs."""
    case = Case.of(where)
    plan = resume(where, routes(where), iterations=30, workers=1)
    verdict = check(where, plan)
    assert verdict.ok, verdict.violations
    if Loaded.of(case, routes(where)).is_feasible:
        assert verdict.price.tiers <= plan_price(case, greedy_times(case)).tiers


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),
)
@given(where=problems(max_technicians=3, max_tickets=5))
def test_a_feasible_plan_is_loaded_as_it_is(where: Problem) -> None:
    """What fits is the whole plan, route by route, and its price is that of the rules."""
    case = Case.of(where)
    loaded = Loaded.of(case, routes(where))
    if loaded.shapes.narrowed:
        return
    assert loaded.is_feasible
    search = Search(lower_all(case), 0, 1)
    kept = what_fits(case, search, routes(where))
    assert kept == [loaded.state.route[s, : loaded.state.length[s]].tolist() for s in range(len(case.shifts))]
    assert loaded.total().tiers == plan_price(case, greedy_times(case)).tiers
    assert loaded.times().assigned == greedy_times(case).assigned


def test_what_does_not_fit_is_placed_anew() -> None:
    """K1's window closes at 60; in the order K0, K1, K2 it is reached at 50, in K0, K2, K1 at 90: then K1 is free."""
    where = problem([ticket(), ticket(time_windows=[window(0, 60)]), ticket()], [technician(), technician()])
    case = Case.of(where)
    search = Search(lower_all(case), 0, 1)
    assert what_fits(case, search, {("T0", 0): ("K0", "K2", "K1")}) == [[0, 2], []]
    plan = resume(where, {("T0", 0): ("K0", "K2", "K1")}, iterations=5, workers=1)
    assert plan.unassigned == ()


def test_ids_that_are_gone_are_no_matter() -> None:
    """A cancelled ticket, a technician who left, a ticket named twice."""
    where = problem([ticket(), ticket()])
    search = Search(lower_all(Case.of(where)), 0, 1)
    orders = {("T0", 0): ("K0", "gone", "K0", "K1"), ("T9", 0): ("K1",)}
    assert what_fits(Case.of(where), search, orders) == [[0, 1]]


def test_a_search_refuses_routes_that_break_rules() -> None:
    """Loading them would price nonsense."""
    where = problem([ticket(required_skills={"gas": 1})])
    with pytest.raises(EngineError, match="begin with routes that break a rule"):
        Search(lower_all(Case.of(where)), 0, 1).begin_with([[0]])


def test_what_has_begun_is_there_without_being_named() -> None:
    """K0 is done, K1 the next stop: both stand in the route, whatever the orders say."""
    done = {"technician": "T0", "status": "done", "started_at": at(10), "finished_at": at(40)}
    where = problem(
        [ticket(pinned=done), ticket(pinned={"technician": "T0", "status": "en_route"}), ticket()], now=at(45)
    )
    plan = resume(where, {("T0", 0): ("K2",)}, iterations=5, workers=1)
    assert [stop.ticket for stop in plan.routes[0].stops] == ["K0", "K1", "K2"]
