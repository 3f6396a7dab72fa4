"""The arrays mean what the rules say: two brute forces, one over each, agree on random problems."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from plain_brute_force import best_plan
from strategies import problems

from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.register import lower_all

sys.path.append(str(Path(__file__).parent / "solver"))
from brute_force import best

MODES = ("sla_first", "cost", "working_time")


@pytest.mark.parametrize("under_way", [False, True], ids=["planned", "under way"])
@pytest.mark.parametrize("mode", MODES)
def test_trying_everything_finds_the_same_on_both_sides(mode: str, under_way: bool) -> None:
    """The best plan by arrays costs what the best plan by plain rules costs, to the unit."""

    @given(problem=problems(max_technicians=2, max_tickets=4, mode=mode, under_way=under_way, max_breaks=1))
    @settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def agree(problem: Problem) -> None:
        case = Case.of(problem)
        shapes = lower_all(case)
        # A plan's largest lateness is no matter of one route, so the best times of each do not show it.
        if shapes.num_shifts and shapes.num_tickets and not shapes.narrowed and not shapes.largest_late_price:
            assert best(shapes) == best_plan(case)

    agree()
