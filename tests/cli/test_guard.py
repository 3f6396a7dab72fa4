"""From exceptions to exit codes: short messages, and a traceback only in a file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from shell import TINY, call

from dispatch_engine.cli.guard import FileError, exit_code_of
from dispatch_engine.errors import EngineError, Finding, InputError


def test_findings_stand_one_a_line_with_file_pointer_and_code(capsys: pytest.CaptureFixture[str]) -> None:
    """A finding is told as in a compiler's messages: file, place, what and cure, code."""
    finding = Finding("/tickets/0/id", "bad_id", "is empty; name it")
    assert exit_code_of(FileError([finding], "day.json")) == 2
    assert capsys.readouterr().err == "day.json: /tickets/0/id: is empty; name it [bad_id]\n"


def test_a_file_that_the_message_names_is_not_named_twice(capsys: pytest.CaptureFixture[str]) -> None:
    """``day.json does not exist`` needs no ``day.json:`` before it."""
    exit_code_of(FileError([Finding("", "not_a_file", "day.json does not exist")], "day.json"))
    assert capsys.readouterr().err == "day.json does not exist [not_a_file]\n"


def test_at_most_fifty_findings_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Of 53 findings 50 are told, and that 3 more exist."""
    exit_code_of(InputError(Finding(f"/tickets/{i}", "wrong_type", "is wrong") for i in range(53)))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 51
    assert lines[-1] == "... and 3 more"


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (EngineError("prices are too large"), 3, "the engine failed: prices are too large"),
        (MemoryError(), 3, "out of memory"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_known_failures_have_their_codes(
    error: BaseException, code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each kind of failure ends with the exit code that the reference promises."""
    assert exit_code_of(error) == code
    assert message in capsys.readouterr().err


def test_a_defect_leaves_its_traceback_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unexpected exception inside a command: exit code 3, one line for people, the rest in a file."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("dispatch_engine.cli.judging.run_validate", lambda *_: {}["no such key"])
    outcome = call(capsys, "validate", TINY)
    assert outcome.code == 3
    assert "KeyError: 'no such key'" in outcome.err
    assert "Traceback" not in outcome.err
    kept = re.search(r"with the file (\S+)\.\n", outcome.err)
    assert kept is not None
    assert "Traceback (most recent call last)" in Path(kept[1]).read_text(encoding="utf-8")
