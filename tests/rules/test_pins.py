"""Pins: committed visits keep their technician, the next stop comes next, the past stays; who is free when, where."""

from __future__ import annotations

from typing import Any

import pytest
from worlds import (
    at,
    charged,
    closed,
    codes,
    full,
    order,
    orders,
    pause,
    problem,
    technician,
    ticket,
    violations,
    window,
)

from dispatch_engine.check import complete_plan
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.register import lower_all
from dispatch_engine.rules.shapes import NEVER, UNITS
from dispatch_engine.rules.timetable import obstacle
from dispatch_engine.solver.solve import solve


def pin(status: str, who: str = "T0", **times: float) -> dict[str, Any]:
    """A pin; times in minutes after 08:00."""
    return {"technician": who, "status": status, **{name: at(time) for name, time in times.items()}}


def done(start: float, end: float, who: str = "T0", **times: float) -> dict[str, Any]:
    """The pin of a visit that is done."""
    return pin("done", who, started_at=start, finished_at=end, **times)


def minutes(where: Problem, plan: Plan, moment: str) -> list[float]:
    """``arrival``, ``start`` or ``end`` of all visits of the first route, in minutes after 08:00."""
    case = Case.of(where)
    stops = [stop for stop in complete_plan(where, plan).routes[0].stops if stop.kind == "ticket"]
    return [(case.clock.seconds(getattr(stop, moment)) - 8 * 3600) / 60 for stop in stops]


# ---------------------------------------------------------------- committed


def test_a_committed_visit_keeps_its_technician():
    """Others are closed with `infeasible_pin`; a plan with another technician breaks the rule."""
    where = problem([ticket(pinned=pin("committed"))], [technician(), technician()])
    assert closed(where) == {"T1 K0": "infeasible_pin"}
    assert codes(where, order("K0")) == []
    (found,) = violations(where, order("K0", technician="T1"))
    assert (found.code, found.ticket) == ("pinned_elsewhere", "K0")
    assert found.message == "ticket K0 is pinned to technician T0, T1 serves it"


def test_a_committed_visit_may_be_left_out():
    """Leaving it out breaks no rule; it costs what the ticket and the broken promise cost."""
    where = problem([ticket(pinned=pin("committed"))])
    assert codes(where, Plan.from_dict({"routes": []})) == []
    assert charged(where, Plan.from_dict({"routes": []}), "stability") == (0, 60)


# ---------------------------------------------------------------- done and on site


def test_what_is_done_stands_first_with_its_times():
    """Arrival 05, work 10 to 50; now is 60. The next leg of 10 minutes begins at once: arrival 70."""
    where = problem([ticket(pinned=done(10, 50, arrival=5)), ticket()], now=at(60))
    plan = order("K1")
    assert minutes(where, plan, "arrival") == [5, 70]
    assert minutes(where, plan, "end") == [50, 100]
    route = complete_plan(where, plan).routes[0]
    # The first drive took 10 minutes, so the route began 5 minutes before the shift; home is 10 minutes from K1.
    assert (route.start_at.isoformat(), route.end_at.isoformat()) == (at(-5), at(110))
    assert route.travel_minutes == 30
    assert codes(where, plan) == []
    assert codes(where, order("K0", "K1")) == []
    (found,) = violations(where, order("K1", "K0"))
    assert (found.code, found.message) == (
        "changed_past",
        "T0, shift 0: the order must begin with the visits that have begun, in their order",
    )


def test_without_an_arrival_the_visit_was_reached_when_it_began():
    """No arrival is given, so nobody waited."""
    where = problem([ticket(pinned=done(10, 50))], now=at(60))
    assert minutes(where, order("K0"), "arrival") == [10]


def test_a_technician_on_site_is_free_when_the_work_ends():
    """Begun at 30, 45 minutes long; now is 40: free at 75, at the next customer at 85."""
    where = problem([ticket(duration_minutes=45, pinned=pin("on_site", started_at=30)), ticket()], now=at(40))
    assert minutes(where, order("K1"), "end") == [75, 115]
    assert minutes(where, order("K1"), "arrival") == [30, 85]


def test_work_that_takes_longer_ends_now_at_the_earliest():
    """Begun at 30, 20 minutes long, but now is 90; or expected to end at 100."""
    late = {"duration_minutes": 20, "pinned": pin("on_site", started_at=30)}
    assert minutes(problem([ticket(**late), ticket()], now=at(90)), order("K1"), "arrival") == [30, 100]
    late["pinned"] = pin("on_site", started_at=30, finished_at=100)
    assert minutes(problem([ticket(**late), ticket()], now=at(90)), order("K1"), "arrival") == [30, 110]


def test_the_rest_begins_where_the_technician_is_now():
    """Done at 50; at 60 he is seen 3 minutes from K1. Without that sight it would be 10 minutes."""
    legs: list[list[float | None]] = [[0 if i == j else 10 for j in range(4)] for i in range(4)]
    legs[3][2] = 3
    jobs = [ticket(pinned=done(10, 50)), ticket()]
    seen = [technician(current_location={"matrix_index": 3})]
    assert minutes(problem(jobs, seen, legs=legs, now=at(60)), order("K1"), "arrival") == [10, 63]
    assert minutes(problem(jobs, legs=legs, now=at(60)), order("K1"), "arrival") == [10, 70]


def test_available_from_holds_him_back():
    """Done at 50, now 60, available from 90."""
    staff = [technician(available_from=at(90))]
    where = problem([ticket(pinned=done(10, 50)), ticket()], staff, now=at(60))
    assert minutes(where, order("K1"), "arrival") == [10, 100]


def test_the_past_is_not_judged():
    """No skill, outside the window, before the shift, too early for its appointment: it happened."""
    past = ticket(
        required_skills={"gas": 3},
        time_windows=[window(100, 200)],
        appointment_at=at(90),
        excluded_technicians=["T0"],
        pinned=done(-20, 50),
    )
    where = problem([past, ticket()], [technician({"max_tickets": 1})], now=at(60))
    assert codes(where, order("K0")) == []
    (found,) = violations(where, order("K1"))
    assert found.message == "T0 serves 2 tickets in shift 0, at most 1 are allowed"


def test_parts_used_are_gone():
    """Two of three fans are used; K1 needs two. They also count for the chance of a fix."""
    past = ticket(required_parts={"fan": 2}, pinned=done(0, 50))
    staff = [technician(van_stock={"fan": 3})]
    where = problem([past, ticket(required_parts={"fan": 2})], staff, now=at(60))
    (found,) = violations(where, order("K1"))
    assert found.message == "ticket K1 requires 2 fan, technician T0 has 1 left"
    likely = problem([past, ticket(required_parts={"fan": 1}, likely_parts={"fan": 0.5})], staff, now=at(60))
    assert charged(likely, order("K1"), "second_visits") == (0, 30)


def test_parts_that_were_never_there_leave_none():
    """The van held no fan: K0 may need one, and K1, on the way, takes one; both are 60 minutes times a half."""
    staff = [technician(van_stock={})]
    jobs = [
        ticket(likely_parts={"fan": 0.5}, pinned=done(0, 50)),
        ticket(required_parts={"fan": 1}, likely_parts={"fan": 0.5}, pinned=pin("en_route")),
    ]
    plan = solve(problem(jobs, staff, now=at(60)), iterations=20)
    # Three legs of 10 minutes, and two second visits to expect.
    assert plan.objective.cost_minutes == 30 + 30 + 30


def test_the_past_keeps_its_outcome():
    """Due at 20 and reached at 30: late by 10 minutes: 2 points and 2 × 2 × 10 cost minutes by its weight."""
    where = problem([ticket(due_at=at(20), pinned=done(30, 50))], now=at(60))
    assert charged(where, order("K0"), "deadline") == (2, 40)
    figures = complete_plan(where, order("K0")).kpis
    assert (figures.assigned, figures.late) == (1, 1)


@pytest.mark.parametrize(
    ("plan", "code", "message"),
    [
        (order("K1"), "pin_dropped", "ticket K0 is done of technician T1 and must be in the plan"),
        (
            orders({("T0", 0): ("K1", "K0"), ("T1", 0): ()}),
            "pinned_elsewhere",
            "ticket K0 is pinned to technician T1, T0 serves it",
        ),
    ],
)
def test_the_past_stays_in_the_plan(plan: Plan, code: str, message: str):
    """Left out, or given to another technician."""
    where = problem([ticket(pinned=done(10, 50, "T1")), ticket()], [technician(), technician()], now=at(60))
    found = {violation.code: violation.message for violation in violations(where, plan)}
    assert found[code] == message


def test_the_past_keeps_times_and_place():
    """A plan that moves what happened, or puts a visit before it, changes the past."""
    where = problem([ticket(pinned=done(10, 50)), ticket()], now=at(60))
    document = full(where, order("K1"))
    stops = document["routes"][0]["stops"]
    stops[0]["end"] = at(55)
    found = violations(where, Plan.from_dict(document))
    assert [(v.code, v.amount) for v in found if v.code == "changed_past"] == [("changed_past", 300)]
    stops[0]["end"] = at(50)
    stops.reverse()
    moved = [v.message for v in violations(where, Plan.from_dict(document)) if v.code == "changed_past"]
    assert moved == ["ticket K0 was visit 1 of technician T0, it does not stand there"]


def test_a_visit_belongs_to_the_shift_in_which_it_began():
    """Of two shifts, the visit at 500 lies in the second; a plan for the first is told so."""
    shifts = [{"start": at(0), "end": at(240)}, {"start": at(300), "end": at(600)}]
    where = problem([ticket(pinned=done(500, 520))], [technician(shifts=shifts)], now=at(530))
    assert codes(where, order("K0", shift=1)) == []
    document = full(where, order("K0", shift=1))
    document["routes"][0]["shift"] = 0
    assert "pinned_elsewhere" in codes(where, Plan.from_dict(document))


# ---------------------------------------------------------------- what is left of the shift


def test_breaks_that_lapsed_are_not_asked_for():
    """On site until 130 over a break that could begin until 120; the second break is still to be taken."""
    breaks = [pause(60, 120, 30), pause(200, 260, 30)]
    where = problem(
        [ticket(pinned=pin("on_site", started_at=50), duration_minutes=80), ticket(duration_minutes=90)],
        [technician({"breaks": breaks})],
        now=at(100),
    )
    route = complete_plan(where, order("K1")).routes[0]
    # Free at 130, at K1 140 to 230, break 230 to 260, home 270.
    assert [(stop.kind, stop.start.isoformat()) for stop in route.stops] == [
        ("ticket", at(50)), ("ticket", at(140)), ("break", at(230)),
    ]  # fmt: skip
    assert route.end_at.isoformat() == at(270)


def test_a_shift_that_is_over_only_goes_home():
    """Work ended at 475, home takes 10 minutes, the shift ends at 480: 5 minutes of overtime, and nothing more."""
    where = problem([ticket(pinned=done(430, 475)), ticket()], now=at(478))
    assert closed(where)["T0 K1"] == "shift_full"
    assert codes(where, order("K0")) == []
    assert complete_plan(where, order("K0")).routes[0].end_at.isoformat() == at(485)
    assert charged(where, order("K0"), "shift") == (0, 10)
    found = obstacle(Case.of(where), 0, [1])
    assert found is not None
    assert (found.code, found.message) == ("after_shift_end", "the shift is over")


# ---------------------------------------------------------------- on the way


def test_the_next_stop_comes_next():
    """The drive to K1 counts from now, 60: arrival 70. Any other order is told."""
    where = problem([ticket(), ticket(pinned=pin("en_route"))], now=at(60))
    assert minutes(where, order("K1", "K0"), "arrival") == [70, 110]
    assert complete_plan(where, order("K1")).routes[0].start_at.isoformat() == at(60)
    (found, *_) = violations(where, order("K0", "K1"))
    assert found.code == "not_next_stop"
    assert "order has no feasible times: ticket K1 is the technician's next stop" in found.message
    assert codes(where, order("K0")) == ["not_next_stop", "pin_dropped"]


def test_a_stated_plan_with_another_first_stop_is_told():
    """The times are possible, but K0 comes before the next stop."""
    free = problem([ticket(), ticket()], now=at(60))
    document = full(free, order("K0", "K1"))
    bound = problem([ticket(), ticket(pinned=pin("en_route"))], now=at(60))
    found = {v.code: v.message for v in violations(bound, Plan.from_dict(document))}
    assert found["not_next_stop"] == "technician T0 is on the way to ticket K1, which is not the next stop"


def test_no_break_before_arriving_at_the_next_stop():
    """On the road at 60 the break must wait for the door, at 70."""
    breaks = [pause(60, 100, 30)]
    where = problem([ticket(pinned=pin("en_route"))], [technician({"breaks": breaks})], now=at(60))
    stops = complete_plan(where, order("K0")).routes[0].stops
    assert [(stop.kind, stop.start.isoformat()) for stop in stops] == [("break", at(70)), ("ticket", at(100))]


def test_who_drives_there_is_settled():
    """The technician on the way lacks the skill; nobody asks any more, but windows hold."""
    job = ticket(required_skills={"gas": 1}, pinned=pin("en_route"))
    assert codes(problem([job], now=at(60)), order("K0")) == []
    late = problem([{**job, "time_windows": [window(0, 65)]}], now=at(60))
    assert closed(late) == {"T0 K0": "no_skill"}
    assert codes(late, Plan.from_dict({"routes": []})) == []


# ---------------------------------------------------------------- arrays


def test_arrays_begin_with_the_last_visit():
    """Two visits done; the shift begins with the second, lasts until he is free, and carries what all cost."""
    where = problem(
        [ticket(pinned=done(10, 50)), ticket(pinned=done(60, 80, arrival=70 - 10)), ticket()], now=at(90)
    )
    shapes = lower_all(Case.of(where))
    second = 8 * 3600
    assert shapes.fixed == [(1,)]
    assert shapes.windows[1] == ((second + 3600, second + 3600),)
    assert shapes.service[1] == 30 * 60
    assert (shapes.ready[0], shapes.last_start[0]) == (second + 3600, second + 3600)
    assert (shapes.closed_by[0] == 0).tolist() == [False, True, True]
    # Two drives of 10 minutes.
    assert shapes.assign_price[0, 1] == 20 * UNITS
    assert shapes.due[1] == NEVER


def test_arrays_of_a_drive_begin_at_the_door():
    """Nothing has happened yet but the departure: the shift begins on arrival, at 70, and the drive is paid."""
    shapes = lower_all(Case.of(problem([ticket(pinned=pin("en_route"))], now=at(60))))
    assert shapes.fixed == [(0,)]
    assert shapes.ready[0] == 8 * 3600 + 70 * 60
    assert shapes.start_place[0] == shapes.place[0]
    assert shapes.assign_price[0, 0] == 10 * UNITS
