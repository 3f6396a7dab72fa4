"""Inputs: files, standard input, and the file named in every finding."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from shell import TINY, TINY_PLAN, call, day, run, saved


def test_a_problem_comes_from_standard_input() -> None:
    """``-`` reads JSON from standard input."""
    outcome = run("validate", "-", "--json", stdin=TINY.read_bytes())
    assert outcome.code == 0
    assert json.loads(outcome.out)["tickets"] == 5


def test_findings_of_standard_input_say_so() -> None:
    """A finding names where the document came from."""
    outcome = run("validate", "-", stdin=b"{")
    assert outcome.code == 2
    assert outcome.err.startswith("(standard input): is not JSON")


def test_standard_input_has_the_same_limit() -> None:
    """``--max-input-mb`` also counts what is piped in."""
    outcome = run("validate", "-", "--max-input-mb", "0.0001", stdin=TINY.read_bytes())
    assert outcome.code == 2
    assert "larger than 0.0001 MB" in outcome.err


def test_only_one_document_comes_from_standard_input(capsys: pytest.CaptureFixture[str]) -> None:
    """Problem and plan cannot both be piped in: the message says to name a file."""
    outcome = call(capsys, "check", "-", "-")
    assert outcome.code == 2
    assert "cannot all come from standard input" in outcome.err


def test_a_plan_comes_from_standard_input() -> None:
    """Either of the two may be piped in."""
    assert run("check", TINY, "-", stdin=TINY_PLAN.read_bytes()).code == 0
    assert run("check", "-", TINY_PLAN, stdin=TINY.read_bytes()).code == 0


def test_the_finding_names_the_file_that_is_bad(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of two files the bad one is named."""
    problem = saved(tmp_path, day())
    plan = saved(tmp_path, {"routes": [{"technician": 3}]}, "plan.json")
    outcome = call(capsys, "check", problem, plan)
    assert outcome.code == 2
    assert outcome.err.startswith(f"{plan}: /routes/0/technician: 3 has the wrong type")
