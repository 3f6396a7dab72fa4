"""Ticket limit: at most ``max_tickets`` in a shift."""

from __future__ import annotations

from worlds import closed, codes, order, problem, technician, ticket, violations

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.register import lower_all


def test_limit_reached_and_exceeded():
    """Two tickets are allowed, three are one too many."""
    where = problem([ticket()] * 3, [technician({"max_tickets": 2})])
    assert codes(where, order("K0", "K1")) == []
    (found,) = violations(where, order("K0", "K1", "K2"))
    assert (found.code, found.amount, found.unit) == ("too_many_tickets", 1, "tickets")
    assert found.message == "T0 serves 3 tickets in shift 0, at most 2 are allowed"


def test_limit_of_zero_closes_the_shift():
    """A shift that may serve nothing is full from the start."""
    assert closed(problem([ticket()], [technician({"max_tickets": 0})])) == {"T0 K0": "shift_full"}


def test_arrays_know_the_limit_only_where_there_is_one():
    """Without any limit no resource is added; shifts without one get room for every ticket."""
    assert lower_all(Case.of(problem([ticket()]))).resource_names == []
    two = problem([ticket()] * 3, [technician({"max_tickets": 2}), technician()])
    shapes = lower_all(Case.of(two))
    assert (shapes.resource_names, shapes.limit_code) == (["tickets"], ["shift_full"])
    assert shapes.capacity.tolist() == [[2], [3]]
