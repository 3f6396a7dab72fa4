"""The commands that write tables, maps and calendars."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from shell import SCENARIOS, TINY, TINY_PLAN, call, day, saved

from dispatch_engine.cli.folders import write_folder
from dispatch_engine.errors import InputError

for library in ("xlsxwriter", "python_calamine", "icalendar"):
    pytest.importorskip(library)

WEEKDAY = SCENARIOS / "shanghai-weekday.json"


@pytest.mark.parametrize(
    ("wanted", "name", "files"),
    [
        ("csv", "out", ["summary.csv", "unassigned.csv", "visits.csv"]),
        ("ical", "out", ["ann.ics", "bob.ics"]),
        ("xlsx", "out.xlsx", None),
        ("geojson", "out.geojson", None),
    ],
)
def test_a_plan_in_each_format(
    wanted: str, name: str, files: list[str] | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder or a file, and a line that says so."""
    target = tmp_path / name
    outcome = call(capsys, "export", TINY, TINY_PLAN, "--format", wanted, "-o", target)
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err == f"{target}: tiny-day as {wanted}\n"
    if files is None:
        assert target.stat().st_size > 1000
    else:
        assert sorted(path.name for path in target.iterdir()) == files
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(("wanted", "name"), [("csv", "day"), ("xlsx", "day.xlsx")])
def test_a_problem_comes_back(
    wanted: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Out and in again gives the same JSON as writing the problem itself."""
    target, again = tmp_path / name, tmp_path / "again.json"
    assert call(capsys, "export", WEEKDAY, "--format", wanted, "-o", target).code == 0
    assert call(capsys, "import", wanted, target, "-o", again).code == 0
    before = call(capsys, "validate", WEEKDAY, "--json").out
    assert call(capsys, "validate", again, "--json").out == before


def test_a_plan_made_by_hand_gets_times(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As in a report."""
    plan = {"routes": [{"technician": "T1", "stops": [{"kind": "ticket", "ticket": "K1"}]}]}
    paths = saved(tmp_path, day()), saved(tmp_path, plan, "plan.json")
    outcome = call(capsys, "export", *paths, "--format", "geojson", "-o", "-")
    visit = json.loads(outcome.out)["features"][1]["properties"]
    assert visit["start"].startswith("2026-11-23T08:")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--format", "geojson", "-o", "x"), "the format geojson shows a plan; name one after the problem"),
        (("--format", "pdf", "-o", "x"), "'pdf' is no format here; use csv, xlsx, geojson, ical"),
        (("--format", "csv", "-o", "-"), "the format csv is no text; name a file or folder with -o"),
        (("--format", "csv", "-o", "no/such/folder"), "does not exist; choose another path"),
        (("--format", "csv", "-o", str(TINY)), "it is a file, and a folder is needed; choose another path"),
        (("--format", "xlsx", "-o", str(WEEKDAY)), "it is also another file of this command"),
    ],
)
def test_what_cannot_be_written(
    arguments: tuple[str, ...],
    message: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Told before the work begins, with exit code 2."""
    monkeypatch.setenv("COLUMNS", "200")
    outcome = call(capsys, "export", WEEKDAY, *arguments)
    assert outcome.code == 2
    assert message in " ".join(outcome.err.replace("│", " ").split())


def test_an_export_does_not_mix_with_other_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second export replaces the first; a file of another kind of export is refused."""
    target = tmp_path / "out"
    for _ in range(2):
        assert call(capsys, "export", TINY, TINY_PLAN, "--format", "csv", "-o", target).code == 0
    outcome = call(capsys, "export", TINY, "--format", "csv", "-o", target)
    assert outcome.code == 2
    assert "it holds summary.csv, which does not belong to this export; remove it" in outcome.err
    assert len(list(target.iterdir())) == 3


def test_a_folder_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """The second file has a name that no file can have: the first is not there either."""
    with pytest.raises(InputError, match="cannot be written"):
        write_folder(str(tmp_path / "out"), {"a.csv": "x", "b/c.csv": "y"}, ".csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("wanted", "name"), [("csv", "empty"), ("xlsx", "empty.xlsx")])
def test_a_template_is_imported_as_an_empty_problem(
    wanted: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It has every column, and no rows."""
    target = tmp_path / name
    outcome = call(capsys, "import", "template", "--format", wanted, "-o", target)
    assert outcome.code == 0
    assert outcome.err == f"{target}: empty tables to fill in; docs/spreadsheets.md explains them\n"
    problem = json.loads(call(capsys, "import", wanted, target).out)
    assert problem == {"name": "empty", "technicians": [], "tickets": [], "depots": []}
