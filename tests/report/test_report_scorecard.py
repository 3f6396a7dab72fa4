"""Key figures and targets."""

from __future__ import annotations

from typing import Any

import pytest

from dispatch_engine.report.data import report_data

TARGETS = {"targets": {"on_time_percent": 95, "first_visit_fix_percent": 85, "parts_available_percent": 90}}


def cards(
    problem: dict[str, Any], plan: dict[str, Any], policy: dict[str, Any] | None = None
) -> dict[str, Any]:
    return {card["key"]: card for card in report_data(problem, plan, policy or TARGETS)["kpis"]}


def world(**ticket: Any) -> dict[str, Any]:
    """One technician with a pump on the van and a certificate until 23 November; one ticket."""
    shift = {"start": "2026-11-23T22:00:00+08:00", "end": "2026-11-24T06:00:00+08:00"}
    place = {"lat": 31.0, "lon": 121.0}
    technician = {
        "id": "T",
        "start": place,
        "shifts": [shift],
        "van_stock": {"pump": 1},
        "certifications": [{"name": "gas", "valid_until": "2026-11-23"}],
    }
    tickets = [{"id": "K", "location": place, "duration_minutes": 30, **ticket}]
    return {"time_zone": "Asia/Shanghai", "technicians": [technician], "tickets": tickets}


def visit(start: str = "2026-11-23T23:00:00+08:00", late: float = 0.0, **more: Any) -> dict[str, Any]:
    stop = {
        "kind": "ticket",
        "ticket": "K",
        "arrival": start,
        "start": start,
        "end": start,
        "late_minutes": late,
    }
    return {"routes": [{"technician": "T", "shift": 0, "stops": [{**stop, **more}]}]}


@pytest.mark.parametrize(("on_time", "shown", "met"), [(19, 95.0, True), (18, 90.0, False)])
def test_on_time_against_the_target(on_time, shown, met):
    """19 of 20 are 95 %, just enough; 18 of 20 are not."""
    card = cards(world(), {**visit(), "kpis": {"tickets": 20, "on_time": on_time}})["on_time"]

    assert (card["value"], card["target"], card["met"]) == (shown, 95, met)
    assert card["detail"] == f"{on_time} of 20 tickets"


def test_a_missed_target_is_not_rounded_up():
    """113 of 119 are 94.958 %: shown as 94.9, not as a missed 95.0."""
    card = cards(world(), {**visit(), "kpis": {"tickets": 119, "on_time": 113, "on_time_percent": 95.0}})[
        "on_time"
    ]

    assert (card["value"], card["met"]) == (94.9, False)


def test_figures_of_a_plan_without_kpis_are_counted():
    """One visit, late: 0 % on time, one late; no distances, so no kilometres."""
    found = cards(world(), visit(late=5.0))

    assert found["on_time"]["value"] == 0
    assert found["late"]["value"] == 1
    assert found["distance"]["value"] is None
    assert found["utilisation"]["value"] is None


def test_nothing_is_known_without_times():
    """A plan that gives only the order: neither met nor missed."""
    found = cards(world(), {"routes": [{"technician": "T", "stops": [{"kind": "ticket", "ticket": "K"}]}]})

    assert (found["on_time"]["value"], found["on_time"]["met"]) == (None, None)
    assert found["late"]["value"] is None


def test_a_certificate_ends_with_its_local_day():
    """Valid until the 23rd: a visit at 23:00 is covered, one at 00:30 on the 24th is not."""
    problem = world(required_certifications=["gas"])

    before = cards(problem, visit("2026-11-23T23:00:00+08:00"))["certified"]
    after = cards(problem, visit("2026-11-23T16:30:00+00:00"))["certified"]

    assert (before["value"], before["met"]) == (100, True)
    assert (after["value"], after["met"]) == (0, False)


def test_nobody_asks_for_certificates():
    """Nothing asked, nothing missed: 100 %."""
    card = cards(world(), visit())["certified"]

    assert (card["value"], card["met"], card["detail"]) == (100, True, "no visit asks for it")


def test_a_required_part_leaves_none_for_the_likely_one():
    """One pump on board, required here: the likely second pump (40 %) is missing, so the fix is at 60 %."""
    found = cards(world(required_parts={"pump": 1}, likely_parts={"pump": 0.4}), visit())

    assert (found["parts"]["value"], found["parts"]["met"]) == (0, False)
    assert (found["first_visit_fix"]["value"], found["first_visit_fix"]["met"]) == (60, False)


def test_a_likely_part_on_board_is_not_used_up():
    """The pump is on board and never deducted: everything available, fix at 100 %."""
    found = cards(world(likely_parts={"pump": 0.4}), visit())

    assert found["parts"]["value"] == 100
    assert found["first_visit_fix"]["value"] == 100


def test_tickets_refused_for_a_part_count_against_availability():
    """One visit complete, one ticket refused with no_part, one for another reason: 1 of 2."""
    refused = [
        {"ticket": "K2", "reasons": [{"code": "no_part"}]},
        {"ticket": "K3", "reasons": [{"code": "no_skill"}]},
    ]

    card = cards(world(), {**visit(), "unassigned": refused})["parts"]

    assert (card["value"], card["detail"]) == (50, "1 of 2 with every likely part on board")


def test_a_depot_puts_parts_on_board():
    """The van has no fan; the depot loads one before the visit."""
    plan = visit()
    plan["routes"][0]["stops"].insert(0, {"kind": "depot", "depot": "D", "loaded": {"fan": 1}})

    assert cards(world(likely_parts={"fan": 0.5}), plan)["parts"]["value"] == 100


def test_stock_carries_over_where_it_is_not_refilled():
    """The first shift uses the pump; without restocking the second shift has none for its likely one."""
    problem = world(required_parts={"pump": 1})
    problem["technicians"][0] |= {"restock_between_shifts": False}
    problem["tickets"].append(
        {**problem["tickets"][0], "id": "K2", "required_parts": {}, "likely_parts": {"pump": 0.5}}
    )
    plan = visit()
    plan["routes"].insert(0, {"technician": "T", "shift": 1, "stops": [{"kind": "ticket", "ticket": "K2"}]})

    assert cards(problem, plan)["parts"]["detail"] == "1 of 2 with every likely part on board"
    problem["technicians"][0]["restock_between_shifts"] = True
    assert cards(problem, plan)["parts"]["detail"] == "2 of 2 with every likely part on board"


def test_the_policy_sets_the_targets():
    """A tighter promise in the policy is the one that counts."""
    plan = {**visit(), "kpis": {"tickets": 20, "on_time": 19}}

    card = cards(world(), plan, {"targets": {"on_time_percent": 96}})["on_time"]

    assert (card["target"], card["met"]) == (96, False)
