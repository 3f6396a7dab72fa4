"""The command ``solve``, end to end on tiny days: files, streams, exit codes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from shell import QUICK, TINY, call, day, run, saved

from dispatch_engine.errors import EngineError, InputError


@pytest.fixture
def problem(tmp_path: Path) -> str:
    return saved(tmp_path, day())


def test_plan_and_report_are_written_and_the_result_is_shown(
    problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The usual call: plan and page in files, a table on stdout, progress on stderr."""
    plan, page = tmp_path / "plan.json", tmp_path / "page.html"
    outcome = call(capsys, "solve", problem, "-o", plan, "--report", page, *QUICK)
    assert outcome.code == 0
    assert json.loads(plan.read_text())["kpis"]["assigned"] == 2
    assert page.read_text().startswith("<!doctype html>")
    assert "two-visits: 2 tickets, 1 technician" in outcome.out
    assert str(plan) in outcome.out
    assert "searching" in outcome.err
    assert call(capsys, "check", problem, plan).code == 0


def test_json_without_a_file_is_the_plan(problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    """``--json``: standard output is the plan and nothing else; ``-o -`` means the same."""
    outcome = call(capsys, "solve", problem, "--json", *QUICK)
    plan = json.loads(outcome.out)
    assert plan["routes"][0]["technician"] == "T1"
    assert json.loads(call(capsys, "solve", problem, "-o", "-", *QUICK).out)["routes"] == plan["routes"]


def test_json_with_a_file_is_a_summary(
    problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With ``-o`` the plan is in the file, and ``--json`` prints what a script asks first."""
    plan = tmp_path / "plan.json"
    outcome = call(capsys, "solve", problem, "--json", "-o", plan, *QUICK)
    document = json.loads(outcome.out)
    assert document["plan"] == str(plan)
    assert document["report"] is None
    assert document["status"] == json.loads(plan.read_text())["status"]
    assert document["objective"] == json.loads(plan.read_text())["objective"]
    assert document["unassigned"] == []


def test_quiet_leaves_stderr_empty(problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    """``--quiet``: no progress, no notes; the result still appears."""
    outcome = call(capsys, "solve", problem, "--quiet", "--time-limit", "5", *QUICK)
    assert outcome.err == ""
    assert "two-visits" in outcome.out


def test_iterations_beat_the_time_limit_and_it_is_said(
    problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both limits given: the iterations count, and a note says so."""
    outcome = call(capsys, "solve", problem, "--time-limit", "5", *QUICK)
    assert "--time-limit does not apply" in outcome.err


def test_the_same_seed_gives_the_same_routes(capsys: pytest.CaptureFixture[str]) -> None:
    """Same problem, seed, iterations and workers: same plan; and the seed is in the plan."""
    plans = [json.loads(call(capsys, "solve", TINY, "--json", "--seed", "7", *QUICK).out) for _ in range(2)]
    assert plans[0]["routes"] == plans[1]["routes"]
    assert plans[0]["solver"]["seed"] == 7


def test_a_problem_from_standard_input_is_solved() -> None:
    """``-``: the problem is piped in, the plan piped out."""
    outcome = run("solve", "-", "--json", *QUICK, stdin=json.dumps(day()).encode())
    assert outcome.code == 0
    assert json.loads(outcome.out)["kpis"]["tickets"] == 2


def test_mandatory_work_unserved_exits_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A mandatory ticket whose skill nobody has: the best plan is written, the answer is no."""
    document = day()
    document["tickets"][0] |= {"mandatory": True, "required_skills": {"gas": 1}}
    plan = tmp_path / "plan.json"
    outcome = call(capsys, "solve", saved(tmp_path, document), "-o", plan, *QUICK)
    assert outcome.code == 1
    assert "Infeasible: mandatory tickets stay unserved" in outcome.out
    assert "K1  1 technician lacks the skill level" in outcome.out
    assert json.loads(plan.read_text())["status"] == "infeasible"


def test_no_tickets_give_an_empty_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Zero tickets are no error."""
    outcome = call(capsys, "solve", saved(tmp_path, day(tickets=[])), "--json", *QUICK)
    assert outcome.code == 0
    assert json.loads(outcome.out)["routes"] == []


def test_no_technicians_leave_everything_unassigned_with_reasons(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Zero technicians are no error either: each ticket says why it is left out."""
    outcome = call(capsys, "solve", saved(tmp_path, day(technicians=[])), "--json", *QUICK)
    unassigned = json.loads(outcome.out)["unassigned"]
    assert outcome.code == 0
    assert [entry["ticket"] for entry in unassigned] == ["K1", "K2"]
    assert all(entry["reasons"] for entry in unassigned)


# ---------------------------------------------------------------- what can go wrong


def forbid_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    def solve(*_: Any, **__: Any) -> None:
        raise AssertionError("the engine must not start")

    monkeypatch.setattr("dispatch_engine.solver.solve.solve", solve)


@pytest.mark.parametrize("option", ["-o", "--report"])
def test_outputs_are_tried_before_the_run(
    option: str,
    problem: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Ten minutes of search are never lost to a folder that does not exist."""
    forbid_engine(monkeypatch)
    outcome = call(capsys, "solve", problem, option, tmp_path / "no" / "file")
    assert outcome.code == 2
    assert "does not exist; choose another path [unwritable]" in outcome.err


def test_the_problem_is_never_overwritten(
    problem: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``-o`` with the problem's own name is a slip."""
    forbid_engine(monkeypatch)
    outcome = call(capsys, "solve", problem, "-o", problem)
    assert outcome.code == 2
    assert "also another file of this command" in outcome.err


def test_standard_output_takes_one_document(problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A page and a plan on one stream would be neither."""
    outcome = call(capsys, "solve", problem, "--json", "--report", "-")
    assert outcome.code == 2
    assert "takes one document" in outcome.err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_plan_that_cannot_be_written_is_saved_elsewhere(problem: str, tmp_path: Path) -> None:
    """A disk that is full at the end: exit code 3, and the plan in the temporary folder."""
    outcome = run("solve", problem, "-o", "/dev/full", *QUICK, TMPDIR=str(tmp_path))
    assert outcome.code == 3
    assert "/dev/full cannot be written: no space left on device" in outcome.err
    kept = next(tmp_path.glob("dispatch-engine-plan-*.json"))
    assert f"the plan was saved to {kept} instead" in outcome.err
    assert json.loads(kept.read_text())["kpis"]["assigned"] == 2


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (EngineError("numbers too large"), 3, "the engine failed: numbers too large"),
        (InputError.of("/travel", "too_large", "is too large; plan by region"), 2, "/travel: is too large"),
        (MemoryError(), 3, "out of memory"),
        (ZeroDivisionError("division by zero"), 3, "ZeroDivisionError: division by zero"),
    ],
)
def test_failures_of_the_engine_are_told_without_a_traceback(
    error: Exception,
    code: int,
    message: str,
    problem: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whatever the engine raises ends with its exit code, a message, and no output file."""

    def solve(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr("dispatch_engine.solver.solve.solve", solve)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    outcome = call(capsys, "solve", problem, "-o", tmp_path / "plan.json")
    assert outcome.code == code
    assert message in outcome.err
    assert "Traceback" not in outcome.err
    assert outcome.out == ""
    assert not (tmp_path / "plan.json").exists()
