"""VROOM's JSON input as a problem, and what is said to be lost."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.commands import main
from benchmarks.errors import BenchmarkError, UnsupportedError
from benchmarks.families.vroom_read import read_vroom
from dispatch_engine.model.problem import Problem
from dispatch_engine.solver.solve import solve

INPUT: dict[str, Any] = {
    "vehicles": [
        {
            "id": 1,
            "start_index": 0,
            "end_index": 0,
            "skills": [7],
            "capacity": [4],
            "time_window": [0, 28800],
            "breaks": [{"id": 1, "time_windows": [[10000, 12000]], "service": 600}],
            "max_tasks": 3,
        }
    ],
    "jobs": [
        {"id": 14, "location_index": 1, "service": 300, "skills": [7], "delivery": [2]},
        {"id": 15, "location_index": 2, "service": 90, "time_windows": [[0, 9000], [20000, 22000]]},
    ],
    "matrices": {"car": {"durations": [[0, 100, 200], [100, 0, 150], [200, 150, 0]]}},
}


def changed(**fields: Any) -> dict[str, Any]:
    """The input with fields of its first vehicle changed; None removes one."""
    document = copy.deepcopy(INPUT)
    document["vehicles"][0].update(fields)
    document["vehicles"][0] = {k: v for k, v in document["vehicles"][0].items() if v is not None}
    return document


def test_all_that_has_a_counterpart_is_carried_over() -> None:
    """Nothing is lost, and the plan is the shortest round."""
    found = read_vroom(INPUT)
    assert found.lost == []
    problem = Problem.from_dict(found.problem)
    shift = problem.technicians[0].shifts[0]
    assert (shift.max_tickets, shift.breaks[0].minutes) == (3, 10)
    assert problem.tickets[0].required_parts == {"load-0": 2}
    assert len(problem.tickets[1].time_windows) == 2
    plan = solve(problem, iterations=100, seed=0, workers=1)
    # 0-1-2-0 and back: 100 + 150 + 200 seconds, a cent each.
    assert plan.objective is not None
    assert plan.objective.cost_cents == 450


def test_losses_are_named_once() -> None:
    """Fields without a counterpart, priorities, empty services, shipments."""
    document = changed(costs={"fixed": 10}, time_window=None, breaks=[{"id": 1, "service": 5}])
    for job in document["jobs"]:
        job |= {"priority": 5, "service": 0, "pickup": [1]}
    document["shipments"] = [{}, {}]
    assert read_vroom(document).lost == [
        "vehicle field 'costs'",
        "vehicles without a time window (48 hours instead)",
        "breaks without exactly one time window and a length",
        "job field 'pickup'",
        "job field 'priority'",
        "jobs without service (1 s instead)",
        "2 shipments (pickup and delivery in one route)",
    ]


def test_ends_and_absolute_times() -> None:
    """No end is the last customer; large times are seconds of the epoch."""
    document = changed(end_index=None, time_window=[1_700_000_000, 1_700_028_800], breaks=[])
    document["jobs"][1]["time_windows"] = [[1_700_000_000, 1_700_009_000]]
    problem = Problem.from_dict(read_vroom(document).problem)
    assert problem.technicians[0].end == "anywhere"
    assert problem.technicians[0].shifts[0].start.isoformat() == "2023-11-14T22:13:20+00:00"


def test_coordinates_without_a_matrix_are_estimated() -> None:
    """VROOM writes longitude first."""
    document = {
        "vehicles": [{"id": 1, "start": [121.4, 31.2], "time_window": [0, 3600]}],
        "jobs": [{"id": 1, "location": [121.5, 31.3], "service": 60}],
    }
    found = read_vroom(document)
    assert found.lost == ["road travel times (estimated from coordinates instead)"]
    location = Problem.from_dict(found.problem).tickets[0].location
    assert (location.lat, location.lon) == (31.3, 121.5)


def test_inputs_that_cannot_be_a_problem() -> None:
    """Nothing to do, and nowhere to start."""
    with pytest.raises(BenchmarkError, match="both lists are needed"):
        read_vroom({"jobs": []})
    with pytest.raises(UnsupportedError, match="vehicles without a start"):
        read_vroom(changed(start_index=None))


def test_command_writes_the_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Losses go to stderr; a file that is no JSON is refused."""
    source, out = tmp_path / "in.json", tmp_path / "out.json"
    source.write_text(json.dumps(changed(costs={})), encoding="utf-8")
    assert main(["vroom", str(source), "-o", str(out)]) == 0
    assert capsys.readouterr().err == "not carried over: vehicle field 'costs'\n"
    assert Problem.from_file(out).name == "vroom"
    source.write_text("{", encoding="utf-8")
    assert main(["vroom", str(source), "-o", str(out)]) == 2
    assert "give a JSON file with VROOM's input" in capsys.readouterr().err
