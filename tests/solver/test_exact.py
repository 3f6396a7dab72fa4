"""The exact model, held against hand calculations and against trying everything."""

from __future__ import annotations

from itertools import count

import brute_force
import numpy as np
import pytest
import shapes_strategies
from hypothesis import HealthCheck, given, settings

from dispatch_engine.errors import EngineError
from dispatch_engine.rules.shapes import Likely, Shapes
from dispatch_engine.solver.exact import ExactResult, solve_exact
from dispatch_engine.travel.times import UNREACHABLE


def line_day(num_tickets: int = 2, num_shifts: int = 1) -> Shapes:
    """A day on a straight road: ticket v stands 100 (v + 1) s from home, service 10 s, shift 0 to 2000 s.

    Driving costs 1 a second; a missing ticket costs 10,000 and 1000 points.
    """
    shapes = Shapes(num_shifts, num_tickets)
    places = np.arange(num_tickets + 1)
    shapes.travel = 100 * np.abs(places[:, None] - places[None, :])[None].astype(np.int32)
    shapes.place[:] = places[1:]
    shapes.service[:] = 10
    shapes.end[:] = shapes.latest_end[:] = 2000
    shapes.technician[:] = np.arange(num_shifts)
    shapes.breaks = [()] * num_shifts
    shapes.travel_price = 1
    shapes.unassigned_cost[:] = 10_000
    shapes.unassigned_points[:] = 1000
    return shapes


def solved(shapes: Shapes) -> ExactResult:
    """The proved optimum of a tiny day."""
    result = solve_exact(shapes, time_limit=60)
    assert result.status == "optimal"
    assert (result.points_bound, result.cost_bound) == (result.points, result.cost)
    return result


def prices(shapes: Shapes) -> tuple[int, int, int]:
    """All three tiers of the proved optimum."""
    result = solved(shapes)
    return result.mandatory, result.points, result.cost


# ------------------------------------------------------------------------------------------- legs and tickets


def test_a_day_costs_its_driving_with_the_way_home() -> None:
    """Both tickets are served on one tour."""
    # 100 to the first, 100 on to the second, 200 home.
    assert prices(line_day()) == (0, 0, 400)


def test_an_end_anywhere_has_no_way_home() -> None:
    """The route ends at its last stop, and the order follows from it."""
    shapes = line_day()
    shapes.end_place[0] = -1
    result = solved(shapes)
    # 100 to the first, 100 on to the second.
    assert (result.routes, result.cost) == ([[0, 1]], 200)


def test_metres_cost_on_every_leg_that_is_driven() -> None:
    """Metres are paid with the way home, and not to an end anywhere."""
    shapes = line_day(1)
    shapes.metres = np.array([[[5, 700], [900, 5]]], np.int32)
    shapes.metre_price = 2
    # 100 s there and 100 s home, 2 * (700 + 900).
    assert prices(shapes) == (0, 0, 200 + 3200)
    shapes.end_place[0] = -1
    assert prices(shapes) == (0, 0, 100 + 1400)


def test_an_unreachable_leg_is_never_driven() -> None:
    """With no way from the first to the second ticket, the tour turns round."""
    shapes = line_day()
    shapes.travel[0, 1, 2] = UNREACHABLE
    shapes.travel[0, 0, 1] = 150
    # 200 to the second, 100 back to the first, 100 home; the other order has no way.
    result = solved(shapes)
    assert (result.routes, result.cost) == ([[1, 0]], 400)


def test_a_closed_pair_is_not_served() -> None:
    """A ticket that no shift may serve stays missing at its price."""
    shapes = line_day()
    shapes.forbid(0, 1, "no_skill")
    # 200 for the first ticket, 10,000 for the missing one.
    assert prices(shapes) == (0, 1000, 10_200)


def test_each_pair_has_its_price() -> None:
    """A ticket goes to the shift where driving and the pair's price are least together."""
    shapes = line_day(1, 2)
    shapes.assign_price[:] = [[30], [20]]
    result = solved(shapes)
    assert (result.routes, result.cost) == ([[], [0]], 220)


def test_mandatory_tickets_come_before_points_and_points_before_cost() -> None:
    """Where only one of two fits, the mandatory one is served; without it, the one with more points."""
    shapes = line_day()
    shapes.latest_end[0] = shapes.end[0] = 410
    shapes.unassigned_points[:] = [5000, 6000]
    # One ticket takes 210 or 410 s, both 420 s.
    assert (solved(shapes).routes, prices(shapes)) == ([[1]], (0, 5000, 10_400))
    shapes.mandatory[0] = True
    assert (solved(shapes).routes, prices(shapes)) == ([[0]], (0, 6000, 10_200))


def test_unserved_mandatory_tickets_are_counted() -> None:
    """Mandatory tickets that cannot be served leave a plan with their number."""
    shapes = line_day()
    shapes.mandatory[:] = True
    shapes.forbid(0, 0, "no_skill")
    assert prices(shapes) == (1, 1000, 10_400)


# ------------------------------------------------------------------------------------------------------ times


def test_service_waits_for_a_window_and_misses_one_that_has_closed() -> None:
    """A window bounds the start of service: early comes wait, late ones take the next window or none."""
    shapes = line_day(1)
    shapes.latest_end[0] = shapes.end[0] = 700
    shapes.windows[0] = ((0, 99), (590, 800))
    # Arrival 100 misses the first window by one second; 590 + 10 + 100 = 700 is just in time.
    assert prices(shapes) == (0, 0, 200)
    shapes.windows[0] = ((0, 99), (591, 800))
    assert prices(shapes) == (0, 1000, 10_000)
    shapes.windows[0] = ((0, 100), (591, 800))
    assert prices(shapes) == (0, 0, 200)
    shapes.windows[0] = ()
    assert prices(shapes) == (0, 1000, 10_000)


def test_nothing_departs_before_the_shift_is_ready() -> None:
    """``ready`` moves the whole day."""
    shapes = line_day(1)
    shapes.ready[0] = 1790
    # 1790 + 100 + 10 + 100 = 2000.
    assert prices(shapes) == (0, 0, 200)
    shapes.ready[0] = 1791
    assert prices(shapes) == (0, 1000, 10_000)


def test_overtime_costs_each_second_and_ends_at_its_limit() -> None:
    """A second after the planned end costs; after the latest end nothing goes."""
    shapes = line_day(1)
    shapes.end[0], shapes.latest_end[0] = 200, 210
    shapes.overtime_price = 7
    # 100 + 10 + 100 = 210, ten seconds over.
    assert prices(shapes) == (0, 0, 200 + 70)
    shapes.latest_end[0] = 209
    assert prices(shapes) == (0, 1000, 10_000)


def test_a_late_ticket_costs_step_and_slope() -> None:
    """On time is free, one second late costs points, the step, and one second of slope."""
    shapes = line_day(1)
    shapes.late_points[0], shapes.late_cost[0], shapes.late_slope[0] = 500, 40, 3
    shapes.due[0] = 100
    assert prices(shapes) == (0, 0, 200)
    shapes.due[0] = 99
    assert prices(shapes) == (0, 500, 200 + 40 + 3)


def test_lateness_is_measured_at_arrival_or_at_start() -> None:
    """Waiting at the door for a window is late only where the start of service counts."""
    shapes = line_day(1)
    shapes.windows[0] = ((300, 400),)
    shapes.due[0], shapes.late_slope[0] = 250, 3
    assert prices(shapes) == (0, 0, 200)
    shapes.late_at_start = True
    # 300 - 250 seconds late.
    assert prices(shapes) == (0, 0, 200 + 150)


def test_the_largest_lateness_of_the_plan_costs_once() -> None:
    """Two late tickets pay for the later one only."""
    shapes = line_day()
    shapes.due[:] = [95, 200]
    shapes.largest_late_price = 10
    # Arrivals 100 and 210: 5 and 10 seconds late.
    assert prices(shapes) == (0, 0, 400 + 100)


# ----------------------------------------------------------------------------------------------------- breaks


def test_a_break_is_not_needed_by_a_route_that_ends_at_its_earliest() -> None:
    """The same break takes its time from a route that ends one second after its earliest start."""
    shapes = line_day(1)
    shapes.latest_end[0] = shapes.end[0] = 239
    shapes.breaks[0] = ((210, 300, 30),)
    assert prices(shapes) == (0, 0, 200)
    shapes.breaks[0] = ((209, 300, 30),)
    # Before the drive home the break ends at 239, home at 339: too late. No other place is early enough.
    assert prices(shapes) == (0, 1000, 10_000)


def test_a_break_goes_where_it_makes_nothing_late() -> None:
    """First after the service, then at the door while waiting, then before leaving home."""
    shapes = line_day(1)
    shapes.late_slope[0], shapes.due[0] = 3, 100
    shapes.breaks[0] = ((0, 110, 50),)
    assert prices(shapes) == (0, 0, 200)
    shapes.late_at_start = True
    shapes.windows[0] = ((150, 400),)
    shapes.due[0] = 150
    shapes.breaks[0] = ((100, 100, 50),)
    # Only the door is free between 100 and 150; the service starts on time at 150.
    assert prices(shapes) == (0, 0, 200)
    shapes.breaks[0] = ((0, 99, 51),)
    # Only before leaving: 0 to 51, arrival and start 151, one second late.
    assert prices(shapes) == (0, 0, 200 + 3)


def test_a_break_never_lies_inside_a_drive_or_a_service() -> None:
    """A break that may only begin while driving or serving closes the day."""
    shapes = line_day(1)
    shapes.breaks[0] = ((101, 109, 10),)
    # At the door it could begin at 101 after waiting one second.
    assert prices(shapes) == (0, 0, 200)
    shapes.windows[0] = ((100, 110),)
    # The door would need 101 + 10 = 111 as start of service; from home one would leave at 111.
    assert prices(shapes) == (0, 1000, 10_000)


def test_two_breaks_keep_their_order_and_may_share_a_place() -> None:
    """Both breaks follow each other at one door where all other places are shut."""
    shapes = line_day(1)
    shapes.windows[0] = ((130, 130),)
    shapes.breaks[0] = ((100, 100, 10), (110, 110, 20))
    assert prices(shapes) == (0, 0, 200)
    shapes.breaks[0] = ((100, 100, 10), (109, 109, 20))
    assert prices(shapes) == (0, 1000, 10_000)


def test_a_break_after_the_last_stop_ends_a_route_that_ends_anywhere() -> None:
    """The break is part of the route: its end counts as overtime."""
    shapes = line_day(1)
    shapes.end_place[0] = -1
    shapes.windows[0] = ((100, 100),)
    shapes.breaks[0] = ((105, 300, 30),)
    shapes.end[0], shapes.overtime_price = 110, 7
    # Served 100 to 110, after the break's earliest; the break ends at 140, 30 s over.
    assert prices(shapes) == (0, 0, 100 + 210)


def test_an_empty_route_needs_no_break() -> None:
    """A shift whose break fits nowhere simply stays at home."""
    shapes = line_day(1, 2)
    shapes.breaks[0] = ((50, 40, 30),)
    assert solved(shapes).routes == [[], [0]]


# ---------------------------------------------------------------------------------------------- working time


def test_duration_counts_from_a_free_departure() -> None:
    """The route leaves so that nobody waits, and costs 210 s."""
    shapes = line_day(1)
    shapes.travel_price, shapes.duration_price = 0, 5
    shapes.windows[0] = ((500, 600),)
    assert prices(shapes) == (0, 0, 5 * 210)


def test_a_break_before_departure_counts_as_duration() -> None:
    """A route that leaves after the break still has it, at its latest moment."""
    shapes = line_day(1)
    shapes.travel_price, shapes.duration_price = 0, 5
    shapes.windows[0] = ((500, 600),)
    shapes.breaks[0] = ((0, 450, 30),)
    # From home at 370 + 30: break, drive, serve, drive: 240 s without any waiting.
    assert prices(shapes) == (0, 0, 5 * 240)
    shapes.breaks[0] = ((0, 300, 30),)
    # The break begins at 300; service at 500 at the earliest, home at 610: 310 s.
    assert prices(shapes) == (0, 0, 5 * 310)


# ---------------------------------------------------------------------------------------- parts, technicians


def test_a_resource_is_not_used_beyond_its_capacity() -> None:
    """Two units on board serve one ticket of two that need 1 and 2 units."""
    shapes = line_day()
    shapes.add_resource("part:pump", np.array([1, 2]), np.array([2]), "no_part")
    assert prices(shapes) == (0, 1000, 10_200)
    shapes.capacity[0, 0] = 3
    assert prices(shapes) == (0, 0, 400)


def test_a_likely_part_is_on_board_before_others_have_used_it() -> None:
    """The order of stops decides: first the ticket that may need the part, then the one that takes it."""
    shapes = line_day()
    part = shapes.add_resource("part:fan", np.array([1, 0]), np.array([1]), "no_part")
    shapes.likely = [Likely(1, part, 0.25)]
    shapes.second_visit_price = 1000
    # Both orders drive 400 s; only [1, 0] still has the fan at ticket 1.
    result = solved(shapes)
    assert (result.routes, result.cost) == ([[1, 0]], 400)
    shapes.windows[0] = ((100, 100),)
    # Now ticket 0 comes first: a quarter of a second visit.
    assert solved(shapes).cost == 400 + 250


def test_a_stop_that_takes_the_last_unit_itself_lacks_the_likely_one() -> None:
    """What this stop requires is deducted before its likely part is looked for; the chances multiply."""
    shapes = line_day(1)
    fan = shapes.add_resource("part:fan", np.array([1]), np.array([1]), "no_part")
    pump = shapes.add_resource("part:pump", np.array([0]), np.array([0]), "no_part")
    belt = shapes.add_resource("part:belt", np.array([0]), np.array([1]), "no_part")
    shapes.likely = [Likely(0, fan, 0.5), Likely(0, pump, 0.2), Likely(0, belt, 0.9)]
    shapes.second_visit_price = 1000
    # The belt is on board; 1 - 0.5 * 0.8 = 0.6.
    assert prices(shapes) == (0, 0, 200 + 600)


def test_a_technician_costs_once_for_all_shifts() -> None:
    """Two shifts of one technician are cheaper than two technicians."""
    shapes = line_day(2, 3)
    shapes.latest_end[:] = shapes.end[:] = 410
    shapes.technician[:] = [0, 1, 1]
    shapes.technician_price = 50
    # Each shift has time for one ticket: 200 + 400 s of driving, technician 1 once.
    result = solved(shapes)
    assert result.routes[0] == []
    assert result.cost == 600 + 50


# ------------------------------------------------------------------------------ hints, limits, whole results


def test_the_same_seed_gives_the_same_answer() -> None:
    """One worker repeats itself."""
    shapes = line_day(5, 2)
    first, second = (solve_exact(shapes, time_limit=60, seed=3) for _ in range(2))
    assert (first.routes, first.cost) == (second.routes, second.cost)


@pytest.mark.parametrize("hint", [[[], [1, 0]], [[0], [1]], [[2, 1, 0], []], [[], []]])
def test_a_hint_never_changes_the_optimum(hint: list[list[int]]) -> None:
    """Good, bad, mirrored and empty hints all end at the same price."""
    shapes = line_day(3, 2)
    assert solve_exact(shapes, time_limit=60, hint=hint).cost == solved(shapes).cost == 600


def test_an_impossible_hint_is_ignored() -> None:
    """A hint over a closed pair, or over a break that fits nowhere, does no harm."""
    shapes = line_day(2, 2)
    shapes.forbid(0, 1, "no_skill")
    shapes.breaks[1] = ((50, 40, 30),)
    for hint in ([[0, 1], []], [[], [0, 1]]):
        result = solve_exact(shapes, time_limit=60, hint=hint)
        assert (result.status, result.routes, result.cost) == ("optimal", [[0], []], 10_200)


def test_without_time_nothing_is_known() -> None:
    """No time, no plan: every ticket is missing, and no bound is claimed."""
    shapes = line_day()
    shapes.mandatory[0] = True
    result = solve_exact(shapes, time_limit=0)
    assert (result.status, result.routes) == ("unknown", [[]])
    assert (result.mandatory, result.points, result.cost) == (1, 2000, 20_000)
    assert (result.points_bound, result.cost_bound) == (None, None)


def test_a_stop_ends_the_search_before_the_proof() -> None:
    """A day far beyond proof gives up when told to, with a plan that is no better than its bound."""
    shapes = line_day(40, 6)
    numbers = np.random.default_rng(1)
    shapes.travel = numbers.integers(50, 150, shapes.travel.shape).astype(np.int32)
    asked = count()
    result = solve_exact(shapes, time_limit=300, should_stop=lambda: next(asked) > 20)
    assert result.status in ("feasible", "unknown")
    assert result.cost_bound is None or result.cost_bound <= result.cost


def test_a_day_without_shifts_or_tickets_is_solved() -> None:
    """The edges of the sizes: nobody works, nothing to do."""
    assert prices(line_day(2, 0)) == (0, 2000, 20_000)
    assert solved(line_day(0, 2)).routes == [[], []]


def test_prices_beyond_exact_sums_are_refused() -> None:
    """Better no answer than a rounded one."""
    shapes = line_day()
    shapes.unassigned_cost[:] = 1 << 52
    with pytest.raises(
        EngineError, match=r"prices sum up to \d+; the exact model adds exactly only up to \d+"
    ):
        solve_exact(shapes, time_limit=60)


# ------------------------------------------------------------------------------------------------- properties

quick = settings(derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))


@settings(quick, max_examples=800)
@given(shapes_strategies.shapes(2, 4, duration=False))
def test_the_proof_agrees_with_trying_everything(shapes: Shapes) -> None:
    """All three tiers of the exact model equal the best of all plans, with every price and rule."""
    assert prices(shapes) == brute_force.best(shapes)


@settings(quick, max_examples=300)
@given(shapes_strategies.shapes(2, 4, duration=True))
def test_the_proof_agrees_with_trying_everything_in_working_time(shapes: Shapes) -> None:
    """The same where each second between a free begin and the finish costs."""
    assert prices(shapes) == brute_force.best(shapes)


@settings(quick, max_examples=80)
@given(shapes_strategies.shapes(3, 5))
def test_the_proof_agrees_with_trying_everything_on_three_shifts(shapes: Shapes) -> None:
    """The same with three shifts and five tickets."""
    assert prices(shapes) == brute_force.best(shapes)
