"""Route limits: driving, distance and work of a shift, to the second and the metre."""

from __future__ import annotations

from typing import Any

import pytest
from worlds import at, closed, codes, order, problem, technician, ticket, violations

from dispatch_engine.errors import InputError
from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.register import lower_all
from dispatch_engine.rules.shapes import NEVER
from dispatch_engine.solver.solve import solve

# Two tickets: three legs of 10 minutes and 10 km; 60 minutes of service.
TWO = order("K0", "K1")


def limited(**limits: float) -> Problem:
    """Two tickets of half an hour, and a shift with limits."""
    return problem([ticket(), ticket()], [technician(limits)])


@pytest.mark.parametrize(
    ("enough", "too_little", "code", "message"),
    [
        (
            {"max_driving_minutes": 30},
            {"max_driving_minutes": 29.99},
            "too_much_driving",
            "T0 drives 1800 seconds in shift 0, at most 1620 are allowed",
        ),
        (
            {"max_distance_km": 30},
            {"max_distance_km": 29.999},
            "too_far",
            "T0 drives 30000 metres in shift 0, at most 29990 are allowed",
        ),
        (
            {"max_work_minutes": 90},
            {"max_work_minutes": 89},
            "too_much_work",
            "T0 works 5400 seconds in shift 0, at most 5340 are allowed",
        ),
    ],
)
def test_a_limit_is_met_or_exceeded(
    enough: dict[str, float], too_little: dict[str, float], code: str, message: str
):
    """The way home counts; exactly the limit is allowed."""
    assert codes(limited(**enough), TWO) == []
    less = {name: limit - 0.01 if "km" in name else limit for name, limit in too_little.items()}
    less = {name: 27 if name == "max_driving_minutes" else round(limit, 2) for name, limit in less.items()}
    (found,) = violations(limited(**less), TWO)
    assert (found.code, found.message) == (code, message)


def test_waiting_and_breaks_are_no_work():
    """Service from 9:00 and from 11:00 with an hour of waiting before each: 90 minutes of work all the same."""
    jobs = [ticket(appointment_at=at(60)), ticket(appointment_at=at(180))]
    breaks = [{"earliest": at(100), "latest": at(200), "minutes": 30}]
    where = problem(jobs, [technician({"max_work_minutes": 90, "breaks": breaks})])
    assert codes(where, TWO) == []


def test_arrays_know_each_limit():
    """Minutes become seconds, kilometres metres; without a limit there is none."""
    shapes = lower_all(Case.of(limited(max_driving_minutes=0.1, max_distance_km=1.2345)))
    assert (shapes.max_driving[0], shapes.max_metres[0], shapes.max_work[0]) == (6, 1234, NEVER)


def test_distances_are_needed_for_kilometres():
    """A matrix without distances cannot keep the limit; the finding says where."""
    document: dict[str, Any] = limited(max_distance_km=5).model_dump(mode="json", by_alias=True)
    del document["travel"]["distances_meters"]
    with pytest.raises(InputError) as caught:
        Case.of(Problem.from_dict(document))
    (finding,) = caught.value.findings
    assert (finding.pointer, finding.code) == ("/technicians/0/shifts/0/max_distance_km", "missing_field")
    assert finding.message == (
        "needs the distances of the travel data; add /travel/distances_meters or remove the limit"
    )


def test_what_is_done_counts():
    """20 minutes are driven with the way home; one more visit makes 30."""
    done = {"technician": "T0", "status": "done", "started_at": at(10), "finished_at": at(20)}
    jobs = [ticket(pinned=done), ticket()]
    assert codes(problem(jobs, [technician({"max_driving_minutes": 30})], now=at(20)), TWO) == []
    where = problem(jobs, [technician({"max_driving_minutes": 29})], now=at(20))
    assert codes(where, TWO) == ["too_much_driving"]
    plan = solve(where, iterations=50)
    assert [reason.code for reason in plan.unassigned[0].reasons] == ["shift_full"]


def test_what_has_begun_may_be_finished():
    """The limit is 5 minutes, but he stands at K0, 10 minutes from home; anything more is too much."""
    pin = {"technician": "T0", "status": "on_site", "started_at": at(10)}
    where = problem([ticket(pinned=pin), ticket()], [technician({"max_driving_minutes": 5})], now=at(20))
    assert codes(where, order("K0")) == []
    assert codes(where, TWO) == ["too_much_driving"]
    assert len(solve(where, iterations=50).routes) == 1


def test_the_engine_keeps_the_limit():
    """Three tickets would take 40 minutes of driving; with 30 two are served, and the third says why."""
    plan = solve(problem([ticket()] * 3, [technician({"max_driving_minutes": 30})]), iterations=50)
    assert [len(route.stops) for route in plan.routes] == [2]
    assert plan.status == "optimal"
    assert [reason.code for reason in plan.unassigned[0].reasons] == ["shift_full"]


def test_a_limit_of_nothing_closes_no_pair_by_itself():
    """A customer at home needs no driving."""
    legs: list[list[float | None]] = [[0, 0], [0, 0]]
    where = problem([ticket()], [technician({"max_driving_minutes": 0})], legs=legs)
    assert closed(where) == {}
    assert codes(where, order("K0")) == []
