"""The command whatif: exit codes, table and JSON, bad files and bad variants."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from shell import SCENARIOS, TINY, call, day, run, saved

from dispatch_engine.model.problem import Problem
from dispatch_engine.model.study import Study
from dispatch_engine.whatif.variants import build_variants

CLONE = {"id": "clone", "changes": [{"change": "clone_technicians", "technicians": ["T1"]}]}
BAD = {"id": "bad", "changes": [{"change": "speed", "technicians": {"where": {"tags": "x"}}, "factor": 2}]}


def whatif_file(folder: Path, *variants: Any, **fields: Any) -> str:
    """A what-if file about the day of two visits, and its path."""
    saved(folder, day())
    document = {"base": "problem.json", "seeds": 1, "iterations": 20, "variants": variants, **fields}
    return saved(folder, document, "whatif.json")


def test_a_table_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One seed is said to prove nothing; nothing goes to stderr when quiet."""
    outcome = call(capsys, "whatif", whatif_file(tmp_path, CLONE), "--workers", 1, "-q")
    assert (outcome.code, outcome.err) == (0, "")
    assert "two-visits: 1 variant\n1 seed, 20 iterations a plan\n" in outcome.out
    assert "One seed: nothing here can be told from chance" in outcome.out


def test_a_bad_variant_gives_1_and_the_others_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is named with its place below the table."""
    file = whatif_file(tmp_path, BAD, CLONE)
    outcome = call(capsys, "whatif", file, "--workers", 1)
    assert outcome.code == 1
    assert "clone" in outcome.out
    assert "bad was not planned:\n  /variants/0/changes/0/technicians/where: fits none" in outcome.out


def test_json_is_one_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command's options hold over those of the file."""
    file = whatif_file(tmp_path, CLONE)
    outcome = call(capsys, "whatif", file, "--json", "--seeds", 2, "--iterations", 10, "--workers", 1)
    found = json.loads(outcome.out)
    assert found["effort"] == {"seeds": [0, 1], "time_limit_seconds": None, "iterations": 10}
    assert [variant["id"] for variant in found["variants"]] == ["base", "clone"]


def test_a_malformed_file_gives_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every fault of the file, with the file's name; nothing is planned."""
    file = whatif_file(tmp_path, {"id": "a", "changes": [{"change": "fly"}]}, {"id": "a"}, speed=3)
    outcome = call(capsys, "whatif", file)
    assert (outcome.code, outcome.out) == (2, "")
    assert f"{file}: /variants/0/changes/0: is no change" in outcome.err
    assert f"{file}: /speed: is no field" in outcome.err


def test_a_bad_base_gives_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Inline or in a file of its own, its findings begin with the base."""
    inline = saved(tmp_path, {"base": day(tickets=[{}]), "variants": []}, "inline.json")
    assert f"{inline}: /base/tickets/0/id: is required" in call(capsys, "whatif", inline).err
    absent = saved(tmp_path, {"base": "nothing.json", "variants": []}, "absent.json")
    outcome = call(capsys, "whatif", absent)
    assert outcome.code == 2
    assert f"{absent}: /base: 'nothing.json'" in outcome.err
    assert "does not exist" in outcome.err


def test_rank_takes_a_problem(capsys: pytest.CaptureFixture[str]) -> None:
    """A valve for Bob spares Ann the way: the tiny day's best unit."""
    options = ("--iterations", 20, "--seeds", 3, "--confirm", 2, "--workers", 1, "-q")
    outcome = call(capsys, "whatif", "--rank", TINY, *options)
    assert outcome.code == 0
    assert "Tried: 2 technicians, 2 parts, 2 overtime hours" in outcome.out
    assert "1  one more valve in the van of bob" in outcome.out


def test_options_that_do_not_apply_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--confirm without --rank is refused; a time limit beside iterations gets a note."""
    file = whatif_file(tmp_path)
    outcome = call(capsys, "whatif", file, "--confirm", 3)
    assert outcome.code == 2
    assert "is an option of --rank" in outcome.err
    outcome = call(capsys, "whatif", file, "--iterations", 5, "--time-limit", 1, "--workers", 1)
    assert outcome.code == 0
    assert "note: --iterations ends each plan; --time-limit does not apply" in outcome.err


def test_two_processes_as_a_program(tmp_path: Path) -> None:
    """Started from a shell, with processes of its own and progress on stderr only."""
    outcome = run("whatif", whatif_file(tmp_path, CLONE, seeds=2), "--workers", 2, "--json")
    assert outcome.code == 0
    assert len(json.loads(outcome.out)["variants"]) == 2


@pytest.mark.parametrize("path", sorted((SCENARIOS / "whatif").glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_files_are_good_and_explained(path: Path) -> None:
    """Every variant can be planned, and the README has a word on each file."""
    study = Study.from_file(path)
    base = study.base_problem(path.parent)
    assert isinstance(base, Problem)
    assert [built.findings for built in build_variants(study, base, path.parent) if built.findings] == []
    assert f"`whatif/{path.name}`" in (SCENARIOS / "README.md").read_text(encoding="utf-8")
