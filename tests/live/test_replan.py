"""Replanning: what has begun stays, what is new is placed, and the answer says what moved and whom to call."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from strategies import problems
from worlds import at, orders, problem, technician, ticket

from dispatch_engine.check import check
from dispatch_engine.live.replan import Replanned, replan
from dispatch_engine.model.events import Events
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.case import Case
from dispatch_engine.solver.solve import solve

Document = dict[str, Any]
PLAN = orders({("T0", 0): ("K0", "K1"), ("T1", 0): ("K2",)})


def after(now: float, *events: Document, where: Problem | None = None, plan: Plan = PLAN) -> Replanned:
    """Replan a day of T0 (K0 10 to 40, K1 50 to 80) and T1 (K2 10 to 40)."""
    day = where or problem([ticket(), ticket(), ticket()], [technician(), technician()])
    found = replan(
        day, plan, Events.from_dict({"now": at(now), "events": list(events)}), iterations=20, workers=1
    )
    assert check(found.problem, found.plan).ok
    return found


def routes(found: Replanned) -> dict[str, list[str]]:
    return {r.technician: [s.ticket for s in r.stops if s.kind == "ticket"] for r in found.plan.routes}


def new(name: str, **fields: Any) -> Document:
    document = {"id": name, "location": {"matrix_index": 4}, "duration_minutes": 30, **fields}
    return {"type": "ticket_added", "ticket": document}


def test_nothing_happens() -> None:
    """Time passes: nothing moves, nobody is called, what has begun is counted."""
    found = after(60)
    assert (found.changes.moves, found.changes.calls) == ((), ())
    assert (found.changes.begun, found.changes.unchanged) == (3, 0)
    assert routes(found) == {"T0": ["K0", "K1"], "T1": ["K2"]}


def test_an_emergency_is_placed() -> None:
    """At 20 both are at work until 40; it is at K2's place, where T1 is: no driving."""
    found = after(20, new("N", priority="emergency", reported_at=at(20)))
    assert routes(found) == {"T0": ["K0", "K1"], "T1": ["K2", "N"]}
    (move,) = found.changes.moves
    assert (move.ticket, move.changes) == ("N", ("assigned",))
    assert [(c.who, c.code) for c in found.changes.calls] == [
        ("technician", "route_changed"),
        ("customer", "new_visit"),
    ]


def test_somebody_is_sick() -> None:
    """T0 at 0, before he left: T1 takes over what the day allows; K0 and K1 change hands."""
    found = after(0, {"type": "technician_absent", "technician": "T0"})
    assert set(routes(found)) == {"T1"}
    assert sorted(routes(found)["T1"]) == ["K0", "K1", "K2"]
    assert {m.ticket for m in found.changes.moves if "other_technician" in m.changes} == {"K0", "K1"}
    assert found.plan.objective is not None
    assert found.plan.objective.stability >= 60


def test_a_cancelled_stop_calls_the_technician() -> None:
    """K1 goes: nobody's visit moves, T0 must know."""
    found = after(5, {"type": "ticket_cancelled", "ticket": "K1"})
    assert routes(found)["T0"] == ["K0"]
    assert [(c.who, c.technician) for c in found.changes.calls] == [("technician", "T0")]


def test_a_late_technician_keeps_what_he_can() -> None:
    """T0 works at K0 until 70 instead of 40: K1 moves to T1, or by 30 minutes; its customer is called either way."""
    found = after(20, {"type": "technician_delayed", "technician": "T0", "minutes": 30})
    (move,) = found.changes.moves
    assert move.ticket == "K1"
    assert {c.code for c in found.changes.calls if c.who == "customer"} <= {"later_than_promised"}


def test_a_part_that_is_missing_moves_the_ticket() -> None:
    """K1 needs a valve; T0's is gone, T1 has one."""
    where = problem(
        [ticket(), ticket(required_parts={"valve": 1}), ticket()],
        [technician(van_stock={"valve": 1}), technician(van_stock={"valve": 1})],
    )
    found = after(5, {"type": "part_found_missing", "technician": "T0", "part": "valve"}, where=where)
    assert "K1" in routes(found)["T1"]


def test_messages_speak_chinese() -> None:
    """The calls are told in the language asked for."""
    day = problem([ticket(), ticket(), ticket()], [technician(), technician()])
    events = Events.from_dict({"now": at(5), "events": [{"type": "ticket_cancelled", "ticket": "K1"}]})
    found = replan(day, PLAN, events, iterations=5, workers=1, language="zh")
    assert found.changes.calls[0].message == "T0：请下发新的路线"


def test_a_time_limit_is_kept_to_without_iterations() -> None:
    """With a limit instead of iterations the surroundings are looked at first; the plan is checked all the same."""
    day = problem([ticket() for _ in range(14)], [technician(), technician(), technician()])
    plan = solve(day, iterations=50, workers=1)
    events = Events.from_dict({"now": at(30), "events": [new("N", priority="emergency")]})
    found = replan(day, plan, events, time_limit=0.5, workers=1)
    assert check(found.problem, found.plan).ok
    assert "N" in {name for tickets in routes(found).values() for name in tickets}


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),
)
@given(
    where=problems(max_technicians=3, max_tickets=5, min_tickets=1),
    minutes=st.lists(st.integers(0, 300), min_size=2, max_size=3),
)
def test_days_go_on_and_stay_in_order(where: Problem, minutes: list[int]) -> None:
    """Plan, replan at some moments without any event: every plan keeps the rules, and what was done stays done."""
    plan = solve(where, iterations=20, workers=1)
    now, done = Case.of(where).clock.datetime(Case.of(where).clock.now), set()
    for step in sorted(minutes):
        events = Events.from_dict({"now": (now + timedelta(minutes=step)).isoformat()})
        found = replan(where, plan, events, iterations=10, workers=1)
        assert check(found.problem, found.plan).ok, check(found.problem, found.plan).violations
        where, plan = found.problem, found.plan
        over = {t.id for t in where.tickets if t.pinned is not None and t.pinned.status == "done"}
        assert done <= over
        done = over
        assert Problem.from_json(where.to_json()) == where
