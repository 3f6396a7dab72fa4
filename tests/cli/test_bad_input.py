"""Bad input end to end: exit code 2, the place and the cure on stderr, no traceback, nothing half-written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from shell import QUICK, Outcome, call, day, run, saved

FORTY_DIGITS = int("1234567890" * 4)
DAY = "2026-11-23T"


def ticket(**changes: Any) -> dict[str, Any]:
    """The day with fields of its first ticket changed."""
    document = day()
    document["tickets"][0].update(changes)
    return document


def technician(**changes: Any) -> dict[str, Any]:
    """The day with fields of its technician changed."""
    document = day()
    document["technicians"][0].update(changes)
    return document


def matrix(rows: object, index: object = 2) -> dict[str, Any]:
    """The day on a matrix: the technician at 0, tickets at 1 and ``index``."""
    document = day(travel={"provider": "matrix", "durations_seconds": rows})
    document["technicians"][0]["start"] = {"matrix_index": 0}
    for number, place in enumerate((1, index)):
        document["tickets"][number]["location"] = {"matrix_index": place}
    return document


def refused(outcome: Outcome, *words: str) -> None:
    """The outcome is that of bad input, and its message says all ``words``."""
    assert outcome.code == 2
    assert outcome.out == ""
    assert "Traceback" not in outcome.err
    for word in words:
        assert word in outcome.err


# ---------------------------------------------------------------- files, each with a process of its own

TEXT = json.dumps(day())
BAD_FILES: dict[str, tuple[str, bytes, str]] = {
    "malformed JSON": ("p.json", b'{"tickets": [}', "p.json: is not JSON: "),
    "empty file": ("p.json", b"", "is not JSON"),
    "malformed YAML": ("p.yaml", b"tickets: [1, 2\ntechnicians: {", "p.yaml: is not YAML: "),
    "YAML tag": ("p.yaml", b"!!python/object:os.system {}", "p.yaml: uses the tag"),
    "UTF-16": ("p.json", TEXT.encode("utf-16"), "is not UTF-8 at byte 0; save it as UTF-8"),
    "UTF-16 without mark": ("p.json", TEXT.encode("utf-16-le"), "save it as UTF-8"),
    "100,000 brackets": ("p.json", b"[" * 100_000, "nest deeper than 64"),
    "100,000 brackets in YAML": ("p.yaml", b"[" * 100_000, "nest deeper than 64"),
    "duplicate key": ("p.json", b'{"name": "a", "name": "b"}', "p.json: /name: 'name' is given twice"),
    "duplicate key in YAML": ("p.yaml", b"name: a\nname: b\n", "/name: "),
    "number of 5,000 digits": ("p.json", b'{"now": ' + b"9" * 5000 + b"}", "thousands of digits; shorten it"),
    "a list": ("p.json", b"[]", "must be an object"),
}


@pytest.mark.parametrize(("name", "content", "message"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_files_that_cannot_be_read(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    """The file is named with what is wrong; no plan appears."""
    path = saved(tmp_path, content, name)
    refused(run("solve", path, "-o", tmp_path / "plan.json"), message)
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """A folder instead of a file is told as such."""
    refused(run("solve", tmp_path), f"{tmp_path} is a folder; name a file [not_a_file]")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """A path that leads nowhere is told with the cure."""
    refused(run("solve", tmp_path / "no.json"), "no.json does not exist; check the path [not_a_file]")


def test_a_file_above_the_limit_is_not_read(tmp_path: Path) -> None:
    """``--max-input-mb`` is the limit; the message names it."""
    path = saved(tmp_path, TEXT)
    refused(run("solve", path, "--max-input-mb", "0.0002"), "is larger than 0.0002 MB", "too_large")


def test_an_unwritable_output_is_told_before_the_run(tmp_path: Path) -> None:
    """A folder that does not exist, and a folder where the file should be."""
    path = saved(tmp_path, TEXT)
    refused(run("solve", path, "-o", tmp_path / "no" / "plan.json"), "does not exist; choose another path")
    refused(run("solve", path, "--report", tmp_path), "it is a folder; choose another path")
    assert [file.name for file in tmp_path.iterdir()] == ["problem.json"]


# ---------------------------------------------------------------- contents

WINDOW = {"start": f"{DAY}10:00:00+08:00", "end": f"{DAY}09:00:00+08:00"}
SHIFTS = [
    {"start": f"{DAY}08:00:00+08:00", "end": f"{DAY}12:00:00+08:00"},
    {"start": f"{DAY}11:00:00+08:00", "end": f"{DAY}17:00:00+08:00"},
]
TWO_ROWS = [[0, 1], [1, 0]]
THREE_ROWS = [[0, 60, 60], [60, 0, 60], [60, 60, 0]]

BAD_CONTENTS: dict[str, tuple[Callable[[], dict[str, Any]], str, str]] = {
    "unknown field": (lambda: day(colour="red"), "/colour", "unknown_field"),
    "misspelt field": (lambda: ticket(durration_minutes=3), "/tickets/0/durration_minutes", "did you mean"),
    "wrong type": (lambda: ticket(duration_minutes="45"), "/tickets/0/duration_minutes", "wrong_type"),
    "NaN": (lambda: ticket(duration_minutes=float("nan")), "/tickets/0/duration_minutes", "not_finite"),
    "Infinity": (
        lambda: ticket(duration_minutes=float("inf")),
        "/tickets/0/duration_minutes",
        "[not_finite]",
    ),
    "-Infinity": (lambda: technician(speed_factor=-float("inf")), "/technicians/0/speed_factor", "["),
    "40 digits as minutes": (
        lambda: ticket(duration_minutes=FORTY_DIGITS),
        "/tickets/0/duration_minutes",
        "out_of_range",
    ),
    "40 digits as stock": (
        lambda: technician(van_stock={"valve": FORTY_DIGITS}),
        "/technicians/0/van_stock/valve",
        "out_of_range",
    ),
    "latitude 91": (
        lambda: ticket(location={"lat": 91, "lon": 0}),
        "/tickets/0/location/lat",
        "at most 90",
    ),
    "time without offset": (lambda: day(now=f"{DAY}08:00:00"), "/now", "offset"),
    "end before start": (lambda: ticket(time_windows=[WINDOW]), "/tickets/0/time_windows/0", "09:00"),
    "overlapping shifts": (lambda: technician(shifts=SHIFTS), "/technicians/0/shifts/1", "overlap"),
    "duplicate ticket id": (lambda: ticket(id="K2"), "/tickets/1/id", "duplicate_id"),
    "NUL in an id": (lambda: ticket(id="K\0"), "/tickets/0/id", "bad_id"),
    "lone surrogate in an id": (lambda: ticket(id="K\ud800"), "/tickets/0/id", "bad_id"),
    "empty id": (lambda: ticket(id=""), "/tickets/0/id", "at least 1"),
    "dangling reference": (
        lambda: ticket(required_technicians=["T9"]),
        "/tickets/0/required_technicians/0",
        "T9",
    ),
    "negative stock": (lambda: technician(van_stock={"v": -1}), "/technicians/0/van_stock/v", "at least 0"),
    "matrix not square": (lambda: matrix([[0, 1, 2], [1, 0]]), "/travel/durations_seconds", "["),
    "negative matrix": (
        lambda: matrix([[0, -5, 1], [1, 0, 1], [1, 1, 0]]),
        "/travel/durations_seconds",
        "-5",
    ),
    "fraction in a matrix": (
        lambda: matrix([[0, 1.5, 1], [1, 0, 1], [1, 1, 0]]),
        "/travel/durations_seconds",
        "1.5",
    ),
    "index out of range": (lambda: matrix(THREE_ROWS, index=3), "/tickets/1/location/matrix_index", "3"),
    "index without a matrix row": (lambda: matrix(TWO_ROWS), "/tickets/1/location/matrix_index", "2"),
    "unknown policy": (lambda: day(policy="gold"), "/policy", "unknown_policy"),
    "not built yet": (lambda: ticket(crew_size=2), "/tickets/0/crew_size", "unsupported_field"),
}


@pytest.mark.parametrize(("build", "place", "word"), BAD_CONTENTS.values(), ids=BAD_CONTENTS.keys())
def test_contents_that_make_no_sense(
    build: Callable[[], dict[str, Any]],
    place: str,
    word: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The place is told as a JSON pointer, with what is wrong; ``validate`` and ``solve`` agree."""
    path = saved(tmp_path, build())
    outcome = call(capsys, "solve", path, "-o", tmp_path / "plan.json", *QUICK)
    refused(outcome, f"{path}: {place}", word)
    assert call(capsys, "validate", path).err == outcome.err
    assert [file.name for file in tmp_path.iterdir()] == ["problem.json"]


@pytest.mark.parametrize(
    "constant", ["NaN", "Infinity", "-Infinity", "1e999"], ids=["NaN", "Inf", "-Inf", "overflow"]
)
def test_constants_that_are_no_json_are_refused_in_coordinates(
    constant: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Python's own JSON reader would take them."""
    text = TEXT.replace("31.19", constant)
    refused(call(capsys, "solve", saved(tmp_path, text)), "/tickets/0/location/lat")


def test_a_matrix_full_of_null_is_valid_and_reaches_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """null means: no way. Everything stays unassigned with that reason, which is no error."""
    rows = [[None] * 3 for _ in range(3)]
    outcome = call(capsys, "solve", saved(tmp_path, matrix(rows)), "--json", *QUICK)
    assert outcome.code == 0
    unassigned = json.loads(outcome.out)["unassigned"]
    assert [entry["reasons"][0]["code"] for entry in unassigned] == ["unreachable", "unreachable"]


def test_a_thousand_findings_are_cut_to_fifty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """1,000 tickets without a duration: 50 findings and a count of 950."""
    tickets = [{"id": f"K{i}", "location": {"lat": 31, "lon": 121}} for i in range(1000)]
    outcome = call(capsys, "validate", saved(tmp_path, day(tickets=tickets)))
    lines = outcome.err.splitlines()
    assert outcome.code == 2
    assert len(lines) == 51
    assert lines[-1] == "... and 950 more"


BAD_PLANS: dict[str, tuple[Any, str]] = {
    "unknown field": ({"routes": [], "colour": 1}, "/colour"),
    "stop of no kind": ({"routes": [{"technician": "T1", "stops": [{}]}]}, "/routes/0/stops/0"),
    "40 digits": ({"routes": [{"technician": "T1", "shift": FORTY_DIGITS}]}, "/routes/0/shift"),
}


@pytest.mark.parametrize(("plan", "place"), BAD_PLANS.values(), ids=BAD_PLANS.keys())
@pytest.mark.parametrize("verb", ["check", "report"])
def test_plans_that_make_no_sense(
    verb: str, plan: Any, place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Plans are read as strictly as problems, and named in the message."""
    problem, path = saved(tmp_path, day()), saved(tmp_path, plan, "plan.json")
    outcome = call(capsys, verb, problem, path, "-o", tmp_path / "out")
    refused(outcome, f"{path}: {place}")
    assert not (tmp_path / "out").exists()
