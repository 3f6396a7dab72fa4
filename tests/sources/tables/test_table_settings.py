"""The settings table and the constants of a mapping: values of the whole problem."""

from __future__ import annotations

from pathlib import Path

import pytest
from little_tables import faults_of, imported, only_fault, problem_of, saved

from dispatch_engine.errors import InputError

HEADER = "setting,value\n"


def test_settings(tmp_path: Path) -> None:
    """Texts, numbers, words, a time, and a JSON value that goes on in the next row."""
    settings = HEADER + (
        "name,007\n"
        "now,2026-11-23 07:30\n"
        "travel/speed_kmh/urban,20\n"
        'travel/speed_kmh/a~1b,"30.5"\n'
        "objective/mode,cost\n"
        "objective/prices/breach,100\n"
        'objective/weights,"{""low"": 3,"\n'
        ',"""high"": 5}"\n'
    )
    problem = problem_of(tmp_path, settings=settings)
    assert problem.name == "007"
    assert problem.now is not None
    assert problem.now.isoformat() == "2026-11-23T07:30:00+08:00"
    assert problem.travel.speed_kmh == {"urban": 20, "a/b": 30.5}
    assert (problem.objective.mode, problem.objective.prices) == ("cost", {"breach": 100})
    assert problem.objective.weights == {"low": 3, "high": 5}


def test_the_time_zone_of_the_settings_reads_the_other_tables(tmp_path: Path) -> None:
    """And the problem keeps it."""
    folder = saved(tmp_path, settings=HEADER + "time_zone,America/Edmonton\n")
    problem = imported(folder, zone=None).problem
    assert problem.time_zone == "America/Edmonton"
    assert problem.technicians[0].shifts[0].start.isoformat() == "2026-11-23T08:00:00-07:00"


def test_constants_of_the_mapping(tmp_path: Path) -> None:
    """Whatever stands in no table, as in the problem's JSON; the settings may add to an object."""
    mapping = {"problem": {"objective": {"prices": {"late_minute": 3}}}, "time_zone": "Asia/Shanghai"}
    settings = HEADER + "objective/prices/overtime_minute,4\n"
    folder = saved(tmp_path, settings=settings)
    problem = imported(folder, mapping, zone=None).problem
    assert problem.objective.prices == {"late_minute": 3, "overtime_minute": 4}
    assert problem.time_zone == "Asia/Shanghai"


def test_the_name_is_that_of_the_folder_if_none_is_given(tmp_path: Path) -> None:
    """A plan should say where its problem came from."""
    folder = tmp_path / "monday"
    folder.mkdir()
    assert problem_of(folder).name == "monday"


def test_a_policy_file_beside_the_tables(tmp_path: Path) -> None:
    """Paths start at the folder of the mapping, else of the tables."""
    (tmp_path / "ours.yaml").write_text("name: ours\narrival_hours: {urban: 2}\n")
    policy = problem_of(tmp_path, settings=HEADER + "policy,ours.yaml\n").policy
    assert (policy.name, policy.arrival_hours) == ("ours", {"urban": 2})


def test_faults_are_told_at_the_value(tmp_path: Path) -> None:
    """Unknown settings, bad values, JSON that breaks off, and settings that come from the tables."""
    settings = HEADER + (
        'nam,x\ntravel/detour_factor,0.5\nnow,yesterday\nobjective,"{""mode"": "\ntickets,[]\n'
    )
    found = {f.pointer: (f.code, f.message) for f in faults_of(tmp_path, settings=settings)}
    assert found == {
        "settings.csv, cell B2": ("unknown_field", "is no field; did you mean 'name'?"),
        "settings.csv, cell B3": ("out_of_range", "0.5 is out of range; it must be at least 1"),
        "settings.csv, cell B4": ("bad_time", "'yesterday' is no time; write it as 2026-11-23 08:00"),
        "settings.csv, cell B5": (
            "not_json",
            "'{\"mode\":' is not JSON: Expecting value at line 1, column 9",
        ),
        "settings.csv, cell B6": (
            "conflicting_fields",
            "'tickets' comes from the tables; remove this row",
        ),
    }


def test_settings_given_twice(tmp_path: Path) -> None:
    """In the table, in table and mapping, as a value and as an object, and without a name."""
    settings = HEADER + ",x\nname,a\nname,b\nobjective/mode,cost\nobjective/mode/x,1\n"
    faults = faults_of(tmp_path, {"problem": {"name": "c"}}, settings=settings)
    assert [(f.pointer, f.code, f.message) for f in faults] == [
        (
            "settings.csv, cell A2",
            "duplicate_key",
            "the first row needs a setting; keep one row for each setting",
        ),
        ("settings.csv, cell A4", "duplicate_key", "'name' is given twice; keep one row for each setting"),
        ("settings.csv, cell B3", "conflicting_fields", "'name' is given twice; keep one of the two"),
        (
            "settings.csv, cell B6",
            "conflicting_fields",
            "'mode' has a value of its own; keep one of the two",
        ),
    ]


def test_two_time_zones(tmp_path: Path) -> None:
    """Settings and mapping must not differ, and the zone must exist; the caller may override both."""
    folder = saved(tmp_path, settings=HEADER + "time_zone,Europe/Berlin\n")
    mapping = {"time_zone": "Asia/Shanghai"}
    with pytest.raises(InputError) as caught:
        imported(folder, mapping, zone=None)
    (finding,) = caught.value.findings
    assert (finding.pointer, finding.code) == ("settings.csv, cell B2", "conflicting_fields")
    assert finding.message == (
        "the time zone is 'Europe/Berlin' here and 'Asia/Shanghai' elsewhere; keep one"
    )
    assert imported(folder, mapping, zone="America/Edmonton").problem.time_zone == "America/Edmonton"


def test_an_unknown_time_zone(tmp_path: Path) -> None:
    """It is told at its cell, and no time of day complains about the zone it lacks."""
    folder = saved(tmp_path, settings=HEADER + "time_zone,Shanghai\n")
    with pytest.raises(InputError) as caught:
        imported(folder, zone=None)
    (finding,) = caught.value.findings
    assert (finding.pointer, finding.code) == ("settings.csv, cell B2", "unknown_time_zone")
    assert finding.message == "'Shanghai' is no IANA time zone; use a name as Asia/Shanghai"


def test_faults_in_the_constants_of_the_mapping(tmp_path: Path) -> None:
    """They are told with their place in the mapping file."""
    finding = only_fault(tmp_path, {"problem": {"objective": {"mode": "best"}}})
    assert (finding.pointer, finding.code) == ("mapping file: /problem/objective", "unknown_value")
