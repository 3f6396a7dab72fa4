"""Explanations of tiny plans, every number by hand."""

from __future__ import annotations

import pytest
from worlds import at, order, orders, pause, problem, technician, ticket, window

from dispatch_engine.errors import InputError
from dispatch_engine.live.explain import explain
from dispatch_engine.model.explanation import Change, Explanation, StopExplanation
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem


def stop(where: Problem, plan: Plan, name: str) -> StopExplanation:
    """What is said about a visit."""
    (found,) = explain(where, plan, name).stops
    return found


def changes(found: Explanation) -> dict[str, Change]:
    """Changes of the only unassigned ticket, by the kinds of their parts."""
    (entry,) = found.unassigned
    return {" + ".join(part.kind for part in change.parts): change for change in entry.changes}


def reasons(found: Explanation) -> dict[str, tuple[str, ...]]:
    """Technicians by reason of the only unassigned ticket."""
    (entry,) = found.unassigned
    return {reason.code: reason.technicians for reason in entry.reasons}


# ---------------------------------------------------------------- what holds a stop


def test_what_holds_each_stop() -> None:
    """K0 is the first (10 to 40), K1 waits for its appointment at 60, K2 for its window at 120, K3 follows."""
    where = problem(
        [ticket(), ticket(appointment_at=at(60)), ticket(time_windows=[window(120, 200)]), ticket()]
    )
    plan = order("K0", "K1", "K2", "K3")
    found = {entry.ticket: entry for entry in explain(where, plan).stops}
    assert {name: entry.why_not_earlier.code for name, entry in found.items()} == {
        "K0": "shift_start",
        "K1": "appointment",
        "K2": "window_opens",
        "K3": "travel",
    }
    assert found["K3"].why_not_earlier.message == "the technician comes straight from K2"


def test_a_break_holds_a_stop() -> None:
    """A break from 30 to 60 at K0's door, reached at 10: service starts at 60."""
    where = problem([ticket()], [technician({"breaks": [pause(30, 30, 30)]})])
    found = stop(where, order("K0"), "K0")
    assert (found.why_not_earlier.code, found.start.isoformat()) == ("break", at(60))


def test_slack_until_it_costs_and_until_it_breaks() -> None:
    """K0 (10 to 40), K1 reached at 50 and due at 80: 30 minutes are free, then K1 becomes late.

    K1 ends at 80, the way home at 90, the shift with overtime at 150: 60 minutes until it breaks. Overtime
    would begin at 120: after the 30 minutes.
    """
    where = problem(
        [ticket(), ticket(due_at=at(80))], [technician({"end": at(120), "max_overtime_minutes": 30})]
    )
    found = stop(where, order("K0", "K1"), "K0")
    assert (found.free_minutes, found.slack_minutes) == (30, 60)
    assert found.then_costs is not None
    assert found.then_breaks is not None
    assert (found.then_costs.code, found.then_costs.ticket) == ("deadline", "K1")
    assert found.then_costs.message == "K1 becomes late"
    assert found.then_breaks.code == "shift_end"


def test_overtime_is_the_first_cost_where_nothing_is_due() -> None:
    """The route ends at 50; the shift at 80: 30 minutes are free, then overtime begins; 60 until it breaks."""
    where = problem([ticket()], [technician({"end": at(80), "max_overtime_minutes": 30})])
    found = stop(where, order("K0"), "K0")
    assert (found.free_minutes, found.slack_minutes) == (30, 60)
    assert found.then_costs is not None
    assert found.then_costs.code == "overtime"


def test_waiting_belongs_to_the_slack() -> None:
    """K1 is reached at 50 and waits until 100; due at 90: the technician may be there 40 minutes later."""
    where = problem([ticket(), ticket(time_windows=[window(100, 110)], due_at=at(90))])
    found = stop(where, order("K0", "K1"), "K1")
    assert found.free_minutes == 40
    assert found.slack_minutes == 60
    assert found.then_costs is not None
    assert found.then_breaks is not None
    assert (found.then_costs.code, found.then_breaks.code) == ("deadline", "window_closes")


def test_alternatives_of_a_stop_are_priced_by_rule() -> None:
    """K1 with T1 instead: 20 minutes of driving more there, 10 less here; T1 is not preferred: 10."""
    where = problem([ticket(), ticket(preferred_technicians=["T0"])], [technician(), technician()])
    found = stop(where, order("K0", "K1"), "K1")
    other = next(place for place in found.alternatives if place.technician == "T1")
    assert other.cost.cost_minutes == 20
    assert {entry.rule: entry.cost.cost_minutes for entry in other.price_by_rule} == {
        "travel": 10,
        "technicians": 10,
    }
    assert other.arrival.isoformat() == at(10)


# ---------------------------------------------------------------- tickets left out


def test_reasons_name_the_technicians() -> None:
    """T0 lacks a level, T1 the part and the tool, T2 has no time: 30 minutes of work and 20 of driving in 40."""
    job = ticket(required_skills={"gas": 2}, required_parts={"valve": 1}, required_tools=["pump"])
    able = {"skills": {"gas": 2}, "van_stock": {"valve": 1}, "tools": ["pump"]}
    where = problem(
        [job],
        [
            technician(**{**able, "skills": {"gas": 1}}),
            technician(**{**able, "van_stock": {}, "tools": []}),
            technician({"end": at(40)}, **able),
        ],
    )
    found = explain(where, Plan())
    assert reasons(found) == {
        "shift_full": ("T2",),
        "no_part": ("T1",),
        "no_tool": ("T1",),
        "no_skill": ("T0",),
    }
    told = changes(found)
    assert set(told) == {"allow_overtime", "raise_skill"}
    assert told["raise_skill"].parts[0].message == "T0 is trained in gas, 1 level(s) more"
    # Ten minutes: 10 there, 30 of work, 10 home are 50; the shift has 40.
    assert told["allow_overtime"].parts[0].amount == 10


def test_what_a_change_costs() -> None:
    """Not served, but due after the horizon: weight 2. With 10 minutes of overtime: 20 of driving, 2 × 10."""
    where = problem([ticket(due_at=at(100))], [technician({"end": at(40)})])
    (change,) = changes(explain(where, Plan())).values()
    assert change.worth_it
    assert change.place.cost.model_dump() == {"sla_penalty": -2.0, "cost_minutes": 40.0}
    prices = {entry.rule: entry.cost.cost_minutes for entry in change.place.price_by_rule}
    assert prices == {"travel": 20, "shift": 20, "unassigned": 0}


def test_a_window_may_move_either_way() -> None:
    """Reached at 10 at the earliest, the window is 0 to 5: 5 minutes later; home by 40: start by 0 is too late.

    Another ticket, window 30 to 60 in a shift that ends at 60: service by 20: 10 minutes earlier.
    """
    closes = problem([ticket(time_windows=[window(0, 5)])])
    assert changes(explain(closes, Plan()))["window_later"].parts[0].amount == 5
    opens = problem([ticket(time_windows=[window(30, 60)])], [technician({"end": at(60)})])
    told = changes(explain(opens, Plan()))
    assert told["window_earlier"].parts[0].amount == 10
    assert told["allow_overtime"].parts[0].amount == 10


def test_a_part_is_restocked_or_handed_over() -> None:
    """T0 has the skill, T1 the valve and nothing to do with it: restock one, or move one."""
    where = problem(
        [ticket(required_skills={"gas": 1}, required_parts={"valve": 1})],
        [technician(skills={"gas": 1}), technician(van_stock={"valve": 1})],
    )
    told = changes(explain(where, Plan()))
    assert set(told) == {"restock_part", "move_part", "raise_skill"}
    assert told["move_part"].parts[0].message == "T1 hands 1 × valve over to T0"


def test_a_part_that_is_needed_is_not_handed_over() -> None:
    """T1 needs his valve for K1: only restocking is offered."""
    where = problem(
        [
            ticket(required_skills={"gas": 1}, required_parts={"valve": 1}),
            ticket(required_parts={"valve": 1}),
        ],
        [technician(skills={"gas": 1}), technician({"end": at(60)}, van_stock={"valve": 1})],
    )
    told = changes(explain(where, order("K1", technician="T1")))
    assert "restock_part" in told
    assert "move_part" not in told


def test_a_ticket_may_be_handed_to_somebody_else() -> None:
    """The emergency K1 needs T0, whose hour is taken by K0; T1 can do K0."""
    where = problem(
        [ticket(), ticket(priority="emergency", required_technicians=["T0"], due_at=at(100))],
        [technician({"end": at(60)}), technician({"end": at(60)})],
    )
    told = changes(explain(where, order("K0")))
    assert told["release_ticket"].parts[0].message == "T0 hands K0 over to T1"
    assert told["release_ticket"].worth_it


def test_two_parts_where_one_does_not_do() -> None:
    """The only technician lacks the level and 10 minutes."""
    where = problem([ticket(required_skills={"gas": 1})], [technician({"end": at(40)})])
    (kinds,) = changes(explain(where, Plan()))
    assert kinds == "raise_skill + allow_overtime"


def test_what_fits_but_costs_more_than_it_brings_is_said_so() -> None:
    """Leaving out is free. With overtime it fits, for 20 minutes of driving at 100 and 10 of overtime at 200."""
    where = problem(
        [ticket()], [technician({"end": at(40)})], objective={"mode": "cost", "prices": {"unassigned": 0}}
    )
    (change,) = changes(explain(where, Plan())).values()
    assert change.parts[0].kind == "allow_overtime"
    assert not change.worth_it
    assert change.place.cost.cost_cents == 4000


def test_a_late_ticket_is_helped_too() -> None:
    """K1 is reached at 50 and due at 40. Second with T0 it is late; T1, who lacks the skill, would be there at 10."""
    where = problem(
        [ticket(time_windows=[window(0, 10)]), ticket(due_at=at(40), required_skills={"gas": 1})],
        [technician(skills={"gas": 1}), technician()],
    )
    found = stop(where, order("K0", "K1"), "K1")
    assert found.late_minutes == 10
    assert found.changes is not None
    told = {change.parts[0].kind: change for change in found.changes}
    assert told["raise_skill"].place.technician == "T1"
    assert told["deadline_later"].parts[0].amount == 10
    assert told["release_ticket"].parts[0].ticket == "K0"


def test_a_plan_that_could_simply_serve_it_says_so() -> None:
    """T0 is idle: nothing stands against K0, so nothing needs to change."""
    (entry,) = explain(problem([ticket()]), Plan()).unassigned
    assert [reason.code for reason in entry.reasons] == ["fits"]
    assert entry.changes == ()
    (place,) = entry.alternatives
    assert (place.technician, place.cost.cost_minutes) == ("T0", 20)


def test_nobody_at_all() -> None:
    """Without technicians, and without shifts."""
    assert reasons(explain(problem([ticket()], []), Plan())) == {"unreachable": ()}
    idle = problem([ticket()], [technician(shifts=[])])
    assert reasons(explain(idle, Plan())) == {"shift_full": ("T0",)}


def test_messages_speak_chinese() -> None:
    """Reasons and changes are told in the language asked for."""
    where = problem([ticket(required_skills={"gas": 1})])
    (entry,) = explain(where, Plan(), language="zh").unassigned
    assert entry.reasons[0].message == "1 名技师技能等级不足：gas 1"
    assert entry.changes[0].parts[0].message == "T0 的 gas 技能提高 1 级"


def test_bad_input_is_refused() -> None:
    """An unknown ticket, and plans that break rules, with place and cure."""
    where = problem([ticket(required_skills={"gas": 1}), ticket()])
    with pytest.raises(InputError, match=r"/ticket: 'K9' is the id of no ticket; correct it"):
        explain(where, order("K1"), "K9")
    with pytest.raises(
        InputError, match=r"/routes: .*requires gas at level 1.*see `check`, and correct"
    ) as caught:
        explain(where, order("K0"))
    assert caught.value.findings[0].code == "broken_plan"
    with pytest.raises(InputError, match="technician is not in the problem"):
        explain(where, order("K1", technician="T7"))
    twice = orders({("T0", 0): ("K1", "K1")})
    with pytest.raises(InputError, match="broken_plan"):
        explain(where, twice)
