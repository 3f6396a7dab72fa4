"""What technicians lack, in words."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dispatch_engine.model.problem import Problem
from dispatch_engine.solver.missing_levels import missing_levels
from dispatch_engine.solver.solve import solve

SHIFT = {"start": "2026-11-23T08:00:00+08:00", "end": "2026-11-23T12:00:00+08:00"}
HOME = {"lat": 31.2, "lon": 121.4}


def problem(required: dict[str, int], *skills: dict[str, int]) -> Problem:
    """A ticket, and technicians with these skills."""
    staff: list[Any] = [
        {"id": f"T{number}", "start": HOME, "shifts": [SHIFT], "skills": held}
        for number, held in enumerate(skills)
    ]
    ticket = {"id": "K", "location": HOME, "duration_minutes": 30, "required_skills": required}
    return Problem.from_dict({"technicians": staff, "tickets": [ticket]})


def words(required: dict[str, int], *skills: dict[str, int]) -> str:
    """What technicians with these skills lack."""
    made = problem(required, *skills)
    return missing_levels(made.technicians, made.tickets[0])


def test_one_technician() -> None:
    """The level asked for, and the one that is there."""
    assert words({"gas": 2, "wiring": 1}, {"gas": 1}) == "gas 2 (has 1), wiring 1"


def test_several_technicians() -> None:
    """The most wanted first: nobody has gas 2, two lack wiring 1, one lacks roof 1 and nothing but gas."""
    assert words({"gas": 2, "wiring": 1, "roof": 1}, {"gas": 1, "roof": 1}, {"wiring": 1}, {"roof": 1}) == (
        "gas 2 (all 3, of whom none is above 1), wiring 1 (2), roof 1 (1); T0 lacks only gas 2, wiring 1"
    )


def test_all_lack_the_same() -> None:
    """Nobody is closer than the others."""
    assert words({"gas": 1}, {}, {}) == "gas 1 (all 2)"


def test_long_lists_are_cut() -> None:
    """A reason holds at most 1,000 characters."""
    required = {f"{number:02d}" + "x" * 190: 1 for number in range(40)}
    text = words(required, {}, {next(iter(required)): 1})
    assert len(text) < 900
    assert ", 34 more; T1 lacks only 01xxx" in text


def test_solve_says_what_is_missing() -> None:
    """The reason of the plan names skills and levels, and who comes closest."""
    plan = solve(problem({"gas": 2, "roof": 1}, {"gas": 1, "roof": 1}, {}), iterations=5, workers=1)
    (reason,) = plan.unassigned[0].reasons
    assert (reason.code, reason.technicians) == ("no_skill", 2)
    assert reason.message == (
        "2 technicians lack the skill level needed: gas 2 (all 2, of whom none is above 1), roof 1 (1); "
        "T0 lacks only gas 2"
    )


LEVELS = st.dictionaries(st.sampled_from(("a", "b", "c")), st.integers(1, 3))


@given(LEVELS.filter(bool), st.lists(LEVELS, min_size=1, max_size=4))
def test_only_what_somebody_lacks_is_named(required: dict[str, int], staff: list[dict[str, int]]) -> None:
    """Every skill that some technician lacks stands there, and no other."""
    unskilled = [held for held in staff if any(held.get(k, 0) < n for k, n in required.items())]
    if unskilled:
        text = words(required, *unskilled)
        for skill, level in required.items():
            lacked = any(held.get(skill, 0) < level for held in unskilled)
            assert (f"{skill} {level}" in text) == lacked
