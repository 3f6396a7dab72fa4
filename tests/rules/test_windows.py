"""Windows bound the start of service."""

from __future__ import annotations

from worlds import at, closed, full, order, problem, ticket, window

from dispatch_engine.check import check
from dispatch_engine.model.plan import Plan
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.register import lower_all


def test_work_may_go_on_after_the_window():
    """Only the start must lie inside: 30 minutes of work in a window of one moment."""
    where = problem([ticket(time_windows=[window(20, 20)])])
    assert check(where, order("K0")).ok


def test_start_outside_all_windows():
    """The violation names the seconds to the nearest window."""
    inside = problem([ticket(time_windows=[window(20, 30), window(60, 90)])])
    plan = full(inside, order("K0"))  # starts at 08:20
    for opens, closes, amount in ((0, 19, 60), (22, 30, 120)):
        spoiled = problem([ticket(time_windows=[window(opens, closes), window(60, 90)])])
        (found,) = check(spoiled, Plan.from_dict(plan)).violations
        assert (found.code, found.amount, found.unit) == ("outside_window", amount, "seconds")
        assert found.message == f"service of ticket K0 by T0 starts {amount} s outside its windows"


def test_one_second_is_tolerated():
    """A stated start one second before the window counts as inside, two seconds before do not."""
    plan = Plan.from_dict(full(problem([ticket(time_windows=[window(20, 30)])]), order("K0")))
    off_by = {
        seconds: check(problem([ticket(time_windows=[window(20 + seconds / 60, 30)])]), plan).ok
        for seconds in (1, 2)
    }
    assert off_by == {1: True, 2: False}


def test_arrays_hold_sorted_disjoint_windows():
    """Overlapping windows are one; a window later than every shift closes nothing by itself."""
    where = problem([ticket(time_windows=[window(60, 90), window(20, 60)]), ticket()])
    case = Case.of(where)
    zero = case.shifts[0].start
    assert lower_all(case).windows[0] == ((zero + 1200, zero + 5400),)
    assert closed(where) == {}


def test_window_before_now_cannot_be_reached():
    """A window that is over when the technician is ready closes the pair."""
    where = problem([ticket(time_windows=[window(0, 20)])], now=at(15))
    # Ready at 08:15, at the door at 08:25.
    assert closed(where) == {"T0 K0": "window_unreachable"}
    assert closed(problem([ticket(time_windows=[window(0, 20)])], now=at(10))) == {}
