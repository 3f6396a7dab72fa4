"""The commands that import tables: what they print, what they write, and what they leave alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from shell import call, run, saved

from dispatch_engine.cli.table_arguments import DEFAULT_MAX_ROWS
from dispatch_engine.sources.tables.limits import MAX_ROWS

TICKETS = "id,lat,lon,duration_minutes,date\nK1,31.19,121.43,45,2026-11-23\nK2,31.25,121.5,60,2026-11-24\n"
TECHNICIANS = (
    "id,lat,lon,shift_days,shift_start,shift_end\nT1,31.23,121.47,2026-11-23..2026-11-24,08:00,17:00\n"
)


@pytest.fixture
def day(tmp_path: Path) -> Path:
    """A folder with two tables."""
    folder = tmp_path / "day"
    folder.mkdir()
    saved(folder, TICKETS, "tickets.csv")
    saved(folder, TECHNICIANS, "technicians.csv")
    return folder


def test_a_folder_becomes_a_problem_that_validates(
    day: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is a problem, and stderr says what it holds."""
    target = tmp_path / "problem.json"
    saved(day, "x\n", "notes.csv")
    outcome = call(capsys, "import", "csv", day, "-o", target, "--time-zone", "Asia/Shanghai")
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err == (f"note: not read: notes.csv\n{target}: day, 2 tickets, 1 technicians, 2 shifts\n")
    assert call(capsys, "validate", target).code == 0


def test_without_output_the_problem_is_printed(day: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One day of it, with ``--day``; ``--quiet`` says nothing else."""
    arguments = ("--time-zone", "Asia/Shanghai", "--day", "2026-11-24", "--quiet")
    outcome = call(capsys, "import", "csv", day, *arguments)
    problem = json.loads(outcome.out)
    assert [ticket["id"] for ticket in problem["tickets"]] == ["K2"]
    assert len(problem["technicians"][0]["shifts"]) == 1
    assert outcome.err == ""


def test_all_faults_at_once_and_nothing_written(
    day: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Folder, file and cell, exit code 2; the file that was there keeps its content."""
    saved(day, TICKETS.replace("45", "soon").replace("31.25", "91"), "tickets.csv")
    target = tmp_path / "problem.json"
    target.write_text("before")
    outcome = call(capsys, "import", "csv", day, "-o", target, "--time-zone", "Asia/Shanghai")
    assert outcome.code == 2
    assert outcome.err.splitlines() == [
        f"{day}: tickets.csv, cell D2: 'soon' is not a duration; write minutes, or hours as 1:30 [wrong_type]",
        f"{day}: tickets.csv, cell B3: 91 is out of range; it must be at most 90 [out_of_range]",
    ]
    assert target.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["problem.json"]


def test_a_mapping_file(day: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is read before the tables, and its faults name it."""
    good = saved(tmp_path, "time_zone: Asia/Shanghai\nproblem: {name: Monday}\n", "ours.yaml")
    assert json.loads(call(capsys, "import", "csv", day, "-m", good).out)["name"] == "Monday"
    bad = saved(tmp_path, "timezone: Asia/Shanghai\n", "ours.yaml")
    outcome = call(capsys, "import", "csv", day, "-m", bad)
    assert outcome.code == 2
    assert outcome.err == f"{bad}: /timezone: is no field; did you mean 'time_zone'? [unknown_field]\n"


def test_limits_and_bad_options(day: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Too many rows, a day that does not exist, a folder that does not."""
    zone = ("--time-zone", "Asia/Shanghai")
    outcome = call(capsys, "import", "csv", day, *zone, "--max-rows", "1")
    assert (outcome.code, "tickets.csv: has more than 1 rows" in outcome.err) == (2, True)
    outcome = call(capsys, "import", "csv", day, "--day", "2026-02-30")
    assert outcome.code == 2
    assert "'2026-02-30' is no day; write it as 2026-11-23" in outcome.err
    outcome = call(capsys, "import", "csv", day / "none")
    assert (outcome.code, "does not exist; name the folder" in outcome.err) == (2, True)


def test_the_default_of_the_option_is_that_of_the_library() -> None:
    """The number stands twice, so that ``--help`` need not import the library."""
    assert DEFAULT_MAX_ROWS == MAX_ROWS


def test_a_process_of_its_own(day: Path) -> None:
    """As users run it."""
    outcome = run("import", "csv", day, "--time-zone", "Asia/Shanghai", "-q")
    assert (outcome.code, outcome.err) == (0, "")
    assert json.loads(outcome.out)["name"] == "day"
