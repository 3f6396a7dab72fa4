"""Policies: names, objects, paths, inheritance; and the deadlines that they set."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tiny import at, only_finding, tiny, with_ticket

from dispatch_engine.errors import InputError
from dispatch_engine.model.clock import Clock
from dispatch_engine.model.policy import (
    Policy,
    arrival_deadline,
    load_policy,
    policy_names,
    resolution_deadline,
    response_deadline,
)
from dispatch_engine.model.problem import Problem


def test_built_in_policy_says_what_the_contract_says() -> None:
    """Every number of the table of promises."""
    policy = load_policy("home-appliance")
    assert policy_names() == ("home-appliance",)
    assert policy.arrival_hours == {"urban": 4, "suburban": 6}
    assert policy.late_measured_at == "arrival"
    assert policy.first_response is not None
    assert (policy.first_response.emergency_hours, policy.first_response.other_hours) == (4, 24)
    assert policy.resolution is not None
    assert (policy.resolution.emergency_hours, policy.resolution.complex_working_days) == (24, 3)
    assert policy.confirm_call_minutes == 30
    assert [policy.weight(p) for p in ("low", "normal", "high", "emergency")] == [1, 2, 4, 8]
    targets = policy.targets
    assert (targets.on_time_percent, targets.first_visit_fix_percent) == (95, 85)
    assert (targets.first_visit_fix_stretch_percent, targets.certified_staff_percent) == (90, 100)
    assert (targets.parts_available_percent, targets.satisfaction) == (90, 90)


def test_defaults_of_the_model_are_those_of_the_built_in_policy() -> None:
    """An empty object is the built-in policy without its name."""
    assert load_policy({}) == Policy()
    assert load_policy({"name": "home-appliance"}) == load_policy("home-appliance").replace()


def test_extending_changes_one_number_deep_inside() -> None:
    """As home-appliance, but suburban 5 hours and low weighs 0.5."""
    policy = load_policy(
        {"extends": "home-appliance", "arrival_hours": {"suburban": 5}, "priority_weights": {"low": 0.5}}
    )
    assert policy.arrival_hours == {"urban": 4, "suburban": 5}
    assert [policy.weight(p) for p in ("low", "normal")] == [0.5, 2]
    assert policy.confirm_call_minutes == 30


def test_null_takes_a_promise_away() -> None:
    """Null replaces an object as a whole: no promise of a first response, no call, no deadline in town."""
    policy = load_policy(
        {
            "extends": "home-appliance",
            "first_response": None,
            "confirm_call_minutes": None,
            "arrival_hours": {"urban": None},
        }
    )
    assert policy.first_response is None
    assert policy.confirm_call_minutes is None
    assert policy.arrival_hours == {"urban": None, "suburban": 6}


def test_a_resolved_policy_can_be_read_again() -> None:
    """What a problem sends on resolves to the same policy."""
    policy = load_policy({"extends": "home-appliance", "arrival_hours": {"suburban": 5}})
    assert load_policy(policy.model_dump(mode="json")) == policy


def _write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def test_policies_in_files_extend_each_other(tmp_path: Path) -> None:
    """A grandchild in another folder finds its parents relative to itself."""
    (tmp_path / "sub").mkdir()
    _write(tmp_path, base="extends: home-appliance\nname: base\narrival_hours: {suburban: 5}\n")
    _write(tmp_path / "sub", child="extends: ../base.yaml\narrival_hours: {urban: 3}\n")
    policy = load_policy(tmp_path / "sub" / "child.yaml")
    assert policy.arrival_hours == {"urban": 3, "suburban": 5}
    assert policy.name == "base"


def test_policies_in_a_circle_are_refused(tmp_path: Path) -> None:
    """a extends b extends a."""
    _write(tmp_path, a="extends: b.yaml\n", b="extends: a.yaml\n")
    with pytest.raises(InputError, match="extend each other in a circle") as caught:
        load_policy(tmp_path / "a.yaml")
    assert caught.value.findings[0].code == "policy_cycle"


def test_long_chains_are_refused(tmp_path: Path) -> None:
    """Twenty generations are more than anybody can follow."""
    for i in range(20):
        _write(tmp_path, **{f"p{i}": f"extends: p{i + 1}.yaml\n"})
    with pytest.raises(InputError, match="more than 10 policies extend one another"):
        load_policy(tmp_path / "p0.yaml")


BAD_POLICIES: list[tuple[Any, str, str, str]] = [
    ("nope", "/policy", "unknown_policy", "'nope' is no built-in policy; use one of: home-appliance"),
    ("../policy", "/policy", "unknown_policy", "is no built-in policy"),
    (5, "/policy", "wrong_type", "5 has the wrong type; it must be an object"),
    (None, "/policy", "wrong_type", "null has the wrong type"),
    ({"extends": "nope"}, "/policy", "unknown_policy", "'nope' is no built-in policy"),
    ({"extends": "x.yaml"}, "/policy", "path_not_allowed", "'x.yaml' is a path"),
    ({"extends": 5}, "/policy/extends", "wrong_type", "must be text"),
    ({"arrival_hours": {"urban": "4"}}, "/policy/arrival_hours/urban", "wrong_type", "must be a number"),
    ({"arrival_hours": {"urban": 0}}, "/policy/arrival_hours/urban", "out_of_range", "more than 0"),
    ({"arrival_hours": {}}, "/policy/arrival_hours", "out_of_range", "at least 1 entries"),
    ({"priority_weights": {"urgent": 1}}, "/policy/priority_weights/urgent", "unknown_field", "is no field"),
    ({"priority_weights": {"low": -1}}, "/policy/priority_weights/low", "out_of_range", "at least 0"),
    ({"priority_weights": {"low": 0.0001}}, "/policy/priority_weights/low", "out_of_range", "3 decimals"),
    ({"targets": {"satisfaction": 101}}, "/policy/targets/satisfaction", "out_of_range", "at most 100"),
    ({"late_measured_at": "end"}, "/policy/late_measured_at", "unknown_value", "use 'arrival' or 'start'"),
    ({"clocks": {"arrival": "always"}}, "/policy/clocks/arrival", "unknown_value", "use 'around_the_clock'"),
    (
        {"clocks": {"arrival": {"days": {"monday": [{"opens": "8", "closes": "17:00"}]}}}},
        "/policy/clocks/arrival/days/monday/0/opens",
        "bad_time",
        "'8' is no time of day; write it as 08:00",
    ),
    ({"extends": "home-appliance", "targets": {"x": 1}}, "/policy/targets/x", "unknown_field", "is no field"),
]


@pytest.mark.parametrize(("policy", "where", "code", "message"), BAD_POLICIES)
def test_bad_policy(policy: Any, where: str, code: str, message: str) -> None:
    """A bad policy in a problem is told with its place in the problem."""
    finding = only_finding(tiny(policy=policy))
    assert (finding.pointer, finding.code) == (where, code)
    assert message in finding.message


# ---------------------------------------------------------------- deadlines


def _deadlines(**ticket: Any) -> tuple[str | None, str | None, str | None]:
    """Arrival, response and resolution deadline of the first ticket, as local texts; now is 08:00."""
    problem = Problem.from_dict({**with_ticket(**ticket), "time_zone": "Asia/Shanghai"})
    clock = Clock.of(problem)
    found = [
        rule(problem, problem.tickets[0], clock)
        for rule in (arrival_deadline, response_deadline, resolution_deadline)
    ]
    texts = [None if seconds is None else clock.datetime(seconds).isoformat() for seconds in found]
    return (texts[0], texts[1], texts[2])


@pytest.mark.parametrize(
    ("ticket", "due"),
    [
        ({}, at("12:00")),  # now 08:00 + 4 h
        ({"zone": "suburban"}, at("14:00")),  # now 08:00 + 6 h
        ({"reported_at": at("06:00")}, at("10:00")),  # report 06:00 + 4 h
        ({"reported_at": at("06:00"), "appointment_at": at("13:00")}, at("17:00")),  # appointment 13:00 + 4 h
        ({"appointment_at": at("13:00"), "due_at": at("09:30")}, at("09:30")),  # its own deadline
    ],
)
def test_arrival_deadline(ticket: dict[str, Any], due: str) -> None:
    """The clock starts at the appointment, else the report, else now; due_at overrides."""
    assert _deadlines(**ticket)[0] == due


def test_no_arrival_deadline_where_the_policy_sets_none() -> None:
    """A zone with null hours has no deadline."""
    problem = Problem.from_dict(tiny(policy={"extends": "home-appliance", "arrival_hours": {"urban": None}}))
    assert arrival_deadline(problem, problem.tickets[0], Clock.of(problem)) is None


@pytest.mark.parametrize(
    ("ticket", "due"),
    [
        ({}, None),  # nobody knows when it was reported
        ({"reported_at": at("06:00")}, at("06:00", 24)),  # + 24 h
        ({"reported_at": at("06:00"), "priority": "emergency"}, at("10:00")),  # + 4 h
        ({"reported_at": at("06:00"), "urgency": "48h"}, at("06:00", 25)),  # + 48 h
        ({"reported_at": at("06:00"), "priority": "emergency", "urgency": "72h"}, at("06:00", 26)),
    ],
)
def test_response_deadline(ticket: dict[str, Any], due: str | None) -> None:
    """Hours from the report by priority; urgency overrides."""
    assert _deadlines(**ticket)[1] == due


@pytest.mark.parametrize(
    ("ticket", "due"),
    [
        ({"reported_at": at("10:00")}, None),  # a simple fault has no promise
        ({"fault": "complex"}, None),  # nobody knows when it was reported
        ({"reported_at": at("10:00"), "priority": "emergency"}, at("10:00", 24)),
        ({"reported_at": at("10:00"), "fault": "complex"}, at("10:00", 26)),  # Mon 23 -> Thu 26
        ({"reported_at": at("10:00", 26), "fault": "complex"}, "2026-12-01T10:00:00+08:00"),  # Thu -> Tue
        ({"reported_at": at("10:00", 28), "fault": "complex"}, "2026-12-02T10:00:00+08:00"),  # Sat -> Wed
        ({"reported_at": at("10:00"), "fault": "complex", "priority": "emergency"}, at("10:00", 24)),
    ],
)
def test_resolution_deadline(ticket: dict[str, Any], due: str | None) -> None:
    """Emergencies 24 hours, complex faults 3 working days at the same local time."""
    assert _deadlines(**ticket)[2] == due


def test_working_days_keep_the_local_time_over_a_clock_change() -> None:
    """Friday 23 October 10:00 +02:00 in Berlin, 3 working days: Wednesday 28 October 10:00 +01:00."""
    document = with_ticket(reported_at="2026-10-23T10:00:00+02:00", fault="complex")
    problem = Problem.from_dict({**document, "time_zone": "Europe/Berlin"})
    clock = Clock.of(problem)
    due = resolution_deadline(problem, problem.tickets[0], clock)
    assert due is not None
    assert clock.datetime(due).isoformat() == "2026-10-28T10:00:00+01:00"


def test_policies_without_promises_set_no_deadlines() -> None:
    """Null for response and resolution: nothing is measured."""
    policy = {"extends": "home-appliance", "first_response": None, "resolution": None}
    document = with_ticket(reported_at=at("06:00"), priority="emergency")
    problem = Problem.from_dict({**document, "policy": policy})
    clock, ticket = Clock.of(problem), problem.tickets[0]
    assert response_deadline(problem, ticket, clock) is None
    assert resolution_deadline(problem, ticket, clock) is None
