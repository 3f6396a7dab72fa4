"""Parts: the stock on board is used up along the route."""

from __future__ import annotations

from worlds import at, closed, codes, order, orders, problem, technician, ticket, violations

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.register import lower_all

BOARD = ticket(required_parts={"board": 1})


def test_stock_is_enough():
    """Two boards for two tickets."""
    where = problem([BOARD, BOARD], [technician(van_stock={"board": 2})])
    assert codes(where, order("K0", "K1")) == []
    assert closed(where) == {}


def test_stock_runs_out():
    """The second ticket of the route lacks the board, whatever the order."""
    where = problem([BOARD, BOARD], [technician(van_stock={"board": 1})])
    (found,) = violations(where, order("K1", "K0"))
    assert (found.code, found.ticket, found.amount, found.unit) == ("no_part", "K0", 1, "units")
    assert found.message == "ticket K0 requires 1 board, technician T0 has 0 left"
    assert closed(where) == {}


def test_more_than_the_full_stock_closes_the_pair():
    """Two boards for one ticket are more than the van ever holds."""
    where = problem([ticket(required_parts={"board": 2})], [technician(van_stock={"board": 1})])
    assert closed(where) == {"T0 K0": "no_part"}
    (found,) = violations(where, order("K0"))
    assert (found.amount, found.message) == (1, "ticket K0 requires 2 board, technician T0 has 1 left")


def test_each_shift_begins_with_the_full_stock():
    """One board serves one ticket a day."""
    days = [{"start": at(d * 1440), "end": at(d * 1440 + 480)} for d in range(2)]
    where = problem([BOARD, BOARD], [technician(van_stock={"board": 1}, shifts=days)])
    assert codes(where, orders({("T0", 0): ("K0",), ("T0", 1): ("K1",)})) == []


def test_arrays_have_one_limit_per_part():
    """Limits stand in the order of the part names, likely parts included, with use and capacity."""
    jobs = [ticket(required_parts={"fan": 2}), ticket(likely_parts={"board": 0.5})]
    shapes = lower_all(Case.of(problem(jobs, [technician(van_stock={"fan": 3})])))
    assert shapes.resource_names == ["part:board", "part:fan"]
    assert shapes.use.tolist() == [[0, 2], [0, 0]]
    assert shapes.capacity.tolist() == [[0, 3]]
    assert [(likely.ticket, likely.resource, likely.probability) for likely in shapes.likely] == [(1, 0, 0.5)]
