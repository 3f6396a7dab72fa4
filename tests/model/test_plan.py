"""Plans: reading hand-made ones, writing the same text every time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tiny import at

from dispatch_engine.errors import Finding, InputError
from dispatch_engine.model.plan import (
    BreakStop,
    DepotStop,
    Kpis,
    ObjectiveValue,
    Plan,
    Reason,
    Route,
    TicketStop,
    Unassigned,
)

FULL: dict[str, Any] = {
    "schema_version": 1,
    "problem": "day",
    "created_at": at("08:00"),
    "status": "feasible",
    "travel_source": "geodesic",
    "routes": [
        {
            "technician": "T1",
            "shift": 0,
            "start_at": at("08:00"),
            "end_at": at("12:00"),
            "stops": [
                {"kind": "break", "start": at("08:30"), "end": at("09:00")},
                {
                    "name": "Wang",
                    "kind": "ticket",
                    "ticket": "K1",
                    "arrival": at("08:30"),
                    "start": at("09:00"),
                    "end": at("09:45"),
                    "wait_minutes": 0.0,
                    "travel_minutes": 12.5,
                    "distance_km": None,
                    "due_at": at("12:00"),
                    "late_minutes": 0.0,
                    "confirm_call_at": at("08:00"),
                },
                {
                    "kind": "depot",
                    "depot": "D1",
                    "arrival": at("10:00"),
                    "start": at("10:00"),
                    "end": at("10:15"),
                    "loaded": {"fan": 1},
                },
            ],
            "travel_minutes": 96.0,
            "distance_km": None,
            "overtime_minutes": 0.0,
        }
    ],
    "unassigned": [
        {"ticket": "K2", "reasons": [{"code": "no_part", "message": "no fan on any van", "technicians": 12}]}
    ],
    "objective": {
        "sla_penalty": 6.0,
        "cost_minutes": 812.4,
        "travel_minutes": 790.1,
        "late_minutes": 9.0,
        "weighted_late_minutes": 9.0,
        "overtime_minutes": 0.0,
        "expected_second_visits": 0.4,
        "preference": 0.0,
        "stability": 0.0,
    },
    "bound": {"sla_penalty": 6.0, "cost_minutes": None, "gap_percent": None},
    "kpis": {
        "tickets": 2,
        "assigned": 1,
        "on_time": 1,
        "late": 0,
        "unassigned": 1,
        "on_time_percent": 50.0,
        "first_visit_fix_percent": 93.1,
        "utilisation_percent": 81.0,
        "travel_km": None,
    },
    "solver": {
        "seed": 0,
        "time_limit_seconds": 10.0,
        "wall_seconds": 10.02,
        "iterations": 120000,
        "workers": 2,
        "stopped_by": "time_limit",
        "version": "0.1.0",
    },
}


def _refused(document: Any) -> tuple[Finding, ...]:
    with pytest.raises(InputError) as caught:
        Plan.from_dict(document)
    return caught.value.findings


def test_full_plan_makes_a_round_trip() -> None:
    """Every field of the format is read, and written with the same value; nulls stay null."""
    plan = Plan.from_dict(FULL)
    assert json.loads(plan.to_json()) == FULL
    assert Plan.from_json(plan.to_json()) == plan
    assert plan.to_json() == Plan.from_json(plan.to_json()).to_json()
    assert plan.to_json().endswith("}\n")


def test_stops_have_their_own_types() -> None:
    """The kind decides."""
    stops = Plan.from_dict(FULL).routes[0].stops
    assert [type(stop) for stop in stops] == [BreakStop, TicketStop, DepotStop]


def test_hand_made_plan() -> None:
    """Technician, shift and the tickets in order are enough."""
    plan = Plan.from_dict({"routes": [{"technician": "T1", "stops": [{"kind": "ticket", "ticket": "K1"}]}]})
    stop = plan.routes[0].stops[0]
    assert isinstance(stop, TicketStop)
    assert (plan.routes[0].shift, stop.ticket, stop.arrival) == (0, "K1", None)
    assert plan.status is None
    assert plan.objective is None


def test_plan_built_in_python() -> None:
    """The engine builds plans from objects; lists become tuples."""
    route = Route(technician="T1", stops=(TicketStop(ticket="K1"), BreakStop()))
    reason = Reason(code="shift_full", message="no room")
    plan = Plan(
        routes=(route,), unassigned=(Unassigned(ticket="K2", reasons=(reason,)),), kpis=Kpis(tickets=2)
    )
    assert Plan.from_json(plan.to_json()) == plan
    assert plan.replace(status="feasible").status == "feasible"


def test_parts_of_other_modes_are_absent() -> None:
    """working_minutes and cost_cents appear only where they are set."""
    text = Plan(objective=ObjectiveValue()).to_json()
    assert "working_minutes" not in text
    assert "cost_cents" not in text
    assert json.loads(Plan(objective=ObjectiveValue(cost_cents=5)).to_json())["objective"]["cost_cents"] == 5


@pytest.mark.parametrize(
    ("change", "where", "code", "message"),
    [
        ({"status": "good"}, "/status", "unknown_value", "use 'optimal', 'feasible' or 'infeasible'"),
        ({"extra": 1}, "/extra", "unknown_field", "is no field"),
        ({"routes": [{"stops": []}]}, "/routes/0/technician", "missing_field", "is required"),
        ({"routes": [{"technician": "T1", "shift": -1}]}, "/routes/0/shift", "out_of_range", "at least 0"),
        (
            {"routes": [{"technician": "T1", "stops": [{"kind": "lunch"}]}]},
            "/routes/0/stops/0",
            "unknown_value",
            "'kind' must be 'ticket', 'break' or 'depot'",
        ),
        (
            {"routes": [{"technician": "T1", "stops": ["K1"]}]},
            "/routes/0/stops/0",
            "unknown_value",
            "is no stop",
        ),
        (
            {"routes": [{"technician": "T1", "stops": [{"kind": "ticket"}]}]},
            "/routes/0/stops/0/ticket",
            "missing_field",
            "is required",
        ),
        (
            {"routes": [{"technician": "T1", "stops": [{"kind": "ticket", "ticket": "K1", "<ticket>": 1}]}]},
            "/routes/0/stops/0/<ticket>",
            "unknown_field",
            "is no field",
        ),
        (
            {
                "routes": [
                    {"technician": "T1", "stops": [{"kind": "ticket", "ticket": "K1", "start": "8:00"}]}
                ]
            },
            "/routes/0/stops/0/start",
            "bad_time",
            "'8:00' is no RFC 3339 time",
        ),
        (
            {"unassigned": [{"ticket": "K1", "reasons": [{"code": "because"}]}]},
            "/unassigned/0/reasons/0/code",
            "unknown_value",
            "'because' is not known",
        ),
    ],
)
def test_bad_plan(change: dict[str, Any], where: str, code: str, message: str) -> None:
    """Bad plans are told with pointers, without traces of the union of stops."""
    (finding,) = _refused({**FULL, **change})
    assert (finding.pointer, finding.code) == (where, code)
    assert message in finding.message


def test_plan_from_a_file(tmp_path: Path) -> None:
    """Plans are read from JSON and YAML files."""
    (tmp_path / "plan.json").write_text(json.dumps(FULL), encoding="utf-8")
    (tmp_path / "plan.yaml").write_text(
        "routes: [{technician: T1, stops: [{kind: ticket, ticket: K1}]}]", encoding="utf-8"
    )
    assert Plan.from_file(tmp_path / "plan.json") == Plan.from_dict(FULL)
    assert Plan.from_file(tmp_path / "plan.yaml").routes[0].technician == "T1"
