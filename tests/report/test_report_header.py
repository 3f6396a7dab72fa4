"""The head of the report: status, proof and origin in words."""

from __future__ import annotations

from typing import Any

import pytest

from dispatch_engine.report.colours import FIRST, colour
from dispatch_engine.report.data import report_data
from dispatch_engine.report.header import number


def header(**plan: Any) -> dict[str, Any]:
    problem = {"technicians": [], "tickets": [], "now": "2026-11-23T08:00:00+08:00"}
    return report_data(problem, {"routes": [], **plan}, {"name": "home-appliance"})["header"]


def facts(**plan: Any) -> dict[str, str]:
    return dict(header(**plan)["facts"])


@pytest.mark.parametrize(
    ("status", "words"),
    [("optimal", "Optimal"), ("feasible", "Feasible"), ("infeasible", "Infeasible"), (None, "Not evaluated")],
)
def test_status_in_words(status, words):
    """Each status, and none."""
    assert header(status=status)["status"]["words"] == words


def test_a_bound_that_is_reached_is_a_proof():
    """6 points where no plan has fewer than 6; 6 where 4 could be enough."""
    assert (
        facts(objective={"sla_penalty": 6}, bound={"sla_penalty": 6})["SLA penalty"] == "6 (proved minimal)"
    )
    assert (
        facts(objective={"sla_penalty": 6}, bound={"sla_penalty": 4})["SLA penalty"]
        == "6 (at least 4 needed)"
    )
    assert facts(objective={"sla_penalty": 6})["SLA penalty"] == "6"


def test_cost_in_the_words_of_each_mode():
    """Cost minutes with their bound, cents as money, working minutes."""
    assert (
        facts(objective={"cost_minutes": 812.4}, bound={"cost_minutes": 801.0})["Cost"]
        == "812.4 min (bound 801)"
    )
    assert facts(objective={"cost_minutes": 0, "cost_cents": 123450})["Cost"] == "1\u202f234.5"
    assert facts(objective={"cost_minutes": 0, "working_minutes": 480.0})["Cost"] == "480 working minutes"


def test_unknown_facts_are_left_out():
    """Nothing is known but the policy and the moment of planning."""
    assert list(facts()) == ["SLA policy", "Planned at"]


def test_the_travel_source_is_named():
    """Geodesic times are an estimate, and say so; an unknown source keeps its name."""
    assert facts(travel_source="geodesic")["Travel times"] == "straight-line estimate"
    assert facts(travel_source="my-engine")["Travel times"] == "my-engine"


def test_how_it_was_solved():
    """Seconds with what ended the run, seed, gap."""
    found = facts(
        solver={"seed": 0, "wall_seconds": 10.02, "stopped_by": "time_limit"}, bound={"gap_percent": 1.4}
    )

    assert (found["Solver time"], found["Seed"], found["Gap"]) == ("10 s (time limit)", "0", "1.4 %")


def test_figures_are_short():
    """Two decimals below ten, one above, spaces between thousands."""
    assert [number(value) for value in (0, 1.25, 12.25, 12345.5)] == ["0", "1.25", "12.2", "12\u202f345.5"]


def test_two_hundred_technicians_have_colours_and_none_is_red():
    """Distinct colours, and in none does red lead both others by far, as in the colour of lateness."""
    colours = [colour(index) for index in range(200)]

    assert colours[: len(FIRST)] == list(FIRST)
    assert len(set(colours)) == 200
    for shade in colours:
        red, green, blue = (int(shade[at : at + 2], 16) for at in (1, 3, 5))
        assert red < 3 * max(green, blue), shade
