"""Skills: levels are minima, a skill not listed is level 0."""

from __future__ import annotations

import pytest
from worlds import closed, order, problem, technician, ticket, violations


@pytest.mark.parametrize("level", [2, 3])
def test_level_reached(level: int):
    """The required level or more is enough."""
    where = problem([ticket(required_skills={"gas": 2})], [technician(skills={"gas": level})])
    assert violations(where, order("K0")) == []
    assert closed(where) == {}


@pytest.mark.parametrize(("skills", "missing"), [({"gas": 1}, 1), ({"electric": 3}, 2), ({}, 2)])
def test_level_missing(skills: dict[str, int], missing: int):
    """A lower level or a skill not listed closes the pair, and the violation counts the missing levels."""
    where = problem([ticket(required_skills={"gas": 2})], [technician(skills=skills)])
    (found,) = violations(where, order("K0"))
    assert (found.code, found.technician, found.shift, found.ticket) == ("no_skill", "T0", 0, "K0")
    assert (found.amount, found.unit) == (missing, "level")
    assert found.message == f"ticket K0 requires gas at level 2, technician T0 has level {2 - missing}"
    assert closed(where) == {"T0 K0": "no_skill"}


def test_level_zero_is_no_demand():
    """A required level of 0 is met by everybody."""
    where = problem([ticket(required_skills={"gas": 0})])
    assert violations(where, order("K0")) == []
    assert closed(where) == {}
