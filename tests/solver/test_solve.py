"""Solve as its callers see it: time, seeds, interruption, reasons, progress, and failing loudly."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dispatch_engine.check import check
from dispatch_engine.errors import EngineError, InputError
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.shapes import UNITS
from dispatch_engine.solver import finish as finishing
from dispatch_engine.solver.budget import IterationBudget, Stop
from dispatch_engine.solver.search import Schedule
from dispatch_engine.solver.solve import Progress, solve
from dispatch_engine.solver.tuning import Tuning

SCENARIOS = Path(__file__).parents[2] / "scenarios"
HOME = {"lat": 31.2, "lon": 121.4}
NEAR = {"lat": 31.21, "lon": 121.41}


def one_shift(**changes: Any) -> dict[str, Any]:
    """A technician at HOME from 08:00 to 12:00."""
    shift = {"start": "2026-11-23T08:00:00+08:00", "end": "2026-11-23T12:00:00+08:00"}
    return {"id": "T1", "start": HOME, "shifts": [shift]} | changes


def ticket(name: str, **changes: Any) -> dict[str, Any]:
    """Half an hour of work NEAR home."""
    return {"id": name, "location": NEAR, "duration_minutes": 30} | changes


def day(technicians: list[dict[str, Any]], tickets: list[dict[str, Any]], **more: Any) -> Problem:
    return Problem.from_dict({"technicians": technicians, "tickets": tickets} | more)


def stable(plan: Plan) -> dict[str, Any]:
    """The plan without what depends on the clock on the wall."""
    document = json.loads(plan.to_json())
    document.pop("created_at")
    document["solver"].pop("wall_seconds")
    return document


def test_same_seed_and_iterations_give_the_same_plan() -> None:
    """Under an iteration limit nothing depends on time: two runs are equal to the last byte."""
    problem = Problem.from_file(SCENARIOS / "shanghai-weekday.json")
    first, second = (stable(solve(problem, seed=3, iterations=400, workers=2)) for _ in range(2))
    assert first == second
    other = stable(solve(problem, seed=4, iterations=400, workers=2))
    assert other["routes"] != first["routes"]


def test_the_search_improves_on_the_construction() -> None:
    """More iterations never give a worse plan, and on a full city day they give a better one."""
    problem = Problem.from_file(SCENARIOS / "shanghai-weekday.json")
    worth = []
    for iterations in (0, 3000):
        price = check(problem, solve(problem, seed=1, iterations=iterations, workers=1)).price
        worth.append((price.mandatory, price.points, price.cost))
    assert worth[1] < worth[0]


def test_no_tickets_is_an_empty_optimal_plan() -> None:
    """Nothing to do is done best by doing nothing."""
    plan = solve(day([one_shift()], []), iterations=10)
    assert plan.status == "optimal"
    assert plan.routes == ()
    assert plan.kpis is not None
    assert plan.kpis.on_time_percent is None


def test_no_technicians_leave_everything_with_a_reason() -> None:
    """Without technicians every ticket is unassigned, and the reason says why."""
    plan = solve(day([], [ticket("K1"), ticket("K2")]), iterations=10)
    assert plan.status == "optimal"
    assert [entry.ticket for entry in plan.unassigned] == ["K1", "K2"]
    assert plan.unassigned[0].reasons[0].message == "there is no technician"


def test_a_mandatory_ticket_that_nobody_can_serve_makes_the_plan_infeasible() -> None:
    """The best plan is still given; its status says that the mandatory work is not done."""
    plan = solve(
        day([one_shift()], [ticket("K1", mandatory=True, required_skills={"gas": 1})]), iterations=10
    )
    assert plan.status == "infeasible"
    assert plan.unassigned[0].reasons[0].code == "no_skill"


@pytest.mark.parametrize(
    ("technician", "wanted", "code", "words"),
    [
        ({}, {"required_skills": {"gas": 2}}, "no_skill", "lacks the skill level needed: gas 2"),
        ({}, {"required_certifications": ["gas"]}, "no_certified_technician", "valid certificate of: gas"),
        ({}, {"required_parts": {"fan": 2}}, "no_part", "not enough parts on the van for 2 × fan"),
        ({}, {"required_tools": ["pump"]}, "no_tool", "lacks a tool of: pump"),
        ({}, {"required_tags": ["north"]}, "no_tag", "lacks a tag of: north"),
        ({}, {"excluded_technicians": ["T1"]}, "excluded", "is excluded"),
        ({}, {"duration_minutes": 300}, "shift_full", "has no room left"),
        (
            {},
            {"time_windows": [{"start": "2026-11-23T20:00:00+08:00", "end": "2026-11-23T21:00:00+08:00"}]},
            "window_unreachable",
            "cannot be there within its time windows",
        ),
        (
            {},
            {
                "appointment_at": "2026-11-23T11:00:00+08:00",
                "time_windows": [{"start": "2026-11-23T09:00:00+08:00", "end": "2026-11-23T10:00:00+08:00"}],
            },
            "appointment_outside_windows",
            "the appointment lies after",
        ),
    ],
)
def test_the_reason_names_the_rule_that_closed_the_ticket(
    technician: dict[str, Any], wanted: dict[str, Any], code: str, words: str
) -> None:
    """One technician, one ticket he cannot serve: one reason, counted once, in words."""
    plan = solve(day([one_shift(**technician)], [ticket("K1", **wanted)]), iterations=5)
    (reason,) = plan.unassigned[0].reasons
    assert (reason.code, reason.technicians) == (code, 1)
    assert words in reason.message


def test_parts_used_up_by_others_are_the_reason() -> None:
    """Two tickets need the one fan on the van: the dearer one gets it, the other names the part."""
    tickets = [
        ticket("K1", required_parts={"fan": 1}),
        ticket("K2", required_parts={"fan": 1}, priority="high"),
    ]
    plan = solve(day([one_shift(van_stock={"fan": 1})], tickets), iterations=50)
    assert [entry.ticket for entry in plan.unassigned] == ["K1"]
    assert plan.unassigned[0].reasons[0].code == "no_part"


def test_a_ticket_that_fits_only_at_the_price_of_others_says_so() -> None:
    """K2 fits only before K1, and would make K1, an emergency, late: other tickets are preferred.

    K1 is due at 08:30. K2 (low, 40 minutes) must begin by 08:40, so it stands before K1: then K1 is reached
    after 08:40, late, for 8 points; leaving K2 out costs 3 points at most.
    """
    window = {"start": "2026-11-23T08:00:00+08:00", "end": "2026-11-23T08:40:00+08:00"}
    tickets = [
        ticket("K1", priority="emergency", duration_minutes=60, due_at="2026-11-23T08:30:00+08:00"),
        ticket("K2", priority="low", duration_minutes=40, time_windows=[window]),
    ]
    plan = solve(day([one_shift()], tickets), iterations=200)
    assert [entry.ticket for entry in plan.unassigned] == ["K2"]
    assert plan.unassigned[0].reasons[0].code == "other_tickets_preferred"


def test_progress_names_every_phase_and_never_gets_worse() -> None:
    """Phases come in order; the best plan's value only improves."""
    seen: list[Progress] = []
    problem = day([one_shift()], [ticket(f"K{i}") for i in range(4)])
    solve(problem, time_limit=2.0, workers=1, on_progress=seen.append)
    phases = list(dict.fromkeys(step.phase for step in seen if step.phase != "compile"))
    assert phases == ["prepare", "construct", "search", "prove", "check"]
    worth = [(step.sla_penalty, step.cost) for step in seen if step.cost is not None]
    assert worth == sorted(worth, reverse=True)


def test_a_stop_keeps_the_best_plan() -> None:
    """Once asked to stop, the run ends with the plan found so far, checked and complete."""
    problem = Problem.from_file(SCENARIOS / "shanghai-weekday.json")
    asked: list[Progress] = []
    plan = solve(
        problem,
        time_limit=600,
        workers=2,
        on_progress=asked.append,
        should_stop=lambda: any(step.phase == "search" for step in asked),
    )
    assert plan.solver is not None
    assert plan.solver.stopped_by == "interrupted"
    assert check(problem, plan).ok


def test_a_plan_that_the_checker_rejects_never_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """If decoding went wrong, the engine fails loudly, and the dump holds problem and plan."""
    honest = finishing.decode

    def shifted(case: Any, data: Any, state: Any) -> Any:
        times = honest(case, data, state)
        route = times.routes[0]
        late = type(route)(route.shift, route.start + 60, route.end, route.stops)
        return type(times)((late, *times.routes[1:]), times.unassigned)

    monkeypatch.setattr(finishing, "decode", shifted)
    problem = day([one_shift()], [ticket("K1")])
    with pytest.raises(EngineError, match="rejected by the checker") as error:
        solve(problem, iterations=5)
    dump = Path(re.search(r"written to (\S+)", str(error.value)).group(1))  # type: ignore[union-attr]
    content = json.loads(dump.read_text())
    dump.unlink()
    assert Problem.from_dict(content["problem"]) == problem
    assert content["plan"]["routes"]
    assert content["broken"]


def test_a_plan_wide_price_is_not_forgotten_when_gaps_are_filled() -> None:
    """Serving K costs 1,000 cents a minute of the largest lateness, an hour and more; leaving it out 1,000 cents."""
    late = ticket("K", due_at="2026-11-23T07:00:00+08:00")
    prices = {"largest_late_minute": 1000, "breach": 0, "late_minute": 0, "unassigned": 1000}
    plan = solve(day([one_shift()], [late], objective={"mode": "cost", "prices": prices}), iterations=20)
    assert plan.status == "optimal"
    assert plan.objective is not None
    assert plan.objective.cost_cents == 1000


def test_a_certificate_that_expires_at_midnight_proves_nothing() -> None:
    """The search does not try the visit before midnight, so it may not call its empty plan optimal or bounded."""
    night = {"start": "2026-11-23T20:00:00+08:00", "end": "2026-11-24T04:00:00+08:00"}
    technician = one_shift(shifts=[night], certifications=[{"name": "gas", "valid_until": "2026-11-23"}])
    plan = solve(day([technician], [ticket("K", required_certifications=["gas"])]), iterations=20)
    assert plan.status == "feasible"
    assert plan.bound is not None
    assert plan.bound.sla_penalty is None


@pytest.mark.parametrize(
    ("options", "pointer"),
    [
        ({"time_limit": float("nan")}, "/time_limit"),
        ({"time_limit": -1}, "/time_limit"),
        ({"time_limit": "5"}, "/time_limit"),
        ({"seed": -1}, "/seed"),
        ({"seed": 2**70}, "/seed"),
        ({"seed": 1.5}, "/seed"),
        ({"workers": 0}, "/workers"),
        ({"iterations": 2.5}, "/iterations"),
        ({"iterations": -5}, "/iterations"),
        ({"iterations": True}, "/iterations"),
    ],
)
def test_options_out_of_range_are_refused_at_once(options: dict[str, Any], pointer: str) -> None:
    """The option is named, and what it may be."""
    with pytest.raises(InputError, match="give one") as error:
        solve(day([one_shift()], []), **options)
    assert [finding.pointer for finding in error.value.findings] == [pointer]


def test_prices_beyond_64_bits_are_refused_before_they_can_overflow() -> None:
    """Sums are exact because too large ones are refused."""
    from dispatch_engine.rules.shapes import Shapes
    from dispatch_engine.solver.arrays import compile_data

    shapes = Shapes(1, 1)
    shapes.breaks = [()]
    shapes.unassigned_cost[:] = 1 << 62
    shapes.travel_price = 1 << 40
    shapes.latest_end[:] = 86_400
    with pytest.raises(EngineError, match="would not fit into 64 bits"):
        compile_data(shapes)


def test_the_schedule_tapers_and_cools() -> None:
    """Weight 1 → 8 over the first 60 % of the budget, temperature from hot to cold over all of it."""
    schedule = Schedule(low=1.0, high=8.0, hot=100.0, cold=1.0, taper_share=0.6)
    assert schedule.weight(0.0) == 1.0
    assert schedule.weight(0.3) == pytest.approx(8**0.5)
    assert schedule.weight(0.6) == schedule.weight(1.0) == 8.0
    assert [schedule.temperature(x) for x in (0.0, 0.5, 1.0)] == pytest.approx([100.0, 10.0, 1.0])
    assert replace(schedule, taper_share=0.0).weight(0.0) == 8.0


def test_the_schedule_follows_its_tuning() -> None:
    """Median price 1.5 minutes, twice that at first; 6 minutes a ticket, a tenth of that at last."""
    accepted = np.array([UNITS, 2 * UNITS], np.float64)
    found = Schedule.of(
        accepted, 60 * UNITS, 10, Tuning(heat=2.0, final_temperature=0.1, taper_share=0.3), by_duration=False
    )
    assert (found.hot, found.cold, found.taper_share) == pytest.approx((3 * UNITS, 0.6 * UNITS, 0.3))


def test_an_iteration_budget_counts_exactly() -> None:
    """250 iterations come in chunks of 100, 100 and 50."""
    budget = IterationBudget(250)
    assert [budget.next_chunk(done, 0.0) for done in (0, 100, 200, 250)] == [100, 100, 50, 0]


def test_a_stop_stays_stopped() -> None:
    """The question is asked until it is answered with yes once."""
    answers = iter([False, True, False])
    stop = Stop(lambda: next(answers))
    assert [stop(), stop(), stop()] == [False, True, True]


def test_better_plans_are_handed_out_on_the_way_each_of_them_checked() -> None:
    """`on_plan` gets the first plan and then better ones, none worse than the one before, all accepted by `check`."""
    problem = Problem.from_file("scenarios/shanghai-weekday.json")
    plans: list[Plan] = []
    last = solve(problem, iterations=20_000, workers=1, on_plan=plans.append)
    values = [(plan.objective.sla_penalty, plan.objective.cost_minutes) for plan in [*plans, last]]
    assert len(plans) >= 2
    assert values == sorted(values, reverse=True)
    assert all(check(problem, plan).ok for plan in plans)
    assert all(plan.status == "feasible" for plan in plans)
