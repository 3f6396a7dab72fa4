"""What a report says, before anything is drawn."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from sample_day import sample_day

from dispatch_engine.report.data import report_data

HOME = {"lat": 31.0, "lon": 121.0}


def at(clock: str, day: int = 23) -> str:
    return f"2026-11-{day}T{clock}:00+08:00"


@pytest.fixture
def problem() -> dict[str, Any]:
    """One technician, one ticket, a shift from 8 to 17."""
    shift = {"start": at("08:00"), "end": at("17:00")}
    ticket = {"id": "K1", "location": {"lat": 31.1, "lon": 121.1}, "duration_minutes": 30}
    return {
        "name": "tiny",
        "time_zone": "Asia/Shanghai",
        "technicians": [{"id": "T1", "name": "Li", "start": HOME, "shifts": [shift]}],
        "tickets": [ticket],
    }


@pytest.fixture
def plan() -> dict[str, Any]:
    """Drive 8:00–8:20, wait until 9:00, serve until 9:30, home at 9:50."""
    stop = {
        "kind": "ticket",
        "ticket": "K1",
        "arrival": at("08:20"),
        "start": at("09:00"),
        "end": at("09:30"),
        "travel_minutes": 20.0,
        "due_at": at("12:00"),
        "late_minutes": 0.0,
    }
    route = {"technician": "T1", "shift": 0, "start_at": at("08:00"), "end_at": at("09:50"), "stops": [stop]}
    return {"routes": [route], "unassigned": []}


def clock(minute: int) -> int:
    """Seconds after midnight."""
    return minute * 60


def test_bars_of_a_route(problem, plan):
    """Drive, wait, service and the way home follow one another without a hole."""
    data = report_data(problem, plan, {})

    # 8:00 = 480 min, 8:20 = 500, 9:00 = 540, 9:30 = 570, 9:50 = 590
    assert data["routes"][0]["bars"] == [
        ["travel", clock(480), clock(500), 0],
        ["wait", clock(500), clock(540), 0],
        ["service", clock(540), clock(570), 0],
        ["travel", clock(570), clock(590), -1],
    ]
    assert data["routes"][0]["path"] == [[31.0, 121.0], [31.1, 121.1]]
    assert data["routes"][0]["home"] == [31.0, 121.0]


def test_a_break_at_the_door_splits_the_wait(problem, plan):
    """A break listed before its ticket and after the arrival is part of the waiting, not of the drive."""
    plan["routes"][0]["stops"].insert(0, {"kind": "break", "start": at("08:25"), "end": at("08:55")})

    bars = report_data(problem, plan, {})["routes"][0]["bars"]

    assert [bar[:3] for bar in bars[:5]] == [
        ["travel", clock(480), clock(500)],
        ["wait", clock(500), clock(505)],
        ["break", clock(505), clock(535)],
        ["wait", clock(535), clock(540)],
        ["service", clock(540), clock(570)],
    ]


def test_a_break_before_leaving_delays_the_drive(problem, plan):
    """A break that ends before the arrival was taken before the drive."""
    plan["routes"][0] |= {"start_at": at("07:30")}
    plan["routes"][0]["stops"].insert(0, {"kind": "break", "start": at("07:30"), "end": at("08:00")})

    bars = report_data(problem, plan, {})["routes"][0]["bars"]

    assert [bar[:3] for bar in bars[:2]] == [
        ["break", clock(450), clock(480)],
        ["travel", clock(480), clock(500)],
    ]


def test_a_break_after_the_last_service_precedes_the_way_home(problem, plan):
    """Service until 9:30, break until 9:40, home at 9:50."""
    plan["routes"][0]["stops"].append({"kind": "break", "start": at("09:30"), "end": at("09:40")})

    bars = report_data(problem, plan, {})["routes"][0]["bars"]

    assert [bar[:3] for bar in bars[-2:]] == [
        ["break", clock(570), clock(580)],
        ["travel", clock(580), clock(590)],
    ]


def test_overtime_begins_at_the_end_of_the_shift(problem, plan):
    """The shift ends at 9:40, the technician is home at 9:50: ten minutes."""
    problem["technicians"][0]["shifts"][0]["end"] = at("09:40")

    bars = report_data(problem, plan, {})["routes"][0]["bars"]

    assert bars[-1] == ["overtime", clock(580), clock(590), -1]


def test_a_route_that_ends_anywhere_has_no_way_home(problem, plan):
    """``end: anywhere``: no line back."""
    problem["technicians"][0]["end"] = "anywhere"

    assert report_data(problem, plan, {})["routes"][0]["home"] is None


def test_a_depot_is_a_bar_and_a_point_of_the_line(problem, plan):
    """Loading at the depot from 8:05 to 8:10, on the way to the customer."""
    problem["depots"] = [{"id": "D", "location": {"lat": 31.05, "lon": 121.05}}]
    depot = {"kind": "depot", "depot": "D", "arrival": at("08:05"), "start": at("08:05"), "end": at("08:10")}
    plan["routes"][0]["stops"].insert(0, depot)
    plan["routes"][0]["stops"][1]["travel_minutes"] = 10.0

    route = report_data(problem, plan, {})["routes"][0]

    assert [bar[:3] for bar in route["bars"][:3]] == [
        ["travel", clock(480), clock(485)],
        ["depot", clock(485), clock(490)],
        ["travel", clock(490), clock(500)],
    ]
    assert route["path"] == [[31.0, 121.0], [31.05, 121.05], [31.1, 121.1]]


@pytest.mark.parametrize(
    ("due", "late_minutes", "state"),
    [
        ("12:00", 0.0, "on_time"),
        ("08:50", 0.0, "on_time"),
        ("08:49", 0.0, "due_soon"),
        ("08:10", 10.0, "late"),
    ],
)
def test_states_of_a_visit(problem, plan, due, late_minutes, state):
    """Arrival 8:20: thirty minutes of slack are enough, less is due soon, none is late."""
    plan["routes"][0]["stops"][0] |= {"due_at": at(due), "late_minutes": late_minutes}

    assert report_data(problem, plan, {})["stops"][0]["state"] == state


def test_a_visit_without_a_deadline(problem, plan):
    """``due_at: null`` is a state of its own."""
    plan["routes"][0]["stops"][0]["due_at"] = None

    assert report_data(problem, plan, {})["stops"][0]["state"] == "no_deadline"


def test_lateness_of_the_start_where_the_policy_says_so(problem, plan):
    """Due 8:40: the arrival at 8:20 is in time, the start at 9:00 is 20 minutes late."""
    plan["routes"][0]["stops"][0] |= {"due_at": at("08:40"), "late_minutes": None}

    by_arrival = report_data(problem, plan, {})["stops"][0]
    by_start = report_data(problem, plan, {"late_measured_at": "start"})["stops"][0]

    assert (by_arrival["state"], by_arrival["slack"]) == ("due_soon", 20 * 60)
    assert (by_start["state"], by_start["late"], by_start["slack"]) == ("late", 20, -20 * 60)


def test_who_is_only_in_the_plan_is_shown(problem, plan):
    """Technicians and tickets that the problem does not know appear by their id."""
    plan["routes"][0]["technician"] = "T9"
    plan["routes"][0]["stops"][0]["ticket"] = "K9"

    data = report_data(problem, plan, {})

    assert [technician["id"] for technician in data["technicians"]] == ["T1", "T9"]
    assert (data["stops"][0]["technician"], data["stops"][0]["ticket"]) == (1, "K9")
    assert data["routes"][0]["bars"]


def test_unassigned_tickets_keep_their_reasons(problem, plan):
    """Reasons in their order; the deadline is the ticket's own, else the one handed in."""
    problem["tickets"] += [{**problem["tickets"][0], "id": "K2"}, {**problem["tickets"][0], "id": "K3"}]
    problem["tickets"][1]["due_at"] = at("10:00")
    reasons = [{"code": "no_part", "message": "no pump", "technicians": 2}, {"code": "shift_full"}]
    plan["unassigned"] = [{"ticket": "K2", "reasons": reasons}, {"ticket": "K3", "reasons": []}]

    found = report_data(problem, plan, {}, {"K2": at("16:00"), "K3": at("11:00")})["unassigned"]

    assert found[0]["reasons"] == reasons
    assert [entry["due"] for entry in found] == [clock(600), clock(660)]
    assert found[0]["at"] == [31.1, 121.1]


def test_labels_are_echoed_and_long_ones_cut(problem, plan):
    """Name, address and free attributes of the ticket come along; an attribute is cut at 120 characters."""
    problem["tickets"][0] |= {
        "name": "Chen",
        "address": "1 Road",
        "attributes": {"note": "x" * 500, "floor": 3},
    }

    stop = report_data(problem, plan, {})["stops"][0]

    assert (stop["name"], stop["address"]) == ("Chen", "1 Road")
    assert stop["notes"] == [["note", "x" * 119 + "…"], ["floor", "3"]]


def test_an_order_without_times(problem):
    """A plan that gives only the order has visits and a line, and no bars."""
    plan = {"routes": [{"technician": "T1", "stops": [{"kind": "ticket", "ticket": "K1"}]}]}

    data = report_data(problem, plan, {})

    assert data["routes"][0]["bars"] == []
    assert "arrival" not in data["stops"][0]
    assert len(data["routes"][0]["path"]) == 2


def test_places_known_by_matrix_index_only(problem, plan):
    """No coordinates: no points, and no failure."""
    problem["technicians"][0]["start"] = {"matrix_index": 0}
    problem["tickets"][0]["location"] = {"matrix_index": 1, "lat": None, "lon": None}

    data = report_data(problem, plan, {})

    assert data["routes"][0]["path"] == []
    assert "at" not in data["stops"][0]
    assert "home" not in data["technicians"][0]


def test_nothing_at_all():
    """Empty problem, empty plan."""
    data = report_data({"technicians": [], "tickets": []}, {"routes": []}, {})

    assert data["axis"] == []
    assert data["header"]["days"] == "no shifts"
    assert data["stops"] == data["routes"] == data["unassigned"] == data["technicians"] == []


def test_a_full_day_is_json_and_repeatable():
    """The sample day: the same data twice, the documents untouched, and JSON without NaN."""
    problem, plan = sample_day()
    before = copy.deepcopy((problem, plan))

    first = json.dumps(report_data(problem, plan, {}), allow_nan=False)
    second = json.dumps(report_data(problem, plan, {}), allow_nan=False)

    assert first == second
    assert (problem, plan) == before
