"""Outputs: paths that cannot be written are found before the work, and nothing is lost after it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from shell import ROOT, TINY, TINY_PLAN, call, command, day, run, saved

from dispatch_engine.cli.outputs import refuse_unwritable, save_elsewhere
from dispatch_engine.errors import InputError


def refused(*paths: str, inputs: tuple[str, ...] = ()) -> str:
    with pytest.raises(InputError) as caught:
        refuse_unwritable(*paths, inputs=inputs)
    assert caught.value.findings[0].code == "unwritable"
    return caught.value.findings[0].message


def test_a_good_path_is_not_touched(tmp_path: Path) -> None:
    """Trying a path leaves nothing behind and keeps what is there."""
    old = tmp_path / "old.json"
    old.write_text("old")
    refuse_unwritable(str(old), str(tmp_path / "new.json"), None, "-", os.devnull)
    assert [path.name for path in tmp_path.iterdir()] == ["old.json"]
    assert old.read_text() == "old"


def test_bad_paths_are_told_with_the_reason(tmp_path: Path) -> None:
    """A missing folder, a folder as a file, a file as a folder, a name that is too long."""
    (tmp_path / "file").write_text("")
    assert f"the folder {tmp_path}/no does not exist" in refused(f"{tmp_path}/no/plan.json")
    assert "it is a folder" in refused(str(tmp_path))
    assert "not a directory" in refused(f"{tmp_path}/file/plan.json")
    assert "file name too long" in refused(f"{tmp_path}/{'x' * 300}")


def test_an_output_never_overwrites_an_input_or_another_output(tmp_path: Path) -> None:
    """Also where the same file is named in another way."""
    plan = str(tmp_path / "plan.json")
    other = f"{tmp_path}/../{tmp_path.name}/plan.json"
    assert "also another file of this command" in refused(plan, inputs=(other,))
    assert "also another file of this command" in refused(plan, other)


def test_a_plan_is_kept_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fallback writes the text and says where; where even that fails it says so."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    kept = save_elsewhere("text", "plan-", ".json")
    assert kept is not None
    assert Path(kept).read_text() == "text"
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "no"))
    assert save_elsewhere("text", "plan-", ".json") is None


def test_a_reader_that_left_is_no_error() -> None:
    """``dispatch-engine check ... | true``: the exit code is the verdict's, and stderr stays empty."""
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        command("check", TINY, TINY_PLAN), stdout=write, stderr=subprocess.PIPE, cwd=ROOT, check=False
    )
    os.close(write)
    assert done.stderr == b""
    assert done.returncode == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_json_that_does_not_arrive_is_told() -> None:
    """A full disk behind standard output is an output that cannot be written."""
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            command("check", TINY, TINY_PLAN, "--json"),
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            check=False,
        )
    assert done.returncode == 2
    assert b"standard output cannot be written: no space left" in done.stderr
    assert b"Traceback" not in done.stderr


def test_names_that_the_terminal_cannot_show_are_escaped(tmp_path: Path) -> None:
    """Under an ASCII-only locale a Chinese name is escaped; JSON stays UTF-8."""
    problem = saved(tmp_path, day(name="上海"))
    table = run("validate", problem, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert table.code == 0
    assert "\\u4e0a\\u6d77" in table.out
    document = run("validate", problem, "--json", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert '"problem": "上海"' in document.out


def test_call_reports_a_missing_folder_before_reading(capsys: pytest.CaptureFixture[str]) -> None:
    """The output path is tried first: even a problem that does not exist is not looked for."""
    outcome = call(capsys, "solve", "no-such-problem.json", "-o", "/no-such-folder/plan.json")
    assert outcome.code == 2
    assert (
        "/no-such-folder/plan.json cannot be written: the folder /no-such-folder does not exist"
        in outcome.err
    )
