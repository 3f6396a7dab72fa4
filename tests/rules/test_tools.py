"""Tools: carried and not used up."""

from __future__ import annotations

from worlds import closed, order, problem, technician, ticket, violations


def test_one_tool_serves_many():
    """Two tickets of one route use the same tool."""
    where = problem([ticket(required_tools=["pump"])] * 2, [technician(tools=["pump"])])
    assert violations(where, order("K0", "K1")) == []
    assert closed(where) == {}


def test_tool_missing():
    """A missing tool closes the pair."""
    where = problem([ticket(required_tools=["pump", "ladder"])], [technician(tools=["pump"])])
    (found,) = violations(where, order("K0"))
    assert (found.code, found.amount) == ("no_tool", 1)
    assert found.message == "ticket K0 requires the tools ladder, which technician T0 does not carry"
    assert closed(where) == {"T0 K0": "no_tool"}
