"""Runs: one process each, resumable, judged, and honest about what cannot be expressed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tiny_files import HHCRSP, SOLOMON, TRSP, family_folder_with

from benchmarks import run_command
from benchmarks.commands import main
from benchmarks.errors import BenchmarkError
from benchmarks.jobs import Job
from benchmarks.results import read_results
from benchmarks.run_one import run_job
from benchmarks.solvers.register import solver_named
from benchmarks.tracks import SMOKE, members

BKS = "instance,value,vehicles,source\nTINY,20.0,1,made up\n"


@pytest.fixture
def instances(tmp_path: Path) -> Path:
    """A folder with one tiny instance in three families."""
    files = {
        "vrptw_solomon": {"TINY.txt": SOLOMON},
        "trsp_pillac": {"TINY.txt": TRSP},
        "hhcrsp_mankowska": {"TINY.json": HHCRSP},
    }
    for name, texts in files.items():
        (family_folder_with(tmp_path / name, texts) / "bks.csv").write_text(BKS, encoding="utf-8")
    return tmp_path


def test_run_is_judged_and_checked(instances: Path) -> None:
    """Value, gap, verdicts and incumbents of one run, made in a process of its own."""
    job = Job("vrptw_solomon", "TINY", "ours", 2.0, 0, 1)
    found = run_command.run_process(job, instances)
    assert (found["status"], found["value"], found["gap_percent"]) == ("done", 20.0, 0.0)
    assert (found["broken"], found["checker_ok"], found["violations"]) == ([], True, [])
    assert found["trajectory"][-1][1] == pytest.approx(20.0)
    assert found["peak_memory_mb"] > 10


def test_what_cannot_be_expressed_is_said(instances: Path) -> None:
    """Depots and pairs are not approximated."""
    for family, features in (
        ("trsp_pillac", "depots"),
        ("hhcrsp_mankowska", "after, different_technician_from"),
    ):
        found = run_job(Job(family, "TINY", "ours", 1.0, 0, 1), instances)
        assert found == {"status": "unsupported", "detail": features}


def test_series_is_resumed(instances: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What stands in the file is not run again; new seeds are."""
    made: list[Job] = []

    def fake(job: Job, folder: Path) -> dict[str, Any]:
        assert folder == instances
        made.append(job)
        return {"status": "unsupported", "detail": "everything"}

    monkeypatch.setattr(run_command, "run_process", fake)
    monkeypatch.setattr(run_command, "prepare", lambda solver: None)
    out = tmp_path / "r.jsonl"
    command = ["run", "vrptw_solomon", "-o", str(out), "--instances", str(instances), "--time-limit", "2,1"]
    assert main([*command, "--seeds", "0"]) == 0
    assert main([*command, "--seeds", "0-1"]) == 0
    assert [(job.time_limit, job.seed) for job in made] == [(1.0, 0), (2.0, 0), (1.0, 1), (2.0, 1)]
    assert len(read_results(out)) == 4


def test_stuck_and_failed_processes_are_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run beyond limit and grace is killed; a crash keeps its last words."""

    def stuck(order: dict[str, Any], seconds: float) -> subprocess.CompletedProcess[str]:
        assert seconds == 1.0 + run_command.GRACE_SECONDS
        raise subprocess.TimeoutExpired("run", seconds)

    job = Job("vrptw_solomon", "TINY", "ours", 1.0, 0, 1)
    monkeypatch.setattr(run_command, "_process", stuck)
    assert run_command.run_process(job, Path())["status"] == "killed"
    crash = subprocess.CompletedProcess("run", 1, "", "Traceback\nBoom")
    monkeypatch.setattr(run_command, "_process", lambda order, seconds: crash)
    assert run_command.run_process(job, Path()) == {"status": "failed", "detail": "Traceback\nBoom"}


def test_tracks_name_their_instances(instances: Path) -> None:
    """A family, a part of it, and an error for what does not exist."""
    assert members("vrptw_solomon", instances, []) == [("vrptw_solomon", "TINY")]
    assert members("smoke", instances, ["R6"]) == [("trsp_praxedo", "R6")]
    assert len(SMOKE) == len(set(SMOKE)) == 12
    with pytest.raises(BenchmarkError, match="no instance of track 'vrptw_solomon' contains one of: X9"):
        members("vrptw_solomon", instances, ["X9"])
    with pytest.raises(BenchmarkError, match="'fast' is no solver; there are: ours, vroom, ortools, pyvrp"):
        solver_named("fast")


def test_outcome_for_people() -> None:
    """A line tells the gap, or what went wrong."""
    from bench_records import record

    assert run_command.outcome(record("R101", 1.0)) == "101, gap 1.00 %"
    rejected = record("R101", 1.0, checker_ok=False, violations=["late\nand more"])
    assert run_command.outcome(rejected).endswith("REJECTED by the checker: late")
    assert run_command.outcome({"status": "failed", "detail": "a\nb"}) == "failed: b"
    assert json.dumps(record("R101"))
