"""The calls that judge at once: the same verdict and warnings as the commands, within limits of size."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from service_world import PLAN, PROBLEM, World, refused, world

from dispatch_engine.check import check
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem

SCENARIOS = Path(__file__).parents[2] / "scenarios"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("judging")) as made:
        yield made


def tiny() -> dict[str, object]:
    return dict(json.loads((SCENARIOS / "tiny-day.json").read_text(encoding="utf-8")))


def test_a_check_is_the_verdict_of_the_checker(service: World) -> None:
    """The proved plan of the tiny day has no violation and costs 140 minutes."""
    plan = json.loads((SCENARIOS / "tiny-day.plan.json").read_text(encoding="utf-8"))
    answer = service.client.post("/v1/check", json={"problem": tiny(), "plan": plan})
    verdict = check(Problem.from_dict(tiny()), Plan.from_dict(plan)).to_dict()
    assert (answer.status_code, answer.json()) == (200, verdict)
    assert (verdict["ok"], verdict["objective"]["cost_minutes"]) == (True, 140.0)


def test_a_broken_plan_is_no_error(service: World) -> None:
    """200 with the violation: the ticket is visited twice."""
    stops = [{"kind": "ticket", "ticket": "K1"}] * 2
    plan = {"routes": [{"technician": "T1", "stops": stops}]}
    answer = service.client.post("/v1/check", json={"problem": PROBLEM, "plan": plan})
    assert answer.status_code == 200
    assert answer.json()["ok"] is False
    assert {"code", "technician", "shift", "ticket", "amount", "unit", "message"} == set(
        answer.json()["violations"][0]
    )


def test_problem_and_plan_are_both_told(service: World) -> None:
    """Findings of both parts in one answer, with pointers from the top."""
    body = {"problem": {"technicians": []}, "plan": {"routes": [{"stops": []}]}}
    document = refused(service.client.post("/v1/check", json=body), 422, "invalid")
    assert [error["pointer"] for error in document["errors"]] == [
        "/problem/tickets",
        "/plan/routes/0/technician",
    ]


def test_a_good_problem_is_summed_up_with_warnings(service: World) -> None:
    """As ``validate --json`` does: K2 asks for a skill that nobody has."""
    tickets = [PROBLEM["tickets"][0], {**PROBLEM["tickets"][1], "required_skills": {"gas": 1}}]
    answer = service.client.post("/v1/validate", json={"problem": {**PROBLEM, "tickets": tickets}})
    assert answer.status_code == 200
    assert answer.json() == {
        "ok": True,
        "findings": [],
        "problem": "two-visits",
        "tickets": 2,
        "technicians": 1,
        "shifts": 1,
        "depots": 0,
        "warnings": [
            {
                "code": "unservable_ticket",
                "message": "K2: no technician can serve it (1 without the skill level)",
                "ticket": "K2",
            }
        ],
    }


def test_travel_that_cannot_be_had_is_422_with_its_place(service: World) -> None:
    """What shows only when the problem is made ready has a pointer from the top of the body too."""
    # Kilometres have a price, and the matrix tells no distances.
    place = {"matrix_index": 0}
    problem = {
        "technicians": [{**PROBLEM["technicians"][0], "start": place}],
        "tickets": [],
        "travel": {"provider": "matrix", "durations_seconds": [[0]]},
        "objective": {"mode": "cost", "prices": {"km": 30}},
    }
    for path, more in (("/v1/check", {"plan": {}}), ("/v1/validate", {})):
        document = refused(service.client.post(path, json={"problem": problem, **more}), 422, "invalid")
        assert [error["pointer"] for error in document["errors"]] == ["/problem/travel/distances_meters"]


def test_a_problem_with_too_many_places_is_not_checked_at_once(tmp_path: Path) -> None:
    """5 places (2 tickets, 1 technician with start, end and shift) are more than 4."""
    with world(tmp_path, max_places=2) as made:
        answer = made.client.post("/v1/check", json={"problem": PROBLEM, "plan": PLAN})
        document = refused(answer, 413, "too_many")
        assert document["errors"][0]["pointer"] == "/problem"
        answer = made.client.post("/v1/validate", json={"problem": PROBLEM})
        assert [warning["code"] for warning in answer.json()["warnings"]] == ["not_examined"]


def test_every_speed_needs_a_table_of_its_own(tmp_path: Path) -> None:
    """Four technicians at the same place: one speed is small enough, four speeds are not.

    5 places² = 25 entries for one speed; 4 × 25 = 100 are more than 7² = 49.
    """

    def staff(*speeds: float) -> dict[str, object]:
        people = [
            {**PROBLEM["technicians"][0], "id": f"T{i}", "speed_factor": s} for i, s in enumerate(speeds)
        ]
        return {**PROBLEM, "technicians": people}

    with world(tmp_path, max_places=7) as made:
        for problem, codes in ((staff(1, 1, 1, 1), []), (staff(1, 2, 3, 4), ["not_examined"])):
            answer = made.client.post("/v1/validate", json={"problem": problem})
            assert [warning["code"] for warning in answer.json()["warnings"]] == codes
