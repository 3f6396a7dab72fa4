"""Tags: all required tags."""

from __future__ import annotations

from worlds import closed, order, problem, technician, ticket, violations


def test_all_tags_carried():
    """More tags than required do no harm."""
    where = problem([ticket(required_tags=["a", "b"])], [technician(tags=["b", "c", "a"])])
    assert violations(where, order("K0")) == []
    assert closed(where) == {}


def test_one_tag_missing():
    """One of two required tags is not enough."""
    where = problem([ticket(required_tags=["a", "b"])], [technician(tags=["a"])])
    (found,) = violations(where, order("K0"))
    assert (found.code, found.amount) == ("no_tag", 1)
    assert found.message == "ticket K0 requires the tags b, which technician T0 lacks"
    assert closed(where) == {"T0 K0": "no_tag"}
