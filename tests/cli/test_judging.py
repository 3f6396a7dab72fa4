"""The commands ``validate`` and ``check``: verdicts, warnings, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from shell import SCENARIOS, TINY, TINY_PLAN, call, day, saved


def by_hand(*tickets: str, technician: str = "T1") -> dict[str, object]:
    stops = [{"kind": "ticket", "ticket": ticket} for ticket in tickets]
    return {"routes": [{"technician": technician, "stops": stops}]}


# ---------------------------------------------------------------- validate


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*-day.json")), ids=lambda path: path.stem)
def test_shipped_scenarios_are_valid(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every shipped day is good and told in a short summary."""
    outcome = call(capsys, "validate", path)
    assert outcome.code == 0
    assert outcome.out.startswith(f"OK: {path.stem} can be solved")
    assert outcome.err == ""


def test_a_good_problem_is_summed_up(capsys: pytest.CaptureFixture[str]) -> None:
    """Sizes, span and modes of the tiny day."""
    text = " ".join(call(capsys, "validate", TINY).out.split())
    assert "Holds 5 tickets, 2 technicians, 2 shifts" in text
    assert "08:00 to" in text
    assert "Travel matrix" in text


def test_all_findings_go_to_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two mistakes, two lines, exit code 2."""
    document = day()
    document["tickets"][0]["location"]["lat"] = 91
    document["tickets"][1]["colour"] = "red"
    outcome = call(capsys, "validate", saved(tmp_path, document))
    assert outcome.code == 2
    assert outcome.out == ""
    assert [line.split(": ")[1] for line in outcome.err.splitlines()] == [
        "/tickets/0/location/lat",
        "/tickets/1/colour",
    ]


def test_json_tells_findings_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With ``--json`` the verdict is a document, good or bad."""
    good = json.loads(call(capsys, "validate", TINY, "--json").out)
    assert good["ok"] is True
    assert (good["tickets"], good["technicians"], good["findings"]) == (5, 2, [])
    outcome = call(capsys, "validate", saved(tmp_path, day(colour="red")), "--json")
    bad = json.loads(outcome.out)
    assert outcome.code == 2
    assert bad["ok"] is False
    assert bad["findings"][0]["pointer"] == "/colour"


def test_tickets_that_nobody_can_serve_are_warned_about(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A skill that nobody has is allowed, and probably not meant."""
    document = day()
    document["tickets"][1] |= {"required_skills": {"gas": 1}, "mandatory": True}
    path = saved(tmp_path, document)
    outcome = call(capsys, "validate", path)
    assert outcome.code == 0
    text = " ".join(outcome.out.split())
    assert (
        "warning: K2: no technician can serve it, though it is mandatory (1 without the skill level)" in text
    )
    warning = json.loads(call(capsys, "validate", path, "--json").out)["warnings"][0]
    assert (warning["code"], warning["ticket"]) == ("unservable_ticket", "K2")


def test_a_break_that_is_too_late_is_warned_about(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Planning begins at 14:00; the break had to start by 13:00, so the shift gets no ticket."""
    document = day(now="2026-11-23T14:00:00+08:00")
    pause = {
        "earliest": "2026-11-23T12:00:00+08:00",
        "latest": "2026-11-23T13:00:00+08:00",
        "minutes": 30,
    }
    document["technicians"][0]["shifts"][0]["breaks"] = [pause]
    text = " ".join(call(capsys, "validate", saved(tmp_path, document)).out.split())
    assert "warning: T1, shift 0: the break that must start by 13:00 can no longer be taken" in text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tickets": []}, "there are no tickets"),
        ({"technicians": []}, "nobody has a shift"),
        ({"now": "2026-11-23T18:00:00+08:00"}, "T1, shift 0: the shift is over"),
    ],
)
def test_empty_and_past_days_are_warned_about(
    changes: dict[str, object], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A day without tickets, without shifts, or behind us is valid, and said to be so."""
    outcome = call(capsys, "validate", saved(tmp_path, day(**changes)))
    assert outcome.code == 0
    assert message in " ".join(outcome.out.split())


# ---------------------------------------------------------------- check


def test_a_good_plan_passes(capsys: pytest.CaptureFixture[str]) -> None:
    """The tiny day's best plan keeps every rule."""
    outcome = call(capsys, "check", TINY, TINY_PLAN)
    assert outcome.code == 0
    assert "OK: the plan keeps every rule" in outcome.out


def test_a_bad_plan_exits_with_1_and_its_violations(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A route without the way home on the clock: the answer is no, with code and amount."""
    plan = json.loads(TINY_PLAN.read_text())
    plan["objective"]["travel_minutes"] = 1.0
    path = saved(tmp_path, plan, "plan.json")
    outcome = call(capsys, "check", TINY, path)
    assert outcome.code == 1
    assert "Not OK: 1 violation" in outcome.out
    assert "wrong_objective" in outcome.out
    document = json.loads(call(capsys, "check", TINY, path, "--json").out)
    assert document["ok"] is False
    assert [violation["code"] for violation in document["violations"]] == ["wrong_objective"]
    assert set(document) == {"ok", "violations", "objective", "kpis", "price_by_rule"}


def test_a_bare_order_is_completed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A plan made by hand gives only the order; ``-o`` writes it with times, which then pass too."""
    problem = saved(tmp_path, day())
    plan = saved(tmp_path, by_hand("K2", "K1"), "plan.json")
    full = tmp_path / "full.json"
    outcome = call(capsys, "check", problem, plan, "-o", full)
    assert outcome.code == 0
    stops = json.loads(full.read_text())["routes"][0]["stops"]
    assert [stop["ticket"] for stop in stops] == ["K2", "K1"]
    assert all(stop["arrival"] for stop in stops)
    assert call(capsys, "check", problem, full).code == 0


def test_a_plan_that_cannot_be_completed_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A technician who does not exist has no times: violations, and no file."""
    problem = saved(tmp_path, day())
    plan = saved(tmp_path, by_hand("K1", technician="T9"), "plan.json")
    outcome = call(capsys, "check", problem, plan, "-o", tmp_path / "full.json")
    assert outcome.code == 1
    assert "unknown_technician" in outcome.out
    assert "cannot be completed" in outcome.err
    assert not (tmp_path / "full.json").exists()
