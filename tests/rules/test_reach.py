"""Reach: closes pairs that no route can serve, and no others."""

from __future__ import annotations

from worlds import closed, codes, order, problem, technician, ticket, window


def test_island():
    """A customer without any way there or back is unreachable."""
    there: list[list[float | None]] = [[0, 10, None], [10, 0, None], [10, 10, 0]]
    back: list[list[float | None]] = [[0, 10, 10], [10, 0, 10], [None, None, 0]]
    for legs in (there, back):
        assert closed(problem([ticket()] * 2, legs=legs)) == {"T0 K1": "unreachable"}
    anywhere = [technician(end="anywhere")]
    assert closed(problem([ticket()] * 2, anywhere, legs=back)) == {}


def test_way_over_another_customer_keeps_the_pair_open():
    """No direct way, but one over K0: not closed, and such a route is fine."""
    legs: list[list[float | None]] = [[0, 10, None], [10, 0, 10], [10, 10, 0]]
    where = problem([ticket()] * 2, legs=legs)
    assert closed(where) == {}
    assert codes(where, order("K0", "K1")) == []


def test_quicker_detour_keeps_the_pair_open():
    """Directly K1 is reached after its window, over K0 in time."""
    legs: list[list[float | None]] = [[0, 1, 99], [1, 0, 1], [1, 1, 0]]
    jobs = [ticket(), ticket(time_windows=[window(0, 40)])]
    where = problem(jobs, legs=legs)
    assert codes(where, order("K1")) == ["outside_window"]
    assert codes(where, order("K0", "K1")) == []
    assert closed(where) == {}


def test_day_too_short():
    """10 + 30 + 10 minutes do not fit a shift of 45; with a late window the window is the reason."""
    short = [technician({"end": problem_end(45)})]
    assert closed(problem([ticket()], short)) == {"T0 K0": "shift_full"}
    late = ticket(time_windows=[window(450, 460)])
    assert closed(problem([late])) == {"T0 K0": "window_unreachable"}
    assert closed(problem([ticket(time_windows=[window(430, 440)])])) == {}


def problem_end(minutes: float) -> str:
    return window(0, minutes)["end"]
