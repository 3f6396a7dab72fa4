"""The commands that make files: ``generate``, ``import trsp``, ``report``, ``warmup``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from shell import SCENARIOS, TINY, TINY_PLAN, call, day, saved

from dispatch_engine.cli.making import problem_text

RECIPE = SCENARIOS / "shanghai-weekday.yaml"

INSTANCE = """Toy

INFO
CREW COUNT  SKILLS  TOOLS   SPARE PARTS
1      2       0       0

DEPOT TECHNICIANS AND REQUESTS
ID   X     Y     TWS    TWE    Serv   SKILLS   TOOLS    SPARE PARTS
0    0     0     0      600    0      [] \t[] \t[]
1    0     0     0      600    0      [0,1] \t[] \t[]
2    3     4     60     90.5   10     [1] \t[] \t[]
3    1     1     0      600    7.5    [0] \t[] \t[]
"""


def test_generate_writes_the_shipped_scenario(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The recipe with its own seed gives the shipped file, byte by byte."""
    target = tmp_path / "day.json"
    outcome = call(capsys, "generate", RECIPE, "-o", target)
    assert outcome.code == 0
    assert target.read_bytes() == RECIPE.with_suffix(".json").read_bytes()
    assert "shanghai-weekday, 120 tickets, 20 technicians, seed" in outcome.err


def test_generate_takes_other_sizes_and_seeds(capsys: pytest.CaptureFixture[str]) -> None:
    """Without ``-o`` the problem is printed."""
    arguments = ("--tickets", "3", "--technicians", "2", "--seed", "5")
    outcome = call(capsys, "generate", RECIPE, *arguments)
    document = json.loads(outcome.out)
    assert (len(document["tickets"]), len(document["technicians"])) == (3, 2)
    assert outcome.err == ""


def test_a_bad_recipe_is_told_with_its_pointers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Recipes are checked as problems are."""
    outcome = call(capsys, "generate", saved(tmp_path, "tickets: many\n", "recipe.yaml"))
    assert outcome.code == 2
    assert "recipe.yaml: /tickets: 'many' has the wrong type" in outcome.err


def test_an_instance_becomes_a_problem_that_validates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``import trsp`` writes working_time, and says on stderr what the translation does."""
    target = tmp_path / "toy.json"
    outcome = call(capsys, "import", "trsp", saved(tmp_path, INSTANCE, "toy.txt"), "-o", target)
    assert outcome.code == 0
    assert "note: minutes_per_unit: 1" in outcome.err
    assert json.loads(target.read_text())["objective"]["mode"] == "working_time"
    assert call(capsys, "validate", target).code == 0


def test_a_damaged_instance_names_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A word where a number must be: exit code 2, file and line, nothing written."""
    file = saved(tmp_path, INSTANCE.replace("90.5", "noon"), "toy.txt")
    outcome = call(capsys, "import", "trsp", file, "-o", tmp_path / "toy.json")
    assert outcome.code == 2
    assert file in outcome.err
    assert "noon" in outcome.err
    assert not (tmp_path / "toy.json").exists()


def test_rows_of_a_matrix_are_lines() -> None:
    """Readable, and the same document."""
    document = {"name": "上海", "travel": {"durations_seconds": [[0, 1], [None, 0]]}, "tickets": [], "a": {}}
    text = problem_text(document)
    assert json.loads(text) == document
    assert text == (
        '{\n "name": "上海",\n "travel": {\n  "durations_seconds": [\n   [0, 1],\n   [null, 0]\n  ]\n },\n'
        ' "tickets": [],\n "a": {}\n}\n'
    )


def test_a_report_is_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``report`` writes the page of a finished plan."""
    page = tmp_path / "page.html"
    outcome = call(capsys, "report", TINY, TINY_PLAN, "-o", page)
    assert outcome.code == 0
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "note" not in outcome.err


def test_a_bare_order_is_reported_with_times(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A plan made by hand gets its times and figures before it is drawn."""
    plan = {"routes": [{"technician": "T1", "stops": [{"kind": "ticket", "ticket": "K1"}]}]}
    paths = saved(tmp_path, day()), saved(tmp_path, plan, "plan.json")
    bare = call(capsys, "report", *paths, "-o", "-")
    assert bare.code == 0
    full = tmp_path / "full.json"
    call(capsys, "check", *paths, "-o", full)
    assert call(capsys, "report", paths[0], full, "-o", "-").out == bare.out


def test_a_report_of_a_bad_plan_is_drawn_with_a_note(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What breaks rules can still be looked at; stderr says that it does."""
    plan = json.loads(TINY_PLAN.read_text())
    plan["objective"]["travel_minutes"] = 1.0
    outcome = call(capsys, "report", TINY, saved(tmp_path, plan, "plan.json"), "-o", tmp_path / "page.html")
    assert outcome.code == 0
    assert "note: the plan has 1 violation;" in outcome.err


def test_warmup_says_where_the_kernels_are(capsys: pytest.CaptureFixture[str]) -> None:
    """A second warm-up finds them ready."""
    outcome = call(capsys, "warmup")
    assert outcome.code == 0
    assert "kernels ready in" in outcome.err
    assert call(capsys, "warmup", "--quiet") == (0, "", "")
