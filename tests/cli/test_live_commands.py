"""The commands of the day under way: outputs, exit codes, files, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from shell import ROOT, TINY, TINY_PLAN, call, saved

EXAMPLES = ROOT / "docs" / "examples"
DAY, DAY_PLAN = EXAMPLES / "short-morning.json", EXAMPLES / "short-morning.plan.json"
EVENTS, TICKET = EXAMPLES / "short-morning.events.json", EXAMPLES / "new-ticket.json"
QUICK = ("--iterations", "30", "--workers", "1", "-q")

Capture = pytest.CaptureFixture[str]


def test_compare_tells_bad_plans_without_failing(tmp_path: Path, capsys: Capture) -> None:
    """A plan with an unknown technician: exit code 0, and the result says which plan breaks rules."""
    bad = saved(
        tmp_path, {"routes": [{"technician": "T9", "stops": [{"kind": "ticket", "ticket": "K1"}]}]}, "p.json"
    )
    outcome = call(capsys, "compare", TINY, TINY_PLAN, bad)
    assert outcome.code == 0
    assert "Not OK: the second plan breaks rules" in outcome.out


def test_only_one_document_from_standard_input(capsys: Capture) -> None:
    """Whatever the command, two cannot be piped in."""
    for arguments in (
        ("compare", TINY, "-", "-"),
        ("slots", "-", TINY_PLAN, "-"),
        ("replan", "-", TINY_PLAN, "-"),
    ):
        outcome = call(capsys, *arguments)
        assert outcome.code == 2
        assert "cannot all come from standard input" in outcome.err


def test_explain_one_ticket_and_an_unknown_one(capsys: Capture) -> None:
    """One line for K4; K9 does not exist."""
    outcome = call(capsys, "explain", TINY, TINY_PLAN, "--ticket", "K4")
    assert outcome.code == 0
    assert "K4: in time" in outcome.out
    outcome = call(capsys, "explain", TINY, TINY_PLAN, "--ticket", "K9")
    assert outcome.code == 2
    assert "'K9' is the id of no ticket" in outcome.err


def test_explain_refuses_an_unknown_language(capsys: Capture) -> None:
    """English and Chinese are there."""
    outcome = call(capsys, "explain", TINY, TINY_PLAN, "--language", "fr")
    assert outcome.code == 2
    assert "use en or zh" in outcome.err


def test_slots_for_a_file_an_id_and_nobody(tmp_path: Path, capsys: Capture) -> None:
    """A new ticket has offers; K3, which nobody has room for, none: exit code 1; one in a route is refused."""
    found = json.loads(call(capsys, "slots", DAY, DAY_PLAN, TICKET, "--json").out)
    assert {offer["technician"] for offer in found["offers"]} == {"ann"}
    outcome = call(capsys, "slots", DAY, DAY_PLAN, "K3")
    assert (outcome.code, "0 offers" in outcome.out) == (1, True)
    outcome = call(capsys, "slots", DAY, DAY_PLAN, "K1")
    assert outcome.code == 2
    assert "already_booked" in outcome.err
    bad = saved(tmp_path, {"id": "N"}, "ticket.json")
    outcome = call(capsys, "slots", DAY, DAY_PLAN, bad)
    assert outcome.code == 2
    assert f"{bad}: /location" in outcome.err


def test_slots_later_in_the_day(capsys: Capture) -> None:
    """At 10:30 nothing is offered before; a time without offset is refused."""
    found = json.loads(
        call(capsys, "slots", DAY, DAY_PLAN, TICKET, "--now", "2026-11-23T10:30:00+08:00", "--json").out
    )
    assert min(offer["window"]["start"] for offer in found["offers"]) == "2026-11-23T10:30:00+08:00"
    outcome = call(capsys, "slots", DAY, DAY_PLAN, TICKET, "--now", "2026-11-23T10:30:00")
    assert outcome.code == 2
    assert "has no offset" in outcome.err


def test_replan_writes_plan_and_problem(tmp_path: Path, capsys: Capture) -> None:
    """The plan passes the check for the problem that was written, which the next events go on from."""
    plan, problem = tmp_path / "plan.json", tmp_path / "problem.json"
    outcome = call(capsys, "replan", DAY, DAY_PLAN, EVENTS, "-o", plan, "--problem-output", problem, *QUICK)
    assert outcome.code == 0
    assert "Calls (" in outcome.out
    assert call(capsys, "check", problem, plan).code == 0
    events = saved(tmp_path, {"now": "2026-11-23T10:20:00+08:00"}, "more.json")
    outcome = call(capsys, "replan", problem, plan, events, "-o", tmp_path / "next.json", *QUICK)
    assert outcome.code == 0
    assert "Nothing moves, nobody needs to be called" in outcome.out


def test_replan_prints_one_document(tmp_path: Path, capsys: Capture) -> None:
    """Without -o the plan, with -o the changes."""
    plan = json.loads(call(capsys, "replan", DAY, DAY_PLAN, EVENTS, "--json", *QUICK).out)
    assert "routes" in plan
    target = tmp_path / "plan.json"
    changes = json.loads(call(capsys, "replan", DAY, DAY_PLAN, EVENTS, "--json", "-o", target, *QUICK).out)
    assert {move["ticket"] for move in changes["moves"]} >= {"K4"}
    assert json.loads(target.read_text())["routes"]


def test_replan_refuses_what_cannot_have_happened(tmp_path: Path, capsys: Capture) -> None:
    """The file, the pointer, the cure; and an output that would overwrite an input."""
    events = {"now": "2026-11-23T10:00:00+08:00", "events": [{"type": "ticket_cancelled", "ticket": "K1"}]}
    path = saved(tmp_path, events, "events.json")
    outcome = call(capsys, "replan", DAY, DAY_PLAN, path, *QUICK)
    assert outcome.code == 2
    assert f"{path}: /events/0/ticket: the visit to 'K1' is on_site at bob" in outcome.err
    outcome = call(capsys, "replan", DAY, DAY_PLAN, path, "-o", path, *QUICK)
    assert outcome.code == 2
    assert "it is also another file of this command" in outcome.err
    outcome = call(capsys, "replan", DAY, DAY_PLAN, EVENTS, "--problem-output", "-", *QUICK)
    assert outcome.code == 2
    assert "standard output is for the plan" in outcome.err


def test_mandatory_work_unserved_is_a_no(tmp_path: Path, capsys: Capture) -> None:
    """A mandatory ticket that nobody can do: exit code 1, the plan is written."""
    ticket = {"id": "M", "location": {"lat": 31.2, "lon": 121.4}, "duration_minutes": 5, "mandatory": True,
              "required_tools": ["crane"]}  # fmt: skip
    events = {"now": "2026-11-23T08:00:00+08:00", "events": [{"type": "ticket_added", "ticket": ticket}]}
    target = tmp_path / "plan.json"
    outcome = call(capsys, "replan", DAY, DAY_PLAN, saved(tmp_path, events, "e.json"), "-o", target, *QUICK)
    assert outcome.code == 1
    assert json.loads(target.read_text())["status"] == "infeasible"
