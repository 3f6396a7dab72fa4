"""What people read: numbers in the unit of the mode, names as they are, long lists cut with a count."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console, RenderableType
from shell import TINY, TINY_PLAN, day

from dispatch_engine.check import check
from dispatch_engine.cli.tables import (
    counted,
    objective_table,
    plan_report,
    solver_words,
    verdict_report,
    violations_table,
)
from dispatch_engine.model.plan import Bound, Kpis, ObjectiveValue, Plan, SolverInfo
from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.rule import Violation


def printed(*parts: RenderableType, width: int = 80) -> str:
    console = Console(width=width, color_system=None, markup=False, highlight=False)
    with console.capture() as captured:
        for part in parts:
            console.print(part)
    return captured.get()


def words(*parts: RenderableType) -> str:
    return " ".join(printed(*parts).split())


def problem_of(mode: str = "sla_first", **changes: Any) -> Problem:
    return Problem.from_dict(day(objective={"mode": mode}, **changes))


def test_the_tiny_day_is_told_with_its_proof_and_figures() -> None:
    """Status, both tiers with bound, targets with verdicts: all on lines of at most 80 characters."""
    text = printed(*plan_report(Problem.from_file(TINY), Plan.from_file(TINY_PLAN)))
    assert text.startswith("tiny-day: 5 tickets, 2 technicians\nOptimal: proved, no plan is better\n")
    flat = " ".join(text.split())
    assert "SLA penalty 0 proved least Cost 140.00 min proved least, gap 0 %" in flat
    assert "Arrival on time 100.0 % target 95 % met 5 of 5 tickets" in flat
    assert "Utilisation 38.6 %" in flat
    assert max(map(len, text.split("\n"))) <= 80


@pytest.mark.parametrize(
    ("mode", "objective", "bound", "expected"),
    [
        (
            "sla_first",
            {"sla_penalty": 6.0, "cost_minutes": 812.4},
            {"sla_penalty": 4.0, "cost_minutes": 801.0},
            "SLA penalty 6 bound: at least 4 Cost 812.40 min bound: at least 801 Travel",
        ),
        (
            "working_time",
            {"working_minutes": 512.25},
            {"working_minutes": 500.0, "gap_percent": 2.39},
            "Working time 512.25 min bound: at least 500, gap 2.39 % Travel",
        ),
        ("cost", {"cost_cents": 123456}, {"cost_cents": 123456.0}, "Cost 123,456 cents proved least Travel"),
    ],
)
def test_each_mode_has_its_own_tiers_and_unit(
    mode: str, objective: dict[str, Any], bound: dict[str, Any], expected: str
) -> None:
    """What the mode does not minimise is no tier."""
    table = objective_table(problem_of(mode), ObjectiveValue(**objective), Kpis(), Bound(**bound))
    assert words(table).startswith(expected)


def test_ten_unassigned_tickets_are_listed_with_their_first_reason() -> None:
    """Of 12 unassigned tickets 10 are named, then: and 2 more."""
    reasons = [{"code": "no_skill", "message": "nobody can"}, {"code": "no_part", "message": "second"}]
    tickets = [{**day()["tickets"][0], "id": f"K{i}"} for i in range(12)]
    plan = Plan.from_dict({"unassigned": [{"ticket": t["id"], "reasons": reasons} for t in tickets]})
    text = printed(*plan_report(problem_of(tickets=tickets), plan))
    assert "Unassigned tickets (12)" in text
    assert text.count("nobody can") == 10
    assert "second" not in text
    assert "and 2 more" in text


def test_names_are_never_markup() -> None:
    """Ids that look like Rich markup or an emoji code are printed as they are."""
    name = "[red]:smile:[/nothing]"
    plan = Plan.from_dict({"unassigned": [{"ticket": name}]})
    text = printed(*plan_report(problem_of(name=name, tickets=[{**day()["tickets"][0], "id": name}]), plan))
    assert text.count(name) == 2


def test_violations_show_where_and_how_much() -> None:
    """A violation has code, technician, ticket, amount with unit, and message."""
    violation = Violation("late_start", "starts late", "T1", 0, "K1", 1234.5, "seconds")
    text = words(*violations_table([violation]))
    assert text == "code technician ticket amount message late_start T1 K1 1,234.5 seconds starts late"


def test_fifty_violations_are_shown_and_the_rest_counted() -> None:
    """Of 53 violations 3 are only counted."""
    text = printed(*violations_table([Violation("c", f"message {i}") for i in range(53)]))
    assert "message 49" in text
    assert "message 50" not in text
    assert "and 3 more" in text


def test_a_verdict_begins_with_yes_or_no() -> None:
    """The first lines say whether the plan keeps every rule, and how many it breaks."""
    problem, plan = Problem.from_file(TINY), Plan.from_file(TINY_PLAN)
    assert "OK: the plan keeps every rule" in printed(*verdict_report(problem, check(problem, plan), plan))
    empty = plan.replace(routes=())
    count = len(check(problem, empty).violations)
    assert f"Not OK: {count} violations" in printed(*verdict_report(problem, check(problem, empty), None))


def test_the_run_is_told_in_a_line() -> None:
    """Time, work, seed and what ended the run."""
    info = SolverInfo(seed=7, wall_seconds=10.02, iterations=120000, workers=2, stopped_by="time_limit")
    assert solver_words(info) == "10.0 s, 120,000 iterations, 2 workers, seed 7, stopped by the time limit"


def test_one_is_singular() -> None:
    """``1 ticket``, ``1,000 tickets``."""
    assert (counted(1, "ticket"), counted(1000, "ticket")) == ("1 ticket", "1,000 tickets")
